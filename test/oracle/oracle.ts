import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { resolveOracle } from "../bed/binaries";
import { Guard } from "../bed/guard";
import type { Answer, QueryAnswer, QueryCase, TemplateCase } from "./case";

let binary: Promise<string> | undefined;

/** Path of the oracle, built from test/bed/tools/oracle when that changed; one build for all runs on this computer. */
function oracleBinary(): Promise<string> {
  return (binary ??= (async () => {
    const guard = new Guard();
    try {
      return await resolveOracle({ guard, progress: (line) => process.stderr.write(`oracle: ${line}\n`) });
    } finally {
      await guard.release();
    }
  })());
}

let zones: NodeJS.ProcessEnv | undefined;

/** Local time is UTC and the time zones are those of Go's own release, whatever this computer has: ours are made from them. */
function environment(): NodeJS.ProcessEnv {
  const goRoot = () => execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  return (zones ??= { ...process.env, TZ: "UTC", ZONEINFO: join(goRoot(), "lib/time/zoneinfo.zip") });
}

async function ask<Request, Reply>(mode: string, requests: readonly Request[]): Promise<Reply[]> {
  const binary = await oracleBinary();
  const replies: Reply[] = [];
  while (replies.length < requests.length) {
    const rest = requests.slice(replies.length);
    const input = rest.map((request) => `${JSON.stringify(request)}\n`).join("");
    const { stdout, status, signal, error } = spawnSync(binary, [mode], {
      input,
      maxBuffer: 1 << 30,
      timeout: 240_000,
      env: environment(),
      // A crash says a lot.
      stdio: ["pipe", "pipe", "ignore"],
    });
    if (error !== undefined || signal !== null)
      throw new Error(`the oracle (${mode}) ended by ${signal ?? error?.message}`);
    const answered = stdout.toString("utf8").split("\n").slice(0, -1);
    for (const line of answered) replies.push(JSON.parse(line) as Reply);
    if (status === 0) break;
    // Exit code 2 is Go's for a crash: of the case that was next.
    if (status !== 2 || replies.length === requests.length)
      throw new Error(`the oracle (${mode}) ended with ${status}`);
    replies.push({ error: { code: "crash" } } as Reply);
  }
  if (replies.length !== requests.length)
    throw new Error(`the oracle answered ${replies.length} of ${requests.length} ${mode} requests`);
  return replies;
}

/** What Go's text/template with ESO's functions gives, case by case. */
export const goRender = (cases: readonly TemplateCase[]): Promise<Answer[]> => ask("template", cases);

/** What gjson gives, case by case. */
export const goQuery = (cases: readonly QueryCase[]): Promise<QueryAnswer[]> => ask("query", cases);

export interface GoTiming {
  readonly out?: string;
  readonly parseNs: number;
  readonly renderNs: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** How long Go takes for one parse and one render, as a mean over `count`. */
export const goBench = (cases: readonly (TemplateCase & { readonly count: number })[]): Promise<GoTiming[]> =>
  ask("bench", cases);

/** The names Go's side lets a template call, builtin ones not among them. */
export async function goFunctionNames(): Promise<string[]> {
  return execFileSync(await oracleBinary(), ["functions"])
    .toString("utf8")
    .trim()
    .split("\n");
}

/** A YAML document as Go reads it into `map[string]string`; keys and values are byte strings. */
export async function goStringMaps(documents: readonly string[]): Promise<(ReadonlyMap<string, string> | "error")[]> {
  const bytes = (encoded: string): string => Buffer.from(encoded, "base64").toString("latin1");
  const requests = documents.map((document) => ({ yamlB64: Buffer.from(document, "latin1").toString("base64") }));
  const replies = await ask<unknown, { values?: Record<string, string> }>("strings", requests);
  return replies.map(({ values }) =>
    values === undefined ? "error" : new Map(Object.entries(values).map(([key, value]) => [bytes(key), bytes(value)])),
  );
}
