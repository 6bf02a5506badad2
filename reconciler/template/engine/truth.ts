import { GoInteger, GoMap, GoSlice } from "../go/value";
import type { Cell } from "./state";

/** `template.IsTrue`: not the zero of its type. Structs and pointers are true. */
export function isTrue(value: Cell): boolean {
  switch (typeof value) {
    case "string":
      return value.length > 0;
    case "boolean":
      return value;
    case "bigint":
      return value !== 0n;
    case "number":
      // NaN is not zero.
      return value !== 0;
    case "undefined":
      return false;
    default:
      if (value === null) return false;
      if (value instanceof GoSlice) return value.items.length > 0;
      if (value instanceof GoMap) return value.entries.size > 0;
      if (value instanceof GoInteger) return value.value !== 0n;
      return true;
  }
}
