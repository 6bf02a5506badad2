import { hostname } from "node:os";
import { KeyturnError } from "../api";
import { connect, createEventSender, createLease, ownNamespace, type Lease } from "./kube";
import { whileLeading } from "./leading";
import {
  createAudit,
  createLog,
  createMetrics,
  serveObserve,
  watchEventLoop,
  type Audit,
  type Log,
  type MetricsRegistry,
} from "./observe";
import type { ReconcilerOptions } from "./options";
import { preflight } from "./preflight";
import { RolloutEngine } from "./rollout/engine";
import { SyncEngine } from "./sync/engine";
import { createVaultClient } from "./vault";
import { keyturnVersion } from "./version";

export interface ReconcilerIo {
  /** Default `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: JSON lines on stderr. */
  readonly log?: Log;
  /** Default: as the options say. */
  readonly audit?: Audit;
}

export interface RunningReconciler {
  /** Takes nothing new, ends what is under way (20 s at most), gives the lease up. */
  stop(): Promise<void>;
  /** Resolves after {@link stop}; rejects when the reconciler had to end by itself, e.g. because it lost its lease. */
  readonly done: Promise<void>;
  /** As bound; undefined where not served. */
  readonly addresses: { readonly metrics: string | undefined; readonly health: string | undefined };
}

const IN_FLIGHT = 20_000;

/**
 * Starts a reconciler in this process. Resolves when it is at work or (with leader election) a candidate; the caches fill
 * meanwhile, `/readyz` tells.
 * @throws KeyturnError when it cannot start: no access to the cluster, no CRDs, an address in use
 */
export async function runReconciler(options: ReconcilerOptions, io: ReconcilerIo = {}): Promise<RunningReconciler> {
  const environment = io.environment ?? process.env;
  const log = io.log ?? createLog({ level: options.logLevel ?? "info" });
  const metrics = createMetrics();
  const version = keyturnVersion();
  const namespaces = options.namespaces ?? [];
  const kube = connect({
    kubeconfig: options.kubeconfig,
    version,
    environment,
    metrics,
    maxInFlight: Math.max(64, options.concurrency ?? 0),
    onWarning: (error) =>
      log.warn("credentials could not be read again", { object: error.object, cause: error.reason }),
  });
  const closing: (() => Promise<void> | void)[] = [() => kube.close()];
  const close = async (): Promise<void> => {
    for (const each of closing.reverse()) await each();
    closing.length = 0;
  };
  try {
    await preflight(kube, namespaces);
    const audit = io.audit ?? createAudit({ target: options.audit ?? "stdout", log, metrics });
    closing.push(() => audit.close());
    const inCluster = options.kubeconfig === undefined && Boolean(environment.KUBERNETES_SERVICE_HOST);
    const home = environment.POD_NAMESPACE || environment.KEYTURN_NAMESPACE || ownNamespace() || "keyturn-system";
    const end = deferred();
    const lease = (options.leaderElect ?? inCluster) ? electionOf(options, home, kube, log, end.reject) : undefined;
    metrics.gauge("leader_election_master_status", () => (lease?.isLeader() === false ? 0 : 1), {
      name: "keyturn-reconciler",
    });
    const leading = lease === undefined ? kube : whileLeading(kube, () => lease.isLeader());
    const events = createEventSender(leading, { instance: environment.POD_NAME ?? hostname(), metrics, log });
    closing.push(() => events.close());
    const vault = createVaultClient({
      version,
      metrics,
      audit,
      maxInFlight: Math.max(32, options.concurrency ?? 0),
      onDown: (address, error) => log.warn("a Vault does not answer", { address, cause: error.reason }),
      onUp: (address) => {
        log.info("a Vault answers again", { address });
        sync.vaultUp(address);
      },
    });
    closing.push(() => vault.close());
    const deps = { kube: leading, vault, events, audit, metrics, log };
    const sync = new SyncEngine(deps, {
      namespaces,
      controllerClass: options.controllerClass ?? "keyturn",
      strictClass: options.strictClass ?? false,
      concurrency: options.concurrency ?? 32,
      home,
      environments: options.environments,
    });
    const rollouts = new RolloutEngine(deps, sync.secrets, { namespaces, home });
    const engines = [sync, rollouts];
    const ready = (): true | string => engines.map((engine) => engine.ready).find((each) => each !== true) ?? true;
    const addresses = await observe(options, inCluster, { metrics, log, closing, ready });
    const working = work(engines, lease, log);
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping ??= (async () => {
        await Promise.all(engines.map((engine) => engine.stop(IN_FLIGHT)));
        await lease?.release();
        await working;
        await close();
        log.info("the reconciler has stopped");
        end.resolve();
      })();
      return stopping;
    };
    log.info("the reconciler has started", { address: kube.server, cause: `version ${version}` });
    return { stop, done: end.promise, addresses };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Fills the caches, waits to lead, works. Ends quietly when it is stopped meanwhile. */
async function work(
  engines: readonly (SyncEngine | RolloutEngine)[],
  lease: Lease | undefined,
  log: Log,
): Promise<void> {
  const started = performance.now();
  try {
    await Promise.all([...engines.map((engine) => engine.watch()), lease?.acquire()]);
  } catch {
    return;
  }
  log.info("the caches are filled, work begins", { durationMs: Math.round(performance.now() - started) });
  for (const engine of engines) engine.work();
}

function electionOf(
  options: ReconcilerOptions,
  namespace: string,
  kube: Parameters<typeof createLease>[0],
  log: Log,
  lost: (error: KeyturnError) => void,
): Lease {
  const own = options.controllerClass ?? "keyturn";
  const name = own === "keyturn" ? "keyturn-reconciler" : `keyturn-reconciler-${own}`;
  let said = "";
  return createLease(kube, {
    namespace,
    name,
    onError: ({ message }) => {
      // Tried every two seconds: said once.
      if (message !== said)
        log.warn("the lease could not be read or written", { object: `Lease ${namespace}/${name}`, cause: message });
      said = message;
    },
    onLost: (cause) =>
      lost(
        new KeyturnError({
          code: "LeaseLost",
          object: `Lease ${namespace}/${name}`,
          cause,
          remedy: "another replica goes on",
        }),
      ),
  });
}

async function observe(
  options: ReconcilerOptions,
  inCluster: boolean,
  parts: {
    readonly metrics: MetricsRegistry;
    readonly log: Log;
    readonly closing: (() => Promise<void> | void)[];
    readonly ready: () => true | string;
  },
): Promise<RunningReconciler["addresses"]> {
  const { metrics, log, closing, ready } = parts;
  const eventLoop = watchEventLoop();
  closing.push(() => eventLoop.stop());
  const server = await serveObserve({
    metricsAddress: options.metricsAddress ?? (inCluster ? ":8080" : "127.0.0.1:0"),
    healthAddress: options.healthAddress ?? (inCluster ? ":8081" : "127.0.0.1:0"),
    metrics,
    eventLoop,
    ready: new Map([["caches", ready]]),
  });
  closing.push(() => server.close());
  const { metricsAddress, healthAddress } = server;
  if (metricsAddress !== undefined) log.info("metrics are served", { address: metricsAddress });
  if (healthAddress !== undefined) log.info("health is served", { address: healthAddress });
  return { metrics: metricsAddress, health: healthAddress };
}

function deferred(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
} {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
