import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Io } from "../../cli/io";
import { run } from "../../cli/run";

export const ROOT = resolve(__dirname, "../..");

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `keyturn ...` in this process. */
export async function keyturn(
  argv: readonly string[],
  options: {
    readonly cwd?: string;
    readonly stdin?: string | Uint8Array;
    readonly env?: Io["env"];
    readonly tty?: boolean;
  } = {},
): Promise<Result> {
  const out: (string | Uint8Array)[] = [];
  const err: (string | Uint8Array)[] = [];
  const code = await run(argv, {
    stdin: stream(options.stdin ?? ""),
    stdout: { write: (text) => out.push(text), isTTY: options.tty },
    stderr: { write: (text) => err.push(text) },
    env: options.env ?? {},
    cwd: options.cwd ?? ROOT,
    now: () => new Date("2026-11-24T12:00:00Z"),
  });
  return { code, stdout: textOf(out), stderr: textOf(err) };
}

const textOf = (chunks: readonly (string | Uint8Array)[]): string =>
  Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString("utf8");

async function* stream(content: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield content;
}

/** `keyturn ...` as a process of its own, run from the sources. */
export function spawnKeyturn(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly stdin?: string; readonly closeStdoutAtOnce?: boolean } = {},
): Promise<Result> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "node_modules/tsx/dist/cli.mjs"), join(ROOT, "cli/main.ts"), ...argv],
    {
      cwd: options.cwd ?? ROOT,
      stdio: "pipe",
    },
  );
  let stdout = "";
  let stderr = "";
  if (options.closeStdoutAtOnce === true) child.stdout.destroy();
  else child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of the test's own, by its real path; removed after the tests of its file. */
export function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "keyturn-cli-")));
  folders.push(folder);
  return folder;
}
