import { compare } from "../../api";
import { JsonNumber, type Json } from "../vault/types";
import { isAscii } from "./go/bytes";
import { escapeCharacter } from "./go/json/string";
import { formatFloat } from "./go/strconv";

/**
 * Bytes of a value of a KV secret as ESO writes them into a Secret (`GetByteValue`): strings raw, numbers by the text the
 * server sent, objects and arrays as Go's `json.Marshal` prints them, null empty.
 */
export function valueBytes(value: Json): Uint8Array {
  return Buffer.from(valueText(value, (number) => number.source));
}

/**
 * Bytes of a value taken by `dataFrom[].extract`; undefined where a number in it is beyond float64, for which ESO gives an
 * error. ESO decodes the whole map without keeping number texts there, so `1.0` becomes `1` and integers beyond 2^53 lose
 * digits; equal bytes matter more than better ones, because a Secret taken over from ESO must not change.
 */
export function extractedBytes(value: Json): Uint8Array | undefined {
  let isFinite = true;
  const float = ({ source }: JsonNumber): number => {
    const number = Number(source);
    isFinite &&= Number.isFinite(number);
    return number;
  };
  const text =
    value instanceof JsonNumber
      ? formatFloat(float(value), "f", -1)
      : valueText(value, (number) => floatText(float(number)));
  return isFinite ? Buffer.from(text) : undefined;
}

/**
 * Bytes of a value reached by a path, as gjson's `String()`: the text of integers is kept, and other numbers are printed as
 * float64 without an exponent; what is beyond float64 becomes `+Inf`.
 */
export function queriedBytes(value: Json): Uint8Array {
  if (value instanceof JsonNumber && !/^-?\d+$/.test(value.source))
    return Buffer.from(formatFloat(Number(value.source), "f", -1));
  return valueBytes(value);
}

/** JSON as Go's `json.Marshal` prints it: keys sorted by bytes, no spaces, `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function goJson(value: Json, numberText: (number: JsonNumber) => string = (number) => number.source): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof JsonNumber) return numberText(value);
  if (isMap(value)) {
    const members = sortedKeys(value).map((key) => `${quote(key)}:${goJson(value.get(key) ?? null, numberText)}`);
    return `{${members.join(",")}}`;
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

/** By the bytes of their UTF-8 form. */
function sortedKeys(map: ReadonlyMap<string, unknown>): string[] {
  const keys = [...map.keys()];
  return keys.every(isAscii) ? keys.sort() : keys.sort(compare);
}

const SPECIAL = /["\\<>&\u0000-\u001f\u2028\u2029]/;
const ALL_SPECIAL = new RegExp(SPECIAL, "g");

function quote(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  return `"${text.replace(ALL_SPECIAL, escapeCharacter)}"`;
}

/** `encoding/json` of a float64: JavaScript's own text, but for minus zero. */
function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
