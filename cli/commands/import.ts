import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Option } from "commander";
import { KeyturnError, labelNameProblem } from "../../api";
import { readProblem } from "../../policies/manifests/environments";
import type { CommandModule } from "../command";
import { errorLine, usageError } from "../errors";
import { importProgram } from "../import/assemble";
import { isLoss, noteLine } from "../import/note";
import { printJson, printTypeScript } from "../import/print";
import { findInput } from "../import/read";
import { EXIT, type Io } from "../io";
import { readManifests } from "../manifest-files";

export interface ImportOptions {
  readonly manifests?: readonly string[];
  readonly environment?: string;
  readonly join?: boolean;
  readonly team?: string;
  readonly namespace: string;
  readonly format: "typescript" | "json";
  readonly out?: string;
  readonly force?: boolean;
}

/**
 * Prints the declarations for existing ExternalSecrets and stores. What they do not say is in their comments, and a line each on stderr.
 * @returns the exit code
 */
export async function importManifests(given: readonly string[], options: ImportOptions, io: Io): Promise<number> {
  const paths = [...given, ...(options.manifests ?? [])];
  if (paths.length === 0) throw usageError("PATH", "is missing", "give a folder, a file, or - for stdin");
  for (const name of ["environment", "team", "namespace"] as const) {
    const problem = options[name] === undefined ? undefined : labelNameProblem(options[name]);
    if (problem !== undefined) throw usageError(`--${name}`, problem, "give a name like payments");
  }
  if (options.join === true && options.environment === undefined)
    throw usageError("--join", "needs the name of the one environment", "give --environment NAME as well");
  const read = await readManifests(paths, io);
  const input = findInput(read.manifests, options.namespace);
  const errors = [...read.errors];
  if (errors.length === 0 && input.count === 0)
    errors.push(
      new KeyturnError({
        code: "NoManifests",
        object: paths.join(", "),
        cause: "has no ExternalSecret and no store in it",
        remedy: "try kubectl get externalsecrets,secretstores,clustersecretstores -A -o yaml | keyturn import -",
      }),
    );
  for (const error of errors) io.stderr.write(`${errorLine(error)}\n`);
  if (input.count === 0) return EXIT.failed;
  const program = importProgram(input, {
    environment: options.environment,
    join: options.join === true,
    team: options.team,
  });
  write(options.format === "json" ? printJson(program) : printTypeScript(program), options, io);
  for (const note of program.notes) io.stderr.write(`${isLoss(note) ? "warning" : "note"}: ${noteLine(note)}\n`);
  if (errors.length > 0) return EXIT.failed;
  return program.notes.some(isLoss) ? EXIT.findings : EXIT.fine;
}

function write(text: string, { out, force }: ImportOptions, io: Io): void {
  if (out === undefined) return void io.stdout.write(text);
  try {
    writeFileSync(resolve(io.cwd, out), text, { flag: force === true ? "w" : "wx" });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new KeyturnError({
      code: "OutputFailed",
      object: `--out ${out}`,
      cause: exists ? "exists already" : readProblem(error),
      remedy: exists ? "give another file, or --force to replace it" : "check the path and its permissions",
    });
  }
}

export const importCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("import")
      .summary("declarations for ExternalSecrets that exist")
      .description(
        "Prints TypeScript declarations for existing ExternalSecrets and stores of External Secrets Operator (v1, v1beta1). Secrets in the input are passed over; no secret value is ever shown.",
      )
      .argument("[path...]", "folder, file, or - for stdin")
      .option("--manifests <path...>", "the same, as for check")
      .option("--environment <name>", "name of the environment (default: what the addresses suggest)")
      .option("--join", "all Vaults of the input are of that environment (default: an environment for each)")
      .option("--team <name>", "one team for all namespaces (default: a team for each namespace)")
      .option("--namespace <name>", "namespace of objects that name none", "default")
      .addOption(
        new Option("--format <format>", "form of the output").choices(["typescript", "json"]).default("typescript"),
      )
      .option("--out <file>", "write there instead of stdout")
      .option("--force", "replace the file of --out")
      .addHelpText("after", EXAMPLES)
      .action(async (paths: readonly string[], options: ImportOptions) =>
        finish(await importManifests(paths, options, io)),
      );
  },
};

const EXAMPLES = `
Examples:
  keyturn import manifests/ --environment prod --out secrets.ts
  kubectl get externalsecrets,secretstores,clustersecretstores -A -o yaml | keyturn import - --environment prod
  keyturn import manifests/ --environment prod --join   # several Vaults, one environment

What the declarations do not say stands in their first comment, and on stderr as a warning with object, field, reason and remedy.
An ExternalSecret whose Secret would get another content is not declared. See docs/import.md.

Exit codes: 0 everything is declared as it is, 1 something could not be expressed, 2 wrong usage or something could not be read.`;
