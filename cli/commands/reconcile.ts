import type { CommandModule } from "../command";
import { load } from "../lazy";

/** What `reconciler/run` exports for the command line. */
interface ReconcilerRun {
  readonly main: (argv: readonly string[]) => Promise<number>;
}

/** Hands everything after `reconcile` to the reconciler, `--help` included: its flags are its own. */
export const reconcileCommand: CommandModule = {
  register: (program, _io, finish) => {
    program
      .command("reconcile")
      .summary("run the reconciler against a cluster")
      .description("Runs the reconciler. See keyturn reconcile --help.")
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .argument("[flags...]")
      .action(async (flags: readonly string[]) => {
        const { main } = load("../reconciler/run") as ReconcilerRun;
        finish(await main(flags));
      });
  },
};
