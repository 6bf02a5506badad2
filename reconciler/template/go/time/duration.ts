/** Nanoseconds in an int64, as `time.Duration` is; arithmetic wraps where Go's does. */
const NANOSECOND = 1n;
export const MICROSECOND = 1_000n;
export const MILLISECOND = 1_000_000n;
export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;
export const MIN_DURATION = -(1n << 63n);
export const MAX_DURATION = (1n << 63n) - 1n;

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", NANOSECOND],
  ["us", MICROSECOND],
  // The micro sign and the Greek letter mu, in UTF-8.
  ["\xc2\xb5s", MICROSECOND],
  ["\xce\xbcs", MICROSECOND],
  ["ms", MILLISECOND],
  ["s", SECOND],
  ["m", MINUTE],
  ["h", HOUR],
]);
const LIMIT = 1n << 63n;

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

/** The digits behind a point: Go stops adding where an int64 would overflow, and counts no more of them either. */
function fractionOf(digits: string): { readonly value: bigint; readonly scale: number } {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (LIMIT - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return { value, scale };
}

/** `time.ParseDuration`; undefined where Go gives an error. */
export function parseDuration(text: string): bigint | undefined {
  let at = text[0] === "-" || text[0] === "+" ? 1 : 0;
  const negative = text[0] === "-";
  if (text.slice(at) === "0") return 0n;
  if (at === text.length) return undefined;
  let sum = 0n;
  while (at < text.length) {
    const start = at;
    while (isDigit(text, at)) at++;
    const whole = text.slice(start, at);
    let fraction = "";
    if (text[at] === ".") {
      const point = ++at;
      while (isDigit(text, at)) at++;
      fraction = text.slice(point, at);
    }
    if (whole === "" && fraction === "") return undefined;
    const unitStart = at;
    while (at < text.length && text[at] !== "." && !isDigit(text, at)) at++;
    const unit = UNITS.get(text.slice(unitStart, at));
    if (unit === undefined) return undefined;
    // Zeros in front do not count; twenty digits are more than fit.
    const significant = whole.replace(/^0+/, "");
    if (significant.length > 19) return undefined;
    let value = BigInt(significant === "" ? "0" : significant);
    if (value > LIMIT / unit) return undefined;
    value *= unit;
    const { value: part, scale } = fractionOf(fraction);
    if (part > 0n) value += BigInt(Math.trunc(Number(part) * (Number(unit) / scale)));
    if (value > LIMIT) return undefined;
    sum = BigInt.asUintN(64, sum + value);
    if (sum > LIMIT) return undefined;
  }
  if (negative) return BigInt.asIntN(64, -sum);
  return sum > MAX_DURATION ? undefined : sum;
}

/** A number of the smallest unit with `digits` decimals, trailing zeros cut. */
function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, "0");
  const fraction = text.slice(text.length - digits).replace(/0+$/, "");
  return text.slice(0, text.length - digits) + (fraction === "" ? "" : `.${fraction}`);
}

/** `Duration.String`: `1h15m30.918s`, `1.5µs`, `0s`; a byte string. */
export function durationText(duration: bigint): string {
  const sign = duration < 0n ? "-" : "";
  const all = duration < 0n ? -duration : duration;
  if (all === 0n) return "0s";
  if (all < MICROSECOND) return `${sign}${all}ns`;
  if (all < MILLISECOND) return `${sign}${decimal(all, 3)}\xc2\xb5s`;
  if (all < SECOND) return `${sign}${decimal(all, 6)}ms`;
  const minutes = all / MINUTE;
  const seconds = `${decimal(all % MINUTE, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `Duration.Truncate`: towards zero. */
export const truncateDuration = (duration: bigint, unit: bigint): bigint =>
  unit <= 0n ? duration : duration - (duration % unit);

/** Whether a remainder is less than half of a unit, in 64 bits without sign as Go adds them. */
export const lessThanHalf = (rest: bigint, unit: bigint): boolean =>
  BigInt.asUintN(64, rest + rest) < BigInt.asUintN(64, unit);

/** `Duration.Round`: half away from zero; beyond an int64 the largest or smallest duration. */
export function roundDuration(duration: bigint, unit: bigint): bigint {
  if (unit <= 0n) return duration;
  const rest = duration % unit;
  if (duration < 0n) {
    if (lessThanHalf(-rest, unit)) return duration - rest;
    const rounded = duration - unit - rest;
    return rounded < MIN_DURATION ? MIN_DURATION : rounded;
  }
  if (lessThanHalf(rest, unit)) return duration - rest;
  const rounded = duration + unit - rest;
  return rounded > MAX_DURATION ? MAX_DURATION : rounded;
}

/** `Duration.Hours` and its like: whole units and the rest are divided apart, so that both keep their precision. */
export const inUnits = (duration: bigint, unit: bigint): number =>
  Number(duration / unit) + Number(duration % unit) / Number(unit);

/** The age of something in its largest unit alone, as sprig's durationRound: `2d`, `3mo`, `0s`. */
export function roundedAge(duration: bigint): string {
  const all = duration < 0n ? -duration : duration;
  const units: readonly (readonly [bigint, string])[] = [
    [HOUR * 24n * 365n, "y"],
    [HOUR * 24n * 30n, "mo"],
    [HOUR * 24n, "d"],
    [HOUR, "h"],
    [MINUTE, "m"],
    [SECOND, "s"],
  ];
  // Exactly one unit is not more than one: 24 hours are 24h.
  for (const [unit, name] of units) if (all > unit) return `${all / unit}${name}`;
  return "0s";
}
