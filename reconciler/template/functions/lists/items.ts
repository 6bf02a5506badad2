import { GoSlice, type Value } from "../../go/value";
import { FunctionError } from "../function";

/** The elements of a slice or array; sprig's list functions refuse everything else, also nil. */
export function itemsOf(list: Value | undefined): readonly Value[] {
  if (list instanceof GoSlice) return list.items;
  throw new FunctionError("is not a list");
}
