import { Option } from "commander";
import { KeyturnError } from "../../api";
import { catalogue, judge, reaches, REPORT_FORMATS, SEVERITIES, writeReport } from "../../policies";
import type { ReportFormat, Severity } from "../../policies";
import type { CommandModule } from "../command";
import { readEnvironmentsFile } from "../environments";
import { errorLine, usageError } from "../errors";
import { EXIT, wantsColor, type Io } from "../io";
import { readManifests } from "../manifest-files";
import { keyturnVersion } from "../../reconciler/version";

export interface CheckOptions {
  readonly manifests?: readonly string[];
  readonly environments?: string;
  readonly environment?: string;
  readonly format: ReportFormat;
  readonly failOn: Severity;
}

/**
 * Judges manifests and writes the report to stdout. What could not be read is an `error:` line on stderr, and in the report of
 * the other formats; the rest is judged all the same.
 * @returns the exit code
 */
export async function check(options: CheckOptions, io: Io): Promise<number> {
  const { manifests: paths, environment, format, failOn } = options;
  if (paths === undefined) throw usageError("--manifests", "is missing", "give a folder, a file, or - for stdin");
  const environments = options.environments === undefined ? undefined : readEnvironmentsFile(options.environments, io);
  const input = await readManifests(paths, io);
  const report = judge(input.manifests, { environments, environment, now: io.now() });
  const errors = [...input.errors];
  if (errors.length === 0 && report.objects === 0) {
    errors.push(
      new KeyturnError({
        code: "NoManifests",
        object: paths.join(", "),
        cause: "has no Kubernetes object in it",
        remedy: "check the path, or run the synth first",
      }),
    );
  }
  const written = { ...input, errors, report, rules: catalogue(), failOn, version: keyturnVersion() };
  io.stdout.write(writeReport(format, written, { color: format === "text" && wantsColor(io.stdout, io.env) }));
  for (const error of errors) io.stderr.write(`${errorLine(error)}\n`);
  if (errors.length > 0) return EXIT.failed;
  return report.findings.some((finding) => reaches(finding, failOn)) ? EXIT.findings : EXIT.fine;
}

export const checkCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("check")
      .summary("judge manifests by the rules")
      .description("Judges Kubernetes manifests by keyturn's rules. No secret value is ever shown.")
      .option("--manifests <path...>", "folder, file, or - for stdin; may be given several times")
      .option("--environments <file>", "environments, YAML or JSON (docs/environments.md)")
      .option("--environment <name>", "the environment the manifests are for, where several use one namespace name")
      .addOption(new Option("--format <format>", "form of the report").choices(REPORT_FORMATS).default("text"))
      .addOption(new Option("--fail-on <severity>", "lowest severity that fails").choices(SEVERITIES).default("error"))
      .addHelpText("after", EXAMPLES)
      .action(async (options: CheckOptions) => finish(await check(options, io)));
  },
};

const EXAMPLES = `
Examples:
  keyturn check --manifests dist --environments environments.json
  kubectl get externalsecrets,secretstores -A -o yaml | keyturn check --manifests - --environments environments.json
  keyturn check --manifests dist --environments environments.json --format sarif > keyturn.sarif

Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 wrong usage or something could not be read.
The report goes to stdout and is complete or absent; errors go to stderr, one line each, in every format.`;
