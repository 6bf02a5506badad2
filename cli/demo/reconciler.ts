import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isRecord, KeyturnError } from "../../api";

const STOP_WITHIN = 5_000;

/** The reconciler as a process of its own: the built file, as in a cluster. */
export class ReconcilerProcess {
  private readonly child: ChildProcess;
  private stdout = "";
  private stderr = "";

  constructor(flags: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ["--max-semi-space-size=2", bundlePath(), ...flags], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** @throws KeyturnError `ReconcilerEnded` when it does not run any more */
  check(): void {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) return;
    throw new KeyturnError({
      code: "ReconcilerEnded",
      object: "reconciler",
      cause: `ended with ${exitCode ?? signalCode}: ${this.stderr.trim().split("\n").at(-1) ?? "no word"}`,
    });
  }

  /** Its audit lines so far. */
  get audit(): readonly string[] {
    return this.stdout.split("\n").filter((line) => {
      if (!line.startsWith("{")) return false;
      const entry: unknown = JSON.parse(line);
      return isRecord(entry) && typeof entry.event === "string";
    });
  }

  /** Asks it to stop, and kills it when it does not. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
    const closed = once(this.child, "close");
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_WITHIN);
    await closed;
    clearTimeout(timer);
  }

  /** At once, when there is no time to wait. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** `dist/reconciler.cjs`, from `dist/cli/demo` and from `cli/demo`. */
export function bundlePath(): string {
  const found = [join(__dirname, "../../reconciler.cjs"), join(__dirname, "../../dist/reconciler.cjs")].find((path) =>
    existsSync(path),
  );
  if (found !== undefined) return found;
  throw new KeyturnError({
    code: "NoBundle",
    object: "reconciler.cjs",
    cause: "is not built",
    remedy: "run `npm run build:js`",
  });
}
