import type { Json } from "../vault/types";
import { LimitError } from "./functions/function";
import { query } from "./gjson";
import { bytesOf, toBuffer } from "./go/bytes";
import { goJson, isMap, queriedBytes, valueBytes } from "./value";

export type Property =
  | { readonly found: Uint8Array }
  /** No such key, and the path leads nowhere. */
  | { readonly missing: true }
  /** The path asks for more than one query may do; names the bound. */
  | { readonly limit: LimitError["bound"] };

/**
 * Looks up `remoteRef.property` in a KV secret as ESO does (`getSecretValue`): a key of exactly that name first, whose number
 * keeps its text; else gjson on the secret as Go's `json.Marshal` prints it, and the result as gjson's `String()` gives it.
 */
export function property(data: ReadonlyMap<string, Json>, name: string): Property {
  const exact = data.get(name);
  if (exact !== undefined) return { found: valueBytes(exact) };
  if (isSimple(name)) {
    const value = walk(data, name);
    return value === undefined ? { missing: true } : { found: queriedBytes(value) };
  }
  try {
    const { exists, str } = query(marshalled(data), bytesOf(name));
    return exists ? { found: toBuffer(str) } : { missing: true };
  } catch (error) {
    if (error instanceof LimitError) return { limit: error.bound };
    throw error;
  }
}

/**
 * Whether a path is but names and indexes joined by dots, for which a walk through the data gives what gjson gives. Longer
 * indexes overflow there, and U+FFFD is also what becomes of half a surrogate pair.
 */
const isSimple = (path: string): boolean =>
  /^(?!\.\.)[^\\#*?|@!{}[\]\ufffd\ud800-\udfff]*$/.test(path) && !/\d{16}/.test(path);

function walk(data: Json, path: string): Json | undefined {
  let value: Json | undefined = data;
  for (const part of path.split(".")) {
    if (isMap(value)) value = value.get(part);
    // Digits only: "01" is index 1, "-1" is none.
    else if (Array.isArray(value) && /^\d+$/.test(part)) value = (value as readonly Json[])[Number(part)];
    else return undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** Each secret as JSON, for as long as it is in memory: several properties are usually taken from one. */
const documents = new WeakMap<ReadonlyMap<string, Json>, string>();

function marshalled(data: ReadonlyMap<string, Json>): string {
  const known = documents.get(data);
  if (known !== undefined) return known;
  const document = bytesOf(goJson(data));
  documents.set(data, document);
  return document;
}
