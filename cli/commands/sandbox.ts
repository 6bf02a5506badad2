import type { CommandModule } from "../command";
import { EXIT, type Io } from "../io";
import { load } from "../lazy";

interface DemoModule {
  readonly runDemo: (io: Io, signal: AbortSignal) => Promise<void>;
}

/** 128 + the number of SIGINT, as shells say it. */
const INTERRUPTED = 130;

async function sandbox(io: Io): Promise<number> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    const { runDemo } = load("./demo/flow") as DemoModule;
    await runDemo(io, abort.signal);
    return EXIT.fine;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    io.stderr.write("interrupted; nothing is left running\n");
    return INTERRUPTED;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

export const sandboxCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("sandbox")
      .summary("show the whole flow on this computer")
      .description(
        "Shows the whole flow on this computer, without a cluster or a Vault: a cluster API and a Vault run in this process, the reconciler beside it. " +
          "Takes under 20 s, needs no network, leaves nothing behind.",
      )
      .action(async () => finish(await sandbox(io)));
  },
};
