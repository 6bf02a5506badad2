import { parseFloat } from "../go/strconv";
import { YamlError } from "./error";
import { isTimestamp } from "./timestamp";

/** What a scalar is: a bigint is an integer of Go's (int64, or uint64 above it), a number a float64. */
export type Scalar = string | boolean | bigint | number | null;

const PREFIX = "tag:yaml.org,2002:";
/** Tags that say which type a scalar is; of any other tag its text is taken as it is. */
const RESOLVABLE = new Set(["", ...["str", "bool", "int", "float", "null", "timestamp"].map((name) => PREFIX + name)]);

const NAMED: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((name) => [name, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((name) => [name, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((name) => [name, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((name) => [name, NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((name) => [name, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((name) => [name, -Infinity] as const),
]);

/** Bytes a text starts with that is not a string: the rest needs no second look. */
const HINTS = /^[-+.0-9yYnNtTfFoO~]/;
const SMALL = /^(?:0|-?[1-9][0-9]{0,14})$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * The type of a plain scalar without a tag, by yaml.v2's reading of YAML 1.1: `yes` and `n` are booleans, `010` is 8, `1_000` is
 * 1000, `0b11` is 3; base 60 is not known. A timestamp is a string here; {@link isPlainString} tells it from one.
 */
export function resolvePlain(text: string): Scalar {
  if (text !== "" && !HINTS.test(text)) return text;
  const named = NAMED.get(text);
  if (named !== undefined) return named;
  const first = text.charCodeAt(0);
  if (first > 0x39) return text;
  if (first === 0x2e) return dotted(text);
  if (SMALL.test(text)) return BigInt(text);
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  return parseInteger(plain) ?? finite(plain) ?? parseSignedBinary(plain) ?? text;
}

/** Whether a plain scalar of this text is a string to a reader, and no timestamp either. */
export const isPlainString = (text: string): boolean => resolvePlain(text) === text && !isTimestamp(text);

/** `strconv.ParseFloat` by itself, which takes underscores between digits. */
function dotted(text: string): number | string {
  if (text.charCodeAt(1) > 0x39) return text;
  const { value, error } = parseFloat(text);
  return error === undefined ? value : text;
}

function finite(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const MAX_INT64 = (1n << 63n) - 1n;
const MAX_UINT64 = (1n << 64n) - 1n;
const BASES: ReadonlyMap<string, readonly [digits: RegExp, longest: number]> = new Map([
  ["0x", [/^[0-9a-fA-F]+$/, 16]],
  ["0o", [/^[0-7]+$/, 22]],
  ["0b", [/^[01]+$/, 64]],
  ["", [/^[0-9]+$/, 20]],
]);

/** `strconv.ParseInt(text, 0, 64)`, or else `ParseUint`, which takes no sign. */
function parseInteger(text: string): bigint | undefined {
  const sign = text.startsWith("-") || text.startsWith("+") ? text.charAt(0) : "";
  const body = text.slice(sign.length);
  let base = "";
  let digits = body;
  if (body.startsWith("0")) {
    const prefix = body.slice(0, 2).toLowerCase();
    if (body.length >= 3 && (prefix === "0x" || prefix === "0o" || prefix === "0b")) {
      base = prefix;
      digits = body.slice(2);
    } else if (body.length > 1) {
      base = "0o";
      digits = body.slice(1);
    }
  }
  const [pattern, longest] = BASES.get(base)!;
  if (!pattern.test(digits)) return undefined;
  const significant = digits.replace(/^0+/, "");
  if (significant.length > longest) return undefined;
  return inRange(BigInt(significant === "" ? "0" : base + significant), sign);
}

function inRange(value: bigint, sign: string): bigint | undefined {
  if (sign === "-") return value <= MAX_INT64 + 1n ? -value : undefined;
  return value <= (sign === "" ? MAX_UINT64 : MAX_INT64) ? value : undefined;
}

/** yaml.v2 tries binary numbers once more by itself, which adds but a sign after the prefix: `0b-11`. */
function parseSignedBinary(text: string): bigint | undefined {
  const match = /^0b([-+])0*([01]{1,64})$/.exec(text);
  return match === null ? undefined : inRange(BigInt(`0b${match[2]}`), match[1]!);
}

/** Whether the integer is outside int64, a type that no key can have. */
export const isUnsigned = (value: bigint): boolean => value > MAX_INT64;

/**
 * The value of a scalar with a tag, in its long form.
 *
 * @throws YamlError if the text is not of that type
 */
export function resolveTagged(tag: string, text: string): Scalar {
  if (tag === `${PREFIX}binary`) return decodeBinary(text);
  if (!RESOLVABLE.has(tag) || tag === `${PREFIX}str`) return text;
  const value = resolvePlain(text);
  const name = tag.slice(PREFIX.length);
  const found = typeName(value, text, name);
  if (found === name) return value;
  if (name === "float" && typeof value === "bigint" && !isUnsigned(value)) return Number(value);
  throw new YamlError(`cannot decode !!${found} as a !!${name}`);
}

function typeName(value: Scalar, text: string, wanted: string): string {
  switch (typeof value) {
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "boolean":
      return "bool";
    case "string":
      return wanted === "timestamp" && isTimestamp(text) ? "timestamp" : "str";
    default:
      return "null";
  }
}

/** `base64.StdEncoding`: padding is required, line breaks are skipped. */
function decodeBinary(text: string): string {
  const letters = text.replace(/[\r\n]+/g, "");
  const padding = /={0,2}$/.exec(letters)![0].length;
  const valid = letters.length % 4 === 0 && /^[A-Za-z0-9+/]*$/.test(letters.slice(0, letters.length - padding));
  if (!valid) throw new YamlError("!!binary value contains invalid base64 data");
  return Buffer.from(letters, "base64").toString("latin1");
}
