import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyPackArgs } from "@pulumi/policy";
import { calendarDay } from "../../api";
import { keyturnPolicies } from "../../policies";
import { buildPolicies, ROOT } from "./built";
import { environments } from "./fixtures";
import { PulumiHost, secretValue, UNKNOWN_TEXT, urnOf, type Diagnostic, type Resource } from "./pulumi-host";

const DOCUMENT = { apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments };
const ES = "kubernetes:external-secrets.io/v1:ExternalSecret";
const STORE = "kubernetes:external-secrets.io/v1:SecretStore";
const CLUSTER_STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore";
const SECRET = "kubernetes:core/v1:Secret";

const storeOf = (server: unknown, metadata: object = { name: "vault", namespace: "payments" }): object => ({
  apiVersion: "external-secrets.io/v1",
  kind: "SecretStore",
  metadata,
  spec: { provider: { vault: { server, path: "prod" } } },
});
const reading = (
  key: unknown,
  metadata: object = { name: "db", namespace: "payments" },
  storeRef: object = { name: "vault" },
): object => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata,
  spec: { secretStoreRef: storeRef, data: [{ secretKey: "A", remoteRef: { key } }] },
});

/** The first line after the policy's description, with the level. */
function lines(all: readonly Diagnostic[]): readonly string[] {
  return all.map(({ level, message }) => `${level}: ${message.split("\n")[1]}`);
}

// The type contract that keyturnPolicies() is written against is the real one.
const fits: PolicyPackArgs["policies"] = keyturnPolicies();

describe("the policy pack in Pulumi's own host, over gRPC", () => {
  let built: string;
  let folder: string;
  let host: PulumiHost;
  beforeAll(async () => {
    built = await buildPolicies();
    folder = join(built, "policies/pulumi/pack");
    host = await PulumiHost.start(folder);
    await host.configure({ environments: DOCUMENT });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(built, { recursive: true });
  });
  const one = async (type: string, props: object, more: Partial<Resource> = {}): Promise<readonly string[]> =>
    lines(await host.analyze({ type, name: "r", props, ...more }));

  test("serves one resource and one stack policy for each level", async () => {
    expect(await host.policies()).toEqual([
      "keyturn-resources",
      "keyturn-resources-advice",
      "keyturn-stack",
      "keyturn-stack-advice",
    ]);
    expect(fits).toHaveLength(4);
  });

  test("has the version of the package", () => {
    const version = (path: string): unknown => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
    expect(version(join(folder, "package.json"))).toBe(version(join(ROOT, "package.json")));
  });

  test("a store of another environment is mandatory", async () => {
    expect(await one(STORE, storeOf("https://vault.dev.example.com:8200"))).toEqual([
      'mandatory: ENV001 spec.provider.vault.server: is the Vault of environment "dev"; namespace "payments" belongs to environment "prod", whose Vault is https://vault.prod.example.com:8200',
    ]);
    expect(await one(STORE, storeOf("https://vault.prod.example.com:8200"))).toEqual([]);
  });

  test("a path outside the team is mandatory and not shown, for every served version", async () => {
    const expected = [
      'mandatory: STO006 spec.data[0].remoteRef.key: (not shown) is outside what team "payments" may read: prod/payments',
    ];
    expect(await one(ES, reading("billing/db"))).toEqual(expected);
    expect(await one("kubernetes:external-secrets.io/v1beta1:ExternalSecret", reading("billing/db"))).toEqual(expected);
    expect(await one("kubernetes:external-secrets.io/v1:ExternalSecretPatch", reading("billing/db"))).toEqual(expected);
    expect(await one(ES, reading("payments/db"))).toEqual([]);
  });

  test("an extra grant that is over is mandatory, one that ends soon is advice, one that lasts is neither", async () => {
    const soon = calendarDay(Date.now() + 3 * 24 * 60 * 60 * 1000);
    const lending = (until: string) => ({
      environments: environments.map((environment) => ({
        ...environment,
        teams: environment.teams.map((team) => ({ ...team, alsoReads: [{ path: "lent/a", reason: "PAY-1", until }] })),
      })),
    });
    const said = async (until: string) => {
      await host.configure(lending(until));
      return one(ES, reading("lent/a"));
    };
    const message = (when: string) =>
      `spec.data[0].remoteRef.key: (not shown) is read by the extra grant lent/a of team "payments", which ${when}`;
    expect(await said("2026-01-31")).toEqual([`mandatory: ACC001 ${message("ended on 2026-01-31")}`]);
    expect(await said(soon)).toEqual([expect.stringContaining(`advisory: ACC002 ${message(`ends on ${soon}, in `)}`)]);
    expect(await said("9999-12-31")).toEqual([]);
    await host.configure({ environments: DOCUMENT });
  });

  test("a Secret with values is mandatory, also as patch and in a list", async () => {
    const secret = { metadata: { name: "s" }, stringData: { password: "Canary" } };
    const expected = ['mandatory: SEC001 stringData: has the value of "password"'];
    expect(await one(SECRET, secret)).toEqual(expected);
    expect(await one("kubernetes:core/v1:SecretPatch", secret)).toEqual(expected);
    expect(await one("kubernetes:core/v1:SecretList", { items: [secret] })).toEqual(expected);
    expect(await one("kubernetes:core/v1:ConfigMap", { metadata: { name: "c" }, data: { a: "b" } })).toEqual([]);
  });

  test("secret values, wrapped or not, and whatever is wrapped, are never in a message", async () => {
    const all = [
      await host.analyze({ type: SECRET, name: "r", props: { stringData: secretValue({ password: "Canary1" }) } }),
      await host.analyze({ type: SECRET, name: "r", props: { stringData: { password: secretValue("Canary2") } } }),
      await host.analyze({ type: STORE, name: "r", props: storeOf(secretValue("https://Canary3.example.org")) }),
      await host.analyze({ type: ES, name: "r", props: reading(secretValue("Canary4/db")) }),
      await host.analyze({
        type: ES,
        name: "r",
        props: { ...reading("x"), spec: secretValue({ data: [{ remoteRef: { key: "Canary5" } }] }) },
      }),
    ];
    expect(all.map((diagnostics) => diagnostics.length)).toEqual([1, 1, 1, 1, 1]);
    expect(JSON.stringify(all)).not.toMatch(/canary/i);
  });

  test("a value not known yet is an advisory that says which, and does not hide what is known", async () => {
    expect(await one(STORE, storeOf(UNKNOWN_TEXT))).toEqual([
      "advisory: ENV001 unknown at spec.provider.vault.server: the server is not known yet; it is judged again when it is",
    ]);
    const props = {
      ...reading("billing/db"),
      spec: {
        secretStoreRef: { name: "vault" },
        data: [{ remoteRef: { key: UNKNOWN_TEXT } }, { remoteRef: { key: "billing/db" } }],
      },
    };
    expect(await one(ES, props)).toEqual([
      'mandatory: STO006 spec.data[1].remoteRef.key: (not shown) is outside what team "payments" may read: prod/payments',
      "advisory: STO006 unknown at spec.data[0].remoteRef.key: the key is not known yet; it is judged again when it is",
    ]);
    const nowhere = reading("payments/db", { name: "db", namespace: UNKNOWN_TEXT });
    expect(await one(ES, nowhere)).toEqual([
      "advisory: STO006 unknown at metadata.namespace: the namespace is not known yet, nor whose it is; it is judged again when it is",
    ]);
    expect(await one(SECRET, { stringData: { a: UNKNOWN_TEXT } })).toEqual([
      'mandatory: SEC001 stringData: has the value of "a"',
    ]);
  });

  test("no namespace means the provider's", async () => {
    const props = reading("billing/db", { name: "db" });
    expect(await one(ES, props)).toEqual([]);
    expect(await one(ES, props, { provider: { namespace: "payments" } })).toHaveLength(1);
    expect(await one(ES, props, { provider: { namespace: "billing" } })).toEqual([]);
  });

  test("a suppressed finding stays visible as an advisory", async () => {
    const metadata = { name: "s", annotations: { "keyturn.dev/ignore-SEC001": "moved by PAY-12; until=2999-01-01" } };
    const [only, ...rest] = await host.analyze({ type: SECRET, name: "r", props: { metadata, data: { a: "eA==" } } });
    expect(rest).toEqual([]);
    expect(only?.level).toBe("advisory");
    expect(only?.message).toContain("(ignored until 2999-01-01: moved by PAY-12)");
  });

  test("the stack policy says only what needed the whole stack, at the resource it is about", async () => {
    const resources: Resource[] = [
      { type: ES, name: "good", props: reading("payments/db", { name: "good", namespace: "payments" }) },
      {
        type: ES,
        name: "bad",
        props: reading("billing/db", { name: "bad", namespace: "payments" }, { name: "v", kind: "ClusterSecretStore" }),
      },
      { type: CLUSTER_STORE, name: "v", props: storeOf("https://vault.dev.example.com:8200", { name: "v" }) },
      { type: "random:index/randomPassword:RandomPassword", name: "p", props: { result: secretValue("Canary") } },
    ];
    const found = await host.analyzeStack(resources);
    expect(found.map(({ level, urn, message }) => [level, urn, message.split("\n")[1]])).toEqual([
      [
        "mandatory",
        urnOf(ES, "bad"),
        'ENV002 spec.secretStoreRef: ClusterSecretStore (not shown): spec.provider.vault.server is the Vault of environment "dev"; namespace "payments" belongs to environment "prod", whose Vault is https://vault.prod.example.com:8200',
      ],
    ]);
  });

  test("configuration that cannot be used stops what it cannot judge, in words, and only that", async () => {
    await host.configure({ environments: "./missing.yaml" });
    expect(await one(ES, reading("payments/db"))).toEqual([
      "mandatory: keyturn cannot judge this: environments file ./missing.yaml: does not exist (check the path and its permissions)",
    ]);
    expect(await one("random:index/randomPassword:RandomPassword", {})).toEqual([]);
    await host.configure({ environments: DOCUMENT, environment: "qa" });
    expect(await one(ES, reading("payments/db"))).toEqual([
      'mandatory: keyturn cannot judge this: environment "qa": is not among the environments (use one of dev, prod, stage)',
    ]);
    await host.configure({ environments: DOCUMENT });
  });

  test("without environments the rules that need them say that they did not run", async () => {
    await host.configure({});
    expect(await one(ES, reading("billing/db"))).toEqual([]);
    expect(lines(await host.analyzeStack([{ type: ES, name: "a", props: reading("billing/db") }]))).toEqual([
      'advisory: ACC001, ACC002, ENV001, ENV002, STO006 did not run: no environments were given (policy configuration "environments", or KEYTURN_ENVIRONMENTS)',
    ]);
    await host.configure({ environments: DOCUMENT });
  });
});

describe("keyturn/policies", () => {
  let built: string;
  beforeAll(async () => {
    built = await buildPolicies();
  });
  afterAll(() => rmSync(built, { recursive: true }));

  test("loads neither Pulumi nor cdk8s", () => {
    const program = `require(${JSON.stringify(join(built, "policies"))}); console.log(Object.keys(require.cache).join("\\n"))`;
    const loaded = execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }).split("\n");
    expect(loaded.length).toBeGreaterThan(20);
    expect(loaded.filter((path) => /node_modules/.test(path) && !/node_modules\/js-yaml/.test(path))).toEqual([]);
  });
});

describe("where the pack finds the environments", () => {
  let built: string;
  let folder: string;
  beforeAll(async () => {
    built = await buildPolicies();
    folder = join(built, "policies/pulumi/pack");
  });
  afterAll(() => rmSync(built, { recursive: true }));

  test.each([
    ["the file KEYTURN_ENVIRONMENTS names", "named.json", { KEYTURN_ENVIRONMENTS: "named.json" }],
    ["environments.json in its folder", "environments.json", {}],
  ])("%s", async (_, file, env) => {
    writeFileSync(join(folder, file), JSON.stringify(DOCUMENT));
    const host = await PulumiHost.start(folder, env);
    try {
      expect(await host.analyze({ type: ES, name: "r", props: reading("billing/db") })).toHaveLength(1);
    } finally {
      await host.stop();
      rmSync(join(folder, file));
    }
  });
});
