import { deepEqual, isScalar, Members } from "../../go/equal";
import { anySlice, type Value } from "../../go/value";
import type { GoFunction } from "../function";
import { isEmpty } from "../../go/empty";
import { withMust } from "../must";
import { itemsOf } from "./items";

export const searchFunctions: readonly GoFunction[] = [
  ...withMust({
    name: "reverse",
    signature: "func(v interface{}) []interface{}",
    doc: "A new list in the opposite order.",
    example: ["{{ reverse (list 1 2 3) }}", "[3 2 1]"],
    call: ([list], render) => {
      const items = itemsOf(list);
      render.room(items.length);
      return anySlice(items.toReversed());
    },
  }),
  ...withMust({
    name: "uniq",
    signature: "func(list interface{}) []interface{}",
    doc: "A new list without the elements that stand in it already, by `deepEqual`.",
    example: ["{{ uniq (list 1 1 2 1) }}", "[1 2]"],
    call: ([list], render) => {
      const items = itemsOf(list);
      render.room(items.length);
      const seen = new Members(() => render.step());
      const kept: Value[] = [];
      for (const item of items) {
        if (seen.has(item)) continue;
        seen.add(item);
        kept.push(item);
      }
      return anySlice(kept);
    },
  }),
  ...withMust({
    name: "without",
    signature: "func(list interface{}, omit ...interface{}) []interface{}",
    doc: "A new list without the values, by `deepEqual`.",
    example: ["{{ without (list 1 2 3) 2 }}", "[1 3]"],
    call: ([list, ...omit], render) => {
      const items = itemsOf(list);
      render.room(items.length);
      const left = new Members(() => render.step(), omit);
      return anySlice(items.filter((item) => !left.has(item)));
    },
  }),
  ...withMust({
    name: "has",
    signature: "func(needle interface{}, haystack interface{}) bool",
    doc: "Whether the list has the value, by `deepEqual`; false for nil in the place of the list.",
    example: ["{{ has 4 (list 1 2 3) }}", "false"],
    call: ([needle, haystack], render) => {
      if (haystack === null) return false;
      const items = itemsOf(haystack);
      const value = needle as Value;
      if (isScalar(value)) {
        render.step(1 + (items.length >> 6));
        return !Number.isNaN(value) && items.includes(value);
      }
      return items.some((item) => deepEqual(value, item, () => render.step()));
    },
  }),
  ...withMust({
    name: "compact",
    signature: "func(list interface{}) []interface{}",
    doc: "A new list without the elements that are empty (see `empty`).",
    example: ['{{ compact (list 1 "" 0 "a") }}', "[1 a]"],
    call: ([list], render) => {
      const items = itemsOf(list);
      render.room(items.length);
      return anySlice(items.filter((item) => !isEmpty(item)));
    },
  }),
];
