import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { plan, type Declaration } from "keyturn";
import { company as anyCompany } from "../components/arbitraries";
import { CANARIES } from "../components/fixtures";
import { problems } from "../docs/compile";
import { keyturn, temporary } from "./harness";

interface Module {
  readonly declarations: readonly Declaration[];
}

/** The input is one cluster's, which does not say what others there are. */
const company = anyCompany.filter(({ environments }) => environments.every(({ clusters }) => clusters.length < 2));

const folder = temporary();
let files = 0;
const printed: string[] = [];

/** Runs a printed program, as a user's module that imports keyturn. */
function evaluate(text: string): readonly Declaration[] {
  printed.push(text);
  const file = join(folder, `declarations-${files++}.ts`);
  writeFileSync(file, text);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require(file) as Module).declarations;
}

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const read = (yaml: string, ...options: readonly string[]) => keyturn(["import", "-", ...options], { stdin: yaml });
const wire = (declarations: readonly Declaration[]) =>
  plan(declarations).manifests.filter(({ kind }) => kind === "ExternalSecret" || kind === "SecretStore");
const listOf = (items: readonly unknown[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

const VAULT = `
apiVersion: external-secrets.io/v1beta1
kind: SecretStore
metadata: { name: vault-backend, namespace: shop }
spec:
  provider:
    vault:
      server: "https://vault.prod.example.com:8200"
      path: "secret"
      version: "v2"
      auth:
        kubernetes:
          mountPath: "kubernetes"
          role: "demo"
          serviceAccountRef: { name: "my-sa" }
`;
/** A store that keyturn would write just so, for ESO. */
const EXACT = `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: shop }
spec:
  provider:
    vault:
      server: https://vault.prod.example.com:8200/
      path: secret/
      auth: { tokenSecretRef: { name: vault-token, key: token } }
`;
const secret = (spec: string, metadata = "name: db, namespace: shop"): string => `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { ${metadata} }
spec:
  secretStoreRef: { name: vault }
${spec.replace(/^/gm, "  ")}
`;
const both = (spec: string, metadata?: string): string => `${EXACT}\n---\n${secret(spec, metadata)}`;

describe("what keyturn itself wrote", () => {
  it("comes back as declarations with the same ExternalSecrets and stores, also with several Vaults", async () => {
    await fc.assert(
      fc.asyncProperty(company, async ({ declarations }) => {
        const expected = wire(declarations.filter(({ kind }) => kind === "AppSecret" || kind === "Store"));
        fc.pre(expected.length > 0);
        const { code, stdout, stderr } = await read(listOf(expected));
        expect({ code, warnings: lines(stderr).filter((line) => !line.startsWith("note: ")) }).toEqual({
          code: 0,
          warnings: [],
        });
        expect(wire(evaluate(stdout))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("prints the same for the same input in another order", async () => {
    await fc.assert(
      fc.asyncProperty(company, async ({ declarations }) => {
        const manifests = wire(declarations.filter(({ kind }) => kind === "AppSecret" || kind === "Store"));
        fc.pre(manifests.length > 0);
        const there = await read(listOf(manifests));
        expect((await read(listOf([...manifests].reverse()))).stdout).toBe(there.stdout);
      }),
      { numRuns: 10 },
    );
  });
});

describe("what articles show", () => {
  it("declares the ExternalSecret and refers to a store with a role of its own", async () => {
    const { code, stdout, stderr } = await read(
      `${VAULT}---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata:
  name: example-sync
  namespace: shop
spec:
  refreshInterval: "15s"
  secretStoreRef:
    name: vault-backend
    kind: SecretStore
  target:
    name: example-sync
  data:
    - secretKey: foobar
      remoteRef:
        key: secret/foo
        property: my-value
`,
    );
    expect(stdout.slice(stdout.indexOf("import ")))
      .toBe(`import { appSecret, environment, team, type Declaration } from "keyturn";

export const prod = environment("prod", {
  vault: {
    address: "https://vault.prod.example.com:8200",
    kv: { mount: "secret" },
    login: { kubernetes: { mount: "kubernetes" } },
  },
  reconciler: { install: false },
});

export const shop = team(prod, "shop", { namespaces: ["shop"], serviceAccount: "my-sa", prefixes: ["foo"] });

/** Stays as it is; with an adapter, Store.fromName(prod, "vault-backend"). */
export const vaultBackend = { environment: prod, name: "vault-backend" };

/** ExternalSecret shop/example-sync */
export const exampleSync = appSecret("example-sync", {
  team: shop,
  store: vaultBackend,
  keys: { foobar: "/foo#my-value" },
  staleFor: "15s",
});

export const declarations: readonly Declaration[] = [exampleSync];
`);
    expect(code).toBe(1);
    expect(lines(stderr)).toEqual([
      'warning: SecretStore shop/vault-backend › spec.provider.vault.auth.kubernetes.role: is not "keyturn-prod-shop", the role by which keyturn\'s stores of the team log in (the store stays as it is and the secrets refer to it; to move it, apply TeamAccess and Store of the team, then leave `store` out)',
      "warning: SecretStore shop/vault-backend › spec.provider.vault.auth.kubernetes.serviceAccountRef.audiences: are none; keyturn's tokens are for one audience (the store stays as it is and the secrets refer to it)",
    ]);
    expect(wire(evaluate(stdout))[0]).toMatchObject({
      kind: "ExternalSecret",
      spec: {
        secretStoreRef: { kind: "SecretStore", name: "vault-backend" },
        refreshInterval: "15s",
        data: [{ secretKey: "foobar", remoteRef: { key: "foo", property: "my-value" } }],
      },
    });
  });

  it("replaces a ClusterSecretStore by the team's own store, and says so", async () => {
    const { code, stdout, stderr } = await read(`
apiVersion: external-secrets.io/v1beta1
kind: ClusterSecretStore
metadata: { name: vault }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      auth: { kubernetes: { mountPath: dev-cluster, role: reader, serviceAccountRef: { name: eso, namespace: eso } } }
---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: db, namespace: shop }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  dataFrom:
    - extract: { key: shop/db }
`);
    expect(code).toBe(1);
    expect(lines(stderr)).toEqual([
      'warning: ClusterSecretStore vault › kind: is for every namespace; keyturn has a SecretStore in each namespace, and a role for each team (the secrets below use the SecretStore "keyturn-<environment>" of their team instead: apply the team\'s access and store before them)',
    ]);
    const [replaced, db] = wire(evaluate(stdout));
    expect(replaced).toMatchObject({ kind: "SecretStore", metadata: { name: "keyturn-dev", namespace: "shop" } });
    expect(db).toMatchObject({
      spec: { secretStoreRef: { name: "keyturn-dev" }, dataFrom: [{ extract: { key: "shop/db" } }] },
    });
  });

  it("reads whole secrets, versions, encodings, find with rewrite, and templates", async () => {
    const { code, stdout, stderr } = await read(
      both(`refreshInterval: 1h
target:
  deletionPolicy: Merge
  template:
    type: Opaque
    metadata: { labels: { app: shop } }
    data: { url: "postgres://{{ .user }}@db" }
data:
  - { secretKey: user, remoteRef: { key: shop/db, property: user, version: "3" } }
  - { secretKey: cert, remoteRef: { key: shop/db, property: cert, decodingStrategy: Base64 } }
  - { secretKey: all, remoteRef: { key: shop/all } }
dataFrom:
  - find: { path: shop/flags, name: { regexp: ".*" } }
    rewrite: [{ regexp: { source: "shop_flags_(.*)", target: "$1" } }]
  - extract: { key: shop/more, property: nested, conversionStrategy: Unicode }`),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.slice(stdout.indexOf("/** ExternalSecret"))).toBe(`/** ExternalSecret shop/db */
export const db = appSecret("db", {
  team: shop,
  store: shopVault,
  keys: {
    user: { path: "db", property: "user", version: 3 },
    cert: { path: "db", property: "cert", decode: "base64" },
    all: { path: "all", whole: true },
  },
  from: [
    {
      find: { path: "flags", name: { regexp: ".*" } },
      rewrite: [{ regexp: { source: "shop_flags_(.*)", target: "$1" } }],
    },
    { path: "more", property: "nested", conversionStrategy: "Unicode" },
  ],
  template: { type: "Opaque", data: { url: "postgres://{{ .user }}@db" }, metadata: { labels: { app: "shop" } } },
  deletionPolicy: "Merge",
});

export const declarations: readonly Declaration[] = [shopVault, db];
`);
    evaluate(stdout);
  });

  it("takes what kubectl get -o yaml gives: server fields, finalizers and status are not declared", async () => {
    const { code, stdout, stderr } = await read(
      both(
        `data: [{ secretKey: a, remoteRef: { key: shop/a, property: b, conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None } }]`,
        `name: db, namespace: shop, uid: u, resourceVersion: "7", generation: 2, creationTimestamp: "2025-01-01T00:00:00Z",
  finalizers: [externalsecrets.external-secrets.io/externalsecret-cleanup],
  annotations: { kubectl.kubernetes.io/last-applied-configuration: "{}", owner: shop-team },
  labels: { app.kubernetes.io/managed-by: Helm }`,
      ),
    );
    expect({ code, stderr: lines(stderr) }).toEqual({
      code: 0,
      stderr: [
        'note: ExternalSecret shop/db › metadata.labels: "app.kubernetes.io/managed-by" of the tool that applied it: not taken over, since the object is applied otherwise from now on',
      ],
    });
    expect(stdout).toContain('annotations: { owner: "shop-team" }');
    evaluate(stdout);
  });

  it("keeps names apart, and knows generators, other objects than Secrets and Secrets that several fill", async () => {
    const key = (name: string) => `data: [{ secretKey: ${name}, remoteRef: { key: shop/a, property: ${name} } }]`;
    const { code, stdout, stderr } = await read(
      [
        both(
          `dataFrom: [{ sourceRef: { generatorRef: { kind: Password, name: p } }, rewrite: [{ regexp: { source: a, target: b } }] }]`,
          "name: gen, namespace: shop",
        ),
        secret(`${key("a")}\ntarget: { manifest: { apiVersion: v1, kind: ConfigMap } }`, "name: map, namespace: shop"),
        secret(`${key("a")}\ntarget: { creationPolicy: None }`, "name: none, namespace: shop"),
        secret(`${key("a")}\ntarget: { name: app, creationPolicy: CreateOrMerge }`, "name: one, namespace: shop"),
        secret(`${key("b")}\ntarget: { name: app, creationPolicy: Merge }`, "name: two, namespace: shop"),
      ].join("---"),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.slice(stdout.indexOf("/** ExternalSecret"))).toBe(`/** ExternalSecret shop/gen */
export const gen = appSecret("gen", {
  team: shop,
  store: shopVault,
  from: [{ generator: { kind: "Password", name: "p" }, rewrite: [{ regexp: { source: "a", target: "b" } }] }],
  refreshInterval: "1h",
});

/** ExternalSecret shop/map */
export const map = appSecret("map", {
  team: shop,
  store: shopVault,
  keys: { a: "a#a" },
  manifest: { apiVersion: "v1", kind: "ConfigMap" },
});

/** ExternalSecret shop/none */
export const none = appSecret("none", { team: shop, store: shopVault, keys: { a: "a#a" }, creationPolicy: "None" });

/** ExternalSecret shop/one */
export const app = appSecret("shop-app-one", {
  team: shop,
  name: "app",
  store: shopVault,
  externalSecretName: "one",
  keys: { a: "a#a" },
  creationPolicy: "CreateOrMerge",
});

/** ExternalSecret shop/two */
export const shopApp = appSecret("shop-app-two", {
  team: shop,
  name: "app",
  store: shopVault,
  externalSecretName: "two",
  keys: { b: "a#b" },
  creationPolicy: "Merge",
});

export const declarations: readonly Declaration[] = [shopVault, gen, map, none, app, shopApp];
`);
    expect(wire(evaluate(stdout))).toHaveLength(6);
  });
});

describe("what has no place in a declaration", () => {
  const left = async (spec: string, metadata?: string): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await read(both(spec, metadata));
    expect({ code, declared: stdout.includes("appSecret(") }).toEqual({ code: 1, declared: false });
    for (const line of lines(stderr)) expect(stdout).toContain(`// - ${line.replace(/^warning: /, "")}`);
    return lines(stderr);
  };

  it.each([
    [
      "a generator for a single key",
      `data: [{ secretKey: a, remoteRef: { key: shop/a }, sourceRef: { generatorRef: { kind: Password, name: p } } }]`,
      "spec.data[0].sourceRef.generatorRef: is a generator for a single key, which External Secrets Operator ignores (take it away, or write it in dataFrom)",
    ],
    [
      "a find over the whole mount",
      `dataFrom: [{ find: { name: { regexp: a } } }]`,
      "spec.dataFrom[0].find.path: is missing, so that the whole mount is searched (give the path below which the team's secrets are)",
    ],
    [
      "a key that is there twice",
      `data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }, { secretKey: a, remoteRef: { key: shop/a, property: c } }]`,
      "spec.data[1].secretKey: is there twice (remove the one that should not count)",
    ],
    [
      "an unknown field",
      `data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]
novelty: { on: true }`,
      "spec.novelty: would be otherwise, and the Secret with it (leave the ExternalSecret as it is)",
    ],
    [
      "a path with ..",
      `data: [{ secretKey: a, remoteRef: { key: shop/../x, property: b } }]`,
      'keys.a: the path contains a "." or ".." segment (correct it, or leave the ExternalSecret as it is)',
    ],
  ])("%s keeps the ExternalSecret from being declared", async (_name, spec, expected) => {
    expect(await left(spec)).toContain(`warning: ExternalSecret shop/db › ${expected}`);
  });

  it("an ExternalSecret whose store is not in the input is not declared", async () => {
    const { code, stdout, stderr } = await read(secret("data: [{ secretKey: a, remoteRef: { key: a, property: b } }]"));
    expect({ code, declared: stdout.includes("appSecret(") }).toEqual({ code: 1, declared: false });
    expect(lines(stderr)).toEqual([
      "warning: ExternalSecret shop/db › spec.secretStoreRef: is a store that the input does not have (give the store's manifest as well: kubectl get secretstores,clustersecretstores -A -o yaml)",
    ]);
    evaluate(stdout);
  });

  it("a second ExternalSecret for one Secret, other providers and other kinds are said", async () => {
    const data = "data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]";
    const { stderr } = await read(
      `${both(data)}---${secret(`${data}\ntarget: { name: db }`, "name: db2, namespace: shop")}---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: aws, namespace: shop }
spec: { provider: { aws: { service: SecretsManager } } }
---
apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: { name: push, namespace: shop }
spec: {}
`,
    );
    expect(lines(stderr)).toEqual([
      'warning: ExternalSecret shop/db2 › spec.target.name: is the Secret of another ExternalSecret, too (put both into one AppSecret by hand, or give both creationPolicy "CreateOrMerge")',
      "warning: PushSecret shop/push › apiVersion: is neither v1 nor v1beta1 (convert it to v1 first)",
      "warning: SecretStore shop/aws › spec.provider: is not Vault or OpenBao (leave it, and what uses it, to External Secrets Operator)",
    ]);
  });
});

describe("secret values", () => {
  it("of Secrets in the input, and pasted ones anywhere else, are never printed", async () => {
    for (const canary of CANARIES) {
      const text = JSON.stringify(canary);
      const places: readonly string[] = [
        `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"stringData":{"a":${text}}}`,
        ...(canary === CANARIES[0]
          ? []
          : [
              secret(`data: [{ secretKey: a, remoteRef: { key: ${text}, property: b } }]`),
              secret(`data: [{ secretKey: a, remoteRef: { key: ${JSON.stringify(`shop/${canary}`)}, property: b } }]`),
              secret(
                `data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]`,
                `name: x, namespace: shop, annotations: { note: ${text} }`,
              ),
              secret(`data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]
target: { template: { data: { a: ${text} } } }`),
            ]),
        EXACT.replace("name: vault,", "name: v2,").replace(/tokenSecretRef: \{.*?\}/, `tokenSecretRef: ${text}`),
        EXACT.replace("name: vault,", "name: v2,").replace(/auth: .*/, `headers: { X-Token: ${text} }`),
        EXACT.replace("name: vault,", "name: v2,").replace(
          /auth: .*/,
          `auth: { appRole: { roleId: ${text}, secretRef: ${text} } }`,
        ),
        EXACT.replace("name: vault,", "name: v2,").replace(/auth: .*/, `caBundle: ${text}`),
      ];
      for (const format of ["typescript", "json"]) {
        for (const place of places) {
          const { stdout, stderr } = await read(`${EXACT}\n---\n${place}`, "--format", format);
          const shown = stdout + stderr;
          expect({
            place,
            shows: shown.includes(canary) || shown.includes(JSON.stringify(canary).slice(1, -1)),
          }).toEqual({
            place,
            shows: false,
          });
          expect(shown).not.toContain("keyturn failed");
        }
      }
    }
  });
});

describe("the command", () => {
  it("names environment, team and namespace as it is told", async () => {
    const { stdout, code } = await read(
      both("data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]").replaceAll(", namespace: shop", ""),
      ..."--environment live --team core --namespace apps".split(" "),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('export const core = team(live, "core", { namespaces: ["apps"], prefixes: ["shop"] });');
  });

  it("gives plain data as JSON, notes included", async () => {
    const { stdout } = await read(both("dataFrom: [{ extract: { key: shop/a } }]"), "--format", "json");
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: "keyturn.dev/v1alpha1",
      kind: "Import",
      environments: [
        {
          variable: "prod",
          name: "prod",
          spec: {
            vault: {
              address: "https://vault.prod.example.com:8200",
              kv: { mount: "secret" },
              login: { token: { secret: "vault-token", key: "token" } },
            },
            reconciler: { install: false },
          },
        },
      ],
      teams: [{ variable: "shop", environment: "prod", name: "shop", spec: { namespaces: ["shop"] } }],
      references: [],
      stores: [{ variable: "shopVault", id: "prod-shop-vault", spec: { team: "shop", name: "vault" } }],
      secrets: [
        {
          variable: "db",
          id: "db",
          object: "ExternalSecret shop/db",
          spec: { team: "shop", store: "shopVault", from: ["a"] },
        },
      ],
      notes: [],
    });
  });

  it("writes a file once; --force replaces it", async () => {
    const cwd = temporary();
    writeFileSync(join(cwd, "in.yaml"), both("dataFrom: [{ extract: { key: shop/a } }]"));
    const call = (...more: readonly string[]) => keyturn(["import", "in.yaml", "--out", "out.ts", ...more], { cwd });
    expect(await call()).toEqual({ code: 0, stdout: "", stderr: "" });
    const text = readFileSync(join(cwd, "out.ts"), "utf8");
    evaluate(text);
    expect(await call()).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: --out out.ts: exists already (give another file, or --force to replace it)\n",
    });
    expect(await call("--force", "--team", "core")).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "out.ts"), "utf8")).toContain('"core"');
  });

  it("ends with 2 on wrong usage, and where nothing can be read", async () => {
    const errors = async (...argv: readonly string[]) => {
      const { code, stdout, stderr } = await keyturn(["import", ...argv], { stdin: "a: [" });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr;
    };
    expect(await errors()).toBe("error: PATH: is missing (give a folder, a file, or - for stdin)\n");
    expect(await errors("-", "--team", "A_b")).toContain("error: --team: is not a DNS label");
    expect(await errors("/does/not/exist")).toBe(
      "error: /does/not/exist: does not exist (check the path and its permissions)\n",
    );
    expect(await errors("-")).toContain("error: stdin:1:5: is not valid YAML");
    expect((await read("apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n")).stderr).toContain(
      "has no ExternalSecret and no store in it",
    );
  });

  it("is not put off by manifests of a wrong shape", async () => {
    const wrong = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.string(),
      fc.constant([]),
      fc.constant([1]),
      fc.constant({}),
    );
    const field = fc.constantFrom(
      "metadata.labels",
      "metadata.annotations",
      "spec.data",
      "spec.dataFrom",
      "spec.target",
      "spec.secretStoreRef",
      "spec.target.template",
      "spec.syncWindows",
      "spec.refreshInterval",
      "spec.refreshPolicy",
      "spec.provider",
      "spec.provider.vault",
      "spec.provider.vault.auth",
      "spec.provider.vault.auth.kubernetes",
      "spec.provider.vault.path",
      "spec.provider.vault.caBundle",
      "spec.provider.vault.caProvider",
      "spec.provider.vault.server",
      "spec.controller",
      "spec.provider.vault.version",
      "spec.provider.vault.namespace",
      "spec.target.name",
      "spec.secretStoreRef.name",
    );
    const base = {
      metadata: { name: "db", namespace: "shop" },
      spec: {
        secretStoreRef: { name: "db" },
        data: [{ secretKey: "a", remoteRef: { key: "shop/a", property: "b" } }],
        target: {},
        provider: { vault: { server: "https://v", path: "kv", auth: { kubernetes: { role: "r", mountPath: "k" } } } },
      },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, wrong), { minLength: 1, maxLength: 3 }), async (changes) => {
        const items = ["SecretStore", "ExternalSecret"].map((kind) => {
          const object = structuredClone({ apiVersion: "external-secrets.io/v1", kind, ...base }) as Record<
            string,
            unknown
          >;
          for (const [path, value] of changes) put(object, path.split("."), value);
          return object;
        });
        const { code, stdout, stderr } = await read(listOf(items));
        expect([0, 1]).toContain(code);
        expect(stderr).not.toContain("failed");
        evaluate(stdout);
      }),
      { numRuns: 200 },
    );
  });
});

function put(object: Record<string, unknown>, [head = "", ...rest]: readonly string[], value: unknown): void {
  const inner = object[head];
  if (rest.length === 0) object[head] = structuredClone(value);
  else if (inner !== null && typeof inner === "object") put(inner as Record<string, unknown>, rest, value);
}

test("everything printed above compiles under strict TypeScript", () => {
  expect(printed.length).toBeGreaterThan(40);
  const distinct = [...new Set(printed)].slice(0, 80);
  expect(problems(distinct.map((text, at) => ({ file: `imported-${at}.ts`, text })))).toEqual([]);
});
