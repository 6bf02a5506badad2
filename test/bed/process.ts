import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Guard } from "./guard";
import { BedError, tailOfFile } from "./log-tail";
import { signalProcess } from "./pid";

/** How to run one server. */
export interface ServerSpec {
  /** Names the log file and the errors. */
  readonly name: string;
  readonly command: string;
  /** How many free loopback ports it needs. */
  readonly ports: number;
  readonly args: (ports: readonly number[]) => readonly string[];
  /** Asked every 50 ms until true; an exception means not yet. */
  readonly ready: (ports: readonly number[], log: () => string) => Promise<boolean> | boolean;
  readonly readyWithinMs: number;
  /** Time between SIGTERM and SIGKILL; default three seconds. */
  readonly graceMs?: number;
}

/** What all servers of a bed share. */
export interface ServerContext {
  readonly guard: Guard;
  readonly signal?: AbortSignal;
  /** Called when a server ends that nobody stopped. */
  readonly died: (error: BedError) => void;
}

const PORT_ATTEMPTS = 4;
const GRACE_MS = 3_000;

/** One server process: started, ready, stopped by its pid, startable again on the same ports. */
export class Server {
  readonly #spec: ServerSpec;
  readonly #context: ServerContext;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #outcome: string | undefined;
  #stopping = false;
  #ports: readonly number[] = [];

  private constructor(spec: ServerSpec, context: ServerContext) {
    this.#spec = spec;
    this.#context = context;
  }

  /**
   * Starts the server on free ports and waits until it is ready.
   * @throws {BedError} with the last log lines when it exits, or is not ready in time.
   */
  static async start(spec: ServerSpec, context: ServerContext): Promise<Server> {
    const server = new Server(spec, context);
    for (let attempt = 1; ; attempt++) {
      server.#ports = await freePorts(spec.ports);
      try {
        await server.start();
        return server;
      } catch (error) {
        // Another process may have taken the port between our look and the server's bind.
        if (attempt === PORT_ATTEMPTS || !(error instanceof BedError) || !server.#portWasTaken()) throw error;
      }
    }
  }

  get name(): string {
    return this.#spec.name;
  }

  get ports(): readonly number[] {
    return this.#ports;
  }

  /** The number of the running process; 0 when it is stopped. */
  get pid(): number {
    return this.#outcome === undefined ? (this.#child?.pid ?? 0) : 0;
  }

  get logFile(): string {
    return join(this.#context.guard.dir, `${this.#spec.name}.log`);
  }

  /** Starts a stopped server again, on the ports it had. */
  async start(): Promise<void> {
    this.#context.signal?.throwIfAborted();
    const log = openSync(this.logFile, "w");
    this.#stopping = false;
    this.#outcome = undefined;
    const child = spawn(this.#spec.command, this.#spec.args(this.#ports), {
      cwd: this.#context.guard.dir,
      // Only what a program needs: variables such as ETCD_* or BAO_* would change what the bed runs.
      env: { PATH: process.env["PATH"], HOME: this.#context.guard.dir, TMPDIR: this.#context.guard.dir },
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#child = child;
    const begun = performance.now();
    let ready = false;
    this.#exited = new Promise((resolve) => {
      child.on("error", (error) => {
        this.#outcome ??= `cannot be run: ${error.message}`;
        resolve();
      });
      child.on("exit", (code, signal) => {
        this.#outcome ??= `ended with ${signal ?? code} after ${seconds(begun)} s`;
        if (child.pid !== undefined) this.#context.guard.remove(child.pid);
        resolve();
        if (ready && !this.#stopping) this.#context.died(this.#failure(this.#outcome));
      });
    });
    if (child.pid !== undefined) this.#context.guard.add(child.pid);
    try {
      await this.#untilReady(begun);
    } catch (error) {
      await this.kill();
      throw error;
    }
    ready = true;
    child.unref();
  }

  /** SIGTERM, and SIGKILL when that does not end it in time. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** SIGKILL: a crash, from the point of view of everybody else. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || this.#outcome !== undefined) return;
    this.#stopping = true;
    child.ref();
    signalProcess(child.pid, signal);
    const abort = new AbortController();
    const grace = delay(this.#spec.graceMs ?? GRACE_MS, undefined, { signal: abort.signal }).then(
      () => signalProcess(-(child.pid ?? 0), "SIGKILL"),
      () => undefined,
    );
    await this.#exited;
    abort.abort();
    await grace;
  }

  async #untilReady(begun: number): Promise<void> {
    const { signal } = this.#context;
    for (;;) {
      if (this.#outcome !== undefined) throw this.#failure(this.#outcome);
      if (await this.#isReady()) {
        // A server that lost its port to another bed's ends at once; make sure that it was not the other that answered.
        await delay(20);
        if (this.#outcome === undefined) return;
        continue;
      }
      if (performance.now() - begun > this.#spec.readyWithinMs)
        throw this.#failure(`did not get ready in ${this.#spec.readyWithinMs / 1000} s`);
      signal?.throwIfAborted();
      await Promise.race([delay(50), this.#exited]);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return await this.#spec.ready(this.#ports, () => readFileSync(this.logFile, "utf8"));
    } catch {
      return false;
    }
  }

  #portWasTaken(): boolean {
    return tailOfFile(this.logFile, 200).some((line) => /address already in use/i.test(line));
  }

  #failure(cause: string): BedError {
    return new BedError(
      {
        code: "BedServer",
        object: this.#spec.name,
        cause,
        remedy: `it was run from ${this.#spec.command}; its last lines follow`,
      },
      tailOfFile(this.logFile),
    );
  }
}

function seconds(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1);
}

/** Loopback ports nobody listens on now, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const listeners = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    listeners.map(
      (listener) =>
        new Promise<number>((resolve, reject) => {
          listener.once("error", reject);
          listener.listen(0, "127.0.0.1", () => {
            const address = listener.address();
            resolve(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}
