import { KeyturnError } from "../api";
import { createLog } from "./observe";
import { HELP, parseOptions } from "./options";
import { runReconciler } from "./start";
import { keyturnVersion } from "./version";

export { runReconciler, type ReconcilerIo, type RunningReconciler } from "./start";
export type { ReconcilerOptions } from "./options";

/** Where the program writes what is neither log nor audit. */
export interface MainIo {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const PROCESS: MainIo = {
  environment: process.env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

/**
 * The program: runs until SIGTERM or SIGINT.
 * @param argv flags, without node and the script
 * @returns exit code: 0 stopped as asked, 1 ended by itself (lease lost), 2 could not start
 */
export async function main(argv: readonly string[], io: MainIo = PROCESS): Promise<number> {
  const debug = argv.includes("--debug") || /^(true|1)$/i.test(io.environment.KEYTURN_DEBUG ?? "");
  const complain = (error: unknown): void => {
    io.stderr(`${errorLine(error)}\n`);
    if (debug && error instanceof Error) io.stderr(`${error.stack ?? ""}\n`);
  };
  try {
    const invocation = parseOptions(argv, io.environment);
    switch (invocation.do) {
      case "help":
        io.stdout(HELP);
        return 0;
      case "version":
        io.stdout(`${keyturnVersion()}\n`);
        return 0;
      case "run":
        return await untilStopped(invocation.options, io, complain);
    }
  } catch (error) {
    complain(error);
    return 2;
  }
}

async function untilStopped(
  options: Parameters<typeof runReconciler>[0],
  io: MainIo,
  complain: (error: unknown) => void,
): Promise<number> {
  let stop: (() => Promise<void>) | undefined;
  let asked = false;
  const onSignal = (): void => {
    // Twice: do not wait for anything.
    if (asked) process.exit(1);
    asked = true;
    void stop?.();
  };
  const onMistake = (reason: unknown): never => {
    const code = reason instanceof Error ? reason.name : "unknown";
    createLog().error("a mistake in the program: an error that nobody handles", { code });
    complain(reason);
    process.exit(1);
  };
  process
    .on("SIGTERM", onSignal)
    .on("SIGINT", onSignal)
    .on("unhandledRejection", onMistake)
    .on("uncaughtException", onMistake);
  try {
    const running = await runReconciler(options, { environment: io.environment });
    stop = () => running.stop();
    if (asked) void running.stop();
    try {
      await running.done;
      return 0;
    } catch (error) {
      complain(error);
      return 1;
    }
  } finally {
    process
      .off("SIGTERM", onSignal)
      .off("SIGINT", onSignal)
      .off("unhandledRejection", onMistake)
      .off("uncaughtException", onMistake);
  }
}

/** One line: object, cause, remedy. An error of Node or of ours is a mistake in the program; its text may quote anything. */
function errorLine(error: unknown): string {
  if (error instanceof KeyturnError) return `error: ${oneLine(error.message)}`;
  const name = error instanceof Error ? error.name : typeof error;
  return `error: the reconciler failed: ${name} (run it with --debug to see where, and report it)`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ");
}
