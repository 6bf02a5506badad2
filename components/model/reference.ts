import { kvKeyProblem } from "../../api";
import { isOutput, record, text } from "./fields";
import type { Place } from "./problems";
import { secretLike, secretShape } from "./secret-like";

/** Where one value lives: `db#username` (below the team's first prefix), `/other/path#property` (below the mount), or an object. */
export type KeySpec = string | KeyObject;

/** The typed form of a key. Also the way to write a path that happens to look like a random value. */
export interface KeyObject {
  /** As before the `#`: relative to the team's first prefix, or below the mount when it starts with `/`. */
  readonly path: string;
  /** Property of the KV secret; a gjson path when no property has exactly this name (ESO behaviour). */
  readonly property: string;
  /** KV v2 version to stay on. Default: the newest. */
  readonly version?: number;
}

/** A reference taken apart; `absolute` when the path is below the mount and not below the team's prefix. */
export interface Reference {
  readonly path: string;
  readonly absolute: boolean;
  readonly property: string;
  readonly version: number | undefined;
}

const FORM = 'must be "path#property", for example "db#password", or { path, property }';

/**
 * Reads a key. Nothing of a refused text is ever shown: where a reference is expected, a pasted secret is the likeliest mistake.
 */
export function readReference(place: Place, value: unknown): Reference | undefined {
  if (typeof value === "string") return readText(place, value);
  if (value === undefined || value === null || isOutput(value) || typeof value !== "object") {
    if (isOutput(value)) record(place, value);
    else place.report(FORM);
    return undefined;
  }
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["path", "property", "version"]);
  const path = text(place.at("path"), fields.path);
  const property = text(place.at("property"), fields.property);
  const version = readVersion(place.at("version"), fields.version);
  if (path === undefined || property === undefined) return undefined;
  const looksLike = secretShape(path) ?? secretShape(property);
  if (looksLike !== undefined) return refuseSecret(place, looksLike);
  return check(place, path, property, version);
}

function readText(place: Place, value: string): Reference | undefined {
  const looksLike = secretLike(value);
  if (looksLike !== undefined) return refuseSecret(place, looksLike);
  const hash = value.indexOf("#");
  if (hash < 0) {
    place.report(`${FORM}; what is written there has no "#" and is not shown, in case it is a secret`);
    return undefined;
  }
  const path = value.slice(0, hash);
  const property = value.slice(hash + 1);
  if (path === "") place.report('has no path before the "#"');
  if (property === "") place.report('has no property after the "#"');
  return path === "" || property === "" ? undefined : check(place, path, property, undefined);
}

function check(place: Place, path: string, property: string, version: number | undefined): Reference | undefined {
  const absolute = path.startsWith("/");
  const clean = absolute ? path.slice(1) : path;
  const pathWrong = pathProblem(clean);
  const propertyWrong = propertyProblem(property);
  if (pathWrong !== undefined) place.report(`the path ${pathWrong}`);
  if (propertyWrong !== undefined) place.report(`the property ${propertyWrong}`);
  return pathWrong === undefined && propertyWrong === undefined
    ? { path: clean, absolute, property, version }
    : undefined;
}

function readVersion(place: Place, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  place.report("must be a positive whole number");
  return undefined;
}

function refuseSecret(place: Place, looksLike: string): undefined {
  place.report(
    `looks like ${looksLike}; a declaration says where a value lives ("db#password"), never what it is. ` +
      "What is written there is not shown; if it was a real secret, rotate it",
  );
  return undefined;
}

/** Why the text may not be a path in Vault, or undefined: {@link kvKeyProblem}, and what a policy could not quote. */
export function pathProblem(path: string): string | undefined {
  return kvKeyProblem(path) ?? (/"|\$\{/.test(path) ? 'contains a quote or "${"' : undefined);
}

function propertyProblem(property: string): string | undefined {
  if (property.length > 1024) return "is longer than 1024 characters";
  if (/\p{Cc}/u.test(property)) return "contains a control character";
  return /\{\{|\}\}/.test(property) ? 'contains templating ("{{")' : undefined;
}
