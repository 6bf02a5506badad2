import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Option } from "commander";
import { KeyturnError } from "../../api";
import type { World } from "../../reconciler/template";
import type { CommandModule } from "../command";
import { errorLine, usageError } from "../errors";
import { EXIT, type Io } from "../io";
import { load } from "../lazy";
import { answerBatch } from "../lines";
import { readStdin, readText } from "../read-text";
import type * as Answer from "../template/answer";
import { readData } from "../template/data";

export interface TemplateOptions {
  readonly data?: string;
  readonly batch?: string;
  readonly leftDelimiter: string;
  readonly rightDelimiter: string;
  readonly format: "text" | "json";
}

const answers = (): typeof Answer => load("./template/answer") as typeof Answer;

/** Nanoseconds from the clock the command was given, and real randomness: what `now` and `randAlphaNum` work with. */
const world = (io: Io): World => ({
  now: BigInt(io.now().getTime()) * 1_000_000n,
  random: (size) => randomBytes(size),
});

/** Renders one template, or answers a batch. @returns the exit code */
export async function template(file: string | undefined, options: TemplateOptions, io: Io): Promise<number> {
  if (options.batch !== undefined) {
    if (file !== undefined || options.data !== undefined)
      throw usageError("--batch", "takes no FILE and no --data", "each line of the batch has its own");
    return answerBatch(options.batch, io, (line) => answers().answerTemplate(line, world(io)));
  }
  if (file === undefined)
    throw usageError("FILE", "is missing", "give a template file, - for stdin, or --batch - for JSON lines");
  if (file === "-" && options.data === "-")
    throw usageError("--data -", "is standard input, as FILE is", "standard input can be read once");
  const text = file === "-" ? await readStdin(io.stdin) : readText(resolve(io.cwd, file), file);
  const data = options.data === undefined ? new Map<string, Uint8Array>() : await readData(options.data, io);
  const delimiters = [options.leftDelimiter, options.rightDelimiter] as const;
  const answer = answers().renderAnswer(text, data, world(io), delimiters, file === "-" ? "stdin" : file);
  if (options.format === "json") io.stdout.write(`${JSON.stringify(answer)}\n`);
  else if (answer.error !== undefined)
    io.stderr.write(
      `${errorLine(new KeyturnError({ code: "Template", object: "template", cause: answer.error.message }))}\n`,
    );
  else io.stdout.write(answer.outB64 === undefined ? (answer.out ?? "") : Buffer.from(answer.outB64, "base64"));
  return answer.error === undefined ? EXIT.fine : EXIT.findings;
}

export const templateCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("template")
      .summary("render a Go template as the reconciler does")
      .description(
        "Renders a Go template with sprig's and External Secrets' functions, offline: what stands in target.template of an ExternalSecret.",
      )
      .argument("[file]", "template file, or - for stdin")
      .option("--data <file>", "values, a YAML or JSON mapping or a Kubernetes Secret; - for stdin")
      .addOption(new Option("--left-delimiter <text>", "opens an action").default("{{"))
      .addOption(new Option("--right-delimiter <text>", "closes an action").default("}}"))
      .addOption(new Option("--format <format>", "form of the result").choices(["text", "json"]).default("text"))
      .option("--batch <file>", "JSON lines on stdin (-), one template and its data each; answers one line each")
      .addHelpText("after", EXAMPLES)
      .action(async (file: string | undefined, options: TemplateOptions) => finish(await template(file, options, io)));
  },
};

const EXAMPLES = `
Examples:
  keyturn template config.tpl --data values.yaml
  kubectl get secret db -o yaml | keyturn template config.tpl --data -
  echo '{"template":"{{ .user | upper }}","data":{"user":"ann"}}' | keyturn template --batch -

A line of a batch: {"template": text, "data": {key: text}, "dataB64": {key: base64}, "delims": [left, right]}; all but template may be absent.
Its answer: {"out": text}, {"outB64": base64} when the bytes are not UTF-8, or {"error": {"code": "parse|exec|limit|request", "message", "line"}}.

Exit codes: 0 rendered (in a batch: every line was a request), 1 the template failed, 2 wrong usage or something could not be read.
The result goes to stdout as it is; error messages hold no value of the data.`;
