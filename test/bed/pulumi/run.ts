import { spawn } from "node:child_process";

export interface PulumiRun {
  /** Exit code; 128 + the signal's number when a signal ended it, as shells say it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Folder of a Pulumi.yaml. */
  readonly cwd: string;
  /** From `pulumiEnvironment`, with what the test adds. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which the CLI is interrupted and the call fails; default 300,000. */
  readonly within?: number;
  /** Interrupts the CLI, as Ctrl-C does. */
  readonly signal?: AbortSignal;
  /** Told the CLI's process number when it runs. */
  readonly started?: (pid: number) => void;
}

const KILL_AFTER_MS = 10_000;
const SIGNALS = new Map([
  ["SIGINT", 2],
  ["SIGKILL", 9],
  ["SIGTERM", 15],
]);

/** Test fixture. Runs the real Pulumi CLI, never asking questions and without colours. Any exit code is an answer; only a run that takes too long throws. */
export function runPulumi(args: readonly string[], options: RunOptions): Promise<PulumiRun> {
  const { cwd, env, within = 300_000, signal } = options;
  const binary = env["PULUMI_BIN"];
  if (binary === undefined)
    throw new Error("runPulumi: the environment lacks PULUMI_BIN; take it from pulumiEnvironment");
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (child.pid !== undefined) options.started?.(child.pid);
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let late = false;
    const interrupt = (): void => {
      child.kill("SIGINT");
      setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
    };
    const timer = setTimeout(() => {
      late = true;
      interrupt();
    }, within);
    const killWithUs = (): void => void child.kill("SIGKILL");
    process.once("exit", killWithUs);
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    child.stdout.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
    const settle = (): void => {
      clearTimeout(timer);
      process.removeListener("exit", killWithUs);
      signal?.removeEventListener("abort", interrupt);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (code, endedBy) => {
      settle();
      const stdout = Buffer.concat(chunks.stdout).toString("utf8");
      const stderr = Buffer.concat(chunks.stderr).toString("utf8");
      if (late) {
        reject(
          new Error(
            `pulumi ${args.join(" ")}: not done in ${within / 1000} s\n${stdout.slice(-4_000)}${stderr.slice(-2_000)}`,
          ),
        );
        return;
      }
      const seconds = (performance.now() - begun) / 1000;
      resolve({ code: code ?? 128 + (SIGNALS.get(endedBy ?? "") ?? 0), stdout, stderr, seconds });
    });
  });
}
