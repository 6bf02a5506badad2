import { isEmpty } from "./empty";
import { FunctionError, LimitError, type Render } from "../functions/function";
import { GoMap, GoObject, GoSlice, type Value } from "./value";

const DEPTH = 1000;

/**
 * `dario.cat/mergo` v1.0.2 on maps: `Merge`, and `MergeWithOverwrite` with `overwrite`. Changes `target` and the maps inside it.
 * Throws `FunctionError` where Go panics; false where mergo returns an error.
 */
export function merge(target: GoMap, source: GoMap, overwrite: boolean, render: Render, depth = 0): boolean {
  if (depth > DEPTH) throw new LimitError("depth");
  for (const key of source.sortedKeys()) {
    render.step();
    const value = source.entries.get(key) as Value;
    const before = target.entries.get(key);
    const put = (changed: Value) => {
      // Go finds the type of the element, which is any, not assignable to a typed map's.
      if (target.type.elem?.kind !== "interface" && target.type.name !== source.type.name)
        throw new FunctionError("wrong type of map");
      if (!target.entries.has(key)) render.room(1);
      target.entries.set(key, changed);
    };
    if (value === null) {
      if (overwrite) put(null);
      continue;
    }
    if (value instanceof GoMap && before instanceof GoMap) {
      if (!before.isNil && !merge(before, value, overwrite, render, depth + 1)) return false;
    } else if (value instanceof GoMap && isPointer(before) && !overwrite) {
      return false;
    }
    const isEmpty = isEmptyValue(before);
    if (value instanceof GoSlice && !isEmpty) {
      // A list in the place of another value that stays is put there again, which only a typed map notices.
      put(overwrite || target.entries.size === 0 ? value : (before as Value));
      continue;
    }
    if (!isEmpty && value instanceof GoMap && before instanceof GoMap) continue;
    if (overwrite || isEmpty) put(value);
  }
  return true;
}

const isPointer = (value: Value | undefined): boolean => value instanceof GoObject && value.type.kind === "ptr";

/** mergo's `isEmptyValue`, which is sprig's `empty`. */
const isEmptyValue = (value: Value | undefined): boolean => value === undefined || isEmpty(value);
