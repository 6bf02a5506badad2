import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiServerAddress, startApiServer, users, writeKubeconfig, writeKubernetesFiles } from "./apiserver";
import type { Bed, ServerName } from "./bed";
import { resolveBinaries, type Binaries } from "./binaries";
import type { Progress } from "./build";
import { startControllerManager } from "./controller-manager";
import { installCrds } from "./crds";
import { etcdAddress, startEtcd } from "./etcd";
import { eventually } from "./eventually";
import { cleanLeftovers, Guard } from "./guard";
import { kubeClient } from "./kube";
import { createNode, podsAreBound, startKwok } from "./kwok";
import type { BedError } from "./log-tail";
import { connectKubernetesAuth, startOpenBao } from "./openbao";
import type { Server, ServerContext } from "./process";

export { bed, NODE_NAME, type Bed, type ServerName } from "./bed";

export interface StartOptions {
  /** Receives what happens, line by line; default nothing. */
  readonly progress?: Progress;
  /** Aborting stops the start and everything started so far; once the bed runs it changes nothing. */
  readonly signal?: AbortSignal;
  /** Called when a server of the running bed ends that nobody stopped, with the last lines of its log. */
  readonly died?: (error: BedError) => void;
}

/** A bed this process started and must stop. */
export interface RunningBed extends Bed {
  /** Path of the file with the {@link Bed} as JSON: the value for `KEYTURN_BED`. */
  readonly file: string;
  /** The servers, to kill, stop and start again in tests of faults. OpenBao is sealed after a restart. */
  readonly servers: Readonly<Record<ServerName, Server>>;
  /** Stops every server and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, KWOK and OpenBao on free loopback ports in a temporary folder, building what
 * is missing, and installs keyturn's CRDs. When this resolves, namespaces get their ServiceAccount, pods become ready, and OpenBao's
 * kubernetes login works.
 * @throws {BedError} naming server or tool, cause with the last log lines, and remedy; nothing is left running then.
 */
export async function startBed(options: StartOptions = {}): Promise<RunningBed> {
  const progress = options.progress ?? (() => undefined);
  for (const dir of cleanLeftovers()) progress(`removed what a killed bed had left: ${dir}`);
  const guard = new Guard();
  const start = new Start(guard, progress, options.signal);
  let state: "starting" | "running" | "over" = "starting";
  const stop = once(() => {
    state = "over";
    return stopAll(start.servers, guard);
  });
  const died = (error: BedError) => {
    if (state === "starting") void start.abort(error);
    if (state === "running") options.died?.(error);
  };
  try {
    const binaries = await resolveBinaries({ progress, guard, signal: start.signal });
    const bed = await startServers(start, binaries, { guard, signal: start.signal, died });
    const file = join(guard.dir, "bed.json");
    writeFileSync(file, JSON.stringify(bed, undefined, 2), { mode: 0o600 });
    state = "running";
    return { ...bed, file, servers: Object.fromEntries(start.servers) as Record<ServerName, Server>, stop };
  } catch (error) {
    await start.abort(error);
    await stop();
    throw start.signal.reason;
  }
}

/** What is being started: one failure ends everything else, and the cleaning waits until nothing more can start. */
class Start {
  readonly servers = new Map<ServerName, Server>();
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly #abort = new AbortController();
  readonly #work: Promise<unknown>[] = [];
  #begun = performance.now();

  constructor(guard: Guard, progress: Progress, signal: AbortSignal | undefined) {
    this.signal = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    this.progress = progress;
  }

  /** From now on the times count: what was built before is no part of them. */
  startClock(): void {
    this.#begun = performance.now();
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#work.push(
      running.catch((error: unknown) => {
        this.#abort.abort(error);
      }),
    );
    return running;
  }

  server(name: ServerName, work: () => Promise<Server>): Promise<Server> {
    return this.run(async () => {
      const server = await work();
      this.servers.set(name, server);
      this.progress(`${name} is ready after ${((performance.now() - this.#begun) / 1000).toFixed(1)} s`);
      return server;
    });
  }

  /** Resolves when all work has ended. */
  async abort(reason: unknown): Promise<void> {
    this.#abort.abort(reason);
    await Promise.all(this.#work);
  }
}

async function startServers(start: Start, binaries: Binaries, context: ServerContext): Promise<Bed> {
  const { dir } = context.guard;
  start.startClock();
  const openBao = start.run(() => startOpenBao(binaries.bao, context, (server) => start.server("openbao", server)));
  const [files, etcd] = await Promise.all([
    start.run(() => writeKubernetesFiles(dir)),
    start.server("etcd", () => startEtcd(binaries.etcd, context)),
  ]);
  const apiServer = await start.server("kube-apiserver", () =>
    startApiServer(binaries["kube-apiserver"], etcdAddress(etcd), files, context),
  );
  const server = apiServerAddress(apiServer);
  const ca = readFileSync(files.caFile, "utf8");
  const kubeconfig = (user: keyof typeof users) =>
    writeKubeconfig(join(dir, `${user}.kubeconfig`), server, ca, users[user], files.tokens[user]);
  const kube = kubeClient({ server, caFile: files.caFile, token: files.tokens.admin });
  const [bao] = await Promise.all([
    start.run(async () => {
      const { bao } = await openBao;
      await connectKubernetesAuth(bao, kube, server, ca);
      return bao;
    }),
    start.server("kube-controller-manager", () =>
      startControllerManager(
        binaries["kube-controller-manager"],
        kubeconfig("controllerManager"),
        files,
        kube,
        context,
      ),
    ),
    start.server("kwok", async () => {
      await createNode(kube);
      return startKwok(binaries.kwok, kubeconfig("kwok"), kube, context);
    }),
    start.run(() => installCrds(kube)),
  ]);
  await start.run(() => eventually("pods are bound to the node", () => podsAreBound(kube)));

  const each = <T>(read: (server: Server) => T) =>
    Object.fromEntries([...start.servers].map(([name, value]) => [name, read(value)])) as Record<ServerName, T>;
  return {
    dir,
    kubeconfig: kubeconfig("admin"),
    kube: { server, caFile: files.caFile, token: files.tokens.admin },
    auditLog: files.auditLog,
    bao,
    pids: each(({ pid }) => pid),
    logs: each(({ logFile }) => logFile),
    binaries,
  };
}

async function stopAll(servers: ReadonlyMap<ServerName, Server>, guard: Guard): Promise<void> {
  const stopped = async (name: ServerName) => servers.get(name)?.stop();
  const cluster = async () => {
    // Clients first: a controller manager that loses its API server would fill its log with errors.
    await Promise.all([stopped("kube-controller-manager"), stopped("kwok")]);
    await stopped("kube-apiserver");
    await stopped("etcd");
  };
  await Promise.all([cluster(), stopped("openbao")]);
  await guard.release();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
