import { trimmed } from "./decimal";
import { toFloat32 } from "./float32";
import { underscoreOk, type Parsed } from "./integer";

const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const SPECIAL = /^(?:nan|[+-]?inf(?:inity)?)$/i;
const HEX = /^[+-]?0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?\d[\d_]*)$/;
const DECIMAL = /^[+-]?([\d_]*)(?:\.([\d_]*))?(?:[eE]([+-]?\d[\d_]*))?$/;

const SYNTAX: Parsed<number> = { value: 0, error: "syntax" };

/**
 * `strconv.ParseFloat`: decimal and hexadecimal numbers, `inf`, `infinity` and `nan` in any case, underscores between digits.
 * Too large a number is an infinity with the error "range".
 */
export function parseFloat(text: string, bits: 32 | 64 = 64): Parsed<number> {
  if (bits === 64 && PLAIN.test(text)) return ranged(Number(text));
  if (SPECIAL.test(text)) {
    if (/^n/i.test(text)) return { value: NaN };
    return { value: text.startsWith("-") ? -Infinity : Infinity };
  }
  if (text.includes("_") && !underscoreOk(text)) return SYNTAX;
  const sign = text.startsWith("-") ? -1 : 1;
  const hex = HEX.exec(text);
  if (hex !== null) {
    const [, whole = "", fraction = "", exponent = ""] = hex;
    const [a, b] = [digitsOf(whole), digitsOf(fraction)];
    if (a === "" && b === "") return SYNTAX;
    return ranged(sign * fromHex(a + b, exponentOf(exponent) - 4 * b.length, bits));
  }
  const decimal = DECIMAL.exec(text);
  if (decimal === null) return SYNTAX;
  const [, whole = "", fraction = "", exponent = "0"] = decimal;
  const [a, b] = [digitsOf(whole), digitsOf(fraction)];
  if (a === "" && b === "") return SYNTAX;
  const power = exponentOf(exponent) - b.length;
  if (bits === 64) return ranged(sign * Number(`${a}${b}e${power}`));
  return ranged(sign * toFloat32(trimmed((a + b).replace(/^0+/, ""), power)));
}

const ranged = (value: number): Parsed<number> => (Number.isFinite(value) ? { value } : { value, error: "range" });

const digitsOf = (text: string): string => (text.includes("_") ? text.replaceAll("_", "") : text);

/** Go reads no more digits once the exponent is 10000 or more. */
function exponentOf(text: string): number {
  const negative = text.startsWith("-");
  let value = 0;
  for (const char of digitsOf(text.replace(/^[+-]/, ""))) if (value < 10000) value = value * 10 + Number(char);
  return negative ? -value : value;
}

/** Mantissa digits times a power of two, rounded to even. */
function fromHex(digits: string, power: number, bits: 32 | 64): number {
  const [width, least, most] = bits === 64 ? [53, -1074, 1023] : [24, -149, 127];
  const trimmedDigits = digits.replace(/^0+/, "");
  if (trimmedDigits === "") return 0;
  // 20 digits are more than any mantissa; of the rest counts only whether it is zero.
  const kept = trimmedDigits.slice(0, 20);
  const rest = trimmedDigits.slice(20);
  let mantissa = BigInt(`0x${kept}1`);
  if (/^0*$/.test(rest)) mantissa -= 1n;
  const exponent = power + 4 * rest.length - 4;
  const length = mantissa.toString(2).length;
  const lowest = Math.max(exponent + length - width, least);
  const drop = lowest - exponent;
  // Far below the smallest number.
  if (drop > length + 1) return 0;
  let rounded = mantissa;
  if (drop > 0) {
    const half = 1n << BigInt(drop - 1);
    const tail = mantissa & ((half << 1n) - 1n);
    rounded = mantissa >> BigInt(drop);
    if (tail > half || (tail === half && (rounded & 1n) === 1n)) rounded++;
  }
  const scale = drop > 0 ? lowest : exponent;
  if (rounded.toString(2).length - 1 + scale > most) return Infinity;
  return timesPowerOf2(Number(rounded), scale);
}

/** In two steps where the power alone would overflow or be lost; both are exact. */
function timesPowerOf2(value: number, power: number): number {
  if (power >= -1022) return value * 2 ** power;
  return value * 2 ** -1000 * 2 ** (power + 1000);
}
