import { spawn, type ChildProcess } from "node:child_process";

export interface Launch {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Output {
  readonly stdout: (data: Buffer) => void;
  readonly stderr: (data: Buffer) => void;
}

/** Exit code, or the name of the signal that ended it. */
export type Ending = number | NodeJS.Signals;

const KILL_AFTER_MS = 3_000;

/**
 * Test fixture. The Node processes that the language host runs for the engine. They stay in the host's process group, which the engine interrupts,
 * and none outlives the host.
 */
export class Children {
  readonly #running = new Set<ChildProcess>();

  /** Runs Node until it ends; an aborted `signal` interrupts it and, when it does not obey, kills it. */
  run(launch: Launch, output: Output, signal?: AbortSignal): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...launch.args], {
        cwd: launch.cwd,
        env: launch.env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      this.#running.add(child);
      const stop = (): void => {
        child.kill("SIGINT");
        setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
      };
      if (signal?.aborted === true) stop();
      signal?.addEventListener("abort", stop, { once: true });
      child.stdout.on("data", output.stdout);
      child.stderr.on("data", output.stderr);
      child.on("error", (error) => {
        this.#running.delete(child);
        reject(error);
      });
      child.on("close", (code, endedBy) => {
        this.#running.delete(child);
        signal?.removeEventListener("abort", stop);
        resolve(code ?? endedBy ?? 1);
      });
    });
  }

  interrupt(): void {
    for (const child of this.#running) child.kill("SIGINT");
  }

  killAll(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }
}
