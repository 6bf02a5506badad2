import fc from "fast-check";
import {
  appSecret,
  consumer,
  environment,
  plan,
  planFiles,
  platform,
  policyPath,
  problemsOf,
  reconciler,
  store,
  team,
  teamAccess,
  type AccessFile,
  type Declaration,
  type PlatformSpec,
  type ReconcilerSpec,
  type TeamAccessSpec,
} from "keyturn";
import {
  kvReadPath,
  parseExternalSecret,
  vaultProviderOf,
  mayReadKey,
  withinPrefixes,
  type ExternalSecret,
  type SecretStore,
} from "../../api";
import { company } from "./arbitraries";
import { CANARIES, dev, devPayments, payments, prod, refusal, shop } from "./fixtures";

const db = appSecret("db", {
  team: payments,
  name: "app-db-secret",
  keys: { USER: "db#username", PASSWORD: "db#password" },
  staleFor: "5m",
});
const bytes = (declarations: readonly Declaration[]): string => {
  const result = plan(declarations);
  return JSON.stringify([result, [...planFiles(result)]]);
};

describe("plan", () => {
  it("derives policy, role, grants, environments, consumers and load of one secret", () => {
    const result = plan([db, consumer(db, { kind: "Deployment", name: "checkout" }, { keys: ["PASSWORD"] })]);
    expect(result.vault).toEqual([
      {
        environment: "prod",
        vault: "main",
        address: "https://vault.prod.example.com:8200",
        namespace: undefined,
        platform: [],
        policies: [
          {
            name: "keyturn-prod-payments",
            environment: "prod",
            team: "payments",
            rules: [{ path: "prod/data/payments/db", capabilities: ["read"] }],
          },
        ],
        roles: [
          {
            method: "kubernetes",
            environment: "prod",
            team: "payments",
            mount: "k8s-prod",
            name: "keyturn-prod-payments",
            serviceAccounts: ["keyturn-payments"],
            namespaces: ["payments"],
            audience: "vault-prod",
            policies: ["keyturn-prod-payments"],
            tokenTtl: 1200,
          },
        ],
        byHand: [],
      },
    ]);
    expect(result.access.grants).toEqual([
      {
        environment: "prod",
        team: "payments",
        mount: "prod",
        kvVersion: 2,
        key: "payments/db",
        prefix: false,
        capabilities: ["read"],
        because: ["payments/app-db-secret"],
      },
    ]);
    expect(result.consumers).toEqual([
      {
        environment: "prod",
        namespace: "payments",
        kind: "Deployment",
        name: "checkout",
        uses: [{ secret: "app-db-secret", keys: ["PASSWORD"] }],
        onChange: "rollout",
        annotations: { "keyturn.dev/rollout-on": "app-db-secret/PASSWORD" },
      },
    ]);
    expect(result.load).toEqual([
      {
        environment: "prod",
        vault: "main",
        team: "payments",
        secrets: 1,
        paths: 1,
        finds: 0,
        requestsPerSecond: 0.003333,
      },
    ]);
    expect(result.environments.environments.map(({ name, teams }) => [name, teams.length])).toEqual([["prod", 1]]);
    expect(result.manifests.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ["ExternalSecret", "app-db-secret"],
    ]);
  });

  it("writes the Vault half as files", () => {
    const files = planFiles(
      plan([db, platform("vault", { environment: prod, kubernetes: { host: "https://10.0.0.1" } })]),
    );
    expect([...files.keys()]).toEqual([
      "vault/keyturn-prod-payments.hcl",
      "vault/roles.json",
      "vault/platform.json",
      "access.json",
      "environments.json",
    ]);
    expect(files.get("vault/keyturn-prod-payments.hcl")).toBe(
      '# keyturn: what team payments may read in environment prod\n\npath "prod/data/payments/db" {\n  capabilities = ["read"]\n}\n',
    );
    expect(JSON.parse(files.get("vault/roles.json") ?? "")).toEqual([
      {
        environment: "prod",
        path: "auth/k8s-prod/role/keyturn-prod-payments",
        body: {
          bound_service_account_names: ["keyturn-payments"],
          bound_service_account_namespaces: ["payments"],
          audience: "vault-prod",
          alias_name_source: "serviceaccount_uid",
          token_policies: ["keyturn-prod-payments"],
          token_type: "batch",
          token_ttl: 1200,
          token_max_ttl: 1200,
          token_no_default_policy: true,
        },
      },
    ]);
    expect(JSON.parse(files.get("vault/platform.json") ?? "")).toEqual([
      {
        environment: "prod",
        path: "sys/mounts/prod",
        body: { type: "kv", description: "Secrets of environment prod (keyturn)", options: { version: "2" } },
      },
      {
        environment: "prod",
        path: "sys/auth/k8s-prod",
        body: { type: "kubernetes", description: "ServiceAccounts of environment prod (keyturn)" },
      },
      {
        environment: "prod",
        path: "auth/k8s-prod/config",
        body: { kubernetes_host: "https://10.0.0.1", disable_local_ca_jwt: false },
      },
    ]);
  });

  it("grants exact paths; a prefix only where one was declared, with its reason", () => {
    const access = teamAccess("a", {
      team: shop,
      prefixes: [{ prefix: "shop/legacy", reason: "old jobs list their folder" }],
    });
    const [documents] = plan([access, db]).vault;
    expect(documents?.policies.map(({ name, rules }) => [name, rules.map(({ path }) => path)])).toEqual([
      ["keyturn-prod-payments", ["prod/data/payments/db"]],
      ["keyturn-prod-shop", ["prod/data/shop/legacy/*"]],
    ]);
  });

  it("takes the grants of a team from access files, of one program or of several", () => {
    const file = JSON.parse(JSON.stringify(plan([db]).access)) as AccessFile;
    const other = plan([
      appSecret("api", { team: payments, keys: { T: "api#token" } }),
      appSecret("db", { team: payments, name: "second", keys: { U: "db#u" } }),
    ]).access;
    const [documents] = plan([teamAccess("a", { team: payments, access: [file, other] })]).vault;
    expect(documents?.policies[0]?.rules.map(({ path }) => path)).toEqual([
      "prod/data/payments/api",
      "prod/data/payments/db",
    ]);
    expect(
      plan([teamAccess("a", { team: payments, access: [file, other] })]).access.grants.map(({ because }) => because),
    ).toEqual([["payments/api"], ["payments/app-db-secret", "payments/second"]]);
    const [none] = plan([teamAccess("a", { team: shop, access: file })]).vault;
    expect(none?.policies[0]?.rules).toEqual([]);
  });

  it("counts a path once per team, at its shortest interval", () => {
    const load = plan([
      appSecret("a", { team: payments, keys: { A: "db#a", B: "db#b", C: "api#c" }, staleFor: "10s" }),
      appSecret("b", { team: payments, keys: { A: "db#a" }, staleFor: "1m" }),
      appSecret("c", { team: devPayments, keys: { A: "db#a" }, staleFor: "1m" }),
    ]).load;
    expect(load).toEqual([
      {
        environment: "dev",
        vault: "main",
        team: "payments",
        secrets: 1,
        paths: 1,
        finds: 0,
        requestsPerSecond: 0.016667,
      },
      { environment: "prod", vault: "main", team: "payments", secrets: 2, paths: 2, finds: 0, requestsPerSecond: 0.2 },
    ]);
  });

  it("adds up the Secrets that one workload uses", () => {
    const api = appSecret("api", { team: payments, keys: { T: "api#token" } });
    const checkout = { kind: "Deployment", name: "checkout" } as const;
    const [first] = plan([
      db,
      api,
      consumer(db, checkout),
      consumer(api, checkout, { keys: ["T"] }),
      consumer(db, checkout, { keys: ["USER"] }),
    ]).consumers;
    expect(first?.annotations).toEqual({ "keyturn.dev/rollout-on": "api/T,app-db-secret" });
  });
});

describe("laws of every plan", () => {
  it("is the same bytes whatever the order of the declarations", () => {
    fc.assert(
      fc.property(
        company.chain(({ declarations }) =>
          fc.tuple(
            fc.constant(declarations),
            fc.shuffledSubarray([...declarations], { minLength: declarations.length }),
          ),
        ),
        ([declarations, shuffled]) => {
          expect(bytes(shuffled)).toBe(bytes(declarations));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("opens in Vault exactly the paths its ExternalSecrets read, all within their team", () => {
    fc.assert(
      fc.property(company, ({ declarations, teams }) => {
        const secrets = declarations.filter(({ kind }) => kind === "AppSecret");
        const stores = declarations.filter(({ kind }) => kind === "Store");
        const result = plan([...secrets, ...stores]);
        const storeOf = (externalSecret: ExternalSecret): SecretStore | undefined =>
          result.manifests.find(
            ({ kind, metadata }) =>
              kind === "SecretStore" &&
              metadata.namespace === externalSecret.metadata.namespace &&
              metadata.name === externalSecret.spec.secretStoreRef?.name,
          ) as SecretStore | undefined;
        const read = new Map<string, Set<string>>();
        for (const manifest of result.manifests.filter(({ kind }) => kind === "ExternalSecret")) {
          const parsed = parseExternalSecret(manifest);
          if (!("value" in parsed)) throw new Error("an ExternalSecret that does not parse");
          const found = storeOf(parsed.value);
          const provider = found && vaultProviderOf(found);
          if (provider === undefined) throw new Error("an ExternalSecret without a store");
          const annotations = manifest.metadata.annotations ?? {};
          // Both are named after the environment and its Vault.
          const id = `${found?.metadata.name}-${annotations["keyturn.dev/team"]}`;
          const paths = read.get(id) ?? new Set();
          read.set(id, paths);
          const { data = [], dataFrom = [] } = parsed.value.spec;
          const mount = { path: provider.path ?? "", version: provider.version ?? "v2" };
          for (const ref of [
            ...data.map(({ remoteRef }) => remoteRef),
            ...dataFrom.flatMap(({ extract }) => extract ?? []),
          ])
            paths.add(
              ref.metadataPolicy === "Fetch" ? `${mount.path}/metadata/${ref.key}` : kvReadPath(mount, ref.key),
            );
        }
        const opened = result.vault
          .flatMap(({ policies }) => policies)
          .map(({ name, rules }) => [name, rules.map(({ path }) => path)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(opened).toEqual(
          [...read].map(([id, paths]) => [id, [...paths].sort()] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
        );
        for (const grant of result.access.grants) {
          const owner = teams.find(
            ({ name, environment: { name: of } }) => name === grant.team && of === grant.environment,
          );
          expect(owner && mayReadKey(owner, grant.key, grant.prefix ? "below" : "key")).toBe(true);
          expect(grant.extra === undefined).toBe(owner && withinPrefixes(owner.prefixes, grant.key));
          // Asked for by a find, and opened by no policy, because no TeamAccess declares the prefix.
          if (policyPath(grant).includes("*"))
            expect(secrets.some((secret) => JSON.stringify(secret).includes('"find"'))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("names environment and team on every object, and nothing is named twice", () => {
    fc.assert(
      fc.property(company, ({ declarations }) => {
        const { manifests } = plan(declarations);
        const ids = manifests
          .filter(({ kind }) => kind !== "CustomResourceDefinition")
          .map(({ kind, metadata: { name, namespace, annotations } }) => {
            expect(annotations?.["keyturn.dev/environment"]).toMatch(/^(?:dev|prod)$/);
            const cluster = annotations?.["keyturn.dev/cluster"] ?? "";
            return `${annotations?.["keyturn.dev/environment"]} ${cluster} ${kind} ${namespace}/${name}`;
          });
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe("declarations that do not fit together", () => {
  const two = (change: object) => team(prod, "other", { namespaces: ["other"], ...change });
  const cases: readonly (readonly [readonly Declaration[], readonly string[]])[] = [
    [
      [db, appSecret("b", { team: payments, name: "app-db-secret", keys: { A: "b#c" } })],
      ['AppSecret "db" › name: Secret payments/app-db-secret of environment "prod" is that of AppSecret "b" already'],
    ],
    [
      [store("one", { team: payments }), store("two", { team: payments })],
      ['Store "two" › name: SecretStore payments/keyturn-prod of environment "prod" is that of Store "one" already'],
    ],
    [
      [teamAccess("one", { team: payments }), teamAccess("two", { team: payments })],
      [
        'TeamAccess "two" › team: the access of team "payments" of environment "prod" is that of TeamAccess "one" already',
      ],
    ],
    [
      [db, store("s", { team: two({ namespaces: ["payments"] }) })],
      ['Team "payments" › namespaces: "payments" belongs to team "other" of environment "prod" already'],
    ],
    [
      [db, store("s", { team: team(prod, "payments", { namespaces: ["payments", "more"] }), namespaces: ["more"] })],
      ['Team "payments": of environment "prod" is declared twice, differently'],
    ],
    [
      [
        db,
        store("s", {
          team: team(environment("prod", { vault: { ...specOf("https://elsewhere"), kv: { mount: "kv" } } }), "shop", {
            namespaces: ["shop"],
          }),
        }),
      ],
      ['Environment "prod": is declared twice, differently'],
    ],
    [
      [
        store("a", { team: team(environment("a-b", { vault: specOf("https://v") }), "c", { namespaces: ["n"] }) }),
        store("b", { team: team(environment("a", { vault: specOf("https://v") }), "b-c", { namespaces: ["m"] }) }),
      ],
      [
        'Team "c": of environment "a-b" and team "b-c" of environment "a" would share the role and policy keyturn-a-b-c; rename one',
      ],
    ],
    [
      [consumer(db, { kind: "Deploymen" as "Deployment", name: "Checkout" }, { keys: ["PASWORD"] })],
      [
        'AppSecret "db" › rollout.workload.kind: "Deploymen" is not one of Deployment, StatefulSet, DaemonSet, CronJob, Job; did you mean "Deployment"?',
        'AppSecret "db" › rollout.workload.name: "Checkout" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
        'AppSecret "db" › rollout.keys[0]: "PASWORD" is not a key of the Secret (PASSWORD, USER); did you mean "PASSWORD"?',
      ],
    ],
    [
      [appSecret("a", { team: payments, keys: { A: "x" } }), appSecret("b", { team: payments, keys: { B: "y#" } })],
      [
        'AppSecret "a" › keys.A: must be "path#property", for example "db#password", or { path, property }; what is written there has no "#" and is not shown, in case it is a secret',
        'AppSecret "b" › keys.B: has no property after the "#"',
      ],
    ],
  ];
  it.each(cases)("are refused together, with the problems of all of them (%#)", (declarations, problems) => {
    expect(refusal(() => plan(declarations))).toEqual(problems);
    expect(problemsOf(declarations).map(({ path, message }) => `${path}: ${message}`)).toEqual(problems);
  });

  it("the same names in two environments are fine: their clusters are two", () => {
    const twin = team(dev, "payments", { namespaces: ["payments"] });
    const twice = [db, appSecret("db", { team: twin, name: "app-db-secret", keys: { A: "db#a" } })];
    expect(plan(twice).manifests.map(({ metadata }) => metadata.annotations?.["keyturn.dev/environment"])).toEqual([
      "dev",
      "prod",
    ]);
  });

  function specOf(address: string) {
    return { address, kv: { mount: "kv" }, login: { kubernetes: { mount: "k8s" } } };
  }
});

describe("TeamAccess, Platform and Reconciler that cannot be right", () => {
  const grant = plan([db]).access.grants[0];
  const file = (change: object): AccessFile =>
    ({ ...plan([db]).access, grants: [{ ...grant, ...change }] }) as AccessFile;
  const access: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ['TeamAccess "a" › team: is missing']],
    [{ team: payments, acces: {} }, ['TeamAccess "a" › acces: is not a known field; did you mean "access"?']],
    [
      { team: payments, access: { kind: "Access" } },
      [
        'TeamAccess "a" › access: is not a keyturn.dev/v1alpha1 Access document; take the access.json that a synth wrote',
      ],
    ],
    [
      { team: payments, access: file({ mount: "sys" }) },
      ['TeamAccess "a" › access.grants[0].mount: "sys" is not "prod" (KV version 2) of the environment'],
    ],
    [
      { team: payments, access: [file({ key: "shop/db" })] },
      [
        'TeamAccess "a" › access[0].grants[0].key: "shop/db" is outside what team "payments" may read (payments); what is outside needs alsoReads: [{ path, reason, until }] of the team',
      ],
    ],
    [
      { team: payments, access: file({ key: "payments/*" }) },
      ['TeamAccess "a" › access.grants[0].key: contains a wildcard ("*" or "+")'],
    ],
    [
      { team: payments, access: file({ capabilities: ["read", "sudo"] }) },
      ['TeamAccess "a" › access.grants[0].capabilities: must be ["read"]'],
    ],
    [
      { team: payments, access: file({ because: "x" }) },
      ['TeamAccess "a" › access.grants[0].because: must be a list of texts'],
    ],
    [
      { team: payments, prefixes: [{ prefix: "shop", reason: "r" }] },
      [
        'TeamAccess "a" › prefixes[0].prefix: "shop" is outside what team "payments" may read (payments); what is outside needs alsoReads: [{ prefix, reason, until }] of the team',
      ],
    ],
    [{ team: payments, prefixes: [{ prefix: "payments" }] }, ['TeamAccess "a" › prefixes[0].reason: is missing']],
    [
      { team: shop, secrets: [db, "x"] },
      [
        'TeamAccess "a" › secrets[0]: belongs to team "payments" of environment "prod", not to team "shop" of environment "prod"',
        'TeamAccess "a" › secrets[1]: is not an AppSecret',
      ],
    ],
  ];
  it.each(access)("TeamAccess (%#)", (spec, problems) => {
    expect(refusal(() => plan([teamAccess("a", spec as TeamAccessSpec)]))).toEqual(problems);
  });

  const platforms: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ['Platform "p" › environment: is missing']],
    [{ environment: prod }, ['Platform "p" › kubernetes: is missing; environment "prod" logs in by Kubernetes']],
    [
      { environment: prod, kubernetes: { host: "10.0.0.1", ca: CANARIES[1] } },
      [
        'Platform "p" › kubernetes.host: is not an address like "https://kubernetes.default.svc"',
        'Platform "p" › kubernetes.ca: must be PEM certificates and nothing else. It is not shown',
      ],
    ],
    [
      { environment: prod, kubernetes: { host: "https://k" }, audit: {}, quota: { requestsPerSecond: -1 } },
      ['Platform "p" › audit.file: is missing', 'Platform "p" › quota.requestsPerSecond: must be a number above 0'],
    ],
    [
      {
        environment: { ...prod, vault: { ...prod.vault, login: { kubernetes: { mount: "k", reviewer: "client" } } } },
        kubernetes: { host: "https://k" },
      },
      ['Platform "p" › kubernetes.ca: is missing; environment "prod" has the reviewer "client"'],
    ],
    [
      { environment: prod, kubernetes: { host: "https://k", tokenReviewerJwt: CANARIES[2] } },
      ['Platform "p" › kubernetes.tokenReviewerJwt: is not a known field'],
    ],
  ];
  it.each(platforms)("Platform (%#)", (spec, problems) => {
    expect(refusal(() => plan([platform("p", spec as PlatformSpec)]))).toEqual(problems);
  });

  const valid = { environment: prod, teams: [payments], bundle: "0" };
  const reconcilers: readonly (readonly [unknown, readonly string[]])[] = [
    [
      { ...valid, teams: [devPayments] },
      ['Reconciler "r" › teams[0]: team "payments" belongs to environment "dev", the Reconciler to "prod"'],
    ],
    [
      { ...valid, bundle: "x".repeat(1_048_576) },
      ['Reconciler "r" › bundle: has 1048576 bytes; a ConfigMap holds less than 1048576'],
    ],
    [{ ...valid, bundle: "" }, ['Reconciler "r" › bundle: is empty']],
    [
      { ...valid, image: { tag: "24:slim", digest: "sha256:1" } },
      [
        'Reconciler "r" › image.tag: "24:slim" is not the tag of an image',
        'Reconciler "r" › image.digest: "sha256:1" is not the digest of an image',
      ],
    ],
    [
      { ...valid, replicas: 0, scope: "all", clusterStores: "yes" },
      [
        'Reconciler "r" › scope: must be "declared" or "cluster", not "all"',
        'Reconciler "r" › clusterStores: must be true or false',
        'Reconciler "r" › replicas: must be a whole number from 1 to 10',
      ],
    ],
    [
      { ...valid, resources: { limits: { memory: "1 GB", devices: "1" } } },
      [
        'Reconciler "r" › resources.limits.devices: is not a known field',
        'Reconciler "r" › resources.limits.memory: "1 GB" is not a quantity like "100m" or "128Mi"',
      ],
    ],
  ];
  it.each(reconcilers)("Reconciler (%#)", (spec, problems) => {
    expect(refusal(() => plan([reconciler("r", spec as ReconcilerSpec)]))).toEqual(problems);
  });
});
