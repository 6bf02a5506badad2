import { formatFloat, parseBool, parseFloat } from "../go/strconv";
import { bracketEnd, literalEnd, numberEnd, NUMBER_START, stringEnd, unescape } from "./scan";

/** The types of gjson, by Go's names for them. */
export type ResultType = "Null" | "False" | "Number" | "String" | "True" | "JSON";

/** What a query found, as gjson's `Result`; all texts are byte strings. */
export class Result {
  constructor(
    readonly type: ResultType,
    /** The piece of the document, or what a modifier or multipath made; "" if nothing was found. */
    readonly raw: string,
    /** Of a string, what stands between its quotes. */
    private readonly inner = "",
  ) {}

  /** `Exists`: false for a path that leads nowhere, true for `null`. */
  get exists(): boolean {
    return this.raw !== "" || this.type !== "Null";
  }

  /** `Str`: the text of a string, else "". */
  get text(): string {
    return this.inner.includes("\\") ? unescape(this.inner) : this.inner;
  }

  /** `Num`: zero where the text is no number. */
  get number(): number {
    return this.type === "Number" ? toNumber(this.raw) : 0;
  }

  /** `Result.String()`: strings without quotes, integers as written, other numbers as float64 without exponent, JSON as it is. */
  get str(): string {
    switch (this.type) {
      case "Null":
        return "";
      case "False":
        return "false";
      case "True":
        return "true";
      case "Number":
        return /^-?[0-9]*$/.test(this.raw) ? this.raw : formatFloat(this.number, "f", -1);
      case "String":
        return this.text;
      case "JSON":
        return this.raw;
    }
  }

  get isObject(): boolean {
    return this.type === "JSON" && this.raw.charCodeAt(0) === 0x7b;
  }

  get isArray(): boolean {
    return this.type === "JSON" && this.raw.charCodeAt(0) === 0x5b;
  }

  /** `Result.Bool()`. */
  get bool(): boolean {
    switch (this.type) {
      case "True":
        return true;
      case "Number":
        return this.number !== 0;
      case "String":
        return boolOf(this.text) ?? false;
      default:
        return false;
    }
  }
}

export const NOTHING = new Result("Null", "");

/** The value of one piece of a document. */
export const resultOf = (type: ResultType, raw: string): Result =>
  type === "String" ? new Result(type, raw, raw.slice(1, -1)) : new Result(type, raw);

/** `strconv.ParseFloat` without its error: 0 for what is no number, an infinity for what is too large. */
export const toNumber = (text: string): number => parseFloat(text).value;

/** `strconv.ParseBool(strings.ToLower(text))`; undefined for its error. */
export function boolOf(text: string): boolean | undefined {
  if (text.length > 5) return undefined;
  const { value, error } = parseBool(text.toLowerCase());
  return error === undefined ? value : undefined;
}

/** The type of the value that starts with this character; undefined for what lies between values. */
export function typeAt(json: string, at: number, code: number): ResultType | undefined {
  switch (code) {
    case 0x22: // "
      return "String";
    case 0x7b: // {
    case 0x5b: // [
      return "JSON";
    case 0x74: // t
      return "True";
    case 0x66: // f
      return "False";
    case 0x6e: // n, and what does not go on as null does is NaN
      return at + 1 < json.length && json.charCodeAt(at + 1) !== 0x75 ? "Number" : "Null";
    default:
      return NUMBER_START[code] === 1 ? "Number" : undefined;
  }
}

/** The offset behind the value that starts there, -1 for a string without end. */
export function endOf(json: string, at: number, type: ResultType): number {
  switch (type) {
    case "String":
      return stringEnd(json, at + 1);
    case "JSON":
      return bracketEnd(json, at);
    case "Number":
      return numberEnd(json, at);
    default:
      return literalEnd(json, at);
  }
}

/** gjson's `Parse`: the first value of a text, of which objects and arrays take all the rest. */
export function parse(json: string): Result {
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code <= 0x20) continue;
    const type = typeAt(json, at, code);
    if (type === undefined) return NOTHING;
    if (type === "JSON") return new Result(type, json.slice(at));
    const end = endOf(json, at, type);
    // The text of a string without end is the rest.
    return end < 0 ? new Result(type, json.slice(at), json.slice(at + 1)) : resultOf(type, json.slice(at, end));
  }
  return NOTHING;
}

/** A value and the offset behind it. */
export interface Piece {
  readonly value: Result;
  readonly end: number;
}

/** `parseAny`: the next value at or after `from`, whatever stands before it; undefined if there is none or a string has no end. */
export function nextValue(json: string, from: number): Piece | undefined {
  for (let at = from; at < json.length; at++) {
    const type = typeAt(json, at, json.charCodeAt(at));
    if (type === undefined) continue;
    const end = endOf(json, at, type);
    return end < 0 ? undefined : { value: resultOf(type, json.slice(at, end)), end };
  }
  return undefined;
}

/** `ForEach`: the members of an object, the elements of an array (without key), or the value itself. */
export function forEach(of: Result, visit: (value: Result, key: Result | undefined) => void): void {
  if (!of.exists) return;
  if (of.type !== "JSON") {
    visit(of, undefined);
    return;
  }
  const json = of.raw;
  const isObject = of.isObject;
  for (let at = 1; at < json.length; at++) {
    let key: Result | undefined;
    if (isObject) {
      if (json.charCodeAt(at) !== 0x22) continue;
      const end = stringEnd(json, at + 1);
      if (end < 0) return;
      key = resultOf("String", json.slice(at, end));
      at = end;
    }
    const piece = nextValue(json, at);
    if (piece === undefined) return;
    visit(piece.value, key);
    at = piece.end;
  }
}
