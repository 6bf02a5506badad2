import { equal, get, isFields, set, type Fields } from "../json";
import { FieldSet } from "./field-set";
import { typeBelow, type FieldType } from "./field-type";

/** What changed between two objects, as sets of field paths. */
export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

export function compareFields(before: unknown, after: unknown, type: FieldType | undefined): Comparison {
  const comparison = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() };
  walk(before, after, type, [], comparison);
  return comparison;
}

type Path = readonly string[];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0);

function walk(before: unknown, after: unknown, type: FieldType | undefined, path: Path, into: Comparison): void {
  const value = after ?? before;
  const leaf =
    type?.atomic === true ||
    (isEmpty(before) && isEmpty(after)) ||
    (Array.isArray(value) ? !granularList(type) : !isFields(value)) ||
    (!isEmpty(before) && !isEmpty(after) && Array.isArray(before) !== Array.isArray(after));
  if (before === undefined) mark(into.added, path);
  else if (after === undefined) mark(into.removed, path);
  else if (leaf && !equal(before, after)) mark(into.modified, path);
  if (leaf) return;
  if (Array.isArray(value)) {
    const [left, right] = [elements(before, type), elements(after, type)];
    for (const key of new Set([...left.keys(), ...right.keys()]))
      walk(left.get(key), right.get(key), type?.each, [...path, key], into);
    return;
  }
  const [left, right] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const [a, b] = [get(left, key), get(right, key)];
    if (a !== b) walk(a, b, typeBelow(type, key), [...path, `f:${key}`], into);
  }
}

const granularList = (type: FieldType | undefined): boolean => type?.keys !== undefined || type?.set === true;

function mark(set_: FieldSet, path: Path): void {
  let node = set_;
  for (const element of path) node = node.descend(element);
  node.member = true;
}

/** Elements of a keyed list or set by their path element; of duplicates the first. */
function elements(list: unknown, type: FieldType | undefined): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
    const key = elementKey(entry, type);
    if (!out.has(key)) out.set(key, entry);
  }
  return out;
}

function elementKey(entry: unknown, type: FieldType | undefined): string {
  if (type?.keys === undefined) return `v:${JSON.stringify(entry)}`;
  const keys: Fields = {};
  for (const key of [...type.keys].sort()) {
    const value = isFields(entry) ? get(entry, key) : undefined;
    if (value !== undefined) set(keys, key, value);
    else if (key === "protocol") set(keys, key, "TCP"); // the one key of a built-in list that has a default
  }
  return `k:${JSON.stringify(keys)}`;
}

/** The fields a configuration sets: what its applier owns. */
export function fieldsSet(value: unknown, type: FieldType | undefined): FieldSet {
  const out = new FieldSet();
  collect(value, type, out);
  out.member = false;
  return out;
}

function collect(value: unknown, type: FieldType | undefined, node: FieldSet): void {
  if (type?.atomic === true || isEmpty(value)) node.member = true;
  else if (Array.isArray(value)) {
    if (!granularList(type)) node.member = true;
    else
      for (const [key, entry] of elements(value, type)) {
        const child = node.descend(key);
        child.member = true;
        if (type?.set !== true) {
          collect(entry, type?.each, child);
          child.member = true;
        }
      }
  } else if (isFields(value)) {
    for (const key of Object.keys(value)) collect(value[key], typeBelow(type, key), node.descend(`f:${key}`));
  } else node.member = true;
}

/** Live object with a configuration merged into it. */
export function mergeConfiguration(live: unknown, config: unknown, type: FieldType | undefined): unknown {
  if (config === undefined) return live;
  if (live === undefined || type?.atomic === true) return config;
  if (config === null) return isFields(live) || Array.isArray(live) ? live : config;
  if (Array.isArray(config)) {
    if (!granularList(type) || !Array.isArray(live)) return config;
    return mergeList(live as unknown[], config as unknown[], type);
  }
  if (!isFields(config) || !isFields(live)) return config;
  const out: Fields = {};
  for (const key of Object.keys(live))
    set(out, key, mergeConfiguration(get(live, key), get(config, key), typeBelow(type, key)));
  for (const key of Object.keys(config)) if (!Object.hasOwn(live, key)) set(out, key, config[key]);
  return out;
}

/** The configuration's order; what only the live list has goes before the configuration's element that follows it there. */
function mergeList(live: readonly unknown[], config: readonly unknown[], type: FieldType | undefined): unknown[] {
  const [left, right] = [elements(live, type), elements(config, type)];
  const out: unknown[] = [];
  const waiting = [...right.keys()];
  const placed = new Set<string>();
  const place = (key: string): void => {
    placed.add(key);
    out.push(type?.set === true ? right.get(key) : mergeConfiguration(left.get(key), right.get(key), type?.each));
  };
  for (const [key, entry] of left) {
    if (!right.has(key)) out.push(entry);
    else while (!placed.has(key)) place(waiting.shift() as string);
  }
  for (const key of waiting) place(key);
  return out;
}

/**
 * Removes what `remove` lists as members, unless `keep` says that someone owns it or something below it. A container that
 * becomes empty goes with its last member.
 */
export function removeFields(value: unknown, type: FieldType | undefined, remove: FieldSet, keep: FieldSet): unknown {
  if (type?.atomic === true) return value;
  if (Array.isArray(value)) {
    if (!granularList(type)) return value;
    const left = (value as unknown[]).flatMap((entry) => {
      const key = elementKey(entry, type);
      const [gone, kept] = [remove.below(key), keep.below(key)];
      if (gone === undefined) return [entry];
      if (kept === undefined && gone.member) return [];
      return [removeFields(entry, type?.each, gone, kept ?? NOTHING)];
    });
    return left.length === 0 && value.length > 0 ? undefined : left;
  }
  if (!isFields(value)) return value;
  const out: Fields = {};
  for (const key of Object.keys(value)) {
    const [gone, kept] = [remove.below(`f:${key}`), keep.below(`f:${key}`)];
    const below = get(value, key);
    if (gone === undefined) set(out, key, below);
    else if (kept === undefined && gone.member) continue;
    else {
      const left = removeFields(below, typeBelow(type, key), gone, kept ?? NOTHING);
      if (left !== undefined) set(out, key, left);
    }
  }
  return Object.keys(out).length === 0 && Object.keys(value).length > 0 && !keep.member ? undefined : out;
}

const NOTHING = new FieldSet();
