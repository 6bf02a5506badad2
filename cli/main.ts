#!/usr/bin/env node
import { run } from "./run";

// A reader that has seen enough (`keyturn check | head`) closes the pipe; that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
}).then((exitCode) => {
  // Not process.exit(): what is still in the pipes has to be written.
  process.exitCode = exitCode;
});
