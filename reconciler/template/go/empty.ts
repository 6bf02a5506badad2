import { GoInteger, GoMap, GoSlice, type Value } from "./value";

/** sprig's `empty`: nil, false, 0, "" and what has no elements; a struct and a pointer never are. */
export function isEmpty(value: Value): boolean {
  switch (typeof value) {
    case "string":
      return value === "";
    case "boolean":
      return !value;
    case "bigint":
      return value === 0n;
    case "number":
      return value === 0;
    default:
      if (value === null) return true;
      if (value instanceof GoMap) return value.entries.size === 0;
      if (value instanceof GoSlice) return value.items.length === 0;
      return value instanceof GoInteger && value.value === 0n;
  }
}
