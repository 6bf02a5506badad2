import { binaryOf, exactDecimal, readExponential, round, ZERO, type Decimal } from "./decimal";
import { shortest32 } from "./float32";

export type FloatFormat = "b" | "e" | "E" | "f" | "g" | "G" | "x" | "X";

/**
 * `strconv.FormatFloat`. Precision -1 takes the fewest digits that read back as the same number. JavaScript writes the same
 * digits as Go but for exact halves, which it rounds up and Go to even; those, and what is beyond the reach of `toFixed`, go
 * through the exact expansion.
 */
export function formatFloat(value: number, format: FloatFormat, precision: number, bits: 32 | 64 = 64): string {
  if (Number.isNaN(value)) return "NaN";
  const number = bits === 32 ? Math.fround(value) : value;
  if (number === Infinity) return "+Inf";
  if (number === -Infinity) return "-Inf";
  const sign = number < 0 || Object.is(number, -0) ? "-" : "";
  const size = Math.abs(number);
  if (precision < 0 && bits === 64) {
    // Both limits are those of the plain form in Go and in JavaScript.
    if (format === "g" && ((size >= 1e-4 && size < 1e6) || size === 0)) return sign + String(size);
    if (format === "f" && ((size >= 1e-6 && size < 1e21) || size === 0)) return sign + String(size);
  }
  switch (format) {
    case "b":
      return sign + formatBinary(size, bits);
    case "x":
      return sign + formatHex(size, precision, bits);
    case "X":
      return sign + formatHex(size, precision, bits).toUpperCase();
    default:
      return sign + formatDecimal(size, format, precision, bits);
  }
}

function formatDecimal(size: number, format: "e" | "E" | "f" | "g" | "G", precision: number, bits: 32 | 64): string {
  if (precision < 0) {
    const decimal = bits === 32 ? shortest32(size) : size === 0 ? ZERO : readExponential(size.toExponential());
    const { digits, point } = decimal;
    if (format === "f") return plain(decimal, Math.max(digits.length - point, 0));
    if (format === "g" || format === "G") return general(decimal, digits.length, format, 6);
    return exponential(decimal, Math.max(digits.length - 1, 0), format);
  }
  switch (format) {
    case "f":
      if (precision <= 100 && size < 1e21 && !isHalf(size, precision)) return size.toFixed(precision);
      return plain(roundedAfterPoint(size, precision), precision);
    case "e":
    case "E":
      return exponential(rounded(size, precision + 1), precision, format);
    default: {
      const count = precision === 0 ? 1 : precision;
      const decimal = rounded(size, count);
      const { digits, point } = decimal;
      return general(decimal, count, format, count > digits.length && digits.length >= point ? digits.length : count);
    }
  }
}

/** Whether the number lies exactly between two of that many digits after the point: its last bit is worth 2^-(digits+1). */
const isHalf = (size: number, digits: number): boolean => digits < 1074 && (size * 2 ** (digits + 1)) % 2 === 1;

function roundedAfterPoint(size: number, digits: number): Decimal {
  const exact = exactDecimal(size);
  return round(exact, exact.point + digits);
}

/** To that many digits that count. */
function rounded(size: number, count: number): Decimal {
  if (size === 0) return ZERO;
  if (count <= 100) {
    const text = size.toExponential(count - 1);
    const exponent = Number(text.slice(text.indexOf("e") + 1));
    // The exponent may be one more than before rounding, so both places are asked.
    const after = count - 1 - exponent;
    if (after > 0 && !isHalf(size, after) && !isHalf(size, after + 1)) return readExponential(text);
  }
  return round(exactDecimal(size), count);
}

function general(decimal: Decimal, precision: number, format: "g" | "G", least: number): string {
  const { digits, point } = decimal;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= least) {
    return exponential(decimal, Math.min(precision, digits.length) - 1, format === "g" ? "e" : "E");
  }
  return plain(decimal, Math.max((precision > point ? digits.length : precision) - point, 0));
}

/** `-d.ddde±dd`. */
function exponential({ digits, point }: Decimal, precision: number, letter: string): string {
  const first = digits === "" ? "0" : (digits[0] as string);
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, "0")}` : "";
  const exponent = digits === "" ? 0 : point - 1;
  return `${first}${fraction}${letter}${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `-ddd.ddd`. */
function plain({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : "0".repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, "0")}`;
}

/** Mantissa with its leading bit and the exponent of the mantissa's last bit, as Go's formats `b` and `x` see the number. */
function partsOf(size: number, bits: 32 | 64): { mantissa: bigint; exponent: number; width: number } {
  const { mantissa, exponent } = binaryOf(size);
  if (bits === 64) return { mantissa, exponent, width: 52 };
  // A float32 held in a float64 has 29 zero bits at the end, more where it is denormal.
  const lowest = Math.max(exponent + 29, -149);
  return { mantissa: mantissa >> BigInt(lowest - exponent), exponent: lowest, width: 23 };
}

/** `ddddp±dd`. */
function formatBinary(size: number, bits: 32 | 64): string {
  const { mantissa, exponent } = size === 0 ? ZERO_PARTS[bits] : partsOf(size, bits);
  return `${mantissa}p${exponent >= 0 ? "+" : ""}${exponent}`;
}

const ZERO_PARTS = {
  32: { mantissa: 0n, exponent: -149 },
  64: { mantissa: 0n, exponent: -1074 },
} as const;

/** `0x1.yyyp±dd`. */
function formatHex(size: number, precision: number, bits: 32 | 64): string {
  let { mantissa, exponent } = { mantissa: 0n, exponent: 0 };
  if (size !== 0) {
    const parts = partsOf(size, bits);
    exponent = parts.exponent + parts.width;
    mantissa = parts.mantissa << BigInt(60 - parts.width);
    const missing = 61 - mantissa.toString(2).length;
    mantissa <<= BigInt(missing);
    exponent -= missing;
  }
  if (precision >= 0 && precision < 15) {
    const dropped = BigInt(60 - precision * 4);
    const rest = mantissa & ((1n << dropped) - 1n);
    const half = 1n << (dropped - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >> 61n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const hex = mantissa.toString(16).padStart(16, "0");
  const all = hex.slice(1);
  const fraction = precision < 0 ? all.replace(/0+$/, "") : all.slice(0, precision).padEnd(precision, "0");
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `0x${hex[0]}${fraction === "" ? "" : `.${fraction}`}p${power}`;
}
