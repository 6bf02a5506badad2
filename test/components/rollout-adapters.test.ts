import * as k8s from "@pulumi/kubernetes";
import { ApiObject, App, Chart, Testing } from "cdk8s";
import fc from "fast-check";
import { consumer, plan, type RolloutOptions } from "keyturn";
import * as cdk8s from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";
import { payments } from "./fixtures";
import { record } from "./pulumi-rig";
import { consumerKind, rolloutPolicy } from "./rollout-arbitraries";

const KEYS = { db: ["PASSWORD", "USER"], api: ["TOKEN"] } as const;
type Id = keyof typeof KEYS;

interface Use {
  readonly id: Id;
  readonly options: RolloutOptions;
}

/** A workload, and how it uses some Secrets; what is said of how it is rolled is said with one, some or all of them. */
const consumerOf = fc
  .record({
    kind: consumerKind,
    policy: rolloutPolicy,
    uses: fc.array(
      fc.record({
        id: fc.constantFrom<Id>("db", "api"),
        some: fc.boolean(),
        says: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    before: fc.constantFrom(undefined, "legacy/x", "auto"),
  })
  .map(({ kind, policy, uses, before }) => ({
    kind,
    before,
    uses: uses.map(({ id, some, says }): Use => {
      const said = says && kind !== "CronJob" && kind !== "Job" ? policy : {};
      return { id, options: { ...said, ...(some ? { keys: KEYS[id].slice(0, 1) } : {}) } };
    }),
  }));

const ON = "keyturn.dev/rollout-on";
const propsOf = (id: Id) => ({
  team: payments,
  keys: Object.fromEntries(KEYS[id].map((key) => [key, `${id}#${key}`])),
});
const isRun = (kind: string): boolean => kind === "CronJob" || kind === "Job";

/** What a workload should be annotated with, given what it says already. */
const expected = (planned: Readonly<Record<string, string>>, before: string | undefined): unknown => {
  const on = planned[ON];
  if (on === undefined) return before === undefined ? undefined : { [ON]: before };
  return {
    ...planned,
    [ON]: before === "auto" ? "auto" : before === undefined ? on : [...on.split(","), before].sort().join(","),
  };
};

test("cdk8s, Pulumi and the plan say the same of every workload", async () => {
  await fc.assert(
    fc.asyncProperty(consumerOf, async ({ kind, uses, before }) => {
      const chart = new Chart(new App({ outdir: "unused" }), "chart");
      const secrets = {
        db: new cdk8s.AppSecret(chart, "db", propsOf("db")),
        api: new cdk8s.AppSecret(chart, "api", propsOf("api")),
      };
      const workload = { kind, name: "checkout" };
      const declarations = uses.map(({ id, options }) => consumer(secrets[id].declaration, workload, options));
      const planned = plan(declarations).consumers;
      const wanted = expected(planned[0]?.annotations ?? {}, before);

      const object = new ApiObject(chart, "checkout", {
        apiVersion: isRun(kind) ? "batch/v1" : "apps/v1",
        kind,
        metadata: { name: "checkout", ...(before === undefined ? {} : { annotations: { [ON]: before } }) },
      });
      object.with(...uses.map(({ id, options }) => secrets[id].rollout(options)));
      const emitted = (Testing.synth(chart) as { kind: string; metadata: { annotations?: unknown } }[]).find(
        (each) => each.kind === kind,
      );
      expect(emitted?.metadata.annotations).toEqual(wanted);
      expect(cdk8s.planOf(chart).consumers).toEqual(planned);

      const args: k8s.types.input.meta.v1.ObjectMeta = {
        name: "checkout",
        ...(before === undefined ? {} : { annotations: { [ON]: before } }),
      };
      const recording = await record(() => {
        const made = {
          db: new components.AppSecret("db", propsOf("db")),
          api: new components.AppSecret("api", propsOf("api")),
        };
        const transformations = uses.map(({ id, options }) => made[id].rollout(options));
        const Class = kind === "CronJob" || kind === "Job" ? k8s.batch.v1[kind] : k8s.apps.v1[kind];
        new (Class as new (name: string, args: object, opts: object) => unknown)(
          "checkout",
          { metadata: args, spec: {} },
          { transformations },
        );
        expect(plan([...made.db.consumers, ...made.api.consumers]).consumers).toEqual(planned);
      });
      const { metadata } = recording.named("checkout").inputs as { metadata: { annotations?: unknown } };
      expect(metadata.annotations).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});
