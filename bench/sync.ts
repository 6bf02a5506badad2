/**
 * `npm run bench:sync`: many ExternalSecrets, cold, on the real servers; beside it, in the same run, the floor: a bare client with
 * 32 requests in flight that reads, creates the Secret and writes the status of as many objects.
 *
 *     npm run bench:sync -- [--sizes 1000,10000] [--concurrency 32]
 *
 * Prints tables and writes bench/results/sync.json.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createdByHash, dataHash, fieldManager, kvReadPath } from "../api";
import { startBed, type RunningBed } from "../test/bed";
import { baoClient, mountKv } from "../test/bed/bao";
import { countApiRequests, countVaultRequests } from "./audit";
import { BareClient, inParallel } from "./bare-client";
import { cpuSeconds, memory, type Memory } from "./proc";
import { table } from "./table";

const NAMESPACES = 20;
const IN_FLIGHT = 32;
const MOUNT = "bench";
const SERVERS = ["etcd", "kube-apiserver", "kube-controller-manager", "openbao"] as const;
const root = join(__dirname, "..");

interface Phase {
  readonly seconds: number;
  readonly perSecond: number;
  readonly clientCpu: number;
  readonly serverCpu: Readonly<Record<string, number>>;
  readonly vaultRequests: Readonly<Record<string, number>>;
  readonly apiRequests: Readonly<Record<string, number>>;
  readonly memory?: Memory;
}

interface Result {
  readonly size: number;
  readonly floor: Phase;
  readonly keyturn: Phase;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sizes: { type: "string", default: "1000,10000" }, concurrency: { type: "string", default: "32" } },
  });
  const sizes = values.sizes.split(",").map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1))
    throw new Error(`--sizes ${values.sizes}: write for example 1000,10000`);
  const results: Result[] = [];
  let empty: Memory | undefined;
  const interrupted = new Promise<never>((_, reject) => process.once("SIGINT", () => reject(new Error("interrupted"))));
  interrupted.catch(() => undefined);
  for (const size of sizes) {
    // A fresh bed for each size: the servers' own caches and history would favour whoever comes second.
    const bed = await startBed({ progress: (line) => console.error(line) });
    try {
      const bench = new Bench(bed, size, values.concurrency);
      await Promise.race([bench.prepare(), interrupted]);
      empty ??= await bench.emptyReconciler();
      const floor = await Promise.race([bench.floor(), interrupted]);
      await bench.clearFloor();
      const keyturn = await Promise.race([bench.keyturn(), interrupted]);
      results.push({ size, floor, keyturn });
      console.log(report(results.at(-1)!));
    } finally {
      running.forEach((child) => child.kill("SIGKILL"));
      await bed.stop();
    }
  }
  if (empty !== undefined)
    console.log(`reconciler with no object: RSS ${empty.rss} MiB (anonymous ${empty.anonymous})`);
  mkdirSync(join(root, "bench/results"), { recursive: true });
  const file = join(root, "bench/results/sync.json");
  writeFileSync(
    file,
    `${JSON.stringify({ when: new Date().toISOString(), cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, empty, results }, null, 2)}\n`,
  );
  console.log(`written: ${file}`);
}

/** Objects of one size on one bed: half of the namespaces' twins are for the floor, so that both do the same work. */
class Bench {
  private readonly kube: BareClient;
  private readonly vault: BareClient;

  constructor(
    private readonly bed: RunningBed,
    private readonly size: number,
    private readonly concurrency: string,
  ) {
    this.kube = new BareClient(
      bed.kube.server,
      bed.kube.caFile,
      { authorization: `Bearer ${bed.kube.token}`, "user-agent": "bench-bare" },
      IN_FLIGHT,
    );
    this.vault = new BareClient(bed.bao.address, bed.bao.caFile, { "x-vault-token": bed.bao.rootToken }, IN_FLIGHT);
  }

  private namespace(kind: "floor" | "keyturn", index: number): string {
    return `${kind}-${index % NAMESPACES}`;
  }

  async prepare(): Promise<void> {
    const started = performance.now();
    await mountKv(baoClient(this.bed.bao), MOUNT, 2);
    await this.vault.call("PUT", `/v1/sys/policies/acl/${MOUNT}`, {
      policy: `path "${MOUNT}/data/*" { capabilities = ["read"] }`,
    });
    await this.vault.call("POST", `/v1/auth/kubernetes/role/${MOUNT}`, {
      bound_service_account_names: ["reader"],
      bound_service_account_namespaces: Array.from({ length: NAMESPACES }, (_, index) =>
        this.namespace("keyturn", index),
      ),
      audience: "vault",
      token_policies: [MOUNT],
      token_type: "batch",
      token_ttl: "20m",
    });
    const namespaces = (["floor", "keyturn"] as const).flatMap((kind) =>
      Array.from({ length: NAMESPACES }, (_, index) => [kind, index] as const),
    );
    const ca = readFileSync(this.bed.bao.caFile).toString("base64");
    await inParallel(namespaces.length, IN_FLIGHT, async (at) => {
      const [kind, index] = namespaces[at]!;
      const name = this.namespace(kind, index);
      await this.kube.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      await this.kube.call("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "reader" },
      });
      await this.kube.call("POST", `/apis/external-secrets.io/v1/namespaces/${name}/secretstores`, {
        apiVersion: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: { name: "vault" },
        spec: {
          // The floor's objects belong to nobody else.
          controller: kind === "keyturn" ? "keyturn" : "bench-bare",
          provider: {
            vault: {
              server: this.bed.bao.address,
              path: MOUNT,
              version: "v2",
              caBundle: ca,
              auth: {
                kubernetes: {
                  mountPath: "kubernetes",
                  role: MOUNT,
                  serviceAccountRef: { name: "reader", audiences: ["vault"] },
                },
              },
            },
          },
        },
      });
    });
    await inParallel(this.size, IN_FLIGHT, async (index) => {
      await this.vault.call("POST", `/v1/${MOUNT}/data/app/${index}`, { data: { password: `value-${index}` } });
      for (const kind of ["floor", "keyturn"] as const) {
        const namespace = this.namespace(kind, index);
        await this.kube.call("POST", `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`, {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          metadata: { name: `es-${index}`, namespace },
          spec: {
            secretStoreRef: { name: "vault", kind: "SecretStore" },
            refreshInterval: "1h0m0s",
            data: [{ secretKey: "password", remoteRef: { key: `app/${index}`, property: "password" } }],
          },
        });
      }
    });
    console.error(
      `prepared ${this.size} + ${this.size} ExternalSecrets in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  }

  /** Memory of the reconciler where there is nothing to do: it watches a namespace without objects. */
  async emptyReconciler(): Promise<Memory> {
    await this.kube.call("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "empty" },
    });
    const reconciler = await startReconciler(this.bed, ["--namespaces", "empty", "--concurrency", this.concurrency]);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const used = memory(reconciler.child.pid!);
    await reconciler.stop();
    return used;
  }

  async floor(): Promise<Phase> {
    const measure = this.measure(process.pid, "bench-bare");
    await inParallel(this.size, IN_FLIGHT, async (index) => {
      const namespace = this.namespace("floor", index);
      const name = `es-${index}`;
      const read = await this.vault.call<{ data: { data: { password: string } } }>(
        "GET",
        `/v1/${kvReadPath({ path: MOUNT, version: "v2" }, `app/${index}`)}`,
      );
      const value = Buffer.from(read.data.data.password);
      await this.kube.call(
        "POST",
        `/api/v1/namespaces/${namespace}/secrets?fieldManager=${encodeURIComponent(fieldManager(name))}`,
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            name,
            labels: {
              "reconcile.external-secrets.io/managed": "true",
              "reconcile.external-secrets.io/created-by": createdByHash(namespace, name),
            },
            annotations: { "reconcile.external-secrets.io/data-hash": dataHash(new Map([["password", value]])) },
          },
          data: { password: value.toString("base64") },
        },
      );
      const now = new Date().toISOString();
      await this.kube.call(
        "PATCH",
        `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}/status`,
        {
          status: {
            refreshTime: now,
            conditions: [
              {
                type: "Ready",
                status: "True",
                reason: "SecretSynced",
                message: "secret synced",
                lastTransitionTime: now,
              },
            ],
          },
        },
        "application/merge-patch+json",
      );
    });
    return measure();
  }

  /** The floor's objects would be in the reconciler's caches and counts. */
  async clearFloor(): Promise<void> {
    for (let index = 0; index < NAMESPACES; index++) {
      const namespace = this.namespace("floor", index);
      await this.kube.call("DELETE", `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`);
      await this.kube.call("DELETE", `/api/v1/namespaces/${namespace}/secrets`);
    }
  }

  async keyturn(): Promise<Phase> {
    const reconciler = await startReconciler(this.bed, ["--concurrency", this.concurrency], (child) =>
      this.measure(child.pid!, "keyturn"),
    );
    await reconciler.untilSynced(this.size);
    const phase = reconciler.measured();
    const ready = await this.countReady();
    if (ready !== this.size) throw new Error(`${ready} of ${this.size} ExternalSecrets are Ready`);
    await reconciler.stop();
    return { ...phase, memory: reconciler.memoryAtEnd() };
  }

  private async countReady(): Promise<number> {
    let ready = 0;
    for (let index = 0; index < NAMESPACES; index++) {
      const list = await this.kube.call<{ items: { status?: { conditions?: { type: string; status: string }[] } }[] }>(
        "GET",
        `/apis/external-secrets.io/v1/namespaces/${this.namespace("keyturn", index)}/externalsecrets`,
      );
      ready += list.items.filter((item) =>
        item.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"),
      ).length;
    }
    return ready;
  }

  private measure(clientPid: number, userAgent: string): () => Phase {
    const pids = this.bed.pids;
    const cpu = (): Record<string, number> => Object.fromEntries(SERVERS.map((name) => [name, cpuSeconds(pids[name])]));
    const since = new Date();
    const before = cpu();
    const client = cpuSeconds(clientPid);
    const started = performance.now();
    return () => {
      const seconds = (performance.now() - started) / 1000;
      const after = cpu();
      return {
        seconds,
        perSecond: this.size / seconds,
        clientCpu: cpuSeconds(clientPid) - client,
        serverCpu: Object.fromEntries(SERVERS.map((name) => [name, after[name]! - before[name]!])),
        apiRequests: countApiRequests(this.bed.auditLog, userAgent, since),
        vaultRequests: countVaultRequests(this.bed.bao.auditLog, since),
      };
    };
  }
}

function report({ size, floor, keyturn }: Result): string {
  const per = (value: number): string => ((value / size) * 1000).toFixed(2);
  const rows: (string | number)[][] = [
    ["seconds to all Ready", floor.seconds.toFixed(1), keyturn.seconds.toFixed(1)],
    ["objects per second", floor.perSecond.toFixed(0), keyturn.perSecond.toFixed(0)],
    ["share of the floor", "1.00", (keyturn.perSecond / floor.perSecond).toFixed(2)],
    ["client CPU, ms per object", per(floor.clientCpu), per(keyturn.clientCpu)],
    ...SERVERS.map((name) => [
      `${name} CPU, ms per object`,
      per(floor.serverCpu[name]!),
      per(keyturn.serverCpu[name]!),
    ]),
    ["RSS at the end, MiB", "", keyturn.memory?.rss ?? ""],
    ["anonymous at the end, MiB", "", keyturn.memory?.anonymous ?? ""],
    ["peak RSS, MiB", "", keyturn.memory?.peak ?? ""],
  ];
  for (const kind of ["vaultRequests", "apiRequests"] as const) {
    const names = [...new Set([...Object.keys(floor[kind]), ...Object.keys(keyturn[kind])])].sort();
    for (const name of names) {
      rows.push([
        `${kind === "vaultRequests" ? "Vault" : "API"} ${name}, per object`,
        ((floor[kind][name] ?? 0) / size).toFixed(3),
        ((keyturn[kind][name] ?? 0) / size).toFixed(3),
      ]);
    }
  }
  return `\n${size} ExternalSecrets in ${NAMESPACES} namespaces\n\n${table(["", "floor", "keyturn"], rows)}\n`;
}

/** Ended with this process, however it ends. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

interface RunningReconciler {
  readonly child: ChildProcess;
  untilSynced(count: number): Promise<void>;
  measured(): Phase;
  memoryAtEnd(): Memory;
  stop(): Promise<void>;
}

/** The built file as a separate process, as in a cluster; progress is read from its own metrics, which costs it nearly nothing. */
async function startReconciler(
  bed: RunningBed,
  flags: readonly string[],
  measure?: (child: ChildProcess) => () => Phase,
): Promise<RunningReconciler> {
  const child = spawn(
    process.execPath,
    [
      "--max-semi-space-size=2",
      join(root, "dist/reconciler.cjs"),
      "--kubeconfig",
      bed.kubeconfig,
      "--metrics-address",
      "127.0.0.1:0",
      "--health-address",
      "127.0.0.1:0",
      "--audit",
      join(bed.dir, "keyturn-audit.log"),
      ...flags,
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, KEYTURN_NAMESPACE: "default" } },
  );
  running.add(child);
  child.once("exit", () => running.delete(child));
  const finish = measure?.(child);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = await metricsAddress(child);
  let phase: Phase | undefined;
  let last: Memory | undefined;
  return {
    child,
    async untilSynced(count) {
      let told = 0;
      for (;;) {
        const text = await (await fetch(`http://${address}/metrics`)).text();
        const synced = Number(/^keyturn_external_secrets_ready\{status="True"\} (\d+)/m.exec(text)?.[1] ?? 0);
        if (synced >= count) break;
        if (performance.now() - told > 5_000) {
          told = performance.now();
          console.error(`  ${synced} of ${count}`);
        }
        if (child.exitCode !== null) throw new Error(`the reconciler ended with ${child.exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      phase = finish?.();
      last = memory(child.pid!);
    },
    measured: () => phase!,
    memoryAtEnd: () => last!,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** The address it says it serves metrics on, from its log. */
function metricsAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = text
        .split("\n")
        .filter((line) => line.includes("metrics") && line.includes("127.0.0.1:"))
        .map((line) => /127\.0\.0\.1:\d+/.exec(line)?.[0])
        .find((value) => value !== undefined);
      if (found !== undefined) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`the reconciler ended with ${code}:\n${text.slice(-2000)}`)));
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
