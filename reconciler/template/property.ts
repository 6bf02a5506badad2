import type { Json } from "../vault/types";
import { isMap, queriedBytes, valueBytes } from "./value";

export type Property =
  | { readonly found: Uint8Array }
  /** No such key, and no such path. */
  | { readonly missing: true }
  /** A path query this version does not understand; says what it is. */
  | { readonly unsupported: string };

/**
 * Looks up `remoteRef.property` in a KV secret as ESO does: a key of exactly that name first, then a path. Of gjson's paths
 * only names and array indexes joined by dots are understood here.
 */
export function property(data: ReadonlyMap<string, Json>, name: string): Property {
  const exact = data.get(name);
  if (exact !== undefined) return { found: valueBytes(exact) };
  const unsupported = unsupportedSyntax(name);
  if (unsupported !== undefined) return { unsupported };
  let value: Json | undefined = data;
  for (const part of name.split(".")) {
    value = child(value, part);
    if (value === undefined) return { missing: true };
  }
  return { found: queriedBytes(value) };
}

function child(value: Json, part: string): Json | undefined {
  if (isMap(value)) return value.get(part);
  // Digits only, as gjson: "01" is index 1, "-1" is none.
  if (Array.isArray(value) && /^\d+$/.test(part)) return (value as readonly Json[])[Number(part)];
  return undefined;
}

/** The piece of gjson syntax beyond dotted names that a path uses, or undefined. */
function unsupportedSyntax(path: string): string | undefined {
  const character = /[\\#*?|]/.exec(path)?.[0];
  if (character !== undefined) return `"${character}" in a path`;
  if (path.startsWith("..")) return '".." (JSON lines)';
  const start = path.split(".").find((part) => /^[@!{[]/.test(part));
  return start === undefined ? undefined : `"${start[0]}" at the start of a part`;
}
