import type { JsonRecord } from "../../api";
import { readFetchOptions, refuseWithoutMetadata, type FetchOptions, type ResolvedFetchOptions } from "./fetch-options";
import { boolean, isOutput, record, text } from "./fields";
import { pathProblem } from "./path";
import type { Place } from "./problems";
import { secretLike, secretShape } from "./secret-like";
import { readStoreName, type StoreLike } from "./store";
import { keyBelow, type Team } from "./team";

/**
 * Where one value lives: `db#username` (below the team's first prefix), `/other/path#property` (below the mount), or an object. The first
 * `#` ends the path; everything after it is the property, a gjson path as it is (`users.#(name=="ann").password`). A `#` of the path itself
 * is written `\#`: `a\#b#password`.
 */
export type KeySpec = string | KeyObject;

/** The typed form of a key. Also the way to write a path that happens to look like a random value; nothing in it is escaped. */
export interface KeyObject extends FetchOptions {
  /** As before the `#`: relative to the team's first prefix, or below the mount when it starts with `/`. */
  readonly path: string;
  /** Property of the KV secret; a gjson path when no property has exactly this name (ESO behaviour). */
  readonly property?: string;
  /** The whole KV secret as one JSON object, instead of a property. */
  readonly whole?: true;
  /** KV v2 version to stay on. Default: the newest. */
  readonly version?: number;
  /** Another store of the environment than the AppSecret's. */
  readonly store?: StoreLike;
}

/** One KV secret to read, with everything derived. */
export interface ResolvedReference extends ResolvedFetchOptions {
  /** Key below the mount: `payments/db`. */
  readonly key: string;
  /** Undefined: the whole KV secret. */
  readonly property: string | undefined;
  readonly version: number | undefined;
  /** Name of a store other than the AppSecret's. */
  readonly storeName?: string;
}

const FORM = 'must be "path#property", for example "db#password", or { path, property }';
const FETCH_FIELDS = ["path", "property", "version", "decode", "nullBytePolicy", "metadataPolicy", "store"];

/** What the ExternalSecret has for single keys too, and ESO ignores there (reference/eso.md 1.2, 2.9). */
const NOT_OF_KEYS: readonly (readonly [field: string, why: string])[] = [
  ["generator", "is ignored by External Secrets Operator for single keys; write it in from"],
  ["conversionStrategy", "has no effect on a key, which is named here; it is for from"],
];

/**
 * Reads a key. Nothing of a refused text is ever shown: where a reference is expected, a pasted secret is the likeliest mistake.
 */
export function readReference(place: Place, value: unknown, team: Team): ResolvedReference | undefined {
  if (typeof value === "string") {
    const parts = readText(place, value);
    return parts === undefined ? undefined : check(place, parts, team);
  }
  const fields = isOutput(value) || typeof value === "object" ? given(place, value) : undefined;
  if (fields === undefined) {
    if (!isOutput(value) && (typeof value !== "object" || value === null)) place.report(FORM);
    return undefined;
  }
  for (const [field, why] of NOT_OF_KEYS) if (fields[field] !== undefined) place.at(field).report(why);
  place.onlyFields(fields, [...FETCH_FIELDS, "whole", ...NOT_OF_KEYS.map(([field]) => field)]);
  const whole = fields.whole === undefined ? false : boolean(place.at("whole"), fields.whole);
  if (whole && fields.property !== undefined) place.at("whole").report("cannot be together with property");
  return readFields(place, fields, team, whole || fields.property !== undefined ? undefined : "is missing");
}

/** Reads the path of an extract: as a key, but the property may be left out. `"db"` or `"db#nested"` or an object. */
export function readExtractReference(place: Place, value: unknown, team: Team): ResolvedReference | undefined {
  if (typeof value === "string") {
    const looksLike = secretLike(value);
    if (looksLike !== undefined) return refuseSecret(place, looksLike);
    const parts = split(value);
    if (parts.path === "") place.report("has no path");
    if (parts.property === "") place.report('has no property after the "#"');
    return parts.path === "" || parts.property === "" ? undefined : check(place, parts, team);
  }
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, [...FETCH_FIELDS, "conversionStrategy", "rewrite"]);
  return readFields(place, fields, team);
}

function given(place: Place, value: unknown): JsonRecord | undefined {
  return value === null ? undefined : record(place, value);
}

function readFields(
  place: Place,
  fields: JsonRecord,
  team: Team,
  withoutProperty?: string,
): ResolvedReference | undefined {
  const path = text(place.at("path"), fields.path);
  if (withoutProperty !== undefined) place.at("property").report(withoutProperty);
  const property = fields.property === undefined ? undefined : text(place.at("property"), fields.property);
  const version = readVersion(place.at("version"), fields.version, team);
  const options = readFetchOptions(place, fields);
  refuseWithoutMetadata(place, options, team);
  if (options.metadata === true && version !== undefined)
    place.at("version").report("has no effect: the metadata are those of all versions");
  const storeName = fields.store === undefined ? undefined : readStoreName(place.at("store"), fields.store, team);
  if (path === undefined || withoutProperty !== undefined || (fields.property !== undefined && property === undefined))
    return undefined;
  const looksLike = secretShape(path) ?? (property === undefined ? undefined : secretShape(property));
  if (looksLike !== undefined) return refuseSecret(place, looksLike);
  const checked = check(place, { path, property }, team);
  if (checked === undefined) return undefined;
  return { ...checked, version, ...options, ...(storeName === undefined ? {} : { storeName }) };
}

interface Parts {
  readonly path: string;
  readonly property: string | undefined;
}

/** At the first `#` that has no backslash before it. A backslash is nothing else in a path, where it is refused. */
function split(value: string): Parts {
  const hash = /(?<!\\)#/.exec(value)?.index;
  const path = (hash === undefined ? value : value.slice(0, hash)).replaceAll("\\#", "#");
  return { path, property: hash === undefined ? undefined : value.slice(hash + 1) };
}

function readText(place: Place, value: string): Parts | undefined {
  const looksLike = secretLike(value);
  if (looksLike !== undefined) return refuseSecret(place, looksLike);
  const { path, property } = split(value);
  if (property === undefined) {
    place.report(`${FORM}; what is written there has no "#" and is not shown, in case it is a secret`);
    return undefined;
  }
  if (path === "") place.report('has no path before the "#"');
  if (property === "") place.report('has no property after the "#"');
  return path === "" || property === "" ? undefined : { path, property };
}

function check(place: Place, { path, property }: Parts, team: Team): ResolvedReference | undefined {
  const absolute = path.startsWith("/");
  const clean = absolute ? path.slice(1) : path;
  const pathWrong = pathProblem(clean);
  const propertyWrong = property === undefined ? undefined : propertyProblem(property);
  if (pathWrong !== undefined) place.report(`the path ${pathWrong}`);
  if (propertyWrong !== undefined) place.report(`the property ${propertyWrong}`);
  if (pathWrong !== undefined || propertyWrong !== undefined) return undefined;
  return { key: keyBelow(place, clean, absolute, team), property, version: undefined };
}

function readVersion(place: Place, value: unknown, team: Team): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0) {
    place.report("must be a positive whole number");
    return undefined;
  }
  const { mount, version } = team.environment.vault.kv;
  if (version === 1) place.report(`needs KV version 2; mount "${mount}" has version 1`);
  return value;
}

function refuseSecret(place: Place, looksLike: string): undefined {
  place.report(
    `looks like ${looksLike}; a declaration says where a value lives ("db#password"), never what it is. ` +
      "What is written there is not shown; if it was a real secret, rotate it",
  );
  return undefined;
}

/** A gjson multipath may end in `}}`. */
function propertyProblem(property: string): string | undefined {
  if (property.length > 1024) return "is longer than 1024 characters";
  if (/\p{Cc}/u.test(property)) return "contains a control character";
  return property.includes("{{") ? 'contains templating ("{{")' : undefined;
}
