import { merge } from "../go/mergo";
import { anyMap, anySlice, GoMap, stringSlice, type Value } from "../go/value";
import { FunctionError, type GoFunction, type Render } from "./function";
import { withMust } from "./must";
import { show } from "./show";

/** A nil dict reads as empty. */
const entriesOf = (dict: Value | undefined): Map<string, Value> =>
  dict instanceof GoMap ? dict.entries : new Map<string, Value>();

export const dictsFunctions: readonly GoFunction[] = [
  {
    name: "dict",
    signature: "func(v ...interface{}) map[string]interface{}",
    doc: 'A dict of keys and values in turns; keys become text, and a missing last value is "".',
    example: ['{{ dict "a" 1 "b" "two" }}', "map[a:1 b:two]"],
    call: (values, render) => {
      const entries = new Map<string, Value>();
      for (let at = 0; at < values.length; at += 2) {
        const value = values[at + 1];
        entries.set(show(values[at], render), value === undefined ? "" : value);
      }
      render.room(entries.size);
      return anyMap(entries);
    },
  },
  {
    name: "get",
    signature: "func(d map[string]interface{}, key string) interface{}",
    doc: 'The value of a key; "" if there is none.',
    example: ['{{ get (dict "a" 1) "a" }}', "1"],
    call: ([dict, key]) => {
      const value = entriesOf(dict).get(key as string);
      return value === undefined ? "" : value;
    },
  },
  {
    name: "set",
    signature: "func(d map[string]interface{}, key string, value interface{}) map[string]interface{}",
    doc: "Sets a key of the dict itself, and gives the dict.",
    example: ['{{ set (dict "a" 1) "b" 2 }}', "map[a:1 b:2]"],
    call: ([dict, key, value], render) => {
      if (!(dict instanceof GoMap) || dict.isNil) throw new FunctionError("is nil");
      render.room(1);
      dict.entries.set(key as string, value as Value);
      return dict;
    },
  },
  {
    name: "unset",
    signature: "func(d map[string]interface{}, key string) map[string]interface{}",
    doc: "Takes a key out of the dict itself, and gives the dict.",
    example: ['{{ unset (dict "a" 1 "b" 2) "a" }}', "map[b:2]"],
    call: ([dict, key]) => {
      entriesOf(dict).delete(key as string);
      return dict as Value;
    },
  },
  {
    name: "hasKey",
    signature: "func(d map[string]interface{}, key string) bool",
    doc: "Whether the dict has the key.",
    example: ['{{ hasKey (dict "a" 1) "a" }}', "true"],
    call: ([dict, key]) => entriesOf(dict).has(key as string),
  },
  {
    name: "pluck",
    signature: "func(key string, d ...map[string]interface{}) []interface{}",
    doc: "The values that the dicts have for a key.",
    example: ['{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}', "[1 3]"],
    call: ([key, ...dicts], render) => {
      render.room(dicts.length);
      const found = dicts.map((dict) => entriesOf(dict).get(key as string));
      return anySlice(found.filter((value) => value !== undefined));
    },
  },
  {
    name: "keys",
    signature: "func(dicts ...map[string]interface{}) []string",
    doc: "The keys of the dicts, sorted within each dict; Go gives them in random order.",
    example: ['{{ keys (dict "b" 1 "a" 2) }}', "[a b]"],
    call: (dicts, render) => {
      const keys = dicts.flatMap((dict) => sortedKeys(dict, render));
      return stringSlice(keys);
    },
  },
  {
    name: "values",
    signature: "func(dict map[string]interface{}) []interface{}",
    doc: "The values of the dict in the order of their keys; Go gives them in random order.",
    example: ['{{ values (dict "b" 1 "a" 2) }}', "[2 1]"],
    call: ([dict], render) => {
      const entries = entriesOf(dict);
      return anySlice(sortedKeys(dict as Value, render).map((key) => entries.get(key) as Value));
    },
  },
  {
    name: "pick",
    signature: "func(dict map[string]interface{}, keys ...string) map[string]interface{}",
    doc: "A new dict with only these keys.",
    example: ['{{ pick (dict "a" 1 "b" 2) "a" "c" }}', "map[a:1]"],
    call: ([dict, ...keys], render) => {
      render.room(keys.length);
      const entries = entriesOf(dict);
      const kept = (keys as string[]).filter((key) => entries.has(key));
      return anyMap(kept.map((key) => [key, entries.get(key) as Value]));
    },
  },
  {
    name: "omit",
    signature: "func(dict map[string]interface{}, keys ...string) map[string]interface{}",
    doc: "A new dict without these keys.",
    example: ['{{ omit (dict "a" 1 "b" 2) "a" }}', "map[b:2]"],
    call: ([dict, ...keys], render) => {
      const entries = entriesOf(dict);
      render.room(entries.size);
      const kept = new Map(entries);
      for (const key of keys) kept.delete(key as string);
      return anyMap(kept);
    },
  },
  ...mergeRows(
    false,
    "merge",
    "Adds to the first dict itself what the others have and it has not or has empty, also in dicts inside it.",
    ['{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}', "map[a:1 b:3]"],
  ),
  ...mergeRows(true, "mergeOverwrite", "As `merge`, but the later dict wins.", [
    '{{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }}',
    "map[a:2 b:3]",
  ]),
  {
    name: "dig",
    signature: "func(ps ...interface{}) (interface{}, error)",
    doc: "The value at a path of keys in dicts inside dicts; `dig KEY... DEFAULT DICT` gives the default if a key is not there.",
    example: ['{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }}', "1"],
    call: (values) => {
      if (values.length < 3) throw new FunctionError("needs at least three arguments");
      const keys = values.slice(0, -2);
      if (!keys.every((key): key is string => typeof key === "string")) throw new FunctionError("is not a string");
      let found: Value = anyDict(values.at(-1));
      for (const key of keys) {
        const value = anyDict(found).entries.get(key);
        if (value === undefined) return values.at(-2) as Value;
        found = value;
      }
      return found;
    },
  },
];

function anyDict(value: Value | undefined): GoMap {
  if (value instanceof GoMap && value.type.name === "map[string]interface {}") return value;
  throw new FunctionError("is not a dict");
}

function sortedKeys(dict: Value, render: Render): string[] {
  if (!(dict instanceof GoMap)) return [];
  render.room(dict.entries.size);
  render.step(dict.entries.size);
  return dict.sortedKeys();
}

function mergeRows(
  overwrite: boolean,
  name: string,
  doc: string,
  example: readonly [string, string],
): readonly GoFunction[] {
  const entry: GoFunction = {
    name,
    signature: "func(dst map[string]interface{}, srcs ...map[string]interface{}) interface{}",
    doc: `${doc} Types that do not fit give "".`,
    example,
    call: ([target, ...sources], render) => mergeAll(target, sources, overwrite, render) ?? "",
  };
  return withMust(entry, {
    doc: `As \`${name}\`, but types that do not fit are an error.`,
    call: ([target, ...sources], render) => {
      const merged = mergeAll(target, sources, overwrite, render);
      if (merged === undefined) throw new FunctionError("different types");
      return merged;
    },
  });
}

/** Undefined where mergo returns an error. */
function mergeAll(
  target: Value | undefined,
  sources: readonly Value[],
  overwrite: boolean,
  render: Render,
): GoMap | undefined {
  let merged = target as GoMap;
  for (const source of sources) {
    if (!(source instanceof GoMap) || source.isNil) continue;
    if (merged.isNil) merged = anyMap();
    if (!merge(merged, source, overwrite, render)) return undefined;
  }
  return merged;
}
