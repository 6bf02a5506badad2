import { parseFloat, parseInt, parseUint, unquote } from "../go/strconv";
import { runeAt } from "../go/bytes";

/** `parse.NumberNode`: a constant can be several things; which one is decided by its use. */
export interface NumberConstant {
  /** As int64. */
  readonly int?: bigint;
  /** As uint64. */
  readonly uint?: bigint;
  readonly float?: number;
  /** Where no type is asked for, it is a float64, by its spelling. */
  readonly isFloat: boolean;
}

/** The constant of a character literal with its quotes; undefined if its syntax is wrong. */
export function characterConstant(literal: string): NumberConstant | undefined {
  const bytes = unquote(literal);
  if (bytes === undefined || bytes === "") return undefined;
  // An escape of one byte is that number, not the rune the byte would be in UTF-8.
  const value = bytes.length === 1 ? bytes.charCodeAt(0) : runeAt(bytes, 0).value;
  return { int: BigInt(value), uint: BigInt(value), float: value, isFloat: false };
}

/**
 * `parse.newNumber`, or what is wrong with the number. Complex ones are refused: no function of the table takes one, and Go
 * prints them in a form nothing reads.
 */
export function numberConstant(literal: string): NumberConstant | string {
  if (literal.endsWith("i")) return "complex constants are not supported";
  const signed = parseInt(literal, 0);
  const unsigned = parseUint(literal, 0);
  const int = signed.error === undefined ? signed.value : undefined;
  // -0 is no unsigned literal and still 0.
  const uint = unsigned.error === undefined || int === 0n ? unsigned.value : undefined;
  const looksFloat = /[.eEpP]/.test(literal);
  const isHexInt = /^0[xX]./.test(literal) && !/[pP]/.test(literal);
  if (int !== undefined || uint !== undefined) {
    return { int, uint, float: Number(int ?? uint), isFloat: looksFloat && !isHexInt };
  }
  const { value: float, error } = parseFloat(literal);
  if (error !== undefined) return "illegal number syntax";
  if (!looksFloat) return "integer overflow";
  const whole = Number.isInteger(float);
  return {
    ...(whole && float >= -(2 ** 63) && float < 2 ** 63 ? { int: BigInt(float) } : {}),
    ...(whole && float >= 0 && float < 2 ** 64 ? { uint: BigInt(float) } : {}),
    float,
    isFloat: !isHexInt,
  };
}
