import type { CommandModule } from "../command";
import type { Io } from "../io";
import { load } from "../lazy";

/** What `reconciler/run` exports for the command line. */
interface ReconcilerRun {
  readonly main: (
    argv: readonly string[],
    io: {
      readonly environment: Io["env"];
      readonly stdout: (text: string) => void;
      readonly stderr: (text: string) => void;
    },
  ) => Promise<number>;
}

/** Hands everything after `reconcile` to the reconciler, `--help` included: its flags are its own. */
export const reconcileCommand: CommandModule = {
  register: (program, io, finish) => {
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
        // --debug is an option of the whole command, which commander takes out of the flags.
        const all = program.opts<{ readonly debug?: boolean }>().debug === true ? [...flags, "--debug"] : flags;
        finish(
          await main(all, {
            environment: io.env,
            stdout: (text) => void io.stdout.write(text),
            stderr: (text) => void io.stderr.write(text),
          }),
        );
      });
  },
};
