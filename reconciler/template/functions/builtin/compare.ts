import { GoInteger, GoMap, GoObject, GoSlice, typeOf, type Value } from "../../go/value";
import { FunctionError } from "../function";

/** `template.basicKind`, where signed and unsigned integers compare by their value. */
type BasicKind = "bool" | "integer" | "float" | "string" | "other";

function basicKind(value: Value): BasicKind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "integer";
    case "number":
      return "float";
    case "string":
      return "string";
    default:
      return value instanceof GoInteger ? "integer" : "other";
  }
}

const wholeOf = (value: Value): bigint => (value instanceof GoInteger ? value.value : (value as bigint));

/** `eq`: whether the first is equal to one of the others, tried in their order. */
export function equal(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new FunctionError("missing argument for comparison");
  return others.some((other) => equalTo(first, other));
}

function equalTo(a: Value, b: Value): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    // Nothing but nil may be compared with another kind.
    if (a === null || b === null) return false;
    throw new FunctionError("incompatible types for comparison");
  }
  if (kind === "integer") return wholeOf(a) === wholeOf(b);
  if (kind !== "other") return a === b;
  if (a === null || b === null || typeOf(a)?.kind !== typeOf(b)?.kind) {
    if (a !== null && b !== null) throw new FunctionError("non-comparable types");
    return isNil(a) && isNil(b);
  }
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (b instanceof GoSlice || b instanceof GoMap) throw new FunctionError("non-comparable type");
  return a === b || sameStruct(a, b);
}

const isNil = (value: Value): boolean =>
  value === null || ((value instanceof GoSlice || value instanceof GoMap) && value.isNil);

/** `==` of two structs; pointers are equal only to themselves. */
function sameStruct(a: Value, b: Value): boolean {
  if (!(a instanceof GoObject && b instanceof GoObject) || a.type.kind === "ptr" || a.type.name !== b.type.name) {
    return false;
  }
  return a.text() === b.text() && [...a.fields].every(([name, value]) => equalTo(value, b.fields.get(name) ?? null));
}

/** `lt`. Booleans have no order; NaN is not less than anything. */
export function less(a: Value, b: Value): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind === "other" || other === "other") throw new FunctionError("invalid type for comparison");
  if (kind !== other) throw new FunctionError("incompatible types for comparison");
  if (kind === "bool") throw new FunctionError("invalid type for comparison");
  return kind === "integer" ? wholeOf(a) < wholeOf(b) : (a as string | number) < (b as string | number);
}
