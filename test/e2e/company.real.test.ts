import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../api";
import { company, teams, type Tenancy } from "../../stacks/environments";
import { synthesize } from "../../stacks/gitops/app";
import { bed } from "../bed";
import { send as baoSend } from "../bed/bao";
import { eventually } from "../bed/eventually";
import { request, send } from "../bed/kube";
import { pulumiStack, type PulumiStack } from "../bed/pulumi/stack";
import { putCompanyValues } from "./company";
import { apply, pathOf, readManifests } from "./manifests";
import { Program } from "./processes";

// The whole company in `dev`, twice: everything by Pulumi, then, after `pulumi destroy`, everything by cdk8s and the files beside the
// manifests. Both times keyturn's command reconciles it. What both leave in the cluster is the same.
//
// The names of dev (namespaces `payments-dev` and so on, the mount `dev`, the login `k8s-dev`, policies `keyturn-dev-*`) are this file's alone.

const ROOT = join(__dirname, "../..");
const CANARY = "canary-company-0e4b77d1";
const ROTATED = "canary-company-rotated-91c2";

interface Workload {
  readonly metadata: { readonly generation: number; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly template?: { readonly metadata: { readonly annotations?: Record<string, string> } } };
}

let dir: string;
let tenancy: Tenancy<"dev">;
let namespaces: readonly string[];
let manifests: readonly KubernetesObject[];
let stack: PulumiStack;
let reconciler: Program | undefined;
/** Live ExternalSecrets and workloads, as Pulumi made them. */
let byPulumi: unknown;

const applications = (): readonly KubernetesObject[] =>
  manifests.filter(({ kind }) => ["Deployment", "StatefulSet", "CronJob", "ExternalSecret"].includes(kind));

/** The company's ExternalSecrets that are not Ready, and why. */
async function notReady(): Promise<readonly string[]> {
  const secrets = applications().filter(({ kind }) => kind === "ExternalSecret");
  const states = secrets.map(async (object) => {
    const { status } = await send<{ status?: { conditions?: readonly { status: string; message: string }[] } }>(
      "GET",
      pathOf(object),
    );
    const condition = status?.conditions?.[0];
    return condition?.status === "True" ? [] : [`${object.metadata.name}: ${condition?.message ?? "nothing yet"}`];
  });
  return (await Promise.all(states)).flat();
}

/** What the declarations made of an object: its spec and keyturn's annotations, without what the cluster adds. */
async function declared(object: KubernetesObject): Promise<unknown> {
  const live = await send<KubernetesObject & { spec: Record<string, unknown> }>("GET", pathOf(object));
  const own = Object.entries(live.metadata.annotations ?? {}).filter(([name]) => name.startsWith("keyturn.dev/"));
  const secret = object.kind === "ExternalSecret" ? { spec: live.spec } : {};
  return { kind: object.kind, name: object.metadata.name, annotations: Object.fromEntries(own), ...secret };
}

/** Reconciles until every Secret is there, at an interval that a test can wait for. */
async function startReconciler(): Promise<void> {
  for (const object of applications().filter(({ kind }) => kind === "ExternalSecret"))
    await send("PATCH", pathOf(object), { spec: { refreshInterval: "2s" } });
  reconciler = new Program(
    process.execPath,
    [
      join(ROOT, "dist/cli/main.js"),
      "reconcile",
      `--kubeconfig=${bed().kubeconfig}`,
      `--namespaces=${namespaces.join(",")}`,
      `--environments=${join(dir, "environments.json")}`,
      "--metrics-address=127.0.0.1:0",
      "--health-address=127.0.0.1:0",
    ],
    { PATH: process.env["PATH"] ?? "", KEYTURN_NAMESPACE: namespaces[0] ?? "" },
  );
  await eventually("all are Ready", notReady, (waiting) => waiting.length === 0);
}

const values = async (name: string, namespace: string): Promise<readonly string[]> =>
  Object.values(
    (await send<{ data: Record<string, string> }>("GET", `/api/v1/namespaces/${namespace}/secrets/${name}`)).data,
  ).map((text) => Buffer.from(text, "base64").toString());

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "keyturn-company-"));
  const { kube, bao } = bed();
  const endpoint = { address: bao.address, ca: readFileSync(bao.caFile, "utf8"), reviewer: "client" } as const;
  tenancy = company({ dev: endpoint }).dev;
  namespaces = teams(tenancy).flatMap((team) => team.namespaces);
  synthesize({
    outdir: dir,
    tenancies: [tenancy],
    platform: { kubernetesHost: kube.server, kubernetesCa: readFileSync(kube.caFile, "utf8") },
  });
  manifests = readManifests(dir);
  for (const namespace of namespaces)
    if ((await request("GET", `/api/v1/namespaces/${namespace}`)).status !== 404)
      throw new Error(`namespace ${namespace} is there already: this bed has served this test before`);
  stack = await pulumiStack(bed(), {
    source: ROOT,
    name: "dev",
    config: {
      "keyturn-platform:environment": "dev",
      "keyturn-platform:keepSecrets": "false",
      "keyturn-platform:reconciler": "false",
      "keyturn-platform:applications": "true",
    },
  });
});

afterAll(async () => {
  await reconciler?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("pulumi up deploys platform and applications; the next preview shows no difference", async () => {
  const { bao, kube } = bed();
  const env = {
    KEYTURN_DEV_VAULT_ADDRESS: bao.address,
    KEYTURN_DEV_VAULT_CA_FILE: bao.caFile,
    KEYTURN_DEV_VAULT_REVIEWER: "client",
    KEYTURN_DEV_KUBERNETES_HOST: kube.server,
    KEYTURN_DEV_KUBERNETES_CA_FILE: kube.caFile,
  };
  const run = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await stack.run(args, { env });
    if (code !== 0) throw new Error(`pulumi ${args[0]}: exit code ${code}\n${stdout}\n${stderr}`);
  };
  await run("up", "--yes", "--skip-preview");
  await run("preview", "--expect-no-changes");
  await baoSend("POST", "dev/data/payments/db", { data: { username: "checkout", password: CANARY } });
  await putCompanyValues("dev", CANARY);
  byPulumi = await Promise.all(applications().map(declared));
});

test("every secret of the five applications is there, and a rotation of the shared one reaches both teams and rolls checkout", async () => {
  await startReconciler();
  expect(await values("reports-rates", "analytics-dev")).toEqual([CANARY]);
  expect(await values("catalog-settings", "shop-dev")).toEqual([`DATABASE_URL='${CANARY}'\nSEARCH_KEY='${CANARY}'\n`]);
  expect(await values("ledger-db", "payments-dev")).toEqual([
    `postgresql://${CANARY}:${CANARY}@ledger-db.payments.example.com:5432/ledger?sslmode=verify-full`,
  ]);
  const workload = (kind: string, name: string): Promise<Workload> =>
    send<Workload>(
      "GET",
      `/apis/apps/v1/namespaces/${name === "catalog" ? "shop-dev" : "payments-dev"}/${kind}/${name}`,
    );
  await eventually(
    "first sight of checkout",
    () =>
      request<{ status?: { phase?: string } }>(
        "GET",
        "/apis/keyturn.dev/v1alpha1/namespaces/payments-dev/secretrollouts/deployment-checkout",
      ),
    ({ body }) => body.status?.phase === "Current",
  );
  const before = await workload("statefulsets", "ledger");

  await baoSend("POST", "dev/data/payments/fx-rates", { data: { token: ROTATED } });
  for (const [name, namespace] of [
    ["checkout-rates", "payments-dev"],
    ["reports-rates", "analytics-dev"],
  ] as const)
    await eventually(
      `the new value in ${name}`,
      () => values(name, namespace),
      (found) => found[0] === ROTATED,
    );
  await eventually(
    "checkout has rolled",
    () => workload("deployments", "checkout"),
    ({ spec }) => spec.template?.metadata.annotations?.["keyturn.dev/generation"] !== undefined,
  );
  expect((await workload("statefulsets", "ledger")).metadata.generation).toBe(before.metadata.generation);
  expect(await reconciler?.stop()).toBe(0);
});

test("no value is in the Pulumi state, and destroy takes everything away again", async () => {
  expect(await stack.state()).not.toContain("canary-company");
  const { code, stdout, stderr } = await stack.run(["destroy", "--yes", "--skip-preview"]);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  for (const namespace of namespaces)
    await eventually(
      `namespace ${namespace} is gone`,
      () => request("GET", `/api/v1/namespaces/${namespace}`),
      ({ status }) => status === 404,
    );
  const { data } = await baoSend<{ data: Record<string, unknown> }>("GET", "sys/mounts");
  expect(Object.keys(data)).not.toContain("dev/");
});

test("the same by cdk8s: manifests applied, the Vault half written from the files beside them, and everything is Ready", async () => {
  for (const name of namespaces) await apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name } }]);
  const writes = (file: string): readonly { path: string; body: object }[] =>
    JSON.parse(readFileSync(join(dir, "vault", file), "utf8")) as { path: string; body: object }[];
  for (const { path, body } of writes("platform.json")) await baoSend("POST", path, body);
  for (const file of readdirSync(join(dir, "vault")).filter((name) => name.endsWith(".hcl")))
    await baoSend("POST", `sys/policies/acl/${file.slice(0, -".hcl".length)}`, {
      policy: readFileSync(join(dir, "vault", file), "utf8"),
    });
  for (const { path, body } of writes("roles.json")) await baoSend("POST", path, body);
  await baoSend("POST", "dev/data/payments/db", { data: { username: "checkout", password: CANARY } });
  await putCompanyValues("dev", ROTATED);
  await apply(manifests);
  // What both adapters made is the same, object by object.
  const byCdk8s = await Promise.all(applications().map(declared));
  expect(byCdk8s).toHaveLength(14);
  expect(byCdk8s).toEqual(byPulumi);
  await startReconciler();
  expect(await values("reports-rates", "analytics-dev")).toEqual([ROTATED]);
});
