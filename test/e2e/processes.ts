import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { eventually } from "../bed/eventually";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  await once(child, "close");
  return { code: child.exitCode, ...output() };
}

/** A program that keeps running; what it prints is kept, to be searched. */
export class Program {
  private readonly child: ChildProcess;
  private readonly output: () => { stdout: string; stderr: string };

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.output = collect(this.child);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get text(): string {
    const { stdout, stderr } = this.output();
    return stdout + stderr;
  }

  /** JSON lines on stdout: the audit. */
  get lines(): readonly Record<string, unknown>[] {
    return this.output()
      .stdout.split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until it has printed something; fails at once when it ends before. */
  async printed(pattern: RegExp, within = 90_000): Promise<RegExpExecArray> {
    return eventually(
      `${String(pattern)} in the output`,
      () => pattern.exec(this.text) ?? (this.child.exitCode === null ? null : this.fail()),
      (found): found is RegExpExecArray => found !== null,
      { within },
    ) as Promise<RegExpExecArray>;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGTERM");
      await once(this.child, "close");
    }
    return this.child.exitCode;
  }

  private fail(): never {
    throw new Error(`the program ended with ${this.child.exitCode}:\n${this.text.slice(-3000)}`);
  }
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const text = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (text.stderr += chunk.toString()));
  return () => text;
}
