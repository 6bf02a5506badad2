import { resolve } from "node:path";
import { Option } from "commander";
import type { CommandModule } from "../command";
import { errorLine, usageError } from "../errors";
import { EXIT, type Io } from "../io";
import { load } from "../lazy";
import { answerBatch } from "../lines";
import { readStdin, readText } from "../read-text";
import type * as Answer from "../template/answer";
import { KeyturnError } from "../../api";

export interface QueryOptions {
  readonly json?: string;
  readonly batch?: string;
  readonly format: "text" | "json";
}

const answers = (): typeof Answer => load("./template/answer") as typeof Answer;

/** Looks a path up in a JSON document, or answers a batch. @returns the exit code */
export async function query(path: string | undefined, options: QueryOptions, io: Io): Promise<number> {
  if (options.batch !== undefined) {
    if (path !== undefined || options.json !== undefined)
      throw usageError("--batch", "takes no PATH and no --json", "each line of the batch has its own");
    return answerBatch(options.batch, io, answers().answerQuery);
  }
  if (path === undefined) throw usageError("PATH", "is missing", "give a path such as users.0.name, or --batch -");
  if (options.json === undefined) throw usageError("--json", "is missing", "give a JSON file, or - for stdin");
  const json = options.json === "-" ? await readStdin(io.stdin) : readText(resolve(io.cwd, options.json), options.json);
  const answer = answers().answerQuery(Buffer.from(JSON.stringify({ json, path })));
  if (options.format === "json") io.stdout.write(`${JSON.stringify(answer)}\n`);
  else if (answer.error !== undefined)
    io.stderr.write(
      `${errorLine(new KeyturnError({ code: "Query", object: "query", cause: answer.error.message }))}\n`,
    );
  else if (answer.exists === true)
    io.stdout.write(answer.strB64 === undefined ? `${answer.str ?? ""}\n` : Buffer.from(answer.strB64, "base64"));
  return answer.exists === true ? EXIT.fine : EXIT.findings;
}

export const queryCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("query")
      .summary("look up a gjson path as remoteRef.property does")
      .description(
        "Looks up a gjson path in a JSON document, offline: what stands in remoteRef.property of an ExternalSecret.",
      )
      .argument("[path]", "gjson path, such as users.0.name")
      .option("--json <file>", "JSON document, or - for stdin")
      .addOption(new Option("--format <format>", "form of the result").choices(["text", "json"]).default("text"))
      .option("--batch <file>", "JSON lines on stdin (-), one document and its path each; answers one line each")
      .addHelpText("after", EXAMPLES)
      .action(async (path: string | undefined, options: QueryOptions) => finish(await query(path, options, io)));
  },
};

const EXAMPLES = `
Examples:
  keyturn query 'users.#(name=="ann").password' --json secret.json
  echo '{"json":"{\\"a\\":[1,2]}","path":"a.#"}' | keyturn query --batch -

A line of a batch: {"json": text, "path": text}. Its answer: {"exists", "type", "raw", "str"}, as gjson's Result, or
{"error": {"code": "limit|request", "message"}}.

Exit codes: 0 found (in a batch: every line was a request), 1 nothing there, 2 wrong usage or something could not be read.`;
