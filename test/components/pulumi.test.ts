import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { appSecret, consumer, environment, plan, team } from "keyturn";
import {
  AppSecret,
  Platform,
  Reconciler,
  Store,
  TeamAccess,
  type AppSecretArgs,
  type PlatformArgs,
  type StoreArgs,
} from "keyturn/pulumi";
import { CANARIES, devPayments, payments, prod, refusal, shop } from "./fixtures";
import { notKnownYet, record, UNKNOWN, type Recording, type Registered } from "./pulumi-rig";

const keys = { USER: "db#username", PASSWORD: "db#password" };
const tree = ({ resources }: Recording): readonly string[] =>
  resources.map(({ type, name, parent }) => `${parent === "" ? "" : `${parent} > `}${name} ${type}`).sort();
const rolloutOn = ({ inputs }: Registered): unknown =>
  (inputs.metadata as { annotations?: Record<string, unknown> } | undefined)?.annotations?.["keyturn.dev/rollout-on"];
const spec = { selector: {}, template: { spec: { containers: [] } } };

describe("Platform", () => {
  it("is the KV mount, the login method and its settings, without a reviewer token", async () => {
    const recording = await record(
      () =>
        new Platform("vault", {
          environment: prod,
          kubernetes: { host: "https://10.0.0.1", ca: "-----BEGIN CERTIFICATE-----\nx" },
        }),
    );
    expect(tree(recording)).toEqual([
      "vault > vault-auth vault:index/authBackend:AuthBackend",
      "vault > vault-auth-config vault:kubernetes/authBackendConfig:AuthBackendConfig",
      "vault > vault-mount vault:index/mount:Mount",
      "vault keyturn:index:Platform",
    ]);
    expect(recording.named("vault").inputs).toEqual({ environment: "prod", mount: "prod" });
    expect(recording.named("vault-mount")).toMatchObject({
      inputs: {
        path: "prod",
        type: "kv",
        description: "Secrets of environment prod (keyturn)",
        options: { version: "2" },
      },
      retainOnDelete: true,
    });
    expect(recording.named("vault-auth").inputs).toEqual({
      type: "kubernetes",
      path: "k8s-prod",
      description: "ServiceAccounts of environment prod (keyturn)",
    });
    expect(recording.named("vault-auth-config")).toMatchObject({
      inputs: {
        backend: "k8s-prod",
        kubernetesHost: "https://10.0.0.1",
        kubernetesCaCert: "-----BEGIN CERTIFICATE-----\nx",
        disableLocalCaJwt: false,
      },
      dependsOn: ["vault-auth"],
    });
    expect(recording.outputs.get("vault")).toEqual({ environment: "prod", mount: "prod" });
  });

  it("has an audit device and a rate limit on request; the mount may go with the stack", async () => {
    const args: PlatformArgs<"prod"> = {
      environment: prod,
      kubernetes: { host: "https://k" },
      audit: { file: "/var/log/audit.log" },
      quota: { requestsPerSecond: 50 },
      keepSecrets: false,
    };
    const recording = await record(() => new Platform("vault", args));
    expect(recording.named("vault-audit").inputs).toEqual({
      type: "file",
      path: "file",
      options: { file_path: "/var/log/audit.log" },
    });
    expect(recording.named("vault-quota")).toMatchObject({
      inputs: { name: "keyturn-prod", path: "prod/", rate: 50 },
      dependsOn: ["vault-mount"],
    });
    expect(recording.named("vault-mount").retainOnDelete).toBe(false);
  });

  it("takes the API server's address and CA as Inputs, known or not", async () => {
    const later = notKnownYet();
    const recording = await record(
      () => new Platform("vault", { environment: prod, kubernetes: { host: later, ca: pulumi.output("pem") } }),
      { preview: true },
    );
    expect(recording.named("vault-auth-config").inputs).toEqual({
      backend: "k8s-prod",
      kubernetesHost: UNKNOWN,
      kubernetesCaCert: "pem",
      disableLocalCaJwt: false,
    });
  });

  it("has a mount only, where a token logs in", async () => {
    const token = environment("prod", {
      vault: { address: "https://v", kv: { mount: "kv", version: 1 }, login: { token: { secret: "t", key: "k" } } },
    });
    const recording = await record(() => new Platform("vault", { environment: token }));
    expect(recording.resources.map(({ name }) => name)).toEqual(["vault", "vault-mount"]);
    expect(recording.named("vault-mount").inputs).toMatchObject({ options: { version: "1" } });
  });
});

describe("TeamAccess", () => {
  it("is policy, role, ServiceAccount and token rights; the policy lists what the AppSecrets read", async () => {
    const recording = await record(() => {
      const db = new AppSecret("db", { team: payments, keys });
      new TeamAccess("payments", { team: payments, secrets: [db] });
    });
    expect(tree(recording)).toEqual([
      "db > db kubernetes:external-secrets.io/v1:ExternalSecret",
      "db keyturn:index:AppSecret",
      "payments > payments-payments-account kubernetes:core/v1:ServiceAccount",
      "payments > payments-payments-token-binding kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      "payments > payments-payments-token-role kubernetes:rbac.authorization.k8s.io/v1:Role",
      "payments > payments-policy vault:index/policy:Policy",
      "payments > payments-role vault:kubernetes/authBackendRole:AuthBackendRole",
      "payments keyturn:index:TeamAccess",
    ]);
    expect(recording.named("payments").inputs).toEqual({
      environment: "prod",
      team: "payments",
      paths: ["prod/data/payments/db"],
    });
    expect(recording.named("payments-policy").inputs).toEqual({
      name: "keyturn-prod-payments",
      policy:
        '# keyturn: what team payments may read in environment prod\n\npath "prod/data/payments/db" {\n  capabilities = ["read"]\n}\n',
    });
    expect(recording.named("payments-role")).toMatchObject({
      inputs: {
        backend: "k8s-prod",
        roleName: "keyturn-prod-payments",
        boundServiceAccountNames: ["keyturn-payments"],
        boundServiceAccountNamespaces: ["payments"],
        audience: "vault-prod",
        aliasNameSource: "serviceaccount_uid",
        tokenPolicies: ["keyturn-prod-payments"],
        tokenType: "batch",
        tokenTtl: 1200,
        tokenMaxTtl: 1200,
        tokenNoDefaultPolicy: true,
      },
      dependsOn: ["payments-policy"],
    });
  });

  it("takes an access.json or a declared prefix instead", async () => {
    const declared = plan([appSecret("x", { team: payments, keys: { A: "db#a" } })]);
    const recording = await record(() => {
      new TeamAccess("a", { team: payments, access: declared.access });
      new TeamAccess("b", { team: shop, prefixes: [{ prefix: "shop", reason: "migration" }] });
    });
    expect(recording.named("a").inputs.paths).toEqual(["prod/data/payments/db"]);
    expect(recording.named("b").inputs.paths).toEqual(["prod/data/shop/*"]);
  });
});

describe("AppSecret", () => {
  it("is one ExternalSecret; component and state hold references only", async () => {
    const recording = await record(
      () =>
        new AppSecret("db", {
          team: payments,
          name: "app-db-secret",
          keys: { ...keys, PIN: { path: "db", property: "pin", version: 2 } },
          staleFor: "5m",
        }),
    );
    expect(recording.resources.map(({ type }) => type)).toEqual([
      "keyturn:index:AppSecret",
      "kubernetes:external-secrets.io/v1:ExternalSecret",
    ]);
    expect(recording.resources[0]?.inputs).toEqual({
      environment: "prod",
      team: "payments",
      namespace: "payments",
      secretName: "app-db-secret",
      store: "keyturn-prod",
      refreshInterval: "5m0s",
      keys: {
        USER: { path: "payments/db", property: "username" },
        PASSWORD: { path: "payments/db", property: "password" },
        PIN: { path: "payments/db", property: "pin", version: 2 },
      },
    });
    expect(recording.outputs.get("db")).toEqual({ name: "app-db-secret", namespace: "payments" });
  });

  it("comes after the store it uses, and after what it is told to", async () => {
    const recording = await record(() => {
      const store = new Store("store", { team: payments });
      const other = new k8s.core.v1.Namespace("payments", { metadata: { name: "payments" } });
      new AppSecret("db", { team: payments, keys, store }, { dependsOn: [other] });
    });
    const [externalSecret] = recording.resources.filter(({ type }) => type.endsWith(":ExternalSecret"));
    expect(externalSecret?.dependsOn).toEqual(["payments", "store-payments"]);
  });

  // An alias of a component reaches children whose names begin with the component's: the engine puts the former name there.
  it("can be renamed by one alias: every child of every component has the component's name in front of its own", async () => {
    const { resources } = await record(() => {
      new AppSecret("db", { team: payments, keys });
      new Store("store", { team: shop });
      new TeamAccess("access", { team: payments });
      new Platform("vault", { environment: prod, kubernetes: { host: "https://k" } });
      new Reconciler("r", { environment: prod, teams: [payments], bundle: { text: "0" } });
    });
    const children = resources.filter(({ custom }) => custom);
    expect(children.length).toBeGreaterThan(20);
    for (const { name, parent } of children)
      expect([parent !== "", name === parent || name.startsWith(`${parent}-`), name]).toEqual([true, true, name]);
    expect(new Set(resources.map(({ type, name }) => `${type} ${name}`)).size).toBe(resources.length);
  });

  it("passes its providers on to its children", async () => {
    const recording = await record(() => {
      const provider = new k8s.Provider("cluster", {});
      const server = new vault.Provider("server", { address: "https://v" });
      new AppSecret("db", { team: payments, keys }, { providers: [provider] });
      new TeamAccess("access", { team: payments }, { providers: [provider, server] });
    });
    const [externalSecret] = recording.resources.filter(({ type }) => type.endsWith(":ExternalSecret"));
    expect(externalSecret?.provider).toBe("cluster");
    expect(recording.named("access-policy").provider).toBe("server");
    expect(recording.named("access-payments-account").provider).toBe("cluster");
  });

  it("refuses a wrong declaration before anything is registered, and Pulumi prints no stack for it", async () => {
    let error: unknown;
    const recording = await record(() => {
      try {
        new AppSecret("db", {
          team: payments,
          keys: { A: CANARIES[5], B: 7 as unknown as string },
          waitForReady: { timeout: "soon" },
        });
      } catch (thrown) {
        error = thrown;
      }
    });
    expect(recording.resources).toEqual([]);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect((error as Error).message.split("\n")).toEqual([
      'AppSecret "db" › waitForReady.timeout: "soon" is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)',
      'AppSecret "db" › keys.A: looks like a random value; a declaration says where a value lives ("db#password"), never what it is. What is written there is not shown; if it was a real secret, rotate it',
      'AppSecret "db" › keys.B: must be "path#property", for example "db#password", or { path, property }',
    ]);
    // What Pulumi's typed errors are recognised by: a component around ours, made for another language, passes them on to the engine.
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    expect(error.errors.map(({ propertyPath }) => propertyPath)).toEqual([
      'AppSecret "db" › waitForReady.timeout',
      'AppSecret "db" › keys.A',
      'AppSecret "db" › keys.B',
    ]);
  });

  it("refuses an Output where a plain value belongs", async () => {
    await record(() => {
      expect(
        refusal(() => new AppSecret("db", { team: payments, keys: { B: pulumi.output("db#b") as unknown as string } })),
      ).toEqual([
        'AppSecret "db" › keys.B: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
      ]);
    });
  });

  it("refuses a store of another environment", async () => {
    await record(() => {
      const store = new Store("store", { team: devPayments }) as unknown as AppSecretArgs<"prod">["store"];
      expect(
        refusal(() => new AppSecret("db", { team: payments, keys, ...(store === undefined ? {} : { store }) })),
      ).toEqual([
        'AppSecret "db" › store: belongs to environment "dev", team "payments" to "prod"; take the store of "prod"',
      ]);
    });
  });
});

describe("waitForReady", () => {
  const waits = async (waitForReady: AppSecretArgs["waitForReady"]) => {
    const given = waitForReady === undefined ? {} : { waitForReady };
    let declared: unknown;
    const { resources } = await record(() => {
      declared = new AppSecret("db", { team: payments, keys, ...given }).declaration;
      new Store("store", { team: payments, ...given });
    });
    const waited = resources
      .filter(({ custom }) => custom)
      .map(({ inputs, timeouts }) => {
        const { annotations } = inputs.metadata as { readonly annotations: Readonly<Record<string, string>> };
        return [annotations["pulumi.com/waitFor"], timeouts.create, timeouts.update];
      });
    return { waited, declared, components: resources.filter(({ custom }) => !custom).map(({ inputs }) => inputs) };
  };

  it.each([
    [true, "300s"],
    [{}, "300s"],
    [{ timeout: "1m30s" }, "90s"],
    [{ timeout: "1500ms" }, "2s"],
  ])("%j has the provider wait for the condition Ready, for %s", async (given, seconds) => {
    const { waited } = await waits(given);
    expect(waited).toEqual([
      ["condition=Ready", seconds, seconds],
      ["condition=Ready", seconds, seconds],
    ]);
  });

  it("is off by default, and changes neither the declaration nor what the state has of the component", async () => {
    const [off, never, on] = [await waits(undefined), await waits(false), await waits(true)];
    expect(off.waited).toEqual([
      [undefined, "", ""],
      [undefined, "", ""],
    ]);
    expect(never).toEqual(off);
    expect({ ...on, waited: [] }).toEqual({ ...off, waited: [] });
  });

  it("refuses what is no duration, also from plain JavaScript", async () => {
    await record(() => {
      const at = (waitForReady: unknown) =>
        refusal(() => new Store("s", { team: payments, waitForReady } as StoreArgs<"prod">));
      expect(at({ timeout: "0s" })).toEqual(['Store "s" › waitForReady.timeout: "0s" is shorter than 1s']);
      expect(at("5m")).toEqual(['Store "s" › waitForReady: must be true, false or { timeout: "5m" }']);
      expect(at({ timeOut: "5m" })).toEqual([
        'Store "s" › waitForReady.timeOut: is not a known field; did you mean "timeout"?',
      ]);
    });
  });
});

describe("AppSecret#rollout", () => {
  it("annotates the Deployment it is an option of, and adds up", async () => {
    let declared: readonly unknown[] = [];
    const recording = await record(() => {
      const db = new AppSecret("db", { team: payments, name: "app-db-secret", keys });
      const api = new AppSecret("api", { team: payments, keys: { TOKEN: "api#token" } });
      const transformations = [db.rollout(), api.rollout({ keys: ["TOKEN"] })];
      new k8s.apps.v1.Deployment(
        "checkout",
        { metadata: { name: "checkout", namespace: "payments", annotations: { a: "b" } }, spec },
        { transformations },
      );
      new k8s.batch.v1.CronJob(
        "nightly",
        { metadata: { name: "nightly" }, spec: { schedule: "@daily", jobTemplate: {} } },
        { transformations },
      );
      declared = plan([...db.consumers, ...api.consumers]).consumers;
    });
    expect(recording.named("checkout").inputs.metadata).toEqual({
      name: "checkout",
      namespace: "payments",
      annotations: { a: "b", "keyturn.dev/rollout-on": "api/TOKEN,app-db-secret" },
    });
    expect(recording.named("nightly").inputs.metadata).toEqual({ name: "nightly" });
    const uses = [
      { secret: "api", keys: ["TOKEN"] },
      { secret: "app-db-secret", keys: undefined },
    ];
    expect(declared).toEqual([
      {
        environment: "prod",
        namespace: "payments",
        kind: "CronJob",
        name: "nightly",
        uses,
        onChange: "nextPods",
        annotations: {},
      },
      {
        environment: "prod",
        namespace: "payments",
        kind: "Deployment",
        name: "checkout",
        uses,
        onChange: "rollout",
        annotations: { "keyturn.dev/rollout-on": "api/TOKEN,app-db-secret" },
      },
    ]);
  });

  it("reaches the workloads inside a component, and workloads with Outputs in their metadata", async () => {
    class App extends pulumi.ComponentResource {
      constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super("test:index:App", name, {}, opts);
        new k8s.apps.v1.StatefulSet(
          `${name}-a`,
          { metadata: pulumi.output({ name: "a" }), spec: { ...spec, serviceName: "a" } },
          { parent: this },
        );
        new k8s.apps.v1.DaemonSet(
          `${name}-b`,
          { metadata: { annotations: pulumi.output({ x: "y" }) }, spec },
          { parent: this },
        );
        new k8s.apps.v1.DaemonSet(
          `${name}-c`,
          { metadata: { annotations: { "keyturn.dev/rollout-on": pulumi.output("tls") } }, spec },
          { parent: this },
        );
        new k8s.apps.v1.Deployment(`${name}-d`, { spec }, { parent: this });
      }
    }
    const recording = await record(() => {
      const db = new AppSecret("db", { team: payments, keys });
      new App("app", { transformations: [db.rollout()] });
    });
    expect(["a", "b", "c", "d"].map((name) => rolloutOn(recording.named(`app-${name}`)))).toEqual([
      "db",
      "db",
      "db,tls",
      "db",
    ]);
    expect(recording.named("app-b").inputs.metadata).toEqual({
      annotations: { x: "y", "keyturn.dev/rollout-on": "db" },
    });
  });

  it("refuses a workload of another namespace and keys the Secret does not have", async () => {
    await record(() => {
      const db = new AppSecret("db", { team: payments, keys });
      const make = () =>
        new k8s.apps.v1.Deployment("w", { metadata: { namespace: "shop" }, spec }, { transformations: [db.rollout()] });
      expect(refusal(make)).toEqual([
        'AppSecret "db" › rollout: Deployment is in namespace "shop", the Secret in "payments"; pods use Secrets of their own namespace only',
      ]);
      expect(refusal(() => db.rollout({ keys: ["X"] }))).toEqual([
        'AppSecret "db" › rollout.keys[0]: "X" is not a key of the Secret (PASSWORD, USER)',
      ]);
      expect(db.rolloutFor({ kind: "Deployment", name: "elsewhere" })).toEqual({ "keyturn.dev/rollout-on": "db" });
      expect(plan(db.consumers)).toEqual(plan([consumer(db.declaration, { kind: "Deployment", name: "elsewhere" })]));
    });
  });
});

describe("Store and Reconciler", () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

  it("take address and CA as Inputs without hiding anything else", async () => {
    const recording = await record(
      () => {
        const later = notKnownYet();
        new Store("unknown", { team: payments, address: later });
        new Store("known", {
          team: shop,
          namespaces: ["shop"],
          address: pulumi.output("https://real:8200"),
          ca: pulumi.output(certificate),
        });
        new Store("plain", { team: shop, namespaces: ["shop-eu"], address: "https://plain:8200", ca: certificate });
        new Reconciler("r", {
          environment: prod,
          teams: [payments],
          bundle: { text: "0" },
          address: pulumi.output("https://real:8200"),
        });
      },
      { preview: true },
    );
    const provider = (name: string): unknown =>
      (recording.named(name).inputs.spec as { provider: { vault: unknown } }).provider.vault;
    expect(provider("unknown-payments")).toMatchObject({
      server: UNKNOWN,
      path: "prod",
      auth: { kubernetes: { role: "keyturn-prod-payments" } },
    });
    expect(provider("known-shop")).toMatchObject({
      server: "https://real:8200",
      caBundle: Buffer.from(certificate).toString("base64"),
    });
    expect(provider("plain-shop-eu")).toMatchObject({
      server: "https://plain:8200",
      caBundle: Buffer.from(certificate).toString("base64"),
    });
    const { data } = recording.named("r-environments").inputs as { data: Record<string, string> };
    expect(data["environments.json"]).toContain('"address": "https://real:8200"');
    expect(JSON.stringify(recording.resources)).not.toContain("keyturn.invalid");
  });

  it("refuse what is no CA, without showing it", async () => {
    await record(() => {
      expect(refusal(() => new Store("s", { team: payments, ca: CANARIES[1] }))).toEqual([
        'Store "s" › ca: must be PEM certificates and nothing else. It is not shown',
      ]);
    });
  });

  it("put namespace and CRDs before what needs them, and keep the bundle out of the component's own state", async () => {
    const recording = await record(
      () => new Reconciler("r", { environment: prod, teams: [payments], bundle: { text: "bundle-text" } }),
    );
    expect(recording.named("r").inputs).toEqual({
      environment: "prod",
      teams: ["payments"],
      namespaces: ["payments"],
      scope: "declared",
      image: "docker.io/library/node:24-slim",
    });
    expect(recording.named("r-deployment").dependsOn).toEqual([
      "r-crd-clustersecretstores",
      "r-crd-externalsecrets",
      "r-crd-secretrollouts",
      "r-crd-secretstores",
      "r-namespace",
    ]);
    expect(recording.named("r-deployment").type).toBe("kubernetes:apps/v1:Deployment");
  });
});

it("no value that was refused is in anything that was registered", async () => {
  const recording = await record(() => {
    for (const [index, canary] of CANARIES.entries()) {
      expect(refusal(() => new AppSecret(`s${index}`, { team: payments, keys: { A: canary } }))).toHaveLength(1);
      expect(
        refusal(() => new TeamAccess(`t${index}`, { team: payments, prefixes: [{ prefix: canary, reason: "r" }] })),
      ).toHaveLength(1);
    }
    expect(refusal(() => team(prod, "t", { namespaces: ["n"], prefixes: [CANARIES[3]] }))).toHaveLength(1);
  });
  expect(recording.resources).toEqual([]);
});
