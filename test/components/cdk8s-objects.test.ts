import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ApiObject, App, Chart, Include, JsonPatch, Testing, YamlOutputType, type AppProps } from "cdk8s";
import { Deployment } from "cdk8s-plus-34";
import { Construct } from "constructs";
import { KeyturnValidation, planFiles } from "keyturn";
import { AppSecret, planOf, Reconciler, Store, TeamAccess, writeVaultFiles } from "keyturn/cdk8s";
import { payments, prod, refusal, shop } from "./fixtures";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

const synth = (chart: Chart): readonly Manifest[] => Testing.synth(chart) as Manifest[];
const newChart = (): Chart => new Chart(new App({ outdir: "unused" }), "chart");
const dbOf = (scope: Construct): AppSecret<"prod"> =>
  new AppSecret(scope, "db", {
    team: payments,
    name: "app-db-secret",
    keys: { USER: "db#username", PASSWORD: "db#password" },
    from: ["extra"],
  });
const bundle = { text: "process.exit(0)" };

describe("escape hatches", () => {
  it("reach every object that a construct emits, and their patches show in the output", () => {
    const chart = newChart();
    const db = dbOf(chart);
    const store = new Store(chart, "store", { team: payments });
    const stores = new Store(chart, "stores", { team: shop });
    const access = new TeamAccess(chart, "access", { team: payments });
    const reconciler = new Reconciler(chart, "reconciler", { environment: prod, teams: [payments, shop], bundle });
    const objects: readonly ApiObject[] = [db, store, stores, access, reconciler].flatMap((one) => one.apiObjects);
    expect(objects).toHaveLength(synth(chart).length);

    db.externalSecret.addJsonPatch(JsonPatch.add("/metadata/annotations/a", "on the ExternalSecret"));
    store.secretStore.addJsonPatch(JsonPatch.add("/spec/provider/vault/headers", { "X-Trace": "1" }));
    stores.secretStores.get("shop-eu")?.addJsonPatch(JsonPatch.add("/spec/retrySettings", { maxRetries: 3 }));
    access.apiObjects.find(({ kind }) => kind === "ServiceAccount")?.metadata.addLabel("owner", "payments");
    reconciler.apiObjects
      .find(({ kind }) => kind === "Deployment")
      ?.addJsonPatch(JsonPatch.replace("/spec/replicas", 3));
    const find = (kind: string, name?: string, namespace?: string) =>
      synth(chart).find(
        (object) =>
          object.kind === kind &&
          (name === undefined || object.metadata.name === name) &&
          (namespace === undefined || object.metadata.namespace === namespace),
      );
    expect(find("ExternalSecret")?.metadata.annotations?.a).toBe("on the ExternalSecret");
    expect(find("SecretStore", "keyturn-prod", "payments")?.spec?.provider).toMatchObject({
      vault: { headers: { "X-Trace": "1" } },
    });
    expect(find("SecretStore", "keyturn-prod", "shop-eu")?.spec?.retrySettings).toEqual({ maxRetries: 3 });
    expect(find("SecretStore", "keyturn-prod", "shop")?.spec?.retrySettings).toBeUndefined();
    expect(find("ServiceAccount", "keyturn-payments")?.metadata.labels).toEqual({ owner: "payments" });
    expect(find("Deployment")?.spec?.replicas).toBe(3);
  });

  it("find the object of a construct that has one, and say which there are where it has several", () => {
    const chart = newChart();
    const store = new Store(chart, "store", { team: payments });
    expect(ApiObject.of(store)).toBe(store.secretStore);
    expect(ApiObject.of(dbOf(chart)).kind).toBe("ExternalSecret");
    const stores = new Store(chart, "stores", { team: shop });
    expect(() => stores.secretStore).toThrow(
      'Store "stores": has SecretStores in several namespaces (shop, shop-eu) (take secretStores.get(namespace))',
    );
  });

  const REFUSED: readonly (readonly [string, (chart: Chart) => void, string, string])[] = [
    [
      "the name",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.replace("/metadata/name", "other")),
      "chart/db",
      "/metadata/name of the ExternalSecret",
    ],
    [
      "the namespace",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.remove("/metadata/namespace")),
      "chart/db",
      "/metadata/namespace of the ExternalSecret",
    ],
    [
      "the team",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.replace("/metadata/annotations/keyturn.dev~1team", "shop")),
      "chart/db",
      "/metadata/annotations/keyturn.dev~1team of the ExternalSecret",
    ],
    [
      "the store",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.replace("/spec/secretStoreRef/name", "mine")),
      "chart/db",
      "/spec/secretStoreRef/name of the ExternalSecret",
    ],
    [
      "the name of the Secret",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.replace("/spec/target/name", "other")),
      "chart/db",
      "/spec/target/name of the ExternalSecret",
    ],
    [
      "a path, whatever else the patch does",
      (chart) => {
        dbOf(chart).addJsonPatch(
          JsonPatch.replace("/spec/refreshInterval", "7m0s"),
          JsonPatch.replace("/spec/data/0/remoteRef/key", "shop/api"),
        );
      },
      "chart/db",
      "/spec/data/0/remoteRef/key of the ExternalSecret",
    ],
    [
      "a key that is added",
      (chart) =>
        dbOf(chart).addJsonPatch(
          JsonPatch.add("/spec/data/-", { secretKey: "X", remoteRef: { key: "x", property: "y" } }),
        ),
      "chart/db",
      "/spec/data/2/secretKey, /spec/data/2/remoteRef/key of the ExternalSecret",
    ],
    [
      "a find that is added",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.add("/spec/dataFrom/-", { find: { name: { regexp: ".*" } } })),
      "chart/db",
      "/spec/dataFrom/1/find/name/regexp of the ExternalSecret",
    ],
    [
      "everything that is read",
      (chart) => dbOf(chart).addJsonPatch(JsonPatch.remove("/spec/data")),
      "chart/db",
      "/spec/data/0/remoteRef/key, /spec/data/0/remoteRef/metadataPolicy, /spec/data/0/secretKey and 3 more of the ExternalSecret",
    ],
    [
      "the mount of a store",
      (chart) =>
        new Store(chart, "store", { team: payments }).secretStore.addJsonPatch(
          JsonPatch.replace("/spec/provider/vault/path", "dev"),
        ),
      "chart/store/payments",
      "/spec/provider/vault/path of the SecretStore",
    ],
    [
      "the role of a store",
      (chart) =>
        new Store(chart, "store", { team: payments }).secretStore.addJsonPatch(
          JsonPatch.replace("/spec/provider/vault/auth/kubernetes/role", "root"),
        ),
      "chart/store/payments",
      "/spec/provider/vault/auth/kubernetes/role of the SecretStore",
    ],
    [
      "the name of a ServiceAccount",
      (chart) =>
        new TeamAccess(chart, "access", { team: payments }).apiObjects[0]?.addJsonPatch(
          JsonPatch.replace("/metadata/name", "x"),
        ),
      "chart/access/payments-account",
      "/metadata/name of the ServiceAccount",
    ],
  ];
  it.each(REFUSED)("do not change what the Vault half is made of: %s", (_what, patch, path, changed) => {
    const chart = newChart();
    patch(chart);
    expect(() => synth(chart)).toThrow(
      new Error(
        `Validation failed with the following errors:\n  [${path}] JSON patch: changes ${changed}; the Vault policies and ` +
          "rollouts are made of the declaration, where that has to be changed instead",
      ),
    );
  });

  it("are judged as they are at each synth", () => {
    const chart = newChart();
    const db = dbOf(chart);
    db.addJsonPatch(JsonPatch.replace("/spec/data/0/remoteRef/decodingStrategy", "Base64"));
    expect(synth(chart)).toHaveLength(1);
    db.addJsonPatch(JsonPatch.replace("/metadata/name", "other"));
    expect(() => synth(chart)).toThrow("changes /metadata/name");
    db.addJsonPatch(JsonPatch.replace("/metadata/name", "app-db-secret"));
    expect(synth(chart)).toHaveLength(1);
  });

  it("leave the Vault half as it was", () => {
    const chart = newChart();
    new TeamAccess(chart, "access", { team: payments });
    const db = dbOf(chart);
    const before = [...planFiles(planOf(chart))];
    db.addJsonPatch(
      JsonPatch.replace("/spec/refreshInterval", "7m0s"),
      JsonPatch.add("/spec/target/template", { data: { A: "{{ .USER }}" } }),
    );
    synth(chart);
    expect([...planFiles(planOf(chart))]).toEqual(before);
  });
});

describe("an AppSecret", () => {
  it("stays what was judged, whatever the program does with its own object later", () => {
    const chart = newChart();
    const keys: Record<string, string> = { A: "db#a" };
    const from: string[] = ["extra"];
    const labels: Record<string, string> = { tier: "backend" };
    const props = { team: payments, name: "one", keys, from, labels };
    const one = new AppSecret(chart, "one", props);
    keys["B"] = "not a reference";
    from.push("other");
    delete labels["tier"];
    new AppSecret(chart, "two", Object.assign(props, { name: "two", keys: { C: "db#c" } }));
    const [first, second] = synth(chart);
    expect(first).toMatchObject({
      metadata: { name: "one", labels: { tier: "backend" } },
      spec: { target: { name: "one" }, dataFrom: [{ extract: { key: "payments/extra" } }] },
    });
    expect((first?.spec?.data as { readonly secretKey: string }[]).map(({ secretKey }) => secretKey)).toEqual(["A"]);
    expect(second).toMatchObject({ metadata: { name: "two" }, spec: { data: [{ secretKey: "C" }] } });
    expect(one.declaration.spec).toEqual({
      team: payments,
      name: "one",
      keys: { A: "db#a" },
      from: ["extra"],
      labels: { tier: "backend" },
    });
    expect(one.declaration.spec.team).toBe(payments);
    expect(planOf(chart).access.grants.map(({ key }) => key)).toEqual([
      "payments/db",
      "payments/extra",
      "payments/other",
    ]);
  });

  it("is refused when it is made, not when it is written", () => {
    const chart = newChart();
    expect(refusal(() => new AppSecret(chart, "db", { team: payments, keys: { "a b": "db#a" } }))).toHaveLength(1);
    expect(synth(chart)).toEqual([]);
  });
});

describe("names", () => {
  const objectsOf = (chartOf: (app: App) => Chart, scopeOf: (chart: Chart) => Construct = (chart) => chart) => {
    const chart = chartOf(new App({ outdir: "unused" }));
    const scope = scopeOf(chart);
    dbOf(scope);
    new AppSecret(scope, "api", { team: payments, keys: { A: "api#a" } });
    new Store(scope, "store", { team: payments });
    new TeamAccess(scope, "access", { team: payments });
    new Reconciler(scope, "reconciler", { environment: prod, teams: [payments], bundle });
    return synth(chart).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
  };
  const expected = objectsOf((app) => new Chart(app, "chart"));

  it("are those of the declaration", () => {
    expect(expected.slice(0, 3)).toEqual([
      "ExternalSecret payments/app-db-secret",
      "ExternalSecret payments/api",
      "SecretStore payments/keyturn-prod",
    ]);
  });

  it.each<readonly [string, (app: App) => Chart, ((chart: Chart) => Construct) | undefined]>([
    ["another id of the chart", (app) => new Chart(app, "another"), undefined],
    ["a chart in a chart", (app) => new Chart(new Chart(app, "outer"), "inner"), undefined],
    ["no hashes", (app) => new Chart(app, "chart", { disableResourceNameHashes: true }), undefined],
    ["another namespace of the chart", (app) => new Chart(app, "chart", { namespace: "elsewhere" }), undefined],
    ["a construct between", (app) => new Chart(app, "chart"), (chart) => new Construct(chart, "Between")],
  ])("do not depend on where in the tree the constructs are: %s", (_name, chartOf, scopeOf) => {
    expect(objectsOf(chartOf, scopeOf)).toEqual(expected);
  });
});

describe("beside other constructs", () => {
  it("a chart's labels are on the objects, and not on the Secret or in what is known of it", () => {
    const chart = new Chart(new App({ outdir: "unused" }), "chart", { labels: { owner: "platform" } });
    const plain = newChart();
    dbOf(plain);
    dbOf(chart);
    const [object] = synth(chart);
    expect(object?.metadata.labels).toEqual({ owner: "platform" });
    expect(object?.spec).toEqual(synth(plain)[0]?.spec);
    expect(planOf(chart)).toEqual(planOf(plain));
  });

  it("dependencies put the objects in order, and the charts too", () => {
    const outdir = mkdtempSync(join(tmpdir(), "keyturn-"));
    try {
      const app = new App({ outdir });
      const apps = new Chart(app, "apps");
      const secrets = new Chart(app, "secrets");
      const workload = new Deployment(apps, "w", { metadata: { namespace: "payments" }, containers: [{ image: "x" }] });
      const db = dbOf(secrets);
      workload.with(db.rollout());
      workload.node.addDependency(db);
      app.synth();
      writeVaultFiles(app);
      expect(readdirSync(outdir).sort()).toEqual([
        "0000-secrets.k8s.yaml",
        "0001-apps.k8s.yaml",
        "access.json",
        "environments.json",
        "vault",
      ]);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  it("a rollout reaches the workloads of included YAML", () => {
    const folder = mkdtempSync(join(tmpdir(), "keyturn-"));
    try {
      const url = join(folder, "included.yaml");
      writeFileSync(url, "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: legacy, namespace: payments }\n");
      const chart = newChart();
      const db = dbOf(chart);
      new Include(chart, "included", { url }).with(db.rollout({ keys: ["USER"] }));
      expect(synth(chart).find(({ kind }) => kind === "Deployment")?.metadata.annotations).toEqual({
        "keyturn.dev/rollout-on": "app-db-secret/USER",
      });
      expect(planOf(chart).consumers).toMatchObject([{ kind: "Deployment", name: "legacy" }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("every way to divide the output into files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "keyturn-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
    delete process.env.CDK8S_OUTDIR;
  });

  function build(props: AppProps): App {
    const app = new App(props);
    const chart = new Chart(app, "apps");
    dbOf(chart);
    const platform = new Chart(app, "platform");
    new Store(platform, "store", { team: payments });
    new TeamAccess(platform, "access", { team: payments });
    return app;
  }

  const filesIn = (root: string): readonly string[] =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .sort();

  async function validate(manifests: readonly string[]): Promise<readonly [string, unknown]> {
    let result: readonly [string, unknown] = ["nothing", {}];
    const violations: string[] = [];
    await new KeyturnValidation().validate({
      manifests,
      logger: { log: (message) => violations.push(message) },
      report: {
        addViolation: ({ ruleName }) => violations.push(ruleName),
        submit: (status, metadata = {}) => (result = [status, metadata["rules not run"]]),
      },
    });
    expect(violations).toEqual([]);
    return result;
  }

  const VAULT = ["access.json", "environments.json", "vault/keyturn-prod-payments.hcl", "vault/roles.json"];
  it.each<readonly [keyof typeof YamlOutputType, readonly string[]]>([
    ["FILE_PER_APP", ["app.k8s.yaml"]],
    ["FILE_PER_CHART", ["apps.k8s.yaml", "platform.k8s.yaml"]],
    [
      "FILE_PER_RESOURCE",
      [
        "ExternalSecret.app-db-secret.k8s.yaml",
        "Role.keyturn-payments-token.k8s.yaml",
        "RoleBinding.keyturn-payments-token.k8s.yaml",
        "SecretStore.keyturn-prod.k8s.yaml",
        "ServiceAccount.keyturn-payments.k8s.yaml",
      ],
    ],
    [
      "FOLDER_PER_CHART_FILE_PER_RESOURCE",
      [
        "apps/ExternalSecret.app-db-secret.k8s.yaml",
        "platform/Role.keyturn-payments-token.k8s.yaml",
        "platform/RoleBinding.keyturn-payments-token.k8s.yaml",
        "platform/SecretStore.keyturn-prod.k8s.yaml",
        "platform/ServiceAccount.keyturn-payments.k8s.yaml",
      ],
    ],
  ])("has the Vault half in the output folder, where the validation finds it: %s", async (type, manifests) => {
    process.env.CDK8S_OUTDIR = join(folder, "out");
    const app = build({ yamlOutputType: YamlOutputType[type] });
    app.synth();
    writeVaultFiles(app);
    expect(filesIn(join(folder, "out"))).toEqual([...manifests, ...VAULT].sort());
    expect(await validate(manifests.map((file) => join(folder, "out", file)))).toEqual(["success", "none"]);
  });

  it("has it where the validation finds it in a Helm chart too", async () => {
    mkdirSync(join(folder, "templates"));
    writeFileSync(join(folder, "Chart.yaml"), "");
    const app = build({ outdir: join(folder, "templates") });
    app.synth();
    writeVaultFiles(app);
    expect(await validate([join(folder, "templates/apps.k8s.yaml")])).toEqual(["success", "none"]);
  });

  it("does not take an environments.json further up for that of a synth", async () => {
    const app = build({ outdir: join(folder, "out") });
    app.synth();
    writeFileSync(join(folder, "environments.json"), "{}");
    expect(await validate([join(folder, "out/apps.k8s.yaml")]).catch((error: unknown) => String(error))).toContain(
      "did not run",
    );
  });

  it("writes the same with the output folder given, and the same text that Testing.synth and synthYaml have", () => {
    const app = build({ outdir: join(folder, "given") });
    app.synth();
    const text = readFileSync(join(folder, "given/apps.k8s.yaml"), "utf8");
    expect(build({ outdir: "unused" }).synthYaml()).toContain(text.trim());
    expect(existsSync("unused")).toBe(false);
  });

  it("does not lose objects that have one name in several namespaces: one file a resource is named by kind and name alone", () => {
    const app = new App({ outdir: join(folder, "out"), yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });
    new Store(new Chart(app, "a"), "store", { team: shop });
    new Store(new Chart(app, "b"), "store", { team: payments });
    expect(() => app.synth()).toThrow(
      new Error(
        'Validation failed with the following errors:\n  [] SecretStore "keyturn-prod": 3 objects (a/store/shop, a/store/shop-eu, b/store/payments) ' +
          "would be written to the one file SecretStore.keyturn-prod, the last over the others; " +
          "use YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE with a chart for each, or use another yamlOutputType",
      ),
    );
    const perChart = new App({
      outdir: join(folder, "out"),
      yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
    });
    new Store(new Chart(perChart, "a"), "store", { team: shop });
    new Store(new Chart(perChart, "b"), "store", { team: payments });
    expect(() => perChart.synth()).toThrow(
      "would be written to the one file a/SecretStore.keyturn-prod, the last over the others; give each a chart of its own, or use another yamlOutputType",
    );
    // Objects of others are theirs to name.
    const others = new App({ outdir: join(folder, "others"), yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });
    const chart = new Chart(others, "a");
    dbOf(chart);
    for (const id of ["x", "y"])
      new ApiObject(chart, id, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "same", namespace: id } });
    others.synth();
    expect(filesIn(join(folder, "others"))).toEqual([
      "ConfigMap.same.k8s.yaml",
      "ExternalSecret.app-db-secret.k8s.yaml",
    ]);
  });
});
