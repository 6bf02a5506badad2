import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ApiObject, App, Chart, Cron, JsonPatch, Testing } from "cdk8s";
import * as plus27 from "cdk8s-plus-27";
import * as plus32 from "cdk8s-plus-32";
import * as plus34 from "cdk8s-plus-34";
import { Construct } from "constructs";
import {
  AppSecret,
  planOf,
  Platform,
  Reconciler,
  Store,
  TeamAccess,
  writeVaultFiles,
  type AppSecretProps,
} from "keyturn/cdk8s";
import { payments, prod, refusal, shop } from "./fixtures";

type Manifest = {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: unknown;
};
const synth = (chart: Chart): readonly Manifest[] => Testing.synth(chart) as Manifest[];
const keys = { USER: "db#username", PASSWORD: "db#password" };
const newChart = (namespace = "payments"): Chart => new Chart(new App({ outdir: "unused" }), "chart", { namespace });
const dbOf = (scope: Chart): AppSecret<"prod"> =>
  new AppSecret(scope, "db", { team: payments, name: "app-db-secret", keys });
const annotationOf = (objects: readonly Manifest[], kind: string): unknown =>
  objects
    .filter((object) => object.kind === kind)
    .map((object) => object.metadata.annotations?.["keyturn.dev/rollout-on"]);

describe("rollout()", () => {
  const container = { image: "x:1" };
  const workloads: readonly (readonly [string, string, (scope: Chart) => Construct])[] = [
    [
      "cdk8s-plus-27 Deployment",
      "Deployment",
      (scope) => new plus27.Deployment(scope, "w", { containers: [container] }),
    ],
    ["cdk8s-plus-27 DaemonSet", "DaemonSet", (scope) => new plus27.DaemonSet(scope, "w", { containers: [container] })],
    [
      "cdk8s-plus-32 Deployment",
      "Deployment",
      (scope) => new plus32.Deployment(scope, "w", { containers: [container] }),
    ],
    [
      "cdk8s-plus-32 StatefulSet",
      "StatefulSet",
      (scope) =>
        new plus32.StatefulSet(scope, "w", {
          containers: [container],
          service: new plus32.Service(scope, "s", { ports: [{ port: 1 }] }),
        }),
    ],
    [
      "cdk8s-plus-34 Deployment",
      "Deployment",
      (scope) => new plus34.Deployment(scope, "w", { containers: [container] }),
    ],
    [
      "ApiObject",
      "StatefulSet",
      (scope) => new ApiObject(scope, "w", { apiVersion: "apps/v1", kind: "StatefulSet", spec: { template: {} } }),
    ],
  ];
  it.each(workloads)("annotates a %s, not its pods", (_name, kind, create) => {
    const chart = newChart();
    const db = dbOf(chart);
    create(chart).with(db.rollout());
    const objects = synth(chart);
    expect(annotationOf(objects, kind)).toEqual(["app-db-secret"]);
    expect(JSON.stringify(objects.map(({ spec }) => spec))).not.toContain("keyturn.dev/rollout-on");
  });

  it("reaches every workload of a scope", () => {
    const chart = newChart();
    const db = dbOf(chart);
    for (const [index, [, , create]] of workloads.slice(0, 2).entries()) create(new Chart(chart, `c${index}`));
    chart.with(db.rollout({ keys: ["PASSWORD"] }));
    expect(
      planOf(chart).consumers.map(({ kind, annotations }) => [kind, annotations["keyturn.dev/rollout-on"]]),
    ).toEqual([
      ["DaemonSet", "app-db-secret/PASSWORD"],
      ["Deployment", "app-db-secret/PASSWORD"],
    ]);
  });

  it("adds up several AppSecrets and what the annotation said before", () => {
    const chart = newChart();
    const api = new AppSecret(chart, "api", { team: payments, keys: { TOKEN: "api#token", ID: "api#id" } });
    const workload = new plus27.Deployment(chart, "w", { containers: [container] });
    workload.metadata.addAnnotation("keyturn.dev/rollout-on", "legacy/x");
    workload.with(dbOf(chart).rollout(), api.rollout({ keys: ["TOKEN"] }));
    expect(annotationOf(synth(chart), "Deployment")).toEqual(["api/TOKEN,app-db-secret,legacy/x"]);
  });

  it("is needless but fine on a CronJob", () => {
    const chart = newChart();
    const db = dbOf(chart);
    new plus34.CronJob(chart, "w", { containers: [container], schedule: Cron.daily() }).with(db.rollout());
    expect(annotationOf(synth(chart), "CronJob")).toEqual([undefined]);
  });

  it("stops the synth when it reached nothing", () => {
    const chart = newChart();
    const db = dbOf(chart);
    new plus27.ConfigMap(chart, "w").with(db.rollout());
    expect(() => synth(chart)).toThrow(
      '[chart/db] AppSecret "db" › rollout: was applied to nothing that can be rolled (Deployment, StatefulSet, DaemonSet); write workload.with(secret.rollout())',
    );
  });

  it("refuses keys the Secret does not have, and workloads of another namespace", () => {
    const chart = newChart();
    const db = dbOf(chart);
    expect(refusal(() => db.rollout({ keys: ["PASSWRD"] }))).toEqual([
      'AppSecret "db" › rollout.keys[0]: "PASSWRD" is not a key of the Secret (PASSWORD, USER); did you mean "PASSWORD"?',
    ]);
    const elsewhere = new plus27.Deployment(new Chart(chart, "other", { namespace: "shop" }), "w", {
      metadata: { name: "checkout" },
      containers: [container],
    });
    expect(refusal(() => elsewhere.with(db.rollout()))).toEqual([
      'AppSecret "db" › rollout: Deployment "checkout" is in namespace "shop", the Secret in "payments"; pods use Secrets of their own namespace only',
    ]);
  });

  it("gives the annotations for a workload that is elsewhere, and plans it", () => {
    const chart = newChart();
    const db = dbOf(chart);
    expect(db.rolloutFor({ kind: "Deployment", name: "checkout" }, { keys: ["PASSWORD"] })).toEqual({
      "keyturn.dev/rollout-on": "app-db-secret/PASSWORD",
    });
    expect(planOf(chart).consumers).toEqual([
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
    expect(refusal(() => db.rolloutFor({ kind: "Pod" as "Deployment", name: "x" }))).toHaveLength(1);
  });
});

describe("constructs", () => {
  it("refuse a wrong declaration when it is made", () => {
    const props = { team: payments, keys: { A: "secret-value" } } as AppSecretProps<"prod">;
    expect(refusal(() => new AppSecret(newChart(), "db", props))).toHaveLength(1);
    expect(refusal(() => new Store(newChart(), "s", { team: payments, namespaces: ["paymens"] }))).toEqual([
      'Store "s" › namespaces[0]: "paymens" is not a namespace of team "payments" (payments); did you mean "payments"?',
    ]);
  });

  it("refuse an Output of Pulumi, naming where it is", () => {
    const output = pulumi.output("db#password") as unknown as string;
    const props = { team: payments, name: output, keys: { A: output, B: { path: "db", property: output } } };
    const message =
      "is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed";
    expect(refusal(() => new AppSecret(newChart(), "db", props))).toEqual([
      `AppSecret "db" › name: ${message}`,
      `AppSecret "db" › keys.A: ${message}`,
      `AppSecret "db" › keys.B.property: ${message}`,
    ]);
  });

  it("stop the synth with what is only wrong together", () => {
    const app = new App({ outdir: "unused" });
    const one = new Chart(app, "one");
    const two = new Chart(app, "two");
    dbOf(one);
    new AppSecret(two, "again", { team: payments, name: "app-db-secret", keys });
    expect(() => synth(one)).toThrow(
      'AppSecret "db" › name: Secret payments/app-db-secret of environment "prod" is that of AppSecret "again" already',
    );
  });

  it("judge the tree as it is at each synth, not as it was at the first", () => {
    const chart = newChart();
    dbOf(chart);
    expect(synth(chart)).toHaveLength(1);
    new AppSecret(chart, "again", { team: payments, name: "app-db-secret", keys });
    expect(() => synth(chart)).toThrow("is that of AppSecret");
  });

  it("take the chart's namespace where the team has several and it is one of them", () => {
    const secret = new AppSecret(newChart("shop-eu"), "s", { team: shop, keys: { A: "x#y" } });
    expect(secret.namespace).toBe("shop-eu");
    expect(refusal(() => new AppSecret(newChart("elsewhere"), "s", { team: shop, keys: { A: "x#y" } }))).toHaveLength(
      1,
    );
  });

  it("keep cluster-scoped objects out of the chart's namespace, and take its labels", () => {
    const chart = new Chart(new App({ outdir: "unused" }), "c", {
      namespace: "payments",
      labels: { owner: "platform" },
    });
    new Reconciler(chart, "r", { environment: prod, teams: [payments], bundle: { text: "0" }, scope: "cluster" });
    const scoped = synth(chart).filter(({ kind }) => /^(?:Namespace|Cluster|Custom)/.test(kind));
    expect(scoped.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ["CustomResourceDefinition", undefined],
      ["CustomResourceDefinition", undefined],
      ["CustomResourceDefinition", undefined],
      ["CustomResourceDefinition", undefined],
      ["Namespace", undefined],
      ["ClusterRole", undefined],
      ["ClusterRoleBinding", undefined],
    ]);
    expect(scoped[0]).toMatchObject({ metadata: { labels: { owner: "platform" } } });
  });

  it("let an AppSecret be used as the ApiObject it is", () => {
    const chart = newChart();
    const db = dbOf(chart);
    ApiObject.of(db).metadata.addLabel("a", "b");
    db.addJsonPatch(JsonPatch.replace("/spec/refreshInterval", "7m0s"));
    expect(db instanceof AppSecret).toBe(true);
    expect(new ApiObject(newChart(), "x", { apiVersion: "v1", kind: "ConfigMap" }) instanceof AppSecret).toBe(false);
    expect(synth(chart)).toMatchObject([
      {
        kind: "ExternalSecret",
        metadata: { name: "app-db-secret", labels: { a: "b" } },
        spec: { refreshInterval: "7m0s" },
      },
    ]);
  });

  it("say which bundle cannot be read", () => {
    const make = () =>
      new Reconciler(newChart(), "r", { environment: prod, teams: [], bundle: { path: "/nowhere/reconciler.cjs" } });
    expect(make).toThrow(
      "reconciler bundle /nowhere/reconciler.cjs: cannot be read (ENOENT) (give the path of reconciler.cjs)",
    );
  });
});

describe("the Vault half", () => {
  let outdir: string;
  beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "keyturn-"))));
  afterEach(() => rmSync(outdir, { recursive: true, force: true }));

  const build = (folder: string): App => {
    const app = new App({ outdir: folder });
    const chart = new Chart(app, "chart");
    new Platform(chart, "vault", { environment: prod, kubernetes: { host: "https://k" } });
    new TeamAccess(chart, "access", { team: payments });
    dbOf(chart);
    return app;
  };

  it("is written beside the manifests", () => {
    const app = build(outdir);
    app.synth();
    expect(writeVaultFiles(app)).toEqual(
      [
        "vault/keyturn-prod-payments.hcl",
        "vault/roles.json",
        "vault/platform.json",
        "access.json",
        "environments.json",
      ].map((file) => join(outdir, file)),
    );
    expect(readdirSync(outdir).sort()).toEqual(["access.json", "chart.k8s.yaml", "environments.json", "vault"]);
    expect(readFileSync(join(outdir, "vault/keyturn-prod-payments.hcl"), "utf8")).toContain(
      'path "prod/data/payments/db"',
    );
  });

  it("stays out of the templates of a Helm chart", () => {
    mkdirSync(join(outdir, "templates"));
    writeFileSync(join(outdir, "Chart.yaml"), "");
    const app = build(join(outdir, "templates"));
    app.synth();
    writeVaultFiles(app);
    expect(readdirSync(outdir).sort()).toEqual([
      "Chart.yaml",
      "access.json",
      "environments.json",
      "templates",
      "vault",
    ]);
  });
});

describe("one import", () => {
  const loaded = (entry: string): string =>
    execFileSync(
      process.execPath,
      [
        "--import",
        "tsx",
        "-e",
        `require(${JSON.stringify(entry)}); console.log(Object.keys(require.cache).join("\\n"))`,
      ],
      { encoding: "utf8", cwd: join(__dirname, "../..") },
    );

  it("never loads the other world", () => {
    const cdk8s = loaded("./components/cdk8s/index.ts");
    expect(cdk8s).toContain("/node_modules/cdk8s/");
    expect(cdk8s).not.toContain("@pulumi");
    const other = loaded("./components/pulumi/index.ts");
    expect(other).toContain("/node_modules/@pulumi/vault/");
    expect(other).not.toMatch(/node_modules\/(?:cdk8s|constructs)/);
    expect(loaded("./components/index.ts")).not.toMatch(/node_modules\/(?:cdk8s|constructs|@pulumi)/);
  });
});
