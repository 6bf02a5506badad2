import { formatValue } from "../go/fmt";
import { GoObject } from "../go/value";
import type { Cell, State } from "./state";

/** `printValue`: what an action writes. A pointer without a `String` method prints as the struct it points to. */
export function printed(value: Cell, state: State): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "<no value>";
  const text = formatValue(value, (size) => state.room(size));
  const isPointer = value instanceof GoObject && value.type.kind === "ptr" && value.text() === undefined;
  return isPointer && text.startsWith("&") ? text.slice(1) : text;
}
