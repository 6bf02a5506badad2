import type { AnyValue } from "./hcl/decode";

const SECOND = 1_000_000_000n;
const MAX = 2n ** 63n;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["\u00B5s", 1000n],
  ["\u03BCs", 1000n],
  ["ms", 1_000_000n],
  ["s", SECOND],
  ["m", 60n * SECOND],
  ["h", 3600n * SECOND],
]);

/**
 * A duration in nanoseconds as Vault and OpenBao read it (go-secure-stdlib/parseutil ParseDurationSecond): a number is seconds, a
 * text is a whole number of seconds, of days (`30d`), or a Go duration (`1h30m`); an empty text is 0. Undefined when it is neither.
 */
export function durationOf(value: AnyValue): bigint | undefined {
  switch (value.type) {
    case "integer":
      return bounded(value.value * SECOND);
    case "float":
      return bounded(BigInt(Math.trunc(value.value)) * SECOND);
    case "string":
      return textDuration(value.value);
    default:
      return undefined;
  }
}

function textDuration(text: string): bigint | undefined {
  if (text === "" || text === "0" || text === "+0" || text === "-0") return 0n;
  if (/^[+-]?[0-9]+$/.test(text)) {
    const seconds = bounded(BigInt(text.replace(/^\+/, "")));
    if (seconds !== undefined) return bounded(seconds * SECOND);
  }
  if (/^[+-]?[0-9]+d$/.test(text)) return bounded(BigInt(text.slice(0, -1).replace(/^\+/, "")) * 24n * 3600n * SECOND);
  const found = /^([+-]?)((?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|\u00B5s|\u03BCs|ms|s|m|h))+)$/.exec(text);
  if (found === null) return undefined;
  let sum = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of (found[2] ?? "").matchAll(/([0-9]*)\.?([0-9]*)([^0-9.]+)/g)) {
    const scale = UNITS.get(unit) ?? 0n;
    sum += BigInt(whole || "0") * scale + (BigInt(fraction || "0") * scale) / 10n ** BigInt(fraction.length);
    if (sum > MAX) return undefined;
  }
  return bounded(found[1] === "-" ? -sum : sum);
}

function bounded(value: bigint): bigint | undefined {
  return value >= -MAX && value < MAX ? value : undefined;
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * A moment as the server reads it (parseutil ParseAbsoluteTime), in milliseconds since 1970: RFC 3339, or whole seconds since 1970.
 * Undefined when it is neither.
 */
export function momentOf(text: string): number | undefined {
  if (/^[+-]?[0-9]+$/.test(text)) {
    const seconds = bounded(BigInt(text.replace(/^\+/, "")));
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  }
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const offset = [Number(found[9] ?? 0), Number(found[10] ?? 0)] as const;
  if (!isDate || hour > 23 || minute > 59 || second > 59 || offset[0] > 24 || offset[1] > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Math.trunc(Number(`0.${found[7] ?? 0}`) * 1000));
  const east = (offset[0] * 60 + offset[1]) * (found[8] === "-" ? -1 : 1);
  return date.getTime() - east * 60_000;
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
