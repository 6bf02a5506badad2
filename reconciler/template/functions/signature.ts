import {
  ANY,
  BOOL,
  FLOAT64,
  INT,
  INT32,
  INT64,
  STRING,
  UINT32,
  UINT64,
  UINT8,
  mapOf,
  sliceOf,
  type GoType,
  type Kind,
} from "../go/type";
import type { GoFunction } from "./function";

/** The parameter and result types of a {@link GoFunction}, as `reflect.Type` of its Go function tells them. */
export interface Signature {
  /** Of a variadic function, the last one is the element of the variadic slice. */
  readonly parameters: readonly Parameter[];
  readonly isVariadic: boolean;
  readonly result: GoType;
  /** The second result is an error. */
  readonly canFail: boolean;
}

export interface Parameter {
  /** Empty if the signature gives none. */
  readonly name: string;
  readonly type: GoType;
}

/** A parameter of this type takes everything as it is, also nil and no value at all. */
export const REFLECT_VALUE: GoType = { name: "reflect.Value", kind: "struct" };

const parsed = new WeakMap<GoFunction, Signature>();

/** Parses the signature of a function once. Throws for one that is not of the form Go allows in templates. */
export function signatureOf(entry: GoFunction): Signature {
  let signature = parsed.get(entry);
  if (signature === undefined) {
    signature = parseSignature(entry.signature);
    parsed.set(entry, signature);
  }
  return signature;
}

export function parseSignature(text: string): Signature {
  const source = text.replace(/interface\s*\{\s*\}/g, "any").trim();
  const open = source.indexOf("(");
  const close = closing(source, open);
  if (!source.startsWith("func") || close < 0) throw new Error(`no signature of a Go function: ${text}`);
  const list = splitTop(source.slice(open + 1, close));
  const parameters = parametersOf(list);
  const last = list.at(-1) ?? "";
  const results = source.slice(close + 1).trim();
  const types = parametersOf(splitTop(results.startsWith("(") ? results.slice(1, -1) : results));
  if (types.length === 0 || types.length > 2) throw new Error(`one result, or one and an error: ${text}`);
  return {
    parameters,
    isVariadic: last.includes("..."),
    result: types[0]!.type,
    canFail: types.length === 2,
  };
}

/** `a, b string` and `string, int` alike: names are given for all or for none. */
function parametersOf(list: readonly string[]): readonly Parameter[] {
  const named = list.some((entry) => /^\w+\s+\S/.test(entry));
  if (!named) return list.map((entry) => ({ name: "", type: parseType(entry) }));
  const parameters: Parameter[] = [];
  let type: GoType | undefined;
  for (const entry of [...list].reverse()) {
    const [, name, rest] = /^(\w+)\s*(.*)$/s.exec(entry) ?? [];
    if (rest) type = parseType(rest);
    if (name === undefined || type === undefined) throw new Error(`no parameter of a Go function: ${entry}`);
    parameters.unshift({ name, type });
  }
  return parameters;
}

const BASIC: ReadonlyMap<string, GoType> = new Map(
  [BOOL, INT, INT32, INT64, UINT8, UINT32, UINT64, FLOAT64, STRING, REFLECT_VALUE]
    .map((type): [string, GoType] => [type.name, type])
    .concat([
      ["any", ANY],
      ["byte", UINT8],
      ["rune", INT32],
    ]),
);

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["int8", "int8"],
  ["int16", "int16"],
  ["uint", "uint"],
  ["uint16", "uint16"],
  ["uintptr", "uintptr"],
  ["float32", "float32"],
  ["error", "interface"],
  ["sprig.HashAlgorithm", "string"],
  ["time.Duration", "int64"],
  ["time.Month", "int"],
  ["time.Weekday", "int"],
]);

/** A type by its Go spelling; a name that is not known is a struct. */
function parseType(text: string): GoType {
  const name = text.trim().replace(/^\.\.\./, "");
  const basic = BASIC.get(name);
  if (basic !== undefined) return basic;
  if (name.startsWith("[]")) return sliceOf(parseType(name.slice(2)));
  if (name.startsWith("map[string]")) return mapOf(parseType(name.slice("map[string]".length)));
  if (name.startsWith("*")) {
    const elem = parseType(name.slice(1));
    return { name: `*${elem.name}`, kind: "ptr", elem };
  }
  if (name.startsWith("func")) return { name, kind: "func" };
  if (!/^[\w.]+$/.test(name)) throw new Error(`no Go type: ${text}`);
  return { name, kind: KINDS.get(name) ?? "struct" };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length && at >= 0; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at;
  }
  return -1;
}

/** The parts between commas outside parentheses; none of an empty text. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(" || text[at] === "[") depth++;
    if (text[at] === ")" || text[at] === "]") depth--;
    if (text[at] === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === "" ? parts : [...parts, last];
}
