import { appSecret, environment, plan, planFiles, platform, store, team, teamAccess, type AccessFile } from "keyturn";
import { parseEnvironments } from "../../api";
import { refusal } from "./fixtures";

const main = {
  address: "https://vault.example.com:8200",
  kv: { mount: "prod" },
  login: { kubernetes: { mount: "k8s" } },
} as const;
const legacy = {
  address: "https://old.example.com:8200",
  namespace: "ops",
  kv: { mount: "secret", version: 1 },
  login: { kubernetes: { mount: "k8s-old", reviewer: "client" } },
} as const;
const prod = environment("prod", { vaults: { legacy, main } });
const pay = team(prod, "pay", { namespaces: ["pay"] });

describe("an environment with several Vaults", () => {
  const old = store("old", { team: pay, vault: "legacy" });
  const declarations = [
    platform("p-main", { environment: prod, kubernetes: { host: "https://k" } }),
    platform("p-legacy", {
      environment: prod,
      vault: "legacy",
      kubernetes: { host: "https://k", ca: "-----BEGIN CERTIFICATE-----" },
    }),
    teamAccess("a-main", { team: pay }),
    teamAccess("a-legacy", { team: pay, vault: "legacy" }),
    store("new", { team: pay }),
    old,
    appSecret("db", { team: pay, keys: { A: "db#a" }, staleFor: "10s" }),
    appSecret("mail", { team: pay, keys: { A: "mail#a" }, vault: "legacy", staleFor: "20s" }),
    appSecret("sms", { team: pay, keys: { A: "sms#a" }, store: old }),
  ];
  const planned = plan(declarations);
  const named = (kind: string, name: string) =>
    planned.manifests.find((object) => object.kind === kind && object.metadata.name === name) as unknown as {
      readonly spec: Readonly<Record<string, unknown>>;
    };

  it("has the single form as its short form", () => {
    expect(environment("prod", { vaults: { main } })).toEqual(environment("prod", { vault: main }));
  });

  it("gives stores of the main Vault the usual name, others one of their own", () => {
    expect(named("SecretStore", "keyturn-prod").spec).toMatchObject({
      provider: {
        vault: { server: "https://vault.example.com:8200", auth: { kubernetes: { role: "keyturn-prod-pay" } } },
      },
    });
    expect(named("SecretStore", "keyturn-prod-legacy").spec).toMatchObject({
      provider: {
        vault: {
          server: "https://old.example.com:8200",
          path: "secret",
          version: "v1",
          namespace: "ops",
          auth: { kubernetes: { mountPath: "k8s-old", role: "keyturn-prod-legacy-pay" } },
        },
      },
    });
  });

  it("lets a secret choose by name or by its store", () => {
    const storeOf = (name: string) => named("ExternalSecret", name).spec.secretStoreRef;
    expect(["db", "mail", "sms"].map(storeOf)).toEqual([
      { kind: "SecretStore", name: "keyturn-prod" },
      { kind: "SecretStore", name: "keyturn-prod-legacy" },
      { kind: "SecretStore", name: "keyturn-prod-legacy" },
    ]);
  });

  it("grants each path in its own Vault, at that Vault's mount and version", () => {
    expect(
      planned.vault.map(({ environment: name, vault, policies, roles, platform: writes }) => [
        `${name} ${vault}`,
        policies.map((policy) => [policy.name, policy.rules.map(({ path }) => path)]),
        roles.map((role) => `${role.mount}/${role.name}`),
        writes.map(({ path }) => path),
      ]),
    ).toEqual([
      [
        "prod legacy",
        [["keyturn-prod-legacy-pay", ["secret/pay/mail", "secret/pay/sms"]]],
        ["k8s-old/keyturn-prod-legacy-pay"],
        ["sys/mounts/secret", "sys/auth/k8s-old", "auth/k8s-old/config"],
      ],
      [
        "prod main",
        [["keyturn-prod-pay", ["prod/data/pay/db"]]],
        ["k8s/keyturn-prod-pay"],
        ["sys/mounts/prod", "sys/auth/k8s", "auth/k8s/config"],
      ],
    ]);
    expect(planned.access.grants.map(({ vault, mount, key }) => [vault, mount, key])).toEqual([
      ["legacy", "secret", "pay/mail"],
      ["legacy", "secret", "pay/sms"],
      [undefined, "prod", "pay/db"],
    ]);
  });

  it("takes from an access file the grants of the Vault that is meant", () => {
    const access = JSON.parse(JSON.stringify(planned.access)) as AccessFile;
    const rules = (vault: string) =>
      plan([teamAccess("a", { team: pay, vault, access })]).vault.flatMap(({ policies }) =>
        policies.map((policy) => policy.rules.map(({ path }) => path)),
      );
    expect(rules("main")).toEqual([["prod/data/pay/db"]]);
    expect(rules("legacy")).toEqual([["secret/pay/mail", "secret/pay/sms"]]);
  });

  it("counts the load of each Vault", () => {
    expect(planned.load.map(({ vault, team: owner, requestsPerSecond }) => [vault, owner, requestsPerSecond])).toEqual([
      ["legacy", "pay", 0.050278],
      ["main", "pay", 0.1],
    ]);
  });

  it("has the team's ServiceAccount and token rights once, with what any of the Vaults needs", () => {
    const names = planned.manifests
      .filter(({ kind }) => ["ServiceAccount", "Role", "RoleBinding", "ClusterRoleBinding"].includes(kind))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([
      "ServiceAccount keyturn-pay",
      "ClusterRoleBinding keyturn:reviewer:pay:keyturn-pay",
      "Role keyturn-pay-token",
      "RoleBinding keyturn-pay-token",
    ]);
  });

  it("names the Vault in files where it is not the main one", () => {
    const files = planFiles(planned);
    expect([...files.keys()].filter((path) => path.endsWith(".hcl"))).toEqual([
      "vault/keyturn-prod-legacy-pay.hcl",
      "vault/keyturn-prod-pay.hcl",
    ]);
    const roles = JSON.parse(files.get("vault/roles.json") ?? "") as { vault?: string; path: string }[];
    expect(roles.map(({ vault, path }) => [vault, path])).toEqual([
      ["legacy", "auth/k8s-old/role/keyturn-prod-legacy-pay"],
      [undefined, "auth/k8s/role/keyturn-prod-pay"],
    ]);
  });

  it("is read by the rules, the CLI and the reconciler, with the main Vault where it always was", () => {
    const [data] = planned.environments.environments;
    expect(data?.vault.address).toBe("https://vault.example.com:8200");
    expect(data?.otherVaults).toEqual({
      legacy: {
        address: "https://old.example.com:8200",
        namespace: "ops",
        kv: { mount: "secret", version: 1 },
        login: { kubernetes: { mount: "k8s-old", audience: "vault-prod" } },
      },
    });
    const file = JSON.parse(JSON.stringify(planned.environments)) as unknown;
    expect(parseEnvironments(file, "f")).toEqual(planned.environments.environments);
  });
});

describe("several Vaults are refused", () => {
  it("where a name is not one of them, with the nearest", () => {
    const problem = '"legasy" is not a Vault of environment "prod" (legacy, main); did you mean "legacy"?';
    expect(refusal(() => store("s", { team: pay, vault: "legasy" }))).toEqual([`Store "s" › vault: ${problem}`]);
    expect(refusal(() => plan([appSecret("d", { team: pay, keys: { A: "db#a" }, vault: "legasy" })]))).toEqual([
      `AppSecret "d" › vault: ${problem}`,
    ]);
    expect(refusal(() => plan([teamAccess("t", { team: pay, vault: "legasy" })]))).toEqual([
      `TeamAccess "t" › vault: ${problem}`,
    ]);
    const of = { environment: prod, vault: "legasy", kubernetes: { host: "https://k" } };
    expect(refusal(() => plan([platform("p", of)]))).toEqual([`Platform "p" › vault: ${problem}`]);
  });

  it("where secret and store name different ones", () => {
    const old = store("old", { team: pay, vault: "legacy" });
    const secret = appSecret("d", { team: pay, keys: { A: "db#a" }, vault: "main", store: old });
    expect(refusal(() => plan([secret]))).toEqual([
      'AppSecret "d" › vault: "main" is not the Vault of the store, which is "legacy"',
    ]);
  });

  it("where one key comes from another than the rest", () => {
    const old = store("old", { team: pay, vault: "legacy" });
    const keys = { A: "db#a", B: { path: "db", property: "b", store: old } };
    expect(refusal(() => plan([appSecret("d", { team: pay, keys })]))).toEqual([
      'AppSecret "d" › keys.B.store: reaches Vault "legacy", the AppSecret "main"; all values of an AppSecret come from one Vault: ' +
        'declare one for each Vault, both with the name of the Secret, an externalSecretName each and creationPolicy "CreateOrMerge"',
    ]);
  });

  it("without a main one, beside the single form, twice the same, and with every problem of each", () => {
    const bad = { vault: main, vaults: { a: main, b: { ...main, login: {} }, C: legacy } };
    expect(refusal(() => environment("prod", bad as never))).toEqual([
      'Environment "prod" › vault: is there beside vaults; call it vaults.main',
      'Environment "prod" › vaults.main: is missing; it is the Vault of stores that name none',
      'Environment "prod" › vaults.C: "C" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
      'Environment "prod" › vaults.b.login: must have exactly one of kubernetes, jwt, appRole, userPass, ldap, cert, tokenSecret',
      'Environment "prod" › vaults.b: is "a" once more: the same address, namespace and KV mount',
    ]);
  });

  it("where two TeamAccess or Platforms are for one of them", () => {
    const twice = ["a", "b"].map((id) => teamAccess(id, { team: pay, vault: "legacy" }));
    expect(refusal(() => plan(twice))).toEqual([
      'TeamAccess "b" › team: the access of team "pay" in Vault "legacy" of environment "prod" is that of TeamAccess "a" already',
    ]);
  });

  it("where a role would be another environment's", () => {
    const other = environment("prod-legacy", { vault: main });
    const access = [pay, team(other, "pay", { namespaces: ["x"] })].map((owner) =>
      teamAccess(owner.environment.name, { team: owner }),
    );
    expect(refusal(() => plan(access))).toEqual([
      'Team "pay": of environment "prod-legacy" and team "pay" of environment "prod" would share the role and policy keyturn-prod-legacy-pay; rename one',
    ]);
  });
});
