import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ApiObject, App, Chart, Cron, Testing } from "cdk8s";
import * as plus27 from "cdk8s-plus-27";
import * as plus32 from "cdk8s-plus-32";
import * as plus34 from "cdk8s-plus-34";
import type { Construct } from "constructs";
import { plan, type RolloutOptions } from "keyturn";
import * as cdk8s from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";
import { payments, refusal } from "./fixtures";
import { record, type Registered } from "./pulumi-rig";

const keys = { USER: "db#username", PASSWORD: "db#password", "tls.key": "db#key" };
const props = { team: payments, name: "app-db", keys };
const policy = { deadline: "5m", approval: "required", after: [{ kind: "Deployment", name: "ledger" }] } as const;
const annotations = {
  "keyturn.dev/rollout-after": "deployment/ledger",
  "keyturn.dev/rollout-approval": "required",
  "keyturn.dev/rollout-deadline": "5m0s",
  "keyturn.dev/rollout-on": "app-db",
};
const podSpec = { selector: { matchLabels: { app: "x" } }, template: { spec: { containers: [] } } };

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly env?: unknown; readonly volumeMounts?: unknown }[];
        readonly volumes?: unknown;
      };
    };
  };
}

describe("rollout(options) in cdk8s", () => {
  const newChart = (): Chart => new Chart(new App({ outdir: "unused" }), "chart", { namespace: "payments" });
  const workloadOf = (scope: Construct, id: string, kind = "Deployment"): ApiObject =>
    new ApiObject(scope, id, { apiVersion: "apps/v1", kind, metadata: { name: id } });
  const synth = (chart: Chart, kind: string): readonly Manifest[] =>
    (Testing.synth(chart) as Manifest[]).filter((object) => object.kind === kind);

  it("writes every option on the workload", () => {
    const chart = newChart();
    workloadOf(chart, "checkout").with(new cdk8s.AppSecret(chart, "db", props).rollout(policy));
    expect(synth(chart, "Deployment")[0]?.metadata.annotations).toEqual(annotations);
    expect(cdk8s.planOf(chart).consumers[0]?.annotations).toEqual(annotations);
  });

  it("adds up with what another Secret says, and with an annotation that means the same", () => {
    const chart = newChart();
    const db = new cdk8s.AppSecret(chart, "db", props);
    const api = new cdk8s.AppSecret(chart, "api", { team: payments, keys: { TOKEN: "api#token" } });
    const checkout = workloadOf(chart, "checkout");
    checkout.metadata.addAnnotation("keyturn.dev/rollout-deadline", "300s");
    checkout.with(db.rollout({ deadline: "5m" }), api.rollout({ approval: "required", deadline: "5m" }));
    expect(synth(chart, "Deployment")[0]?.metadata.annotations).toEqual({
      "keyturn.dev/rollout-approval": "required",
      "keyturn.dev/rollout-deadline": "5m0s",
      "keyturn.dev/rollout-on": "api,app-db",
    });
  });

  it("refuses two that say different things, and one that contradicts an annotation, with both places", () => {
    const chart = newChart();
    const db = new cdk8s.AppSecret(chart, "db", props);
    const api = new cdk8s.AppSecret(chart, "api", { team: payments, keys: { TOKEN: "api#token" } });
    const checkout = workloadOf(chart, "checkout").with(db.rollout({ deadline: "5m" }));
    expect(refusal(() => checkout.with(api.rollout({ deadline: "10m" })))).toEqual([
      'AppSecret "api" › rollout.deadline: of Deployment "checkout" is "10m0s", and in AppSecret "db" › rollout.deadline it is "5m0s"; a workload has one',
    ]);
    const byHand = workloadOf(chart, "by-hand");
    byHand.metadata.addAnnotation("keyturn.dev/rollout-strategy", "restart");
    expect(refusal(() => byHand.with(db.rollout({ strategy: "none" })))).toEqual([
      'AppSecret "db" › rollout.strategy: of Deployment "by-hand" is "none", and in its annotation keyturn.dev/rollout-strategy it is "restart"; a workload has one',
    ]);
  });

  it("stops the synth with a cycle, whatever charts it goes through", () => {
    const app = new App({ outdir: "unused" });
    const one = new Chart(app, "one", { namespace: "payments" });
    const two = new Chart(app, "two", { namespace: "payments" });
    const db = new cdk8s.AppSecret(one, "db", props);
    workloadOf(one, "checkout").with(db.rollout({ after: [{ kind: "Deployment", name: "ledger" }] }));
    workloadOf(two, "ledger").with(db.rollout({ after: [{ kind: "Deployment", name: "checkout" }] }));
    expect(() => app.synthYaml()).toThrow(
      'AppSecret "db" › rollout.after: of Deployment "checkout" is a cycle: checkout → ledger → checkout; each would wait for the next for ever',
    );
  });

  it.each([
    [
      "cdk8s-plus-27",
      (scope: Construct) => new plus27.CronJob(scope, "w", { schedule: Cron.daily(), containers: [{ image: "x" }] }),
    ],
    [
      "cdk8s-plus-32",
      (scope: Construct) => new plus32.CronJob(scope, "w", { schedule: Cron.daily(), containers: [{ image: "x" }] }),
    ],
    [
      "cdk8s-plus-34",
      (scope: Construct) => new plus34.CronJob(scope, "w", { schedule: Cron.daily(), containers: [{ image: "x" }] }),
    ],
    ["an ApiObject", (scope: Construct) => new ApiObject(scope, "w", { apiVersion: "batch/v1", kind: "CronJob" })],
  ])("plans a CronJob of %s, rolls nothing of it and refuses to say how", (_line, create) => {
    const chart = newChart();
    const db = new cdk8s.AppSecret(chart, "db", props);
    create(chart).with(db.rollout({ keys: ["USER"] }));
    expect(synth(chart, "CronJob")[0]?.metadata.annotations).toBeUndefined();
    expect(cdk8s.planOf(chart).consumers).toMatchObject([
      { kind: "CronJob", uses: [{ secret: "app-db", keys: ["USER"] }], onChange: "nextPods", annotations: {} },
    ]);
    create(new Chart(chart, "again", { namespace: "payments" })).with(db.rollout({ deadline: "5m" }));
    expect(() => Testing.synth(chart) as unknown).toThrow(
      'AppSecret "db" › rollout.deadline: has no meaning for a CronJob: its next pods start with the new Secret; leave it out',
    );
  });

  it("given to a whole scope, means the options for what is rolled in it", () => {
    const chart = newChart();
    const db = new cdk8s.AppSecret(chart, "db", props);
    workloadOf(chart, "checkout");
    new ApiObject(chart, "nightly", { apiVersion: "batch/v1", kind: "CronJob" });
    chart.with(db.rollout({ deadline: "5m" }));
    Testing.synth(chart);
    expect(cdk8s.planOf(chart).consumers.map(({ kind, onChange }) => [kind, onChange])).toEqual([
      ["CronJob", "nextPods"],
      ["Deployment", "rollout"],
    ]);
  });

  it("of a workload that is elsewhere returns the annotations; none for a CronJob", () => {
    const chart = newChart();
    const db = new cdk8s.AppSecret(chart, "db", props);
    expect(db.rolloutFor({ kind: "StatefulSet", name: "x" }, policy)).toEqual(annotations);
    expect(db.rolloutFor({ kind: "CronJob", name: "x" })).toEqual({});
    expect(refusal(() => db.rolloutFor({ kind: "CronJob", name: "x" }, { deadline: "5m" }))).toHaveLength(1);
    expect(cdk8s.planOf(chart).consumers.map(({ kind }) => kind)).toEqual(["CronJob", "StatefulSet"]);
  });

  it("is there for a Secret that is declared elsewhere as well", () => {
    const chart = newChart();
    const legacy = cdk8s.AppSecret.fromSecretName(chart, "legacy", "app-db", { team: payments, keys: ["USER"] });
    workloadOf(chart, "checkout").with(legacy.use({ env: ["USER"] }).rollout(policy));
    expect(synth(chart, "Deployment")[0]?.metadata.annotations).toEqual({
      ...annotations,
      "keyturn.dev/rollout-on": "app-db/USER",
    });
    const use = legacy.use({ envFrom: true });
    expect(use.rolloutFor({ kind: "Deployment", name: "x" }, policy)).toEqual(annotations);
    expect(use.rolloutFor({ kind: "Job", name: "x" })).toEqual({});
    expect(refusal(() => legacy.use({ env: ["USR"] }))).toEqual([
      'AppSecret "legacy" › use.env[0]: "USR" is not a key of the Secret (USER); did you mean "USER"?',
    ]);
  });

  describe("use(...)", () => {
    const spec = {
      env: { PGPASSWORD: "PASSWORD" },
      volume: { mountPath: "/etc/db", items: [{ key: "tls.key", mode: 0o400 }], defaultMode: 0o440 },
    } as const;
    const env = [{ name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "app-db", key: "PASSWORD" } } }];
    const volume = {
      name: "app-db",
      secret: { secretName: "app-db", items: [{ key: "tls.key", path: "tls.key", mode: 0o400 }], defaultMode: 0o440 },
    };

    const deployments: readonly (readonly [string, (chart: Chart, use: cdk8s.SecretUse, name: string) => Construct])[] =
      [
        [
          "cdk8s-plus-27",
          (chart, use, name) =>
            new plus27.Deployment(chart, "w", {
              containers: [
                {
                  image: "x",
                  envVariables: use.envVariables,
                  volumeMounts: use.volumeMounts.map(({ mountPath, readOnly }) => ({
                    path: mountPath,
                    readOnly,
                    volume: plus27.Volume.fromSecret(
                      chart,
                      "v",
                      plus27.Secret.fromSecretName(chart, "s", name),
                      use.secretVolumeOptions,
                    ),
                  })),
                },
              ],
            }),
        ],
        [
          "cdk8s-plus-32",
          (chart, use, name) =>
            new plus32.Deployment(chart, "w", {
              containers: [
                {
                  image: "x",
                  envVariables: use.envVariables,
                  volumeMounts: use.volumeMounts.map(({ mountPath, readOnly }) => ({
                    path: mountPath,
                    readOnly,
                    volume: plus32.Volume.fromSecret(
                      chart,
                      "v",
                      plus32.Secret.fromSecretName(chart, "s", name),
                      use.secretVolumeOptions,
                    ),
                  })),
                },
              ],
            }),
        ],
        [
          "cdk8s-plus-34",
          (chart, use, name) =>
            new plus34.Deployment(chart, "w", {
              containers: [
                {
                  image: "x",
                  envVariables: use.envVariables,
                  volumeMounts: use.volumeMounts.map(({ mountPath, readOnly }) => ({
                    path: mountPath,
                    readOnly,
                    volume: plus34.Volume.fromSecret(
                      chart,
                      "v",
                      plus34.Secret.fromSecretName(chart, "s", name),
                      use.secretVolumeOptions,
                    ),
                  })),
                },
              ],
            }),
        ],
        [
          "an ApiObject",
          (chart, use) =>
            new ApiObject(chart, "w", {
              apiVersion: "apps/v1",
              kind: "Deployment",
              spec: {
                template: {
                  spec: {
                    containers: [{ name: "main", image: "x", env: use.env, volumeMounts: use.volumeMounts }],
                    volumes: use.volumes,
                  },
                },
              },
            }),
        ],
      ];

    it.each(deployments)("of %s gives the container its keys, and rolls it for exactly those", (_line, create) => {
      const chart = newChart();
      const db = new cdk8s.AppSecret(chart, "db", props);
      const use = db.use(spec);
      create(chart, use, "app-db").with(use.rollout({ deadline: "5m" }));
      const [workload] = synth(chart, "Deployment");
      const pod = workload?.spec.template.spec;
      expect(pod?.containers[0]?.env).toEqual(env);
      expect(pod?.containers[0]?.volumeMounts).toEqual([{ name: "app-db", mountPath: "/etc/db", readOnly: true }]);
      expect(pod?.volumes).toEqual([volume]);
      expect(workload?.metadata.annotations).toEqual({
        "keyturn.dev/rollout-deadline": "5m0s",
        "keyturn.dev/rollout-on": "app-db/PASSWORD,app-db/tls.key",
      });
    });

    it("of several containers adds up, and of every key is every key", () => {
      const chart = newChart();
      const db = new cdk8s.AppSecret(chart, "db", props);
      workloadOf(chart, "a").with(db.use({ env: ["USER"] }).rollout(), db.use({ env: ["PASSWORD"] }).rollout());
      workloadOf(chart, "b").with(db.use({ env: ["USER"] }).rollout(), db.use({ envFrom: true }).rollout());
      expect(synth(chart, "Deployment").map(({ metadata }) => metadata.annotations)).toEqual([
        { "keyturn.dev/rollout-on": "app-db/PASSWORD,app-db/USER" },
        { "keyturn.dev/rollout-on": "app-db" },
      ]);
      expect(db.use({ envFrom: true }).secretVolumeOptions).toEqual({});
      expect(db.use({ volume: { mountPath: "/x" } }).secretVolumeOptions).toEqual({ name: "app-db" });
    });

    it("knows its keys: naming them again is refused", () => {
      const use = new cdk8s.AppSecret(newChart(), "db", props).use({ env: ["USER"] });
      expect(refusal(() => use.rollout({ keys: ["PASSWORD"] } as RolloutOptions))).toEqual([
        'AppSecret "db" › rollout.keys: are those that are used; leave it out',
      ]);
    });
  });
});

describe("rollout(options) in Pulumi", () => {
  const annotationsOf = ({ inputs }: Registered): unknown =>
    (inputs.metadata as { annotations?: unknown } | undefined)?.annotations;

  it("writes every option on the workload, of every kind", async () => {
    const { named } = await record(() => {
      const db = new components.AppSecret("db", props);
      const opts = { transformations: [db.rollout(policy)] };
      new k8s.apps.v1.Deployment("a", { metadata: { name: "a" }, spec: podSpec }, opts);
      new k8s.apps.v1.StatefulSet("b", { metadata: { name: "b" }, spec: { ...podSpec, serviceName: "b" } }, opts);
      new k8s.apps.v1.DaemonSet("c", { metadata: pulumi.output({ name: "c" }), spec: podSpec }, opts);
      expect(plan(db.consumers).consumers.map(({ name, onChange }) => [name, onChange])).toEqual([
        ["a", "rollout"],
        ["b", "rollout"],
      ]);
    });
    for (const name of ["a", "b", "c"]) expect(annotationsOf(named(name))).toEqual(annotations);
  });

  it("refuses two that say different things, and one that contradicts an annotation, with both places", async () => {
    await record(() => {
      const db = new components.AppSecret("db", props);
      const api = new components.AppSecret("api", { team: payments, keys: { TOKEN: "api#token" } });
      const make = (given: Record<string, string>, ...options: RolloutOptions[]) =>
        new k8s.apps.v1.Deployment(
          "w",
          { metadata: { name: "checkout", annotations: given }, spec: podSpec },
          { transformations: options.map((each, index) => (index === 0 ? db : api).rollout(each)) },
        );
      expect(refusal(() => make({}, { deadline: "5m" }, { deadline: "10m" }))).toEqual([
        'AppSecret "api" › rollout.deadline: of Deployment "checkout" is "10m0s", and in AppSecret "db" › rollout.deadline it is "5m0s"; a workload has one',
      ]);
      expect(refusal(() => make({ "keyturn.dev/rollout-deadline": "10m" }, { deadline: "5m" }))).toEqual([
        'AppSecret "db" › rollout.deadline: of Deployment "checkout" is "5m0s", and in its annotation keyturn.dev/rollout-deadline it is "10m"; a workload has one',
      ]);
      expect(refusal(() => make({ "keyturn.dev/rollout-deadline": "300s" }, { deadline: "5m" }))).toEqual([]);
    });
  });

  it("plans a CronJob, rolls nothing of it and refuses to say how; around it, a component may hold what is rolled", async () => {
    class App extends pulumi.ComponentResource {
      constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super("test:index:App", name, {}, opts);
        new k8s.apps.v1.Deployment(`${name}-web`, { metadata: { name: "web" }, spec: podSpec }, { parent: this });
        nightly(`${name}-nightly`, { parent: this });
      }
    }
    const nightly = (id: string, opts: pulumi.CustomResourceOptions) =>
      new k8s.batch.v1.CronJob(id, { metadata: { name: id }, spec: { schedule: "@daily", jobTemplate: {} } }, opts);
    const { named } = await record(() => {
      const db = new components.AppSecret("db", props);
      nightly("alone", { transformations: [db.rollout({ keys: ["USER"] })] });
      expect(refusal(() => nightly("wrong", { transformations: [db.rollout({ deadline: "5m" })] }))).toEqual([
        'AppSecret "db" › rollout.deadline: has no meaning for a CronJob: its next pods start with the new Secret; leave it out',
      ]);
      new App("app", { transformations: [db.rollout({ deadline: "5m" })] });
      expect(plan(db.consumers).consumers.map(({ kind, name, onChange }) => [kind, name, onChange])).toEqual([
        ["CronJob", "alone", "nextPods"],
        ["CronJob", "app-nightly", "nextPods"],
        ["Deployment", "web", "rollout"],
      ]);
    });
    expect(annotationsOf(named("alone"))).toBeUndefined();
    expect(annotationsOf(named("app-nightly"))).toBeUndefined();
    expect(annotationsOf(named("app-web"))).toEqual({
      "keyturn.dev/rollout-deadline": "5m0s",
      "keyturn.dev/rollout-on": "app-db",
    });
  });

  it("use(...) gives the pod template its keys, and rolls for exactly those", async () => {
    const { named } = await record(() => {
      const db = new components.AppSecret("db", props);
      const use = db.use({ env: ["USER"], volume: { mountPath: "/etc/db", items: ["tls.key"] } });
      const containers = [{ name: "main", env: use.env, envFrom: use.envFrom, volumeMounts: use.volumeMounts }];
      new k8s.apps.v1.Deployment(
        "checkout",
        {
          metadata: { name: "checkout" },
          spec: { ...podSpec, template: { spec: { containers, volumes: use.volumes } } },
        },
        { transformations: [use.rollout({ deadline: "5m" })] },
      );
      expect(use.rolloutFor({ kind: "Deployment", name: "elsewhere" })).toEqual({
        "keyturn.dev/rollout-on": "app-db/USER,app-db/tls.key",
      });
      const legacy = components.AppSecret.fromSecretName("legacy", { team: payments });
      expect(legacy.use({ env: ["ANY"] }).rolloutFor({ kind: "Deployment", name: "x" }, policy)).toEqual({
        ...annotations,
        "keyturn.dev/rollout-on": "legacy/ANY",
      });
    });
    expect(annotationsOf(named("checkout"))).toEqual({
      "keyturn.dev/rollout-deadline": "5m0s",
      "keyturn.dev/rollout-on": "app-db/USER,app-db/tls.key",
    });
    expect(named("checkout").inputs.spec).toMatchObject({
      template: {
        spec: {
          containers: [
            {
              env: [{ name: "USER", valueFrom: { secretKeyRef: { name: "app-db", key: "USER" } } }],
              envFrom: [],
              volumeMounts: [{ name: "app-db", mountPath: "/etc/db", readOnly: true }],
            },
          ],
          volumes: [{ name: "app-db", secret: { secretName: "app-db", items: [{ key: "tls.key", path: "tls.key" }] } }],
        },
      },
    });
  });
});
