/**
 * Test fixture. Property values as a Pulumi provider sees them: JSON, and besides it values marked secret and values not yet known.
 * Maps have no prototype, so that `__proto__` is a key like any other.
 */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap | Secret | Unknown;
export interface ValueMap {
  readonly [key: string]: Value;
}
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

/** A value that only the operation itself will tell, such as the accessor of a mount that is yet to be made. */
export class Unknown {
  readonly #brand = "unknown";
}
export const UNKNOWN = new Unknown();

/** A value that must be encrypted in state and never shown. */
export class Secret {
  readonly #brand = "secret";

  constructor(readonly value: Value) {}
}

export function isMap(value: Value | undefined): value is ValueMap {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof Secret) && !(value instanceof Unknown);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A map without prototype; entries whose value is undefined are left out. */
export function mapOf<T>(entries: Iterable<readonly [string, T | undefined]>): { readonly [key: string]: T } {
  const map = Object.create(null) as { [key: string]: T };
  for (const [key, value] of entries) if (value !== undefined) map[key] = value;
  return map;
}

/** The value itself, without the mark of a secret. */
export function reveal(value: Value | undefined): Exclude<Value, Secret> | undefined {
  return value instanceof Secret ? reveal(value.value) : value;
}

export function hasUnknown(value: Value | undefined): boolean {
  const plain = reveal(value);
  if (plain === UNKNOWN) return true;
  if (isList(plain)) return plain.some(hasUnknown);
  return isMap(plain) && Object.values(plain).some(hasUnknown);
}

export function hasSecret(value: Value | undefined): boolean {
  if (value instanceof Secret) return true;
  if (isList(value)) return value.some(hasSecret);
  return isMap(value) && Object.values(value).some(hasSecret);
}

/** Plain JSON for a server. Throws when a value is not known: callers check {@link hasUnknown} first. */
export function toJson(value: Value): Json {
  const plain = reveal(value) ?? null;
  if (plain === UNKNOWN) throw new Error("a value that is not known yet cannot be sent to a server");
  if (isList(plain)) return plain.map(toJson);
  if (isMap(plain)) return mapOf(Object.entries(plain).map(([key, item]) => [key, toJson(item)]));
  return plain as Json;
}

/** Marks as secret in `values` whatever is secret at the same place in `marked`; a list with one secret item is secret as a whole. */
export function markSecrets(values: Value, marked: Value | undefined): Value {
  if (marked === undefined || values instanceof Secret) return values;
  if (marked instanceof Secret) return new Secret(values);
  if (isMap(values) && isMap(marked)) {
    return mapOf(Object.entries(values).map(([key, value]) => [key, markSecrets(value, marked[key])]));
  }
  return hasSecret(marked) ? new Secret(values) : values;
}

/** Every string inside the secrets of `value`, and the texts of secret numbers. */
export function secretTexts(value: Value | undefined, inside = false): readonly string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (isList(value)) return value.flatMap((item) => secretTexts(item, inside));
  if (isMap(value)) return Object.values(value).flatMap((item) => secretTexts(item, inside));
  return inside && (typeof value === "string" || typeof value === "number") ? [String(value)] : [];
}

/** Whether two values are the same, marks of secrets aside. Two unknown values are never the same. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  const [a, b] = [reveal(left), reveal(right)];
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  if (isMap(a)) {
    if (!isMap(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameValue(a[key], b[key]));
  }
  return a === b;
}

/** The value at a path of map keys, marks of secrets aside. */
export function at(value: Value | undefined, ...path: readonly string[]): Exclude<Value, Secret> | undefined {
  let here = reveal(value);
  for (const key of path) {
    if (!isMap(here)) return undefined;
    here = reveal(here[key]);
  }
  return here;
}

/** The string at a path of map keys; undefined when it is absent, not known or of another type. */
export function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** Whether a setting is on: `true` or `1`, as a value or as text (SDKs send settings as JSON texts). */
export function isOn(setting: Value | undefined): boolean {
  const plain = reveal(setting);
  return plain === true || plain === "true" || plain === "1";
}

/** A copy of `map` with `value` at `path`; maps on the way are made where absent. */
export function withAt(map: ValueMap, path: readonly string[], value: Value | undefined): ValueMap {
  const [key, ...rest] = path;
  if (key === undefined) return map;
  const below = reveal(map[key]);
  const next = rest.length === 0 ? value : withAt(isMap(below) ? below : mapOf<Value>([]), rest, value);
  const secret = map[key] instanceof Secret && next !== undefined && !(next instanceof Secret);
  return mapOf<Value>([
    ...Object.entries(map).filter(([name]) => name !== key),
    [key, secret ? new Secret(next) : next],
  ]);
}

/** A copy of `map` without the named keys. */
export function without(map: ValueMap, ...keys: readonly string[]): ValueMap {
  return mapOf<Value>(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
