import { squash, trim, unescape } from "./scan";

/** What the modifiers are called; `@` before any other name is part of a key. */
const MODIFIER_NAMES = [
  "pretty",
  "ugly",
  "reverse",
  "this",
  "flatten",
  "join",
  "valid",
  "keys",
  "values",
  "tostr",
  "fromstr",
  "group",
  "dig",
] as const;
export type ModifierName = (typeof MODIFIER_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(MODIFIER_NAMES);
export const isModifier = (name: string): name is ModifierName => NAMES.has(name);
const LONGEST = Math.max(...MODIFIER_NAMES.map((name) => name.length));

/** The first part of a path and what follows it. */
interface Part {
  readonly name: string;
  /** The rest behind a dot, to be looked up within the value; undefined if the value itself is wanted. */
  readonly rest: string | undefined;
  /** The rest to be applied to the final value; undefined if there is none. */
  readonly pipe: string | undefined;
}

/** A part as an object understands it. */
export interface ObjectPart extends Part {
  readonly wild: boolean;
}

/** `parseObjectPath`. */
export function objectPart(path: string): ObjectPart {
  let wild = false;
  for (let at = 0; at < path.length; at++) {
    switch (path.charCodeAt(at)) {
      case 0x7c: // |
        return { name: path.slice(0, at), rest: undefined, pipe: path.slice(at + 1), wild };
      case 0x2e: // .
        return { name: path.slice(0, at), ...follow(path, at), wild };
      case 0x2a: // *
      case 0x3f: // ?
        wild = true;
        break;
      case 0x5c: // \
        return escapedPart(path, at, wild);
    }
  }
  return { name: path, rest: undefined, pipe: undefined, wild };
}

/** A part with a backslash at `from`. The backslashes go, so that beside a true wildcard an escaped star is one as well. */
function escapedPart(path: string, from: number, wildBefore: boolean): ObjectPart {
  let wild = wildBefore;
  let name = path.slice(0, from);
  for (let at = from; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0x5c) {
      at++;
      name += path.slice(at, at + 1);
      continue;
    }
    if (code === 0x2e) return { name, ...follow(path, at), wild };
    if (code === 0x7c) return { name, rest: undefined, pipe: path.slice(at + 1), wild };
    if (code === 0x2a || code === 0x3f) wild = true;
    name += path.charAt(at);
  }
  return { name, rest: undefined, pipe: undefined, wild };
}

/** What a dot at `at` leads to: modifiers and multipaths behind it are applied to the value like behind a pipe. */
function follow(path: string, at: number): Omit<Part, "name"> {
  const rest = path.slice(at + 1);
  return startsPipe(path, at + 1) ? { rest: undefined, pipe: rest } : { rest, pipe: undefined };
}

/** `isDotPiperChar`. */
function startsPipe(path: string, at: number): boolean {
  const code = path.charCodeAt(at);
  if (code !== 0x40) return code === 0x5b || code === 0x7b;
  let end = at + 1;
  for (; end < path.length && end - at <= LONGEST + 1; end++) {
    const next = path.charCodeAt(end);
    if (next === 0x2e || next === 0x7c || next === 0x3a) break;
  }
  return isModifier(path.slice(at + 1, end));
}

/** `#(...)`: which elements of an array. */
export interface Selection {
  /** `#(...)#`: all of them. */
  readonly all: boolean;
  readonly path: string;
  /** "" asks only whether the path leads somewhere. */
  readonly operator: string;
  readonly value: string;
}

/** A part as an array understands it. */
export interface ArrayPart extends Part {
  /** The part has a `#`, so it is no index. */
  readonly hash: boolean;
  /** The path behind `#.`, for each element. */
  readonly each: string | undefined;
  readonly selection: Selection | undefined;
}

/** `parseArrayPath`. Backslashes mean nothing here. */
export function arrayPart(path: string): ArrayPart {
  let hash = false;
  let each: string | undefined;
  let selection: Selection | undefined;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0x7c) {
      return { name: path.slice(0, at), rest: undefined, pipe: path.slice(at + 1), hash, each, selection };
    }
    if (code === 0x2e) {
      const next = hash ? { rest: path.slice(at + 1), pipe: undefined } : follow(path, at);
      return { name: path.slice(0, at), ...next, hash, each, selection };
    }
    if (code !== 0x23) continue;
    hash = true;
    if (at > 0 || path.length === 1) continue;
    const next = path.charCodeAt(1);
    if (next === 0x2e) each = path.slice(2);
    if (next !== 0x5b && next !== 0x28) continue;
    const condition = conditionOf(path);
    if (condition === undefined) {
      // What is no condition selects every element that is no object or array, and the first with an empty key.
      selection = { all: false, path: "", operator: "", value: "" };
      break;
    }
    selection = { ...condition, all: path.charCodeAt(condition.end) === 0x23 };
    at = condition.end - 1;
  }
  return { name: path, rest: undefined, pipe: undefined, hash, each, selection };
}

interface Condition extends Omit<Selection, "all"> {
  /** Offset behind the closing bracket. */
  readonly end: number;
}

/** `parseQuery` of what starts with `#(` or `#[`; undefined if the brackets do not close. */
function conditionOf(path: string): Condition | undefined {
  let depth = 1;
  let operatorAt = 0;
  let escaped = false;
  let at = 2;
  scan: for (; at < path.length; at++) {
    const char = path.charAt(at);
    if (depth === 1 && operatorAt === 0 && "!=<>%".includes(char)) {
      operatorAt = at;
      continue;
    }
    switch (char) {
      case "\\":
        at++;
        break;
      case "[":
      case "(":
        depth++;
        break;
      case "]":
      case ")":
        if (--depth === 0) break scan;
        break;
      case '"':
        for (at++; at < path.length && path.charAt(at) !== '"'; at++) {
          if (path.charAt(at) !== "\\") continue;
          escaped = true;
          at++;
        }
    }
  }
  if (depth > 0) return undefined;
  const end = at + 1;
  if (operatorAt === 0) return { path: trim(path.slice(2, at)), operator: "", value: "", end };
  const comparison = trim(path.slice(operatorAt, at));
  const written = /^(?:!=|!%|<=|>=|==|[<>=%]|!$)?/.exec(comparison)?.[0] ?? "";
  let value = trim(comparison.slice(written.length));
  if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) {
    value = value.slice(1, -1);
    if (escaped) value = unescape(value);
  }
  const operator = written === "==" ? "=" : written;
  return { path: trim(path.slice(2, operatorAt)), operator, value, end };
}

/** `splitPossiblePipe`: the two sides of the first pipe that is not within a multipath or a condition. */
export function splitAtPipe(path: string): readonly [left: string, right: string] | undefined {
  if (!path.includes("|")) return undefined;
  if (path.startsWith("{")) {
    const end = squash(path.slice(1)).length + 1;
    return path.charAt(end) === "|" ? [path.slice(0, end), path.slice(end + 1)] : undefined;
  }
  for (let at = 0; at < path.length; at++) {
    switch (path.charAt(at)) {
      case "\\":
        at++;
        break;
      case "|":
        return [path.slice(0, at), path.slice(at + 1)];
      case ".":
        if (at === path.length - 1) return undefined;
        if (path.charAt(at + 1) !== "#") break;
        at += 2;
        if (at === path.length) return undefined;
        if (path.charAt(at) === "[") at = selectorEnd(path, at, "[", "]");
        else if (path.charAt(at) === "(") at = selectorEnd(path, at, "(", ")");
    }
  }
  return undefined;
}

/** Offset of the bracket that closes the condition at `from`, or of the end. */
function selectorEnd(path: string, from: number, open: string, close: string): number {
  let depth = 1;
  let at = from + 1;
  for (; at < path.length; at++) {
    switch (path.charAt(at)) {
      case "\\":
        at++;
        break;
      case open:
        depth++;
        break;
      case close:
        if (--depth === 0) return at;
        break;
      case '"':
        for (at++; at < path.length && path.charAt(at) !== '"'; at++) if (path.charAt(at) === "\\") at++;
    }
  }
  return at;
}

/** `parseUint` and the conversion to `int`, both with Go's overflow; -1 for what is no index. */
export function arrayIndex(text: string): number {
  let high = 0;
  let low = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    low = low * 10 + digit;
    const carry = Math.floor(low / HALF);
    low -= carry * HALF;
    high = (high * 10 + carry) % HALF;
  }
  return text === "" || high >= HALF / 2 ? -1 : high * HALF + low;
}

/** An uint64 is held in two halves. */
const HALF = 2 ** 32;
