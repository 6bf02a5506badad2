import { FunctionError } from "../functions/function";

/** `github.com/shopspring/decimal` as sprig's `addf`, `subf`, `mulf` and `divf` use it: value × 10^exponent. */
export interface Decimal {
  readonly value: bigint;
  readonly exponent: number;
}

/** Digits after the point that {@link divide} keeps. */
const PRECISION = 16;

/** `NewFromFloat`: the shortest digits that give the float back. Throws for NaN and infinities. */
export function decimalOf(float: number): Decimal {
  if (!Number.isFinite(float)) throw new FunctionError("is not a finite number");
  if (float === 0) return { value: 0n, exponent: 0 };
  if (Number.isSafeInteger(float)) return { value: BigInt(float), exponent: 0 };
  const [mantissa = "", exponent = "0"] = float.toExponential().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** `Float64`: the nearest float. */
export const floatOf = ({ value, exponent }: Decimal): number =>
  exponent === 0 ? Number(value) : Number(`${value}e${exponent}`);

const scaled = ({ value, exponent }: Decimal, to: number): bigint => value * 10n ** BigInt(exponent - to);

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { value: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, { value: -b.value, exponent: b.exponent });

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  value: a.value * b.value,
  exponent: a.exponent + b.exponent,
});

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** `Div`: 16 digits after the point, half away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) throw new FunctionError("division by zero");
  const shift = a.exponent - b.exponent + PRECISION;
  const dividend = shift < 0 ? a.value : a.value * 10n ** BigInt(shift);
  const divisor = shift < 0 ? b.value * 10n ** BigInt(-shift) : b.value;
  let quotient = dividend / divisor;
  if (absolute(dividend % divisor) * 2n >= absolute(divisor)) quotient += a.value < 0n !== b.value < 0n ? -1n : 1n;
  return { value: quotient, exponent: -PRECISION };
}
