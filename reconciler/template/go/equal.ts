import { LimitError } from "../functions/function";
import { GoInteger, GoMap, GoObject, GoSlice, type Value } from "./value";

const DEPTH = 1000;

/**
 * `reflect.DeepEqual`: types must be the same, a nil list or map differs from an empty one, NaN differs from itself. Objects are
 * equal when their exported fields and their text are. `step` is told of each comparison. Throws `LimitError` below 1000 levels
 * of nesting, and so for a map that contains itself.
 */
export function deepEqual(a: Value, b: Value, step: () => void, depth = 0): boolean {
  step();
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (depth > DEPTH) throw new LimitError("depth");
  if (a.type.name !== b.type.name) return false;
  if (a instanceof GoInteger) return b instanceof GoInteger && a.value === b.value;
  if (a === b) return true;
  if (a instanceof GoSlice) {
    if (!(b instanceof GoSlice) || a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
    if (a.items === b.items) return true;
    return a.items.every((item, index) => deepEqual(item, b.items[index] as Value, step, depth + 1));
  }
  if (a instanceof GoMap)
    return b instanceof GoMap && a.isNil === b.isNil && equalEntries(a.entries, b.entries, step, depth);
  return (
    a instanceof GoObject &&
    b instanceof GoObject &&
    a.text() === b.text() &&
    equalEntries(a.fields, b.fields, step, depth)
  );
}

function equalEntries(
  a: ReadonlyMap<string, Value>,
  b: ReadonlyMap<string, Value>,
  step: () => void,
  depth: number,
): boolean {
  if (a.size !== b.size) return false;
  if (a === b) return true;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !deepEqual(value, other, step, depth + 1)) return false;
  }
  return true;
}

/** A list that tells whether it has a value equal to one; numbers and text by hash, the rest one by one. */
export class Members {
  readonly #scalars = new Set<Value>();
  readonly #integers = new Set<string>();
  readonly #others: Value[] = [];

  constructor(
    private readonly step: () => void,
    values: Iterable<Value> = [],
  ) {
    for (const value of values) this.add(value);
  }

  add(value: Value): void {
    if (isScalar(value)) this.#scalars.add(value);
    else if (value instanceof GoInteger) this.#integers.add(integerKey(value));
    else this.#others.push(value);
  }

  has(value: Value): boolean {
    this.step();
    if (isScalar(value)) return !Number.isNaN(value) && this.#scalars.has(value);
    if (value instanceof GoInteger) return this.#integers.has(integerKey(value));
    return this.#others.some((other) => deepEqual(value, other, this.step));
  }
}

export const isScalar = (value: Value): boolean => value === null || typeof value !== "object";
const integerKey = ({ type, value }: GoInteger): string => `${type.name} ${value}`;
