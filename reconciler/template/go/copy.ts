import { FunctionError, LimitError, type Render } from "../functions/function";
import { GoMap, GoSlice, type Value } from "./value";

const DEPTH = 1000;

/** `github.com/mitchellh/copystructure`: new maps and lists all the way down. Throws for nil alone, as Go panics. */
export function deepCopy(value: Value, render: Render): Value {
  if (value === null) throw new FunctionError("is nil");
  return copy(value, render, 0);
}

function copy(value: Value, render: Render, depth: number): Value {
  render.step();
  if (depth > DEPTH) throw new LimitError("depth");
  if (value instanceof GoSlice) {
    render.room(value.items.length);
    return new GoSlice(
      value.type,
      value.items.map((item) => copy(item, render, depth + 1)),
      value.isNil,
    );
  }
  if (value instanceof GoMap) {
    render.room(value.entries.size);
    const entries = new Map<string, Value>();
    for (const [key, item] of value.entries) entries.set(key, copy(item, render, depth + 1));
    return new GoMap(value.type, entries, value.isNil);
  }
  return value;
}
