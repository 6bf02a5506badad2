import { ANY_SLICE } from "../../go/type";
import { anySlice, GoSlice, type Value } from "../../go/value";
import type { GoFunction, Render } from "../function";
import { withMust } from "../must";
import { itemsOf } from "./items";

function part(items: readonly Value[], start: number, end: number, render: Render): GoSlice {
  if (items.length === 0) return new GoSlice(ANY_SLICE, [], true);
  render.room(items.length);
  return anySlice(items.slice(start, end));
}

export const endFunctions: readonly GoFunction[] = [
  ...withMust({
    name: "first",
    signature: "func(list interface{}) interface{}",
    doc: "The first element of a list; nil if it is empty.",
    example: ["{{ first (list 1 2 3) }}", "1"],
    call: ([list]) => itemsOf(list)[0] ?? null,
  }),
  ...withMust({
    name: "last",
    signature: "func(list interface{}) interface{}",
    doc: "The last element of a list; nil if it is empty.",
    example: ["{{ last (list 1 2 3) }}", "3"],
    call: ([list]) => itemsOf(list).at(-1) ?? null,
  }),
  ...withMust({
    name: "rest",
    signature: "func(list interface{}) []interface{}",
    doc: "All elements but the first.",
    example: ["{{ rest (list 1 2 3) }}", "[2 3]"],
    call: ([list], render) => part(itemsOf(list), 1, Infinity, render),
  }),
  ...withMust({
    name: "initial",
    signature: "func(list interface{}) []interface{}",
    doc: "All elements but the last.",
    example: ["{{ initial (list 1 2 3) }}", "[1 2]"],
    call: ([list], render) => part(itemsOf(list), 0, -1, render),
  }),
];
