import { equal, get, isFields, set, type Fields } from "../json";
import { FieldSet } from "./field-set";
import { isDeclared, typeBelow, type FieldType } from "./field-type";

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

/** What is left of a container that lost everything: still a field someone may own, gone from the result. */
const EMPTIED: unique symbol = Symbol("emptied");

type Path = readonly string[];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === EMPTIED ||
  (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0);

function walk(before: unknown, after: unknown, type: FieldType | undefined, path: Path, into: Comparison): void {
  const whole = type?.atomic === true || (isEmpty(before) && isEmpty(after));
  const [left, right] = [shapeOf(before, type), shapeOf(after, type)];
  const leaf = whole || ((left === "leaf" || left === "none") && (right === "leaf" || right === "none"));
  if (before === undefined) mark(into.added, path);
  else if (after === undefined) mark(into.removed, path);
  else if (leaf ? !equal(before, after) : left !== right && left !== "none" && right !== "none")
    mark(into.modified, path);
  if (leaf) return;
  if (left === "list" || right === "list") {
    const [a, b] = [elements(before, type), elements(after, type)];
    for (const key of new Set([...a.keys(), ...b.keys()]))
      walk(a.get(key), b.get(key), type?.each, [...path, key], into);
  }
  if (left === "map" || right === "map") {
    const [a, b] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [x, y] = [get(a, key), get(b, key)];
      if (x !== y) walk(x, y, typeBelow(type, key), [...path, `f:${key}`], into);
    }
  }
}

/** How a value is walked; null takes the shape of its counterpart. */
function shapeOf(value: unknown, type: FieldType | undefined): "none" | "leaf" | "list" | "map" {
  if (value === undefined || value === null || value === EMPTIED) return "none";
  if (Array.isArray(value)) return granularList(type) ? "list" : "leaf";
  return isFields(value) ? "map" : "leaf";
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

/** The fields a value sets: what the applier of a configuration owns. */
export function fieldsSet(value: unknown, type: FieldType | undefined): FieldSet {
  const out = new FieldSet();
  collect(value, type, out);
  out.member = false;
  return out;
}

function collect(value: unknown, type: FieldType | undefined, node: FieldSet): void {
  if (type?.atomic === true) node.member = true;
  else if (Array.isArray(value)) {
    if (!granularList(type))
      node.member = true; // an empty granular list owns nothing
    else
      for (const [key, entry] of elements(value, type)) {
        const child = node.descend(key);
        if (type?.set !== true) collect(entry, type?.each, child);
        child.member = true;
      }
  } else if (isFields(value) && !isEmpty(value)) {
    for (const key of Object.keys(value)) {
      const child = new FieldSet();
      collect(value[key], typeBelow(type, key), child);
      if (!isDeclared(type, key)) child.member = true;
      node.mount(`f:${key}`, child);
    }
  } else node.member = true;
}

/** With declared fields as members wherever something below them is one. */
function withDeclared(set_: FieldSet, type: FieldType | undefined): FieldSet {
  return set_.map((element, child) => {
    const field = element.startsWith("f:") ? element.slice(2) : undefined;
    const below = withDeclared(child, field === undefined ? type?.each : typeBelow(type, field));
    if (field !== undefined && !child.leaf && isDeclared(type, field)) below.member = true;
    return below;
  });
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

/** Without the members of a set. */
function removeItems(value: unknown, remove: FieldSet, type: FieldType | undefined): unknown {
  if (type?.atomic === true) return EMPTIED;
  if (Array.isArray(value)) {
    if (!granularList(type)) return EMPTIED;
    const left = (value as unknown[]).flatMap((entry) => {
      const below = remove.below(elementKey(entry, type));
      if (below === undefined) return [entry];
      return below.member ? [] : [removeItems(entry, below, type?.each)];
    });
    return left.length === 0 ? EMPTIED : left;
  }
  if (!isFields(value)) return value;
  const out: Fields = {};
  for (const key of Object.keys(value)) {
    const below = remove.below(`f:${key}`);
    if (below?.member === true) continue;
    set(out, key, below === undefined ? value[key] : removeItems(value[key], below, typeBelow(type, key)));
  }
  return Object.keys(out).length === 0 ? EMPTIED : out;
}

/**
 * The result of {@link pruneFields} as an object. Containers that lost everything go, or are null: a custom object keeps the
 * null, and its schema mostly refuses it, on real servers too.
 */
export function settle(value: unknown, emptied: "drop" | "null"): unknown {
  if (value === EMPTIED) return null;
  if (Array.isArray(value)) return value.map((entry) => settle(entry, emptied));
  if (!isFields(value)) return value;
  const out: Fields = {};
  for (const key of Object.keys(value))
    if (value[key] !== EMPTIED || emptied === "null") set(out, key, settle(value[key], emptied));
  return out;
}

/**
 * Removes what an applier owned last time and no longer does, as structured merge diff does it: what others own stays, and so
 * does what nobody owns, unless it sits in a declared field of which nothing else is owned.
 * @param last what the applier owned
 * @param owned what all managers own now, the applier included
 * @returns for comparing; {@link settle} makes an object of it
 */
export function pruneFields(merged: Fields, type: FieldType, last: FieldSet, owned: FieldSet): Fields {
  const before = withDeclared(last, type);
  const all = withDeclared(fieldsSet(merged, type), type);
  const remaining = (value: unknown): FieldSet => withDeclared(fieldsSet(value === EMPTIED ? {} : value, type), type);
  const bare = remaining(removeItems(merged, before, type));
  const kept = bare.union(withDeclared(owned, type));
  const restored = remaining(removeItems(merged, all.difference(kept), type));
  const left = removeItems(merged, all.difference(restored).intersection(before), type);
  return left === EMPTIED ? {} : (left as Fields);
}
