import { Command } from "commander";
import type { CommandModule } from "./command";
import { checkCommand } from "./commands/check";
import { importCommand } from "./commands/import";
import { queryCommand } from "./commands/query";
import { reconcileCommand } from "./commands/reconcile";
import { rulesCommand } from "./commands/rules";
import { sandboxCommand } from "./commands/sandbox";
import { templateCommand } from "./commands/template";
import { errorLine, isCommanderError, stackOf } from "./errors";
import { EXIT, type Io } from "./io";
import { keyturnVersion } from "../reconciler/version";

/**
 * Runs the command line.
 * @param argv without node and the script
 * @returns the exit code; errors are written, never thrown
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const debug = argv.includes("--debug");
  let exitCode: number = EXIT.fine;
  try {
    const program = build(io, (code) => {
      exitCode = code;
    });
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (isCommanderError(error) && error.exitCode === 0) return EXIT.fine;
    // Help instead of a command was shown; nothing was done.
    if (isCommanderError(error) && error.code === "commander.help") return EXIT.failed;
    io.stderr.write(`${errorLine(error)}\n`);
    if (debug && !isCommanderError(error)) io.stderr.write(`${stackOf(error)}\n`);
    return EXIT.failed;
  }
}

function build(io: Io, finish: (exitCode: number) => void): Command {
  const program = new Command("keyturn")
    .description("The whole life of a secret on Kubernetes, over HashiCorp Vault and OpenBao.")
    .version(keyturnVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .option("--debug", "show stack traces of errors")
    .addHelpText(
      "after",
      "\nExamples:\n  keyturn check --manifests dist --environments environments.json\n  keyturn rules ENV001",
    );
  // Subcommands take over what is set before them.
  program.exitOverride().configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    // run() writes errors, on one line.
    outputError: () => undefined,
  });
  for (const command of commands()) command.register(program, io, finish);
  return program;
}

function commands(): readonly CommandModule[] {
  return [checkCommand, importCommand, rulesCommand, templateCommand, queryCommand, reconcileCommand, sandboxCommand];
}
