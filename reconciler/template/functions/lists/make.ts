import { toInt64 } from "../../go/cast";
import { ANY_SLICE, sliceOf } from "../../go/type";
import { anySlice, GoSlice, type Value } from "../../go/value";
import { FunctionError, type GoFunction, type Render } from "../function";
import { withMust } from "../must";
import { itemsOf } from "./items";

const list = {
  signature: "func(v ...interface{}) []interface{}",
  doc: "A list of the values.",
  call: (values: readonly Value[]) => anySlice(values),
};

const append = {
  signature: "func(list interface{}, v interface{}) []interface{}",
  doc: "A new list with the value at the end.",
  call: ([whole, value]: readonly Value[], render: Render) => {
    const items = itemsOf(whole);
    render.room(items.length + 1);
    return anySlice([...items, value as Value]);
  },
};

export const makeFunctions: readonly GoFunction[] = [
  { name: "list", ...list, example: ['{{ list 1 "a" true }}', "[1 a true]"] },
  { name: "tuple", ...list, example: ['{{ tuple 1 "a" true }}', "[1 a true]"] },
  ...withMust({ name: "append", ...append, example: ["{{ append (list 1 2) 3 }}", "[1 2 3]"] }),
  ...withMust({ name: "push", ...append, example: ["{{ push (list 1 2) 3 }}", "[1 2 3]"] }),
  ...withMust({
    name: "prepend",
    signature: "func(list interface{}, v interface{}) []interface{}",
    doc: "A new list with the value at the start.",
    example: ["{{ prepend (list 1 2) 3 }}", "[3 1 2]"],
    call: ([whole, value], render) => {
      const items = itemsOf(whole);
      render.room(items.length + 1);
      return anySlice([value as Value, ...items]);
    },
  }),
  {
    name: "concat",
    signature: "func(lists ...interface{}) interface{}",
    doc: "A new list of the elements of all lists.",
    example: ["{{ concat (list 1 2) (list 3) }}", "[1 2 3]"],
    call: (lists, render) => {
      const all = lists.map(itemsOf);
      render.room(all.reduce((size, items) => size + items.length, 0));
      const items = all.flat();
      return new GoSlice(ANY_SLICE, items, items.length === 0);
    },
  },
  ...withMust({
    name: "slice",
    signature: "func(list interface{}, indices ...interface{}) interface{}",
    doc: "The elements from the first index to before the second, each of which can be left out; nil for an empty list. It hides Go's own `slice`.",
    example: ["{{ slice (list 1 2 3 4) 1 3 }}", "[2 3]"],
    call: ([whole, from, to], render) => {
      const items = itemsOf(whole);
      if (items.length === 0) return null;
      const start = from === undefined ? 0n : toInt64(from);
      const end = to === undefined ? BigInt(items.length) : toInt64(to);
      if (start < 0n || end < start || end > items.length) throw new FunctionError("index out of range");
      const source = whole as GoSlice;
      if (start === 0n && end === BigInt(items.length)) return source;
      render.room(Number(end - start));
      return new GoSlice(source.type, items.slice(Number(start), Number(end)));
    },
  }),
  ...withMust({
    name: "chunk",
    signature: "func(size int, list interface{}) [][]interface{}",
    doc: "The elements in lists of that size; the last one holds the rest.",
    example: ["{{ chunk 2 (list 1 2 3) }}", "[[1 2] [3]]"],
    call: ([size, whole], render) => chunks(itemsOf(whole), Number(size), render),
  }),
];

/** sprig counts in floats, which makes an error of size 0 and of most negative ones. */
function chunks(items: readonly Value[], size: number, render: Render): GoSlice {
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0) throw new FunctionError("wrong size");
  render.room(items.length);
  const parts: Value[] = [];
  for (let index = 0; index < count; index++) {
    const length = index < count - 1 ? size : items.length % size || size;
    if (length < 0) throw new FunctionError("wrong size");
    parts.push(anySlice(items.slice(index * size, index * size + length)));
  }
  return new GoSlice(sliceOf(ANY_SLICE), parts);
}
