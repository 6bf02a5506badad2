import { compare } from "../../api";
import { JsonNumber, type Json } from "../vault/types";

/**
 * Bytes of a value of a KV secret as ESO writes them into a Secret (`GetByteValue`): strings raw, numbers by the text the
 * server sent, objects and arrays as Go's `json.Marshal` prints them, null empty.
 */
export function valueBytes(value: Json): Uint8Array {
  return Buffer.from(valueText(value, (number) => number.source));
}

/**
 * Bytes of a value taken by `dataFrom[].extract`. ESO decodes the whole map without keeping number texts there, so `1.0`
 * becomes `1` and integers beyond 2^53 lose digits; equal bytes matter more than better ones, because a Secret taken over from
 * ESO must not change.
 */
export function extractedBytes(value: Json): Uint8Array {
  if (value instanceof JsonNumber) return Buffer.from(decimal(Number(value.source)));
  return Buffer.from(valueText(value, (number) => floatText(Number(number.source))));
}

/** Bytes of a value reached by a path: gjson keeps the text of integers and prints other numbers through float64. */
export function queriedBytes(value: Json): Uint8Array {
  if (value instanceof JsonNumber && !/^-?\d+$/.test(value.source)) return Buffer.from(decimal(Number(value.source)));
  return valueBytes(value);
}

/** JSON as Go's `json.Marshal` prints it: keys sorted by bytes, no spaces, `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: Json, numberText: (number: JsonNumber) => string = (number) => number.source): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof JsonNumber) return numberText(value);
  if (isMap(value)) {
    const entries = [...value].sort(([a], [b]) => compare(a, b));
    return `{${entries.map(([key, entry]) => `${quote(key)}:${goJson(entry, numberText)}`).join(",")}}`;
  }
  return `[${value.map((entry) => goJson(entry, numberText)).join(",")}]`;
}

/** Narrows the object form of {@link Json}, which `Array.isArray` cannot do for readonly arrays. */
export function isMap(value: Json): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

function valueText(value: Json, numberText: (number: JsonNumber) => string): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return goJson(value, numberText);
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function quote(text: string): string {
  const escaped = text.replace(/["\\<>&\u0000-\u001f\u2028\u2029]/g, (character) => {
    return SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/** `encoding/json` of a float64: JavaScript's own text, but for minus zero. */
function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** `strconv.FormatFloat(value, 'f', -1, 64)`: the shortest digits, never an exponent. */
function decimal(value: number): string {
  const text = floatText(value);
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}
