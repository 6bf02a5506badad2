import {
  readConversion,
  readFetchOptions,
  type ConversionOptions,
  type FetchOptions,
  type ResolvedFetchOptions,
} from "./fetch-options";
import { isOutput, list, record, text, texts } from "./fields";
import { readGenerator, type GeneratorSpec, type ResolvedGenerator } from "./generator";
import { pathProblem } from "./path";
import type { Place } from "./problems";
import { readExtractReference, type ResolvedReference } from "./reference";
import { regexp } from "./regexp";
import { readRewrite, type ResolvedRewrite, type RewriteSpec } from "./rewrite";
import { secretLike } from "./secret-like";
import { readStoreName, type StoreLike } from "./store";
import { keyBelow, type Team } from "./team";

/**
 * Where whole groups of keys come from: `"db"` takes every property of the KV secret, `"db#nested"` those of an object in it, an
 * {@link ExtractSpec} the same with options, a {@link FindSpec} every KV secret below a path; a {@link GeneratorSpec} makes values.
 */
export type FromSpec = string | ExtractSpec | FindSpec | GeneratorSpec;

/** Every property of one KV secret becomes a key (ESO's `extract`). */
export interface ExtractSpec extends FetchOptions, ConversionOptions {
  /** As the path of a key: relative to the team's first prefix, or below the mount when it starts with `/`. */
  readonly path: string;
  /** Property that holds the object; a gjson path. Default: the KV secret itself. */
  readonly property?: string;
  /** KV v2 version to stay on. Default: the newest. */
  readonly version?: number;
  /** Renames the keys, step by step. Default: names as in Vault. */
  readonly rewrite?: readonly RewriteSpec[];
  /** Another store of the environment than the AppSecret's. */
  readonly store?: StoreLike;
}

/**
 * Every KV secret below a path whose name or tags fit (ESO's `find`). Its value is the whole KV secret as JSON, its name in the Secret
 * the path below the mount (`payments/flags/a` becomes `payments_flags_a`), unless `rewrite` gives another. An explicit choice: it needs a
 * list of names and the right to read everything below the path, so a TeamAccess has to declare that prefix.
 */
export interface FindSpec extends Omit<FetchOptions, "metadataPolicy">, ConversionOptions {
  /** Which KV secrets. */
  readonly find: {
    /** As the path of a key, without slash at the end. Default: the team's first prefix. */
    readonly path?: string;
    /** RE2, unanchored, on the whole name below the mount. */
    readonly name?: { readonly regexp: string };
    /** Custom metadata (KV v2) that all have to be there with these values. Only without `name`. */
    readonly tags?: Readonly<Record<string, string>>;
  };
  /** Renames the keys, step by step. */
  readonly rewrite?: readonly RewriteSpec[];
  /** Another store of the environment than the AppSecret's. */
  readonly store?: StoreLike;
}

/** A group of keys with everything derived. */
export type ResolvedFrom = ResolvedExtract | ResolvedFind | ResolvedGenerator;

interface Shaped extends ResolvedFetchOptions {
  readonly conversion: "Default" | "Unicode";
  readonly rewrite: readonly ResolvedRewrite[];
}

/** An extract with everything derived. */
export interface ResolvedExtract extends ResolvedReference, Shaped {
  readonly kind: "extract";
}

/** A find with everything derived. */
export interface ResolvedFind extends Shaped {
  readonly kind: "find";
  /** Below the mount: `payments/flags`. */
  readonly key: string;
  readonly name: string | undefined;
  /** Sorted. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly storeName?: string;
}

export function readFrom(place: Place, value: unknown, team: Team): readonly ResolvedFrom[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.length === 0) place.report("is empty; leave it out");
  return list(place, value, (at, entry) => {
    const has = (field: string): boolean =>
      typeof entry === "object" && entry !== null && !isOutput(entry) && field in entry;
    if (has("generator")) return readGenerator(at, entry);
    return has("find") ? readFind(at, entry, team) : readExtract(at, entry, team);
  });
}

function readExtract(place: Place, value: unknown, team: Team): ResolvedExtract | undefined {
  const reference = readExtractReference(place, value, team);
  const fields = typeof value === "string" || isOutput(value) ? {} : ((value ?? {}) as Record<string, unknown>);
  const rewrite = readRewrite(place.at("rewrite"), fields.rewrite);
  const conversion = readConversion(place, fields);
  return reference === undefined ? undefined : { kind: "extract", ...reference, conversion, rewrite };
}

function readFind(place: Place, value: unknown, team: Team): ResolvedFind | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["find", "decode", "nullBytePolicy", "conversionStrategy", "rewrite", "store"]);
  const at = place.at("find");
  const find = record(at, fields.find) ?? {};
  at.onlyFields(find, ["path", "name", "tags"]);
  const name = find.name === undefined ? undefined : readName(at.at("name"), find.name);
  const tags = find.tags === undefined ? undefined : readTags(at.at("tags"), find.tags, team);
  if (find.name !== undefined && find.tags !== undefined)
    at.at("tags").report("has no effect together with name (ESO looks at tags only where no name is given)");
  const shaped = {
    ...readFetchOptions(place, fields),
    conversion: readConversion(place, fields),
    rewrite: readRewrite(place.at("rewrite"), fields.rewrite),
    ...(fields.store === undefined ? {} : { storeName: readStoreName(place.at("store"), fields.store, team) }),
  };
  const key = find.path === undefined ? (team.prefixes[0] ?? team.name) : readPath(at.at("path"), find.path, team);
  if (key === undefined) return undefined;
  const { mount } = team.environment.vault.kv;
  if (key === mount || key.startsWith(`${mount}/`))
    at.at("path").report(
      `begins with the name of the mount, "${mount}"; ESO would read what it finds there without it (a limitation of ESO)`,
    );
  // Without a name ESO reads the metadata of everything, which takes more rights.
  const all = Object.keys(tags ?? {}).length === 0;
  return { kind: "find", key, name: name ?? (all ? ".*" : undefined), tags: all ? undefined : tags, ...shaped };
}

function readPath(place: Place, value: unknown, team: Team): string | undefined {
  const path = text(place, value);
  if (path === undefined) return undefined;
  const looksLike = secretLike(path);
  const problem =
    looksLike === undefined ? pathProblem(path.replace(/^\//, "")) : `looks like ${looksLike}; it is not shown`;
  if (problem === undefined) return keyBelow(place, path.replace(/^\//, ""), path.startsWith("/"), team, "below");
  place.report(problem === "contains an empty segment" ? `${problem}; write no slash at the end` : problem);
  return undefined;
}

function readName(place: Place, value: unknown): string | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["regexp"]);
  return regexp(place.at("regexp"), fields.regexp);
}

function readTags(place: Place, value: unknown, team: Team): Readonly<Record<string, string>> {
  const { mount, version } = team.environment.vault.kv;
  if (version === 1) place.report(`need KV version 2; mount "${mount}" has version 1`);
  return texts(place, value);
}
