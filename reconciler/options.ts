import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { load } from "js-yaml";
import { KeyturnError, objectNameProblem, parseEnvironments, type EnvironmentData } from "../api";
import { LOG_LEVELS } from "./observe/log";
import type { LogLevel } from "./observe/types";

/** How a reconciler runs. */
export interface ReconcilerOptions {
  /** Absent: the pod's own access, else `KUBECONFIG`. */
  readonly kubeconfig?: string;
  /** Namespaces to work in; default all. */
  readonly namespaces?: readonly string[];
  /** `spec.controller` of the stores that are ours; default `keyturn`. */
  readonly controllerClass?: string;
  /** Stores without `spec.controller` are not ours. */
  readonly strictClass?: boolean;
  /** ExternalSecrets worked on at a time; default 32. */
  readonly concurrency?: number;
  /** Default: in a cluster yes, else no. */
  readonly leaderElect?: boolean;
  /** Given: nothing outside of them is read. */
  readonly environments?: readonly EnvironmentData[];
  /** `host:port`, or `0` for none. Default `:8080` and `:8081` in a cluster, else free ports of 127.0.0.1. */
  readonly metricsAddress?: string;
  readonly healthAddress?: string;
  /** `stdout` (default) or a file. */
  readonly audit?: string;
  readonly logLevel?: LogLevel;
}

/** What the command line asks for. */
export type Invocation =
  { readonly do: "help" } | { readonly do: "version" } | { readonly do: "run"; readonly options: ReconcilerOptions };

const FLAGS = {
  kubeconfig: { type: "string" },
  namespaces: { type: "string" },
  "controller-class": { type: "string" },
  "strict-class": { type: "boolean" },
  concurrency: { type: "string" },
  "leader-elect": { type: "boolean" },
  environments: { type: "string" },
  "metrics-address": { type: "string" },
  "health-address": { type: "string" },
  audit: { type: "string" },
  "log-level": { type: "string" },
  debug: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

type Flag = keyof typeof FLAGS;
type Values = { readonly [name in Flag]?: string | boolean };

export const HELP = `keyturn's reconciler: keeps Secrets in step with Vault or OpenBao and rolls the workloads that use them.

Usage: node reconciler.cjs [flags]        (also: keyturn reconcile [flags])

  --kubeconfig FILE        cluster to work on (default: the pod's own access, else KUBECONFIG)
  --namespaces A,B         work in these namespaces only (default: all)
  --controller-class NAME  stores with this spec.controller are ours (default: keyturn)
  --strict-class           stores without spec.controller are not ours
  --concurrency N          ExternalSecrets worked on at a time (default: 32)
  --[no-]leader-elect      one of several replicas works (default: in a cluster yes, else no)
  --environments FILE      read nothing outside of these environments (YAML or JSON)
  --metrics-address ADDR   /metrics; host:port, or 0 for none (default: :8080 in a cluster, else a free local port)
  --health-address ADDR    /healthz and /readyz (default: :8081 in a cluster, else a free local port)
  --audit stdout|FILE      where the JSON audit lines go (default: stdout)
  --log-level LEVEL        debug, info, warn or error, JSON lines on stderr (default: info)
  --debug                  log level debug, and stack traces of errors at start
  -h, --help               show this
  -V, --version            show the version

Each flag has an environment twin: --log-level is KEYTURN_LOG_LEVEL; flags win.
`;

/**
 * Reads flags and their environment twins `KEYTURN_<FLAG>`.
 * @throws KeyturnError `Usage` naming the flag; an `InvalidError` for the environments file
 */
export function parseOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const flags = parseFlags(argv);
  if (flags.help === true) return { do: "help" };
  if (flags.version === true) return { do: "version" };
  const text = (name: Flag): Setting | undefined => setting(name, flags, environment);
  const truth = (name: Flag): boolean | undefined => booleanOf(setting(name, flags, environment));
  const given = <K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } =>
    (value === undefined ? {} : { [key]: value }) as { readonly [k in K]?: V };
  return {
    do: "run",
    options: {
      ...given("kubeconfig", text("kubeconfig")?.value),
      ...given("namespaces", namespacesOf(text("namespaces"))),
      ...given("controllerClass", nonEmpty(text("controller-class"))),
      ...given("strictClass", truth("strict-class")),
      ...given("concurrency", concurrencyOf(text("concurrency"))),
      ...given("leaderElect", truth("leader-elect")),
      ...given("environments", environmentsOf(text("environments"))),
      ...given("metricsAddress", text("metrics-address")?.value),
      ...given("healthAddress", text("health-address")?.value),
      ...given("audit", nonEmpty(text("audit"))),
      ...given("logLevel", truth("debug") === true ? "debug" : levelOf(text("log-level"))),
    },
  };
}

/** A value and the flag or variable it came from, for messages. */
interface Setting {
  readonly value: string;
  readonly source: string;
}

function parseFlags(argv: readonly string[]): Values {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: FLAGS,
      strict: true,
      allowNegative: true,
      allowPositionals: true,
    });
    if (positionals.length > 0)
      throw usage(`argument ${shown(positionals[0] ?? "")}`, "is not expected", "every setting is a flag, see --help");
    return values;
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    throw flagError(error, argv);
  }
}

/** Node's texts name the flag; the rest of them is about programs. The value of `--flag=value` is not repeated. */
function flagError(error: unknown, argv: readonly string[]): KeyturnError {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const flag = /'(?:-\w, )?(--?[^\s'=<]+)/.exec(message)?.[1] ?? shown(argv[0] ?? "");
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const name = nearest(flag.replace(/^-+/, ""));
    return usage(
      flag,
      "is not a flag of the reconciler",
      name === undefined ? "see --help" : `did you mean --${name}?`,
    );
  }
  const takes = /does not take an argument/.test(message) ? "takes no value" : "needs a value";
  return usage(flag, takes, "see --help");
}

function setting(name: Flag, flags: Values, environment: NodeJS.ProcessEnv): Setting | undefined {
  const flag = flags[name];
  if (flag !== undefined) return { value: String(flag), source: `--${name}` };
  const variable = `KEYTURN_${name.toUpperCase().replaceAll("-", "_")}`;
  const value = environment[variable];
  return value === undefined || value === "" ? undefined : { value, source: variable };
}

function booleanOf(given: Setting | undefined): boolean | undefined {
  if (given === undefined) return undefined;
  const value = new Map([
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ]).get(given.value.toLowerCase());
  if (value === undefined) throw usage(given.source, `is ${shown(given.value)}`, "set it to true or false");
  return value;
}

function nonEmpty(given: Setting | undefined): string | undefined {
  if (given?.value === "") throw usage(given.source, "is empty", "give a value or leave it out");
  return given?.value;
}

function namespacesOf(given: Setting | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names = [...new Set(given.value.split(",").map((name) => name.trim()))].filter((name) => name !== "");
  if (names.length === 0) throw usage(given.source, "names no namespace", "leave it out to work in all of them");
  for (const name of names) {
    const problem = objectNameProblem(name);
    if (problem !== undefined)
      throw usage(`${given.source} ${shown(name)}`, problem, "write names separated by commas");
  }
  return names;
}

function concurrencyOf(given: Setting | undefined): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given.value);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw usage(given.source, `is ${shown(given.value)}`, "give a whole number from 1 to 1000");
  return value;
}

function levelOf(given: Setting | undefined): LogLevel | undefined {
  if (given === undefined) return undefined;
  const level = LOG_LEVELS.find((each) => each === given.value);
  if (level === undefined)
    throw usage(given.source, `is ${shown(given.value)}`, `give one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function environmentsOf(given: Setting | undefined): readonly EnvironmentData[] | undefined {
  if (given === undefined) return undefined;
  const object = `${given.source} ${given.value}`;
  let text: string;
  try {
    text = readFileSync(given.value, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    const cause =
      code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a directory" : `cannot be read (${code})`;
    throw usage(object, cause, "give the path of an environments file");
  }
  return parseEnvironments(parseDocument(text, object), object);
}

function parseDocument(text: string, object: string): unknown {
  try {
    if (/^\s*\{/.test(text)) return JSON.parse(text) as unknown;
    return load(text);
  } catch {
    throw usage(object, "is neither YAML nor JSON", "see docs/environments.md");
  }
}

function nearest(flag: string): Flag | undefined {
  const names = Object.keys(FLAGS) as Flag[];
  return names.find(
    (name) => flag.length > 3 && (name.startsWith(flag) || flag.startsWith(name) || distance(name, flag) <= 2),
  );
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A short text of the user's on one line; what looks like more than a name is not repeated. */
function shown(text: string): string {
  return /^[\w.,:/-]{1,60}$/.test(text) ? JSON.stringify(text) : "a text that is not a name";
}

function usage(object: string, cause: string, remedy: string): KeyturnError {
  return new KeyturnError({ code: "Usage", object, cause, remedy });
}
