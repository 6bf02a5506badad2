import { isDuration, isRecord, labelNameProblem, objectNameProblem, parseDuration, type JsonRecord } from "../../api";
import type { Place } from "./problems";
import { quote, secretLike } from "./secret-like";
import { sortByName } from "./sorted";

// Narrow readers of declaration fields. Callers may be plain JavaScript, so nothing is taken on trust; every reader reports at
// its place and returns undefined when the value cannot be used.

export function record(place: Place, value: unknown): JsonRecord | undefined {
  if (isOutput(value)) return outputRefused(place);
  if (isRecord(value)) return value;
  place.report(value === undefined ? "is missing" : `must be an object, not ${kindOf(value)}`);
  return undefined;
}

export function text(place: Place, value: unknown): string | undefined {
  if (isOutput(value)) return outputRefused(place);
  if (typeof value === "string" && value !== "") return value;
  place.report(value === undefined ? "is missing" : value === "" ? "is empty" : `must be a text, not ${kindOf(value)}`);
  return undefined;
}

/** A DNS label: namespace, ServiceAccount, team, environment. */
export function label(place: Place, value: unknown): string | undefined {
  return named(place, value, labelNameProblem);
}

/** A Kubernetes object name. */
export function objectName(place: Place, value: unknown): string | undefined {
  return named(place, value, objectNameProblem);
}

function named(place: Place, value: unknown, problemOf: (name: string) => string | undefined): string | undefined {
  const name = text(place, value);
  if (name === undefined) return undefined;
  const problem = problemOf(name);
  if (problem === undefined) return name;
  place.report(`${quote(name)} ${problem}`);
  return undefined;
}

/** A path of Vault (mount, prefix): segments between single slashes, without wildcards, templating or `..`. */
export function vaultPath(
  place: Place,
  value: unknown,
  problemOf: (path: string) => string | undefined,
): string | undefined {
  const path = text(place, value);
  if (path === undefined) return undefined;
  const problem = problemOf(path);
  if (problem === undefined) return path;
  place.report(problem);
  return undefined;
}

/** Milliseconds of a Go duration of at least one second. */
export function duration(place: Place, value: unknown): number | undefined {
  const written = text(place, value);
  if (written === undefined) return undefined;
  if (!isDuration(written)) {
    place.report(`${quote(written)} is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)`);
    return undefined;
  }
  const milliseconds = parseDuration(written);
  if (milliseconds >= 1000) return milliseconds;
  place.report(`${quote(written)} is shorter than 1s`);
  return undefined;
}

export function list<T>(place: Place, value: unknown, read: (place: Place, value: unknown) => T | undefined): T[] {
  if (isOutput(value)) {
    outputRefused(place);
    return [];
  }
  if (!Array.isArray(value)) {
    place.report(value === undefined ? "is missing" : `must be a list, not ${kindOf(value)}`);
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    const result = read(place.at(index), entry);
    return result === undefined ? [] : [result];
  });
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Labels or annotations: texts by name, sorted by name; values that look like secrets are refused. */
export function texts(place: Place, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return NONE;
  const entries = record(place, value) ?? {};
  const kept = Object.entries(entries).flatMap(([name, entry]): [string, string][] => {
    if (typeof entry !== "string") {
      if (isOutput(entry)) outputRefused(place.at(name));
      else place.at(name).report(`must be a text, not ${kindOf(entry)}`);
      return [];
    }
    const looksLike = secretLike(entry);
    if (looksLike !== undefined) place.at(name).report(`looks like ${looksLike}; everyone may read it here`);
    return [[name, entry]];
  });
  return Object.fromEntries(sortByName(kept));
}

/** One of the given texts. */
export function oneOf<T extends string>(place: Place, value: unknown, choices: readonly T[]): T | undefined {
  if (isOutput(value)) return outputRefused(place);
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    place.report(`must be ${choices.map((choice) => JSON.stringify(choice)).join(" or ")}, not ${quote(value)}`);
  return found;
}

export function boolean(place: Place, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (isOutput(value)) outputRefused(place);
  else place.report(`must be true or false, not ${kindOf(value)}`);
  return false;
}

/** True for a Pulumi Output (or Promise): a value that is not there yet. */
export function isOutput(value: unknown): boolean {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  if (value instanceof Promise) return true;
  return (value as { readonly __pulumiOutput?: unknown }).__pulumiOutput === true;
}

export function outputRefused(place: Place): undefined {
  place.report(
    "is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed",
  );
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
