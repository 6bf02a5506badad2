import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GENERATION, KeyturnError, type KubernetesObject } from "../../api";
import { judge, type Finding, type Manifest } from "../../policies";
import { connect, DEPLOYMENTS, SECRET_ROLLOUTS, SECRETS, type KubeClient } from "../../reconciler/kube";
import { startSandbox, type Sandbox } from "../../sandbox";
import { readEnvironmentsFile } from "../environments";
import type { Io } from "../io";
import { load } from "../lazy";
import { readManifests } from "../manifest-files";
import { keyturnVersion } from "../../reconciler/version";
import { Applier, field, namespace, randomValue, withToken } from "./cluster";
import { bundlePath, ReconcilerProcess } from "./reconciler";
import { Story } from "./story";
import { until } from "./until";
import { VaultWriter } from "./vault";

type Company = typeof import("../../stacks/environments").company;
type Synthesize = typeof import("../../stacks/gitops/app").synthesize;

/** So that a rotation is seen within the patience of somebody who watches. */
const STALE_FOR = "1s";
const AUDIT_LINES = 6;
/** The company's teams; in prod their namespaces have their names. */
const TEAMS = ["payments", "shop", "analytics"];
/** What the company's secrets read besides payments/db, by path and property. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "payments/fx-rates": ["token"],
  "payments/ledger-db": ["username", "password"],
  "payments/ledger-tls": ["certificate", "private_key"],
  "shop/payment-api": ["token"],
  "shop/search": ["key"],
  "shop/sessions": ["signing-key"],
  "shop/catalog": ["database_url"],
  "analytics/warehouse": ["username", "password"],
};

/**
 * The whole flow, each step really done: synth, check, Vault, apply, sync, rotate, roll, audit. Whatever happens, nothing is left:
 * servers live in this process, files in a temporary folder, the reconciler is a child that is stopped.
 */
export async function runDemo(io: Io, signal: AbortSignal): Promise<void> {
  const cleanup: (() => Promise<void> | void)[] = [];
  const dir = mkdtempSync(join(tmpdir(), "keyturn-sandbox-"));
  cleanup.push(() => rmSync(dir, { recursive: true, force: true }));
  try {
    await new Demo(io, signal, dir, cleanup).run();
  } finally {
    for (const undo of cleanup.reverse()) await undo();
  }
}

class Demo {
  private readonly story: Story;

  constructor(
    private readonly io: Io,
    private readonly signal: AbortSignal,
    private readonly dir: string,
    private readonly cleanup: (() => Promise<void> | void)[],
  ) {
    this.story = new Story(io);
  }

  async run(): Promise<void> {
    const { story, dir } = this;
    story.title("keyturn: from a declaration to a rolled workload, in a sandbox on this computer");

    const sandbox = await this.startSandbox();
    const manifests = await this.synthesize(sandbox);
    await this.checkRules(manifests);

    const vault = new VaultWriter(sandbox.vault.address, sandbox.vault.caPem, sandbox.vault.rootToken);
    this.cleanup.push(() => vault.close());
    await story.step("Vault", async () => {
      const policies = await vault.writeFiles(join(dir, "vault"));
      await this.putPassword(vault);
      for (const [path, properties] of Object.entries(VALUES))
        await vault.write(`prod/data/${path}`, {
          data: Object.fromEntries(properties.map((property) => [property, randomValue()])),
        });
      return `policies ${policies.join(", ")}; first value at prod/payments/db`;
    });

    const client = connect({ kubeconfig: sandbox.cluster.kubeconfigFile(dir), version: keyturnVersion() });
    this.cleanup.push(() => client.close());
    await story.step("apply", async () => {
      await new Applier(client).apply([...TEAMS.map(namespace), ...manifests]);
      await this.checkout(client, () => true);
      return `${manifests.length} objects; Deployment checkout is up`;
    });

    const reconciler = await this.startReconciler(sandbox, client);
    const first = await this.sync(client, reconciler);
    await this.rotate(client, reconciler, vault, first);
    await story.step("audit", async () => {
      await reconciler.stop();
      const { audit } = reconciler;
      const rotation = audit.filter((line) => line.includes("payments/app-db-secret"));
      return [`${audit.length} lines; the last ${AUDIT_LINES} about the rotation:`, ...rotation.slice(-AUDIT_LINES)];
    });
    story.end("Everything happened on this computer and is gone again. Next: docs/getting-started.md");
  }

  private async startSandbox(): Promise<Sandbox> {
    let sandbox: Sandbox | undefined;
    await this.story.step("sandbox", async () => {
      sandbox = await startSandbox({ rolloutSpeed: 200 });
      return `cluster ${sandbox.cluster.server}, Vault ${sandbox.vault.address}`;
    });
    const started = sandbox!;
    this.cleanup.push(() => started.stop());
    return started;
  }

  private async synthesize({ cluster, vault }: Sandbox): Promise<readonly KubernetesObject[]> {
    let manifests: readonly Manifest[] = [];
    await this.story.step("synthesize stacks/gitops", async () => {
      const { company } = load("../stacks/environments") as { company: Company };
      const { synthesize } = load("../stacks/gitops/app") as { synthesize: Synthesize };
      const { prod } = company({ prod: { address: vault.address, ca: vault.caPem, reviewer: "client" } });
      synthesize({
        outdir: this.dir,
        tenancies: [{ ...prod, staleFor: STALE_FOR }],
        platform: { kubernetesHost: cluster.server, kubernetesCa: cluster.caPem, bundle: { path: bundlePath() } },
      });
      const read = await readManifests([this.dir], this.io);
      if (read.errors[0] !== undefined) throw read.errors[0];
      manifests = read.manifests;
      return `${manifests.length} manifests, the Vault half and access.json beside them`;
    });
    return manifests.map(({ object }) => object as KubernetesObject);
  }

  private async checkRules(manifests: readonly KubernetesObject[]): Promise<void> {
    const environments = readEnvironmentsFile(join(this.dir, "environments.json"), this.io);
    const dev = {
      ...environments[0]!,
      name: "dev",
      vault: { ...environments[0]!.vault, address: DEV_VAULT },
      teams: [],
    };
    const findings = (objects: readonly KubernetesObject[]): ReturnType<typeof judge>["findings"] =>
      judge(
        objects.map((object) => ({ object, source: { file: "manifests" } })),
        { environments: [...environments, dev], now: this.io.now() },
      ).findings;
    await this.story.step("check", async () => {
      const found = findings(manifests);
      if (found[0] !== undefined)
        throw new KeyturnError({ code: "Findings", object: "stacks/gitops", cause: found[0].message });
      return "no finding in the manifests";
    });
    await this.story.step("refuse a prod team pointed at a dev store", async () => {
      const found = findings([...manifests, devStoreOfProdTeam()]);
      if (found.length === 0)
        throw new KeyturnError({ code: "NotRefused", object: "SecretStore payments/vault", cause: "was accepted" });
      return [`${found.length} finding${found.length === 1 ? "" : "s"}, nothing is applied`, ...found.map(describe)];
    });
  }

  private putPassword(vault: VaultWriter): Promise<void> {
    return vault.write("prod/data/payments/db", { data: { username: "checkout", password: randomValue() } });
  }

  private async startReconciler(sandbox: Sandbox, client: KubeClient): Promise<ReconcilerProcess> {
    let reconciler: ReconcilerProcess | undefined;
    await this.story.step("start the reconciler", async () => {
      const { token } = await client.requestToken("keyturn-system", "keyturn", { expirationSeconds: 3600 });
      const kubeconfig = join(this.dir, "reconciler.kubeconfig");
      writeFileSync(kubeconfig, JSON.stringify(withToken(sandbox.cluster.kubeconfig(), token)), { mode: 0o600 });
      const flags = [
        "--kubeconfig",
        kubeconfig,
        "--namespaces",
        TEAMS.join(","),
        "--environments",
        join(this.dir, "environments.json"),
      ];
      const local = ["--metrics-address", "127.0.0.1:0", "--health-address", "127.0.0.1:0", "--audit", "stdout"];
      reconciler = new ReconcilerProcess([...flags, ...local], {
        PATH: process.env["PATH"],
        KEYTURN_NAMESPACE: "keyturn-system",
      });
      return "reconciler.cjs, with the rights of its ServiceAccount and no more";
    });
    const started = reconciler!;
    this.cleanup.push(() => started.stop());
    return started;
  }

  /** Returns the data hash of the Secret, which says whether it changed without showing it. */
  private async sync(client: KubeClient, reconciler: ReconcilerProcess): Promise<string> {
    let hash = "";
    await this.story.step("sync", async () => {
      const secret = await until("Secret payments/app-db-secret", this.signal, () =>
        this.secret(client, reconciler, ""),
      );
      hash = hashOf(secret);
      const count = await until("every ExternalSecret", this.signal, () => this.synced(client, reconciler));
      await until("the record of checkout", this.signal, async () => {
        reconciler.check();
        const record = await optional(() => client.get(SECRET_ROLLOUTS, "payments", "deployment-checkout"));
        return field(record, "status", "phase") === "Current" ? true : undefined;
      });
      return `Secret payments/app-db-secret has ${Object.keys(secret.data ?? {})
        .sort()
        .join(", ")}, and the other ${count - 1} are there too; first sight, so nothing restarts`;
    });
    return hash;
  }

  /** How many ExternalSecrets there are, once all are Ready. */
  private async synced(client: KubeClient, reconciler: ReconcilerProcess): Promise<number | undefined> {
    reconciler.check();
    const { items } = await client.request<{ items: readonly KubernetesObject[] }>({
      method: "GET",
      path: "/apis/external-secrets.io/v1/externalsecrets",
    });
    const ready = items.filter((item) => {
      const conditions = field(item, "status", "conditions");
      return (
        Array.isArray(conditions) &&
        conditions.some((one) => field(one, "type") === "Ready" && field(one, "status") === "True")
      );
    });
    return ready.length === items.length ? items.length : undefined;
  }

  private async rotate(
    client: KubeClient,
    reconciler: ReconcilerProcess,
    vault: VaultWriter,
    first: string,
  ): Promise<void> {
    await this.story.step("rotate", async () => {
      await this.putPassword(vault);
      await until("the changed Secret", this.signal, () => this.secret(client, reconciler, first));
      return "a new version in the Vault, and the Secret follows";
    });
    await this.story.step("roll", async () => {
      await this.checkout(client, (workload) => field(workload, "metadata", "generation") === 2, reconciler);
      const record = await until("the end of the rollout", this.signal, async () => {
        reconciler.check();
        const found = await client.get(SECRET_ROLLOUTS, "payments", "deployment-checkout");
        const history = field(found, "status", "history");
        return Array.isArray(history) && history.length > 0 && field(found, "status", "phase") === "Current"
          ? found
          : undefined;
      });
      const checkout = await this.checkout(client, () => true, reconciler);
      const generation = field(checkout, "spec", "template", "metadata", "annotations", GENERATION);
      const [last] = field(record, "status", "history") as readonly unknown[];
      return `Deployment checkout restarted with generation ${String(generation).slice(0, 8)}… and is ${String(field(last, "outcome")).toLowerCase()}`;
    });
  }

  private async secret(
    client: KubeClient,
    reconciler: ReconcilerProcess,
    not: string,
  ): Promise<KubernetesObject | undefined> {
    reconciler.check();
    const secret = await optional(() => client.get(SECRETS, "payments", "app-db-secret"));
    return secret !== undefined && hashOf(secret) !== not ? secret : undefined;
  }

  /** The Deployment once it satisfies a condition and all its pods are up to date and available. */
  private checkout(
    client: KubeClient,
    wanted: (workload: KubernetesObject) => boolean,
    reconciler?: ReconcilerProcess,
  ): Promise<KubernetesObject> {
    return until("Deployment payments/checkout", this.signal, async () => {
      reconciler?.check();
      const workload = await client.get(DEPLOYMENTS, "payments", "checkout");
      const status = (name: string): unknown => field(workload, "status", name);
      const replicas = field(workload, "spec", "replicas");
      const healthy =
        status("observedGeneration") === workload.metadata.generation &&
        status("updatedReplicas") === replicas &&
        status("availableReplicas") === replicas;
      return healthy && wanted(workload) ? workload : undefined;
    });
  }
}

const DEV_VAULT = "https://vault.dev.example.com:8200";

/** What the types refuse, written by hand as YAML would be: the types are not there to help. */
function devStoreOfProdTeam(): KubernetesObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "SecretStore",
    metadata: { name: "vault", namespace: "payments" },
    spec: {
      controller: "keyturn",
      provider: {
        vault: {
          server: DEV_VAULT,
          path: "dev",
          version: "v2",
          auth: { kubernetes: { mountPath: "k8s-dev", role: "payments" } },
        },
      },
    },
  };
}

function describe({ ruleId, subject, path, message }: Finding): string {
  return `${ruleId} ${subject.kind} ${subject.namespace ?? ""}/${subject.name} ${path}: ${message}`;
}

function hashOf(secret: KubernetesObject): string {
  return secret.metadata.annotations?.["reconcile.external-secrets.io/data-hash"] ?? "";
}

async function optional<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}
