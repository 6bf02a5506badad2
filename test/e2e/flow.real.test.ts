import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../api";
import { bed } from "../bed";
import { auditMark, countByVerb, writesSince } from "../bed/audit";
import { send as baoSend } from "../bed/bao";
import { baoAuditMark, baoRequestsSince } from "../bed/bao-audit";
import { eventually } from "../bed/eventually";
import { request, send } from "../bed/kube";
import { pulumiEnvironment, pulumiProject, runPulumi, type PulumiEnvironment } from "../bed/pulumi";
import { putCompanyValues } from "./company";
import { apply, pathOf, readManifests } from "./manifests";
import { run, type Finished, type Program } from "./processes";
import { runDeployedReconciler } from "./reconciler";

// From a declaration to a rolled workload, on the real servers: the Pulumi engine applies stacks/platform, `cdk8s synth` writes
// stacks/gitops, the built reconciler runs as the Deployment says. The tests are the steps of one story, in order.
//
// The stacks have fixed names: namespaces, ClusterRoles, the mount `prod`, the login `k8s-prod`, policies and roles `keyturn-prod-*`. On the
// bed they are this file's alone; every other test gives what it makes a name of its own.

const ROOT = join(__dirname, "../..");
const CDK8S = join(ROOT, "node_modules/.bin/cdk8s");
const USER = "system:serviceaccount:keyturn-system:keyturn";
const SECRET = "/api/v1/namespaces/payments/secrets/app-db-secret";
const EXTERNAL_SECRET = "/apis/external-secrets.io/v1/namespaces/payments/externalsecrets/app-db-secret";
const TEAMS = ["payments", "shop", "analytics"];
const CHECKOUT = "/apis/apps/v1/namespaces/payments/deployments/checkout";
const ROLLOUT = "/apis/keyturn.dev/v1alpha1/namespaces/payments/secretrollouts/deployment-checkout";
/** Recognisable, so that any output that holds one gives itself away. */
const CANARIES = {
  user: "canary-user-7f3a9c41",
  first: "canary-password-one-5b1d8e02",
  second: "canary-password-two-c96f4a73",
  foreign: "canary-foreign-e2705d18",
} as const;

let dir: string;
let environment: PulumiEnvironment;
let project: string;
let manifests: readonly KubernetesObject[];
let reconciler: Program;
/** Where OpenBao's audit log was before the reconciler first ran. */
let started: Awaited<ReturnType<typeof baoAuditMark>>;
const outputs: string[] = [];

interface Workload {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly metadata: { readonly annotations?: Record<string, string> } };
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
  };
}
interface Status {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

const ready = async (path: string): Promise<{ status: string; reason: string; message: string } | undefined> =>
  (await send<Status>("GET", path)).status?.conditions?.find(({ type }) => type === "Ready");

const value = async (key: string): Promise<string> =>
  Buffer.from((await send<{ data: Record<string, string> }>("GET", SECRET)).data[key] ?? "", "base64").toString();

/** The company's ExternalSecrets that are not Ready. */
const notReady = async (): Promise<readonly string[]> =>
  (
    await Promise.all(
      manifests
        .filter(({ kind }) => kind === "ExternalSecret")
        .map(async (object) => ((await ready(pathOf(object)))?.status === "True" ? [] : [object.metadata.name])),
    )
  ).flat();

const healthy = ({ metadata, spec, status }: Workload): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.availableReplicas === spec.replicas &&
  status.replicas === spec.replicas;

const checkout = (): Promise<Workload> => send<Workload>("GET", CHECKOUT);

async function pulumi(...args: string[]): Promise<Finished> {
  const done = await runPulumi(args, { cwd: project, env: environment });
  outputs.push(done.stdout, done.stderr);
  return { ...done };
}

function succeeded({ code, stdout, stderr }: Finished): void {
  if (code !== 0) throw new Error(`exit code ${code}:\n${stdout}\n${stderr}`);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "keyturn-e2e-"));
  const { kube, bao } = bed();
  environment = {
    ...(await pulumiEnvironment(bed(), join(dir, "pulumi"))),
    KEYTURN_ENVIRONMENTS: join(dir, "out/environments.json"),
    KEYTURN_PROD_VAULT_ADDRESS: bao.address,
    KEYTURN_PROD_VAULT_CA_FILE: bao.caFile,
    KEYTURN_PROD_VAULT_REVIEWER: "client",
    KEYTURN_PROD_KUBERNETES_HOST: kube.server,
    KEYTURN_PROD_KUBERNETES_CA_FILE: kube.caFile,
  };
  project = pulumiProject(ROOT, join(dir, "project"));
  for (const namespace of [...TEAMS, "keyturn-system"]) {
    const { status } = await request("GET", `/api/v1/namespaces/${namespace}`);
    if (status !== 404)
      throw new Error(
        `namespace ${namespace} is there already: another test made it, or this bed has served this test before`,
      );
  }
});

afterAll(async () => {
  await reconciler?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("cdk8s synth writes the manifests, passes its validation, and writes who reads what", async () => {
  const out = join(dir, "out");
  const synth = await run(CDK8S, ["synth", "--check-upgrade=false", "--output", out], { cwd: ROOT, env: environment });
  outputs.push(synth.stdout, synth.stderr);
  succeeded(synth);
  expect(synth.stdout).toMatch(/Validation Report[^]*success[^]*errors\s*│ 0 /);
  manifests = readManifests(out).filter(({ metadata }) => TEAMS.includes(metadata.namespace ?? ""));
  expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort()).toEqual([
    "CronJob analytics/reports",
    "Deployment payments/checkout",
    "Deployment shop/catalog",
    "Deployment shop/storefront",
    "ExternalSecret analytics/reports-rates",
    "ExternalSecret analytics/reports-warehouse",
    "ExternalSecret payments/app-db-secret",
    "ExternalSecret payments/checkout-rates",
    "ExternalSecret payments/ledger-db",
    "ExternalSecret payments/ledger-tls",
    "ExternalSecret shop/catalog-settings",
    "ExternalSecret shop/storefront-api",
    "ExternalSecret shop/storefront-sessions",
    "Service payments/ledger",
    "StatefulSet payments/ledger",
  ]);
  const access = JSON.parse(readFileSync(join(out, "access.json"), "utf8")) as {
    grants: { environment: string; team: string; mount: string; key: string; prefix: boolean }[];
  };
  expect(
    access.grants
      .filter((grant) => grant.environment === "prod")
      .map((grant) => `${grant.team}: ${grant.mount}/${grant.key}${grant.prefix ? "/*" : ""}`),
  ).toEqual([
    "analytics: prod/analytics/warehouse",
    "analytics: prod/payments/fx-rates",
    "payments: prod/payments/db",
    "payments: prod/payments/fx-rates",
    "payments: prod/payments/ledger-db",
    "payments: prod/payments/ledger-tls",
    "shop: prod/shop/catalog",
    "shop: prod/shop/payment-api",
    "shop: prod/shop/search",
    "shop: prod/shop/sessions",
  ]);
});

test("pulumi up creates mount, login, exact policies, roles and stores; the next preview shows no difference", async () => {
  writeFileSync(
    join(project, "Pulumi.prod.yaml"),
    readFileSync(join(ROOT, "Pulumi.prod.yaml"), "utf8") +
      `  keyturn-platform:access: ${join(dir, "out/access.json")}\n  keyturn-platform:crds: none\n`,
  );
  const init = await pulumi("stack", "init", "organization/keyturn-platform/prod");
  succeeded(init);
  const preview = await pulumi("preview", "-s", "prod", "--policy-pack", join(ROOT, "dist/policies/pulumi/pack"));
  succeeded(preview);
  expect(preview.stdout).toContain("keyturn");
  const up = await pulumi("up", "--yes", "--skip-preview", "-s", "prod");
  succeeded(up);

  const policy = await baoSend<{ data: { policy: string } }>("GET", "sys/policies/acl/keyturn-prod-payments");
  expect(policy.data.policy).toContain('path "prod/data/payments/db"');
  expect(policy.data.policy).not.toContain("*");
  const again = await pulumi("preview", "--expect-no-changes", "-s", "prod");
  succeeded(again);
});

test("the reconciler, with the rights of its ServiceAccount alone, logs in as the team and writes the Secret", async () => {
  await baoSend("POST", "prod/data/payments/db", { data: { username: CANARIES.user, password: CANARIES.first } });
  await putCompanyValues("prod", CANARIES.foreign);
  await apply(manifests);
  // The running Deployment polls; five minutes of staleness are too long for a test.
  await send("PATCH", EXTERNAL_SECRET, { spec: { refreshInterval: "2s" } });
  started = await baoAuditMark();
  reconciler = await runDeployedReconciler(join(dir, "pod"));
  await eventually(
    "Ready",
    () => ready(EXTERNAL_SECRET),
    (condition) => condition?.status === "True",
  );

  expect(await value("DB_USER")).toBe(CANARIES.user);
  expect(await value("DB_PASSWORD")).toBe(CANARIES.first);
  const requests = await baoRequestsSince(started);
  expect(requests).toContainEqual(expect.objectContaining({ path: "auth/k8s-prod/login", error: "" }));
  expect(requests).toContainEqual(
    expect.objectContaining({
      operation: "read",
      path: "prod/data/payments/db",
      user: "k8s-prod-payments-keyturn-payments",
      error: "",
    }),
  );
});

test("every secret of the company is there, the shared one read by analytics as itself", async () => {
  await eventually("all are Ready", notReady, (waiting) => waiting.length === 0);
  const reads = await baoRequestsSince(started, { operation: "read", path: "prod/data/payments/fx-rates", error: "" });
  expect([...new Set(reads.map(({ user }) => user))].sort()).toEqual([
    "k8s-prod-analytics-keyturn-analytics",
    "k8s-prod-payments-keyturn-payments",
  ]);
  const { data, type } = await send<{ data: Record<string, string>; type: string }>(
    "GET",
    "/api/v1/namespaces/payments/secrets/ledger-tls",
  );
  expect([type, Object.keys(data).sort()]).toEqual(["kubernetes.io/tls", ["tls.crt", "tls.key"]]);
});

test("the first sight of a workload restarts nothing", async () => {
  await eventually("checkout is healthy", checkout, healthy);
  await eventually(
    "its record",
    () => send<{ status?: { phase?: string } }>("GET", ROLLOUT),
    ({ status }) => status?.phase === "Current",
  );
  const { metadata, spec } = await checkout();
  expect(metadata.generation).toBe(1);
  expect(spec.template.metadata.annotations?.["keyturn.dev/generation"]).toBeUndefined();
});

test("a new version in OpenBao arrives in the Secret, and checkout rolls and becomes healthy", async () => {
  await baoSend("POST", "prod/data/payments/db", { data: { username: CANARIES.user, password: CANARIES.second } });
  await eventually(
    "the new password",
    () => value("DB_PASSWORD"),
    (password) => password === CANARIES.second,
  );
  const rolled = await eventually(
    "checkout has rolled",
    checkout,
    (workload) => workload.metadata.generation === 2 && healthy(workload),
  );
  expect(rolled.spec.template.metadata.annotations?.["keyturn.dev/generation"]).toMatch(/^[0-9a-f]{32}$/);
  const record = await eventually(
    "the record",
    () =>
      send<{ status: { phase: string; running: string; generation: string; history: { outcome: string }[] } }>(
        "GET",
        ROLLOUT,
      ),
    ({ status }) => status.phase === "Current" && status.history.length === 1,
  );
  expect(record.status.history[0]?.outcome).toBe("Healthy");
  expect(record.status.running).toBe(rolled.spec.template.metadata.annotations?.["keyturn.dev/generation"]);
  const pods = await send<{
    items: { metadata: { annotations?: Record<string, string>; deletionTimestamp?: string } }[];
  }>("GET", "/api/v1/namespaces/payments/pods");
  expect(
    pods.items.filter(
      (pod) =>
        pod.metadata.annotations?.["keyturn.dev/generation"] === record.status.running &&
        pod.metadata.deletionTimestamp === undefined,
    ),
  ).toHaveLength(2);
});

test("another team's path is refused by OpenBao, and the ExternalSecret says so", async () => {
  // Past the reconciler's own check, so that it is OpenBao that refuses: the environments file of this pod allows the prefix.
  await reconciler.stop();
  outputs.push(reconciler.text);
  const file = join(dir, "lenient.json");
  const environments = readFileSync(join(dir, "pod/etc/keyturn/environments.json"), "utf8");
  writeFileSync(file, environments.replaceAll(/"prefixes": \[\s*"payments"\s*\]/g, '"prefixes": ["payments", "shop"]'));
  reconciler = await runDeployedReconciler(join(dir, "pod"), `--environments=${file}`);
  const mark = await baoAuditMark();
  const foreign: KubernetesObject = {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "foreign", namespace: "payments" },
    spec: {
      secretStoreRef: { kind: "SecretStore", name: "keyturn-prod" },
      data: [{ secretKey: "token", remoteRef: { key: "shop/payment-api", property: "token" } }],
    },
  };
  await apply([foreign]);
  const condition = await eventually(
    "refused",
    () => ready(pathOf(foreign)),
    (state) => state?.status === "False",
  );
  expect(condition?.reason).toBe("SecretSyncedError");
  expect(condition?.message).toMatch(
    /^could not get secret data from provider: .*prod\/(data\/)?shop\/payment-api.*permission denied/,
  );
  expect((await baoRequestsSince(mark)).filter(({ path }) => path === "prod/data/shop/payment-api")).toContainEqual(
    expect.objectContaining({ operation: "read", error: expect.stringContaining("permission denied") as string }),
  );
});

test("with its own environments file the reconciler refuses that path itself, without asking OpenBao", async () => {
  await reconciler.stop();
  outputs.push(reconciler.text);
  const mark = await baoAuditMark();
  reconciler = await runDeployedReconciler(join(dir, "pod"));
  const condition = await eventually(
    "refused by the reconciler",
    () => ready("/apis/external-secrets.io/v1/namespaces/payments/externalsecrets/foreign"),
    (state) => state?.message.includes("payments") === true && !state.message.includes("permission denied"),
  );
  expect(condition?.status).toBe("False");
  // The shop's own reads of that path go on.
  const reads = await baoRequestsSince(mark, { path: "prod/data/shop/payment-api" });
  expect(reads.filter(({ user, error }) => user !== "k8s-prod-shop-keyturn-shop" || error !== "")).toEqual([]);
  await send("DELETE", "/apis/external-secrets.io/v1/namespaces/payments/externalsecrets/foreign");
});

test("stopping and starting the reconciler rewrites nothing and restarts nothing", async () => {
  // What the last start had to write has been written.
  await eventually("all are Ready", notReady, (waiting) => waiting.length === 0);
  expect(await reconciler.stop()).toBe(0);
  outputs.push(reconciler.text);
  const before = await checkout();
  const mark = await auditMark();
  const vaultMark = await baoAuditMark();
  reconciler = await runDeployedReconciler(join(dir, "pod"));
  // It has looked: two refreshes of the two-second interval have been read since it started.
  await eventually(
    "two refreshes",
    () => baoRequestsSince(vaultMark, { operation: "read", path: "prod/data/payments/db", error: "" }),
    (reads) => reads.length >= 2,
  );
  const writes = await writesSince(mark, { user: USER });
  const {
    "create serviceaccounts/token": _tokens,
    "create leases": _lease,
    "update leases": _renewals,
    "patch leases": _patches,
    ...rest
  } = countByVerb(writes);
  expect(rest).toEqual({});
  expect((await checkout()).metadata.generation).toBe(before.metadata.generation);
});

test("the audit lines name who read what, with which outcome", () => {
  const lines = outputs
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith('{"') && line.includes('"event"'));
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries).toContainEqual(
    expect.objectContaining({
      event: "read",
      outcome: "ok",
      object: "ExternalSecret payments/app-db-secret",
      path: "prod/payments/db",
    }),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({ event: "secret-write", outcome: "ok", keys: ["DB_PASSWORD", "DB_USER"] }),
  );
  expect(entries).toContainEqual(expect.objectContaining({ event: "rollout", outcome: "ok" }));
});

test("no value is in any log, event, status, manifest, Pulumi state or report", async () => {
  outputs.push(reconciler.text);
  const searched = new Map<string, string>([["output of the programs", outputs.join("\n")]]);
  for (const file of filesOf(dir)) searched.set(file, readFileSync(file, "latin1"));
  searched.set("API audit log", readFileSync(bed().auditLog, "utf8"));
  searched.set("OpenBao audit log", readFileSync(bed().bao.auditLog, "utf8"));
  for (const log of Object.values(bed().logs)) searched.set(log, readFileSync(log, "latin1"));
  for (const namespace of [...TEAMS, "keyturn-system"])
    for (const kind of [
      "/api/v1/NS/events",
      "/api/v1/NS/configmaps",
      "/apis/apps/v1/NS/deployments",
      "/apis/external-secrets.io/v1/NS/externalsecrets",
      "/apis/external-secrets.io/v1/NS/secretstores",
      "/apis/keyturn.dev/v1alpha1/NS/secretrollouts",
    ]) {
      const path = kind.replace("NS", `namespaces/${namespace}`);
      searched.set(path, JSON.stringify(await send("GET", path)));
    }
  const metrics = /metrics[^\n]*?(127\.0\.0\.1:\d+)/.exec(reconciler.text)?.[1];
  searched.set("metrics", await (await fetch(`http://${metrics}/metrics`)).text());
  expect(searched.get("metrics")).toContain("keyturn_");
  expect(searched.size).toBeGreaterThan(25);

  const wanted = Object.values(CANARIES).flatMap((canary) => [
    canary,
    Buffer.from(canary).toString("base64").replace(/=+$/, ""),
  ]);
  const found = [...searched]
    .filter(([, text]) => wanted.some((canary) => text.includes(canary)))
    .map(([where]) => where);
  expect(found).toEqual([]);
  // The search itself works: the Secret has it.
  expect(JSON.stringify(await send("GET", SECRET))).toContain(Buffer.from(CANARIES.second).toString("base64"));
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => statSync(file).isFile());
}
