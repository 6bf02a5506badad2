/**
 * Go's calendar: the proleptic Gregorian one, computed on days counted from 1 March of a year far before the first second an
 * int64 can name, so that no step meets a negative number. Mirrors `absDays` of Go's package time, with its wrapping at 64 bits.
 */

export const SECONDS_PER_DAY = 86_400;
const ABSOLUTE_YEARS = 292_277_022_400;
/** March to December. */
const MARCH_THRU_DECEMBER = 306;
/** Seconds from the year 1, which a Go time counts from, to 1970. */
export const UNIX_TO_INTERNAL = 62_135_596_800n;
const INTERNAL_TO_ABSOLUTE = (292_277_022_400n / 400n) * 146_097n * 86_400n + 306n * 86_400n;
const UNIX_TO_ABSOLUTE = UNIX_TO_INTERNAL + INTERNAL_TO_ABSOLUTE;
const UNIX_EPOCH_DAYS = Number(UNIX_TO_ABSOLUTE / 86_400n);

/** A moment in a zone, taken apart as far as into days and the second of the day. */
export interface Absolute {
  /** Days since the absolute zero. */
  readonly days: number;
  readonly second: number;
}

/** Up to here a number holds seconds exactly. */
const EXACT = 1n << 52n;

/** `absSec`: of a number of seconds since 1970, the zone's offset already added. */
export function absolute(unix: bigint): Absolute {
  if (unix > -EXACT && unix < EXACT) {
    const seconds = Number(unix);
    const days = Math.floor(seconds / SECONDS_PER_DAY);
    return { days: UNIX_EPOCH_DAYS + days, second: seconds - days * SECONDS_PER_DAY };
  }
  const seconds = BigInt.asUintN(64, unix + UNIX_TO_ABSOLUTE);
  return { days: Number(seconds / 86_400n), second: Number(seconds % 86_400n) };
}

interface Split {
  readonly century: number;
  readonly year: number;
  /** From 0, which is 1 March. */
  readonly day: number;
}

function split(days: number): Split {
  const d = 4 * days + 3;
  const century = Math.floor(d / 146_097);
  // 1461 is the length of four years; the lowest bits are set so that the division rounds as it must.
  const within = (d - century * 146_097) | 3;
  const year = Math.floor(within / 1461);
  return { century, year, day: Math.floor((within - year * 1461) / 4) };
}

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export function civilDate(days: number): CivilDate {
  const { century, year, day } = split(days);
  const january = day >= MARCH_THRU_DECEMBER ? 1 : 0;
  const within = 2141 * day + 197_913;
  return {
    year: century * 100 - ABSOLUTE_YEARS + year + january,
    month: (within >>> 16) - 12 * january,
    day: 1 + Math.floor((within & 0xffff) / 2141),
  };
}

/** Year, and day of the year from 1. */
export function yearDay(days: number): { readonly year: number; readonly day: number } {
  const { century, year, day } = split(days);
  const january = day >= MARCH_THRU_DECEMBER;
  const leap = year % 4 === 0 && (year !== 0 || century % 4 === 0) ? 1 : 0;
  return {
    year: century * 100 - ABSOLUTE_YEARS + year + (january ? 1 : 0),
    day: day + (january ? 60 - 365 : 60 + leap),
  };
}

/** 0 is Sunday. */
export const weekday = (days: number): number => (days + 3) % 7;

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const DAYS_IN = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const daysIn = (month: number, year: number): number =>
  month === 2 && isLeap(year) ? 29 : (DAYS_IN[month - 1] ?? 0);

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
/** Days before a month (1 to 13) in a year without 29 February. */
export const daysBefore = (month: number): number => DAYS_BEFORE[month - 1] ?? 0;

/**
 * `time.Date(...).Unix()` in UTC; every part may lie outside its range and is carried over, and sums wrap at 64 bits.
 */
export function unixOfDate(
  year: bigint,
  month: bigint,
  day: bigint,
  clock: { readonly hour: number; readonly minute: number; readonly second: number },
): bigint {
  const seconds = clock.hour * 3600 + clock.minute * 60 + clock.second;
  if (isSmall(year) && isSmall(month) && isSmall(day))
    return BigInt(daysOfDate(Number(year), Number(month), Number(day)) * SECONDS_PER_DAY + seconds);
  return wideUnixOfDate(year, month, day, seconds);
}

const SMALL = 1_000_000n;
const isSmall = (value: bigint): boolean => value < SMALL && value > -SMALL;

/** Days since 1970. */
function daysOfDate(year: number, month: number, day: number): number {
  const carry = Math.floor((month - 1) / 12);
  const january = month - carry * 12 < 3;
  const fromMarch = month - carry * 12 + (january ? 12 : 0);
  const y = year + carry - (january ? 1 : 0);
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leaps + ((979 * fromMarch - 2919) >> 5) + day - 1 - DAYS_TO_1970;
}

/** From 1 March of the year 0. */
const DAYS_TO_1970 = 719_468;

function wideUnixOfDate(year: bigint, month: bigint, day: bigint, seconds: number): bigint {
  const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
  let zeroBased = wrap(month - 1n);
  let carry = zeroBased / 12n;
  zeroBased -= carry * 12n;
  if (zeroBased < 0n) {
    zeroBased += 12n;
    carry -= 1n;
  }
  let fromMarch = Number(zeroBased) + 1;
  let y = BigInt.asUintN(64, year + carry + BigInt(ABSOLUTE_YEARS));
  if (fromMarch < 3) {
    fromMarch += 12;
    y = BigInt.asUintN(64, y - 1n);
  }
  const century = y / 100n;
  const inCentury = Number(y % 100n);
  const within = BigInt(Math.floor((1461 * inCentury) / 4) + ((979 * fromMarch - 2919) >> 5));
  const days = BigInt.asUintN(64, BigInt.asUintN(64, 146_097n * century) / 4n + within + day - 1n);
  return wrap(days * 86_400n + BigInt(seconds) - UNIX_TO_ABSOLUTE);
}
