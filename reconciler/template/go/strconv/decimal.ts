/** A positive decimal number `0.digits × 10^point`, without zeros at the end; zero has no digits. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

export const ZERO: Decimal = { digits: "", point: 0 };

const buffer = new DataView(new ArrayBuffer(8));

/** The number as `mantissa × 2^exponent`. Finite and not negative. */
export function binaryOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: exponent - 1075 };
}

/** All digits of a number: at most 767 that count. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) return ZERO;
  const { mantissa, exponent } = binaryOf(value);
  if (exponent >= 0) return trimmed(String(mantissa << BigInt(exponent)), 0);
  return trimmed(String(mantissa * 5n ** BigInt(-exponent)), exponent);
}

/** The integer of these digits times a power of ten. */
export function trimmed(digits: string, power: number): Decimal {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return end === 0 ? ZERO : { digits: digits.slice(0, end), point: digits.length + power };
}

/** Reads what `toExponential` wrote. */
export function readExponential(text: string): Decimal {
  const at = text.indexOf("e");
  const mantissa = text[1] === "." ? text[0] + text.slice(2, at) : text.slice(0, at);
  const { digits, point } = trimmed(mantissa, 0);
  return digits === "" ? ZERO : { digits, point: point - mantissa.length + 1 + Number(text.slice(at + 1)) };
}

/** Rounds to `count` digits, halves to even. A negative count changes nothing, as in Go. */
export function round(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count < 0 || count >= digits.length) return decimal;
  const next = digits.charCodeAt(count) - 0x30;
  const half = next === 5 && count + 1 === digits.length;
  const up = half ? count > 0 && (digits.charCodeAt(count - 1) & 1) === 1 : next >= 5;
  const kept = digits.slice(0, count);
  if (!up) return count === 0 ? ZERO : trimmed(kept, point - count);
  let at = count;
  while (at > 0 && kept.charCodeAt(at - 1) === 0x39) at--;
  if (at === 0) return { digits: "1", point: point + 1 };
  return { digits: kept.slice(0, at - 1) + String.fromCharCode(kept.charCodeAt(at - 1) + 1), point };
}
