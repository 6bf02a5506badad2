import { ANY_MAP, ANY_SLICE, BOOL, FLOAT64, INT, STRING, STRING_MAP, STRING_SLICE, type GoType } from "./type";

/**
 * A Go value as templates see it.
 *
 * - `null` is the nil interface
 * - `boolean` is bool
 * - `bigint` is int (64 bits; use {@link wrapInt} after arithmetic)
 * - `number` is float64
 * - `string` is string, **one character a byte** (0 to 255; see bytes.ts): Go's strings are bytes, so that `len`, `index`, `trunc`
 *   and comparison by `<` are JavaScript's own on this form
 * - {@link GoInteger} is every other integer type and every named one (int64, uint8, time.Duration)
 * - {@link GoSlice}, {@link GoMap} and {@link GoObject} are the rest
 */
export type Value = null | boolean | bigint | number | string | GoInteger | GoSlice | GoMap | GoObject;

/** An integer whose type is not `int`. */
export class GoInteger {
  constructor(
    readonly type: GoType,
    readonly value: bigint,
  ) {}
}

/** A slice or array. Never changed in place: no template function of Go's changes the elements of a slice it was given. */
export class GoSlice {
  constructor(
    readonly type: GoType,
    readonly items: readonly Value[],
    /** A nil slice prints as `[]` and marshals as `null`. */
    readonly isNil = false,
  ) {}
}

/** A map with string keys; `set`, `unset` and `merge` change it in place, as in Go. Iterate by {@link sortedKeys}. */
export class GoMap {
  constructor(
    readonly type: GoType,
    readonly entries: Map<string, Value>,
    readonly isNil = false,
  ) {}

  /** Keys in Go's order for templates and marshalling: by bytes. */
  sortedKeys(): string[] {
    return [...this.entries.keys()].sort(byBytes);
  }
}

/** A struct or a pointer to one: time.Time, *semver.Version, sprig's certificate. */
export abstract class GoObject {
  abstract readonly type: GoType;
  /** Exported fields in their order, for `.Field`, `%v`, `%+v` and `encoding/json`. */
  abstract readonly fields: ReadonlyMap<string, Value>;
  /** What `fmt` prints for a type with a `String()` or `Error()` method; undefined if it has none. */
  text(): string | undefined {
    return undefined;
  }
  /** What `encoding/json` prints for a type with a marshaller, as JSON; undefined if it has none. */
  json(): string | undefined {
    return undefined;
  }
}

export const anySlice = (items: readonly Value[]): GoSlice => new GoSlice(ANY_SLICE, items);
export const stringSlice = (items: readonly string[]): GoSlice => new GoSlice(STRING_SLICE, items);
export const anyMap = (entries: Iterable<readonly [string, Value]> = []): GoMap => new GoMap(ANY_MAP, new Map(entries));
export const stringMap = (entries: Iterable<readonly [string, string]> = []): GoMap =>
  new GoMap(STRING_MAP, new Map<string, Value>(entries));

/** The dynamic type; undefined for nil. */
export function typeOf(value: Value): GoType | undefined {
  if (value === null) return undefined;
  switch (typeof value) {
    case "string":
      return STRING;
    case "bigint":
      return INT;
    case "number":
      return FLOAT64;
    case "boolean":
      return BOOL;
    default:
      return value.type;
  }
}

/** `int` arithmetic wraps at 64 bits. */
export const wrapInt = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Order of byte strings. */
export const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
