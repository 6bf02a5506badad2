/** What a parser of `strconv` returns: the value is Go's even beside an error (0 for syntax, the nearest bound for range). */
export interface Parsed<T> {
  readonly value: T;
  readonly error?: "syntax" | "range";
}

const MOST_64 = (1n << 64n) - 1n;
const CUTOFF_64 = 1n << 63n;

/** `strconv.FormatInt`, base 2 to 36; also `FormatUint` for a value that is not negative. */
export const formatInt = (value: bigint, base: number): string => value.toString(base);

/** `strconv.ParseInt`. Base 0 takes the base from the prefix and allows underscores between digits. `bits` 0 is 64. */
export function parseInt(text: string, base = 10, bits = 64): Parsed<bigint> {
  const sign = text[0];
  const negative = sign === "-";
  const { value, error } = parseUint(negative || sign === "+" ? text.slice(1) : text, base, bits);
  if (error === "syntax") return { value: 0n, error };
  const cutoff = bits === 64 || bits === 0 ? CUTOFF_64 : 1n << BigInt(bits - 1);
  if (!negative && value >= cutoff) return { value: cutoff - 1n, error: "range" };
  if (negative && value > cutoff) return { value: -cutoff, error: "range" };
  return { value: negative ? -value : value };
}

/** `strconv.Atoi`. */
export const atoi = (text: string): Parsed<bigint> => parseInt(text, 10, 64);

const SYNTAX: Parsed<bigint> = { value: 0n, error: "syntax" };

/** `strconv.ParseUint`. */
export function parseUint(text: string, base = 10, bits = 64): Parsed<bigint> {
  if (text === "") return SYNTAX;
  let radix = base;
  let digits = text;
  if (base === 0) {
    radix = 10;
    if (text.startsWith("0")) {
      const prefix = text.length >= 3 ? text[1]?.toLowerCase() : undefined;
      radix = prefix === "b" ? 2 : prefix === "x" ? 16 : 8;
      digits = text.slice(prefix === "b" || prefix === "x" || prefix === "o" ? 2 : 1);
    }
  }
  const most = bits === 64 || bits === 0 ? MOST_64 : (1n << BigInt(bits)) - 1n;
  const bound = Number(most);
  // As long as the sum stays below 2^53, plain numbers do.
  let small = 0;
  let big: bigint | undefined;
  let underscores = false;
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at);
    if (code === 0x5f && base === 0) {
      underscores = true;
      continue;
    }
    const digit = digitOf(code);
    if (digit >= radix) return SYNTAX;
    if (big === undefined) {
      const next = small * radix + digit;
      // The rest is not looked at, so that a syntax error behind an overflow stays unseen, as in Go.
      if (next > bound) return { value: most, error: "range" };
      if (next <= Number.MAX_SAFE_INTEGER) {
        small = next;
        continue;
      }
      big = BigInt(small);
    }
    big = big * BigInt(radix) + BigInt(digit);
    if (big > most) return { value: most, error: "range" };
  }
  if (underscores && !underscoreOk(text)) return SYNTAX;
  return { value: big ?? BigInt(small) };
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 + 10 : 36;
}

/** `strconv.underscoreOK`: underscores only between digits, or between a base prefix and a digit. */
export function underscoreOk(text: string): boolean {
  let at = /^[+-]/.test(text) ? 1 : 0;
  let saw = "^";
  let hex = false;
  const prefix = text[at] === "0" ? (text[at + 1]?.toLowerCase() ?? "") : "";
  if (prefix === "b" || prefix === "o" || prefix === "x") {
    at += 2;
    saw = "0";
    hex = prefix === "x";
  }
  for (; at < text.length; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit < (hex ? 16 : 10)) {
      saw = "0";
    } else if (text[at] === "_") {
      if (saw !== "0") return false;
      saw = "_";
    } else {
      if (saw === "_") return false;
      saw = "!";
    }
  }
  return saw !== "_";
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** `strconv.ParseBool`. */
export function parseBool(text: string): Parsed<boolean> {
  if (TRUE.has(text)) return { value: true };
  return FALSE.has(text) ? { value: false } : { value: false, error: "syntax" };
}
