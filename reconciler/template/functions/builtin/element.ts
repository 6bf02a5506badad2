import { UINT8, type GoType } from "../../go/type";
import { GoInteger, GoMap, GoSlice, type Value } from "../../go/value";
import { FunctionError } from "../function";

/** `len`. */
export function lengthOf(item: Value): bigint {
  if (typeof item === "string") return BigInt(item.length);
  if (item instanceof GoSlice) return BigInt(item.items.length);
  if (item instanceof GoMap) return BigInt(item.entries.size);
  throw new FunctionError("has no length");
}

/** `index`: element by element, key by key. */
export function indexOf(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new FunctionError("index of untyped nil");
  return indexes.reduce<Value>((current, index) => {
    if (typeof current === "string") {
      return new GoInteger(UINT8, BigInt(current.charCodeAt(place(index, current.length - 1))));
    }
    if (current instanceof GoSlice) return current.items[place(index, current.items.length - 1)]!;
    if (current instanceof GoMap) {
      if (typeof index !== "string") throw new FunctionError("key of the map is not a string");
      const value = current.entries.get(index);
      return value === undefined ? zeroOf(current.type.elem) : value;
    }
    throw new FunctionError("can't be indexed");
  }, item);
}

/** Go's own `slice`, of a string, or of a list whose capacity is its length. */
export function sliceOf(item: Value, indexes: readonly Value[]): Value {
  if (!(typeof item === "string" || item instanceof GoSlice)) throw new FunctionError("can't be sliced");
  const { length } = typeof item === "string" ? item : item.items;
  if (indexes.length > (typeof item === "string" ? 2 : 3)) throw new FunctionError("too many slice indexes");
  const [from = 0, to = length, capacity = length] = indexes.map((index) => place(index, length));
  if (from > to || to > capacity) throw new FunctionError("invalid slice index");
  return typeof item === "string" ? item.slice(from, to) : new GoSlice(item.type, item.items.slice(from, to));
}

/** `indexArg`: a whole number of any type, from 0 to the last one allowed. */
function place(index: Value, last: number): number {
  const whole = index instanceof GoInteger ? index.value : index;
  if (typeof whole !== "bigint") throw new FunctionError("index is not an integer");
  if (whole < 0n || whole > BigInt(last)) throw new FunctionError("index out of range");
  return Number(whole);
}

/** `reflect.Zero`. */
function zeroOf(type: GoType | undefined): Value {
  switch (type?.kind) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int":
      return 0n;
    case "float32":
    case "float64":
      return 0;
    case "slice":
      return new GoSlice(type, [], true);
    case "map":
      return new GoMap(type, new Map(), true);
    case undefined:
    case "interface":
    case "ptr":
    case "func":
    case "array":
    case "struct":
      return null;
    default:
      return new GoInteger(type!, 0n);
  }
}
