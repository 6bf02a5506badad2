import type { ModifierName } from "./parts";
import { Path } from "./path";
import { optionsOf, pretty } from "./pretty";
import { forEach, parse, type Result } from "./result";
import { stringEnd, trim } from "./scan";
import type { Get } from "./search";
import { quoteJson, trimSpace } from "./text";
import { isValidJson } from "./valid";
import type { Work } from "./work";

type Modifier = (json: string, argument: string, work: Work, get: Get) => string;

/** Runs a modifier of gjson on a document; what it gives is parsed as the next document. */
export const applyModifier = (name: ModifierName, json: string, argument: string, work: Work, get: Get): string =>
  MODIFIERS[name](json, argument, work, get);

const MODIFIERS: Readonly<Record<ModifierName, Modifier>> = {
  this: (json) => json,
  pretty: (json, argument, work) => pretty(json, optionsOf(argument), work),
  ugly,
  reverse,
  flatten,
  join,
  keys,
  values,
  group,
  dig,
  valid: (json) => (isValidJson(json) ? json : ""),
  tostr: (json) => quoteJson(json),
  fromstr: (json) => (isValidJson(json) ? parse(json).str : ""),
};

/** Without white space and control characters outside of strings. A string without end goes to the end of the text. */
function ugly(json: string): string {
  let out = "";
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) {
      const end = stringEnd(json, at + 1);
      if (end < 0) break;
      at = end - 1;
    } else if (code <= 0x20) {
      out += json.slice(from, at);
      from = at + 1;
    }
  }
  return out + json.slice(from);
}

/** The elements of an array or the members of an object from last to first; anything else stays. */
function reverse(json: string): string {
  const of = parse(json);
  if (!of.isArray && !of.isObject) return json;
  const pieces: string[] = [];
  forEach(of, (value, key) => pieces.push(key === undefined ? value.raw : `${key.raw}:${value.raw}`));
  pieces.reverse();
  return of.isArray ? `[${pieces.join(",")}]` : `{${pieces.join(",")}}`;
}

/** The elements of the arrays within an array, with `{"deep":true}` also of those within them. */
function flatten(json: string, argument: string, work: Work): string {
  return flattened(json, option(argument, "deep"), work);
}

function flattened(json: string, isDeep: boolean, work: Work): string {
  const of = parse(json);
  if (!of.isArray) return json;
  work.enter();
  work.spend(json.length);
  const pieces: string[] = [];
  forEach(of, (value) => {
    let piece = value.raw;
    if (value.isArray) piece = unwrap(isDeep ? flattened(piece, isDeep, work) : piece);
    piece = trimSpace(piece);
    if (piece !== "") pieces.push(piece);
  });
  work.leave();
  return `[${pieces.join(",")}]`;
}

/** Without the first and the last character, whatever that is, of what starts with a bracket. */
function unwrap(json: string): string {
  const text = trim(json);
  return text.length >= 2 && /^[[{]/.test(text) ? text.slice(1, -1) : text;
}

/** One object of the members of the objects in an array: the last value of each key, or all with `{"preserve":true}`. */
function join(json: string, argument: string): string {
  const of = parse(json);
  if (!of.isArray) return json;
  const pieces: string[] = [];
  if (option(argument, "preserve")) {
    forEach(of, (value) => {
      if (value.isObject) pieces.push(unwrap(value.raw));
    });
  } else {
    const members = new Map<string, { readonly key: string; value: string }>();
    forEach(of, (value) => {
      if (value.isObject) forEach(value, (member, key) => addMember(members, member, key));
    });
    for (const { key, value } of members.values()) pieces.push(`${key}:${value}`);
  }
  return `{${pieces.join(",")}}`;
}

function addMember(
  members: Map<string, { readonly key: string; value: string }>,
  { raw }: Result,
  key: Result | undefined,
): void {
  const name = key?.text ?? "";
  const known = members.get(name);
  if (known === undefined) members.set(name, { key: key?.raw ?? "", value: raw });
  else known.value = raw;
}

/** The keys of an object; `null` for each element of an array and for any other value. */
function keys(json: string): string {
  const pieces: string[] = [];
  forEach(parse(json), (_value, key) => pieces.push(key?.raw ?? "null"));
  return `[${pieces.join(",")}]`;
}

function values(json: string): string {
  const of = parse(json);
  if (of.isArray) return json;
  const pieces: string[] = [];
  forEach(of, (value) => pieces.push(value.raw));
  return `[${pieces.join(",")}]`;
}

/** `{"a":[1,2],"b":[3,4]}` becomes `[{"a":1,"b":3},{"a":2,"b":4}]`; members that are no arrays are left out. */
function group(json: string): string {
  const of = parse(json);
  if (!of.isObject) return "";
  const groups: string[][] = [];
  forEach(of, (value, key) => {
    if (!value.isArray) return;
    let index = 0;
    forEach(value, (element) => {
      (groups[index++] ??= []).push(`${key?.raw ?? ""}:${element.raw}`);
    });
  });
  return `[${groups.map((members) => `{${members.join(",")}}`).join(",")}]`;
}

/** What the path finds in the document and in each value within it, outer ones first. */
function dig(json: string, argument: string, work: Work, get: Get): string {
  const path = new Path(argument, work);
  const found: string[] = [];
  const descend = (parent: Result): void => {
    work.enter();
    work.spend(parent.raw.length);
    const result = get(parent.raw, path, work);
    if (result.exists) found.push(result.raw);
    if (parent.isArray || parent.isObject) forEach(parent, descend);
    work.leave();
  };
  descend(parse(json));
  for (const piece of found) work.spend(piece.length);
  return `[${found.join(",")}]`;
}

/** Whether an argument like `{"deep":true}` sets an option. */
function option(argument: string, name: string): boolean {
  let isSet = false;
  forEach(parse(argument), (value, key) => {
    if (key?.text === name) isSet = value.bool;
  });
  return isSet;
}
