import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ApiObject, App, Chart, Cron, Testing } from "cdk8s";
import * as plus27 from "cdk8s-plus-27";
import * as plus32 from "cdk8s-plus-32";
import * as plus34 from "cdk8s-plus-34";
import { Construct } from "constructs";
import { AppSecret, planOf } from "keyturn/cdk8s";
import { peerDependencies } from "../../package.json";
import { payments } from "./fixtures";

interface Workloads {
  readonly Deployment: Construct;
  readonly StatefulSet: Construct;
  readonly DaemonSet: Construct;
  readonly CronJob: Construct;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly template?: unknown; readonly jobTemplate?: unknown };
}

type Line = typeof plus27 | typeof plus32 | typeof plus34;

/** The same workloads with any line; the lines have no type in common that says so. */
const ofLine =
  (line: Line) =>
  (scope: Construct): Workloads => {
    const plus = line as typeof plus27;
    const props = (name: string) => ({ metadata: { name }, containers: [{ image: "example.com/app:1" }] });
    return {
      Deployment: new plus.Deployment(scope, "a", props("checkout")),
      StatefulSet: new plus.StatefulSet(scope, "b", {
        ...props("ledger"),
        service: new plus.Service(scope, "service", { metadata: { name: "ledger" }, ports: [{ port: 1 }] }),
      }),
      DaemonSet: new plus.DaemonSet(scope, "c", props("agent")),
      CronJob: new plus.CronJob(scope, "d", { ...props("nightly"), schedule: Cron.daily() }),
    };
  };

const bare = (scope: Construct): Workloads => {
  const object = (id: string, kind: string, name: string) =>
    new ApiObject(scope, id, {
      apiVersion: kind === "CronJob" ? "batch/v1" : "apps/v1",
      kind,
      metadata: { name },
      spec: { template: { spec: {} } },
    });
  return {
    Deployment: object("a", "Deployment", "checkout"),
    StatefulSet: object("b", "StatefulSet", "ledger"),
    DaemonSet: object("c", "DaemonSet", "agent"),
    CronJob: object("d", "CronJob", "nightly"),
  };
};

const lines: readonly (readonly [string, (scope: Construct) => Workloads])[] = [
  ["cdk8s-plus-27", ofLine(plus27)],
  ["cdk8s-plus-32", ofLine(plus32)],
  ["cdk8s-plus-34", ofLine(plus34)],
  ["bare ApiObjects", bare],
];

function application(chart: Chart, workloadsOf: (scope: Construct) => Workloads): readonly Manifest[] {
  const db = new AppSecret(chart, "db", {
    team: payments,
    name: "app-db-secret",
    keys: { DB_USER: "db#username", DB_PASSWORD: "db#password" },
    rotatesEvery: "24h",
    staleFor: "5m",
  });
  const api = new AppSecret(chart, "api", { team: payments, keys: { TOKEN: "api#token", ID: "api#id" } });
  const { Deployment, StatefulSet, DaemonSet, CronJob } = workloadsOf(chart);
  Deployment.with(db.rollout(), api.rollout({ keys: ["TOKEN"] }));
  StatefulSet.with(db.rollout({ keys: ["DB_PASSWORD"] }));
  DaemonSet.with(api.rollout());
  CronJob.with(db.rollout());
  return Testing.synth(chart) as Manifest[];
}

const newChart = (): Chart => new Chart(new App({ outdir: "unused" }), "chart", { namespace: "payments" });

const EXPECTED_ANNOTATIONS = {
  "CronJob nightly": undefined,
  "DaemonSet agent": { "keyturn.dev/rollout-on": "api" },
  "Deployment checkout": { "keyturn.dev/rollout-on": "api/TOKEN,app-db-secret" },
  "StatefulSet ledger": { "keyturn.dev/rollout-on": "app-db-secret/DB_PASSWORD" },
};

describe("the same application", () => {
  const expected = newChart();
  const secretsOf = (objects: readonly Manifest[]) => objects.filter(({ kind }) => kind === "ExternalSecret");
  const reference = secretsOf(application(expected, bare));

  describe.each(lines)("with %s", (_name, workloadsOf) => {
    it("has the same annotations on its workloads and none on their pods", () => {
      const workloads = application(newChart(), workloadsOf).filter(({ kind }) =>
        ["Deployment", "StatefulSet", "DaemonSet", "CronJob"].includes(kind),
      );
      const own = (annotations: Readonly<Record<string, string>> = {}) => {
        const ours = Object.entries(annotations).filter(([name]) => name.startsWith("keyturn.dev/"));
        return ours.length === 0 ? undefined : Object.fromEntries(ours);
      };
      expect(
        Object.fromEntries(
          workloads
            .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, own(metadata.annotations)] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      ).toEqual(EXPECTED_ANNOTATIONS);
      for (const { spec } of workloads) expect(JSON.stringify(spec)).not.toContain("keyturn.dev");
    });

    it("has the same ExternalSecrets and the same plan", () => {
      const chart = newChart();
      const secrets = secretsOf(application(chart, workloadsOf));
      expect(secrets).toEqual(reference);
      expect(secrets.map(({ metadata }) => metadata.name)).toEqual(["app-db-secret", "api"]);
      expect(planOf(chart)).toEqual(planOf(expected));
    });
  });

  it("is annotated the same where the workload is no construct", () => {
    const chart = newChart();
    const db = new AppSecret(chart, "db", { team: payments, name: "app-db-secret", keys: { A: "db#a", B: "db#b" } });
    expect(db.rolloutFor({ kind: "Deployment", name: "checkout" })).toEqual({
      "keyturn.dev/rollout-on": "app-db-secret",
    });
    expect(db.rolloutFor({ kind: "StatefulSet", name: "ledger" }, { keys: ["B"] })).toEqual({
      "keyturn.dev/rollout-on": "app-db-secret/B",
    });
    expect(
      planOf(chart).consumers.map(({ kind, name, annotations }) => [kind, name, annotations["keyturn.dev/rollout-on"]]),
    ).toEqual([
      ["Deployment", "checkout", "app-db-secret"],
      ["StatefulSet", "ledger", "app-db-secret/B"],
    ]);
  });
});

describe("two copies of cdk8s and constructs in one program", () => {
  interface Copy {
    readonly cdk8s: typeof import("cdk8s");
    readonly plus: typeof plus34;
  }
  const otherCopy = (): Copy => {
    let copy: Copy | undefined;
    jest.isolateModules(() => {
      copy = { cdk8s: jest.requireActual("cdk8s"), plus: jest.requireActual("cdk8s-plus-34") };
    });
    if (copy === undefined) throw new Error("not loaded");
    return copy;
  };

  it("understand each other: the constructs are recognised by what they are, not by their class", () => {
    const { cdk8s, plus } = otherCopy();
    expect(cdk8s.App).not.toBe(App);
    expect(plus.Deployment).not.toBe(plus34.Deployment);
    const chart = new cdk8s.Chart(new cdk8s.App({ outdir: "unused" }), "chart", { namespace: "payments" });
    const objects = application(chart, ofLine(plus));
    expect(objects.filter(({ kind }) => kind === "ExternalSecret")).toEqual(
      application(newChart(), bare).filter(({ kind }) => kind === "ExternalSecret"),
    );
    expect(objects.find(({ kind }) => kind === "Deployment")?.metadata.annotations).toEqual({
      "keyturn.dev/rollout-on": "api/TOKEN,app-db-secret",
    });
    const again = { team: payments, name: "app-db-secret", keys: { A: "db#a" } };
    new AppSecret(chart, "again", again);
    expect(() => void cdk8s.Testing.synth(chart)).toThrow('is that of AppSecret "again" already');
  });
});

describe("a constructs that has no with(...) yet", () => {
  const original = Object.getOwnPropertyDescriptor(Construct.prototype, "with") ?? {};
  beforeEach(() => Reflect.deleteProperty(Construct.prototype, "with"));
  afterEach(() => void Object.defineProperty(Construct.prototype, "with", original));

  it("is refused by rollout(), with the version to install; everything else works", () => {
    const chart = newChart();
    const db = new AppSecret(chart, "db", { team: payments, keys: { A: "db#a" } });
    const message =
      "package constructs: is older than 10.5.0, so that workloads have no with(...) " +
      '(npm install "constructs@^10.5.0", or put the annotations of rolloutFor({ kind, name }) on the workload)';
    expect(() => db.rollout()).toThrow(message);
    const legacy = AppSecret.fromSecretName(chart, "legacy", "legacy-db", { team: payments });
    expect(() => legacy.rollout()).toThrow("ackage constructs: is older than 10.5.0");
    // As a program would meet it: the argument is evaluated before Node finds that there is nothing to call.
    const workload = new plus34.Deployment(chart, "w", { containers: [{ image: "example.com/app:1" }] });
    expect(() => workload.with(db.rollout())).toThrow(message);
    expect(db.rolloutFor({ kind: "Deployment", name: "w" })).toEqual({ "keyturn.dev/rollout-on": "db" });
    expect((Testing.synth(chart) as Manifest[]).map(({ kind }) => kind)).toEqual(["ExternalSecret", "Deployment"]);
  });
});

describe("a program without the peers", () => {
  const importing = (missing: string): string =>
    execFileSync(
      process.execPath,
      [
        "--import",
        "tsx",
        "-e",
        `const Module = require("node:module");
         const resolve = Module._resolveFilename;
         Module._resolveFilename = function (request, ...rest) {
           if (request === ${JSON.stringify(missing)})
             throw Object.assign(new Error("Cannot find module '" + request + "'\\nRequire stack:"), { code: "MODULE_NOT_FOUND" });
           return resolve.call(this, request, ...rest);
         };
         try { require("./components/cdk8s/index.ts"); } catch (error) { console.log(error.code + "|" + error.message); }`,
      ],
      { encoding: "utf8", cwd: join(__dirname, "../..") },
    ).trim();

  it.each(["cdk8s", "constructs"] as const)("is told to install them: %s", (peer) => {
    expect(importing(peer)).toBe(
      `PeerMissing|keyturn/cdk8s: needs the package ${peer}, not installed here (npm install "${peer}@${peerDependencies[peer]}")`,
    );
  });
});
