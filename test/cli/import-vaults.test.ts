import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problems, ROOT } from "../docs/compile";
import { keyturn } from "./harness";
import { imported } from "./imported";

const store = (name: string, vault: string, more = ""): string => `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: ${name}, namespace: shop }
spec:
  ${more}
  provider: { vault: { ${vault}, auth: { tokenSecretRef: { name: vault-token, key: token } } } }
`;
const secret = (name: string, storeName: string): string => `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: shop }
spec:
  secretStoreRef: { name: ${storeName} }
  data: [{ secretKey: a, remoteRef: { key: shop/a, property: b } }]
`;
const OLD = 'server: "https://old-vault.example.com:8200", path: kv';
const NEW = 'server: "https://vault.prod.example.com:8200", path: secret';
const several = [
  store("old", OLD),
  store("vault", NEW),
  secret("db", "vault"),
  secret("api", "vault"),
  secret("erp", "old"),
].join("---");

describe("several Vaults in one input", () => {
  it("are an environment each, when nothing says that they belong together", async () => {
    const { code, program, said, manifests } = await imported(several, "--environment", "prod");
    expect(code).toBe(0);
    expect(program.match(/= environment\("[^"]+"/g)).toEqual(['= environment("prod"', '= environment("prod-2"']);
    expect(said).toEqual([
      'note: SecretStore shop/old › spec.provider: reaches Vault otherwise than environment "prod" and became "prod-2" (rename it; with --environment NAME --join all Vaults of the input are of one environment)',
    ]);
    expect(manifests).toHaveLength(5);
  });

  it("are Vaults of one environment with --join: main is used most, the others are named after their host", async () => {
    const { code, program, said, manifests } = await imported(several, "--environment", "prod", "--join");
    expect({ code, said }).toEqual({
      code: 0,
      said: [
        'note: SecretStore shop/old › spec.provider: became Vault "old-vault" of environment "prod" (rename it if you like; its role and the stores that keyturn makes have the name in theirs)',
      ],
    });
    expect(program).toBe(`import { appSecret, environment, store, team, type Declaration } from "keyturn";

export const prod = environment("prod", {
  vaults: {
    main: {
      address: "https://vault.prod.example.com:8200",
      kv: { mount: "secret" },
      login: { token: { secret: "vault-token", key: "token" } },
    },
    "old-vault": {
      address: "https://old-vault.example.com:8200",
      kv: { mount: "kv" },
      login: { token: { secret: "vault-token", key: "token" } },
    },
  },
  reconciler: { install: false },
});

export const shop = team(prod, "shop", { namespaces: ["shop"] });

export const shopOld = store("prod-shop-old-vault-old", { team: shop, vault: "old-vault", name: "old" });
export const shopVault = store("prod-shop-vault", { team: shop, name: "vault" });

/** ExternalSecret shop/api */
export const api = appSecret("api", { team: shop, store: shopVault, keys: { a: "a#b" } });

/** ExternalSecret shop/db */
export const db = appSecret("db", { team: shop, store: shopVault, keys: { a: "a#b" } });

/** ExternalSecret shop/erp */
export const erp = appSecret("erp", { team: shop, store: shopOld, keys: { a: "a#b" } });

export const declarations: readonly Declaration[] = [shopOld, shopVault, api, db, erp];
`);
    expect(problems([{ file: "joined.ts", text: program }])).toEqual([]);
    expect(manifests.map(({ kind, metadata, spec }) => [kind, metadata.name, spec])).toMatchObject([
      ["SecretStore", "old", { provider: { vault: { server: "https://old-vault.example.com:8200", path: "kv" } } }],
      ["SecretStore", "vault", { provider: { vault: { path: "secret" } } }],
      ["ExternalSecret", "api", { secretStoreRef: { name: "vault" } }],
      ["ExternalSecret", "db", {}],
      ["ExternalSecret", "erp", { secretStoreRef: { name: "old" } }],
    ]);
  });

  it("prints the same for the same input in another order", async () => {
    const there = await imported(several, "--environment", "prod", "--join");
    const back = await imported(several.split("---").reverse().join("---"), "--environment", "prod", "--join");
    expect(back.program).toBe(there.program);
  });

  it("that are one Vault with two logins, or of two operators, do not fit into one environment", async () => {
    const { program, said } = await imported(
      [
        store("one", NEW),
        store("two", NEW).replace("vault-token", "other-token"),
        store("ours", OLD, "controller: keyturn"),
        secret("a", "one"),
        secret("b", "two"),
        secret("c", "ours"),
      ].join("---"),
      ..."--environment prod --join".split(" "),
    );
    expect(program.match(/= environment\("[^"]+"/g)).toEqual([
      '= environment("prod"',
      '= environment("prod-2"',
      '= environment("prod-3"',
    ]);
    expect(said).toContainEqual(
      expect.stringContaining("an environment has one reconciler, and each of its Vaults one login"),
    );
  });

  it("may read through a store of the other Vault nowhere: an AppSecret is of one", async () => {
    const { said } = await imported(
      `${several}---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: mixed, namespace: shop }
spec:
  secretStoreRef: { name: vault }
  data:
    - { secretKey: a, remoteRef: { key: shop/a, property: b } }
    - { secretKey: b, remoteRef: { key: shop/a, property: b }, sourceRef: { storeRef: { name: old } } }
`,
      ..."--environment prod --join".split(" "),
    );
    expect(said).toContain(
      "warning: ExternalSecret shop/mixed › spec.data[1].sourceRef.storeRef: is a store that the input does not have, or of another Vault or environment (give the store's manifest as well, or leave the ExternalSecret as it is)",
    );
  });

  it("need the environment's name to be joined", async () => {
    expect(await keyturn(["import", "-", "--join"], { stdin: several })).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: --join: needs the name of the one environment (give --environment NAME as well)\n",
    });
  });
});

it("a store for one of several clusters is declared without that, and it is said", async () => {
  const yaml = `${store("vault", NEW)}---${secret("db", "vault")}`.replace(
    "namespace: shop }",
    'namespace: shop, annotations: { keyturn.dev/cluster: "eu" } }',
  );
  const { code, said } = await imported(yaml, "--environment", "prod");
  expect({ code, said }).toEqual({
    code: 1,
    said: [
      "warning: SecretStore shop/vault › metadata.annotations: is for cluster \"eu\" of several; one cluster's objects do not say what the others are (declare the environment's clusters, and which of them the store is for)",
    ],
  });
});

describe("docs/import.md", () => {
  const page = readFileSync(join(ROOT, "docs/import.md"), "utf8");
  const [yaml = ""] = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ""]) => text);
  const blocks = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, text = ""]) => text);

  it("shows what the command prints for its example, and the programs around it compile with that", async () => {
    const { code, stdout, stderr } = await keyturn(["import", "-", "--environment", "prod"], { stdin: yaml });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(blocks[0]).toBe(`// secrets.ts\n${stdout}`);
    const files = blocks.slice(1).map((text, index) => ({ file: `imported-page-${index}.ts`, text }));
    expect(files.length).toBeGreaterThanOrEqual(2);
    expect(problems([{ file: "secrets.ts", text: stdout }, ...files])).toEqual([]);
  });
});
