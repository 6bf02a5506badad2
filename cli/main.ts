#!/usr/bin/env node
import type * as Run from "./run";
import { load } from "./lazy";

// A reader that has seen enough (`keyturn check | head`) closes the pipe; that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

async function main(): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    process.stderr.write(`error: Node ${process.versions.node}: is too old for keyturn (use Node 22.12 or newer)\n`);
    return 2;
  }
  // Only now: what the commands use cannot even be loaded by an older Node.
  const { run } = load("./run") as typeof Run;
  return run(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
  });
}

void main().then((exitCode) => {
  // Not process.exit(): what is still in the pipes has to be written.
  process.exitCode = exitCode;
});
