import { absolute, civilDate, unixOfDate } from "./civil";
import { lessThanHalf, MAX_DURATION, MIN_DURATION, SECOND } from "./duration";
import { instantAt, unixOf, type Instant } from "./instant";

const BILLION = 1_000_000_000;

/** -1, 0 or 1. */
export function compareTimes(a: Instant, b: Instant): -1 | 0 | 1 {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return a.nanosecond === b.nanosecond ? 0 : a.nanosecond < b.nanosecond ? -1 : 1;
}

/** `Time.Add`: stops at the first and last second an int64 names. */
export function addDuration(time: Instant, duration: bigint): Instant {
  let seconds = duration / SECOND;
  let nanosecond = time.nanosecond + Number(duration % SECOND);
  if (nanosecond >= BILLION) {
    seconds += 1n;
    nanosecond -= BILLION;
  } else if (nanosecond < 0) {
    seconds -= 1n;
    nanosecond += BILLION;
  }
  const sum = time.seconds + seconds;
  const fits = BigInt.asIntN(64, sum) === sum;
  return { seconds: fits ? sum : seconds > 0n ? MAX_DURATION : -MAX_DURATION, nanosecond, zone: time.zone };
}

/** `Time.Sub`: the largest or smallest duration where the difference does not fit. */
export function subtractTimes(a: Instant, b: Instant): bigint {
  const difference = (a.seconds - b.seconds) * SECOND + BigInt(a.nanosecond - b.nanosecond);
  return difference < MIN_DURATION ? MIN_DURATION : difference > MAX_DURATION ? MAX_DURATION : difference;
}

/** `Time.AddDate`: what leaves a month runs into the next one, so that 31 January and a month is in March. */
export function addDate(time: Instant, years: bigint, months: bigint, days: bigint): Instant {
  const unix = unixOf(time);
  const { days: date, second } = absolute(unix + BigInt(time.zone.at(unix).offset));
  const { year, month, day } = civilDate(date);
  const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
  const local = unixOfDate(wrap(BigInt(year) + years), wrap(BigInt(month) + months), wrap(BigInt(day) + days), {
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
  });
  const guess = local - BigInt(time.zone.at(local).offset);
  return instantAt(local - BigInt(time.zone.at(guess).offset), time.nanosecond, time.zone);
}

/** What is left of the time since the year 1 after whole units, never negative. Go's div. */
function remainder(time: Instant, unit: bigint): bigint {
  const rest = (time.seconds * SECOND + BigInt(time.nanosecond)) % unit;
  return rest < 0n ? rest + unit : rest;
}

/** `Time.Truncate`. */
export const truncateTime = (time: Instant, unit: bigint): Instant =>
  unit <= 0n ? time : addDuration(time, -remainder(time, unit));

/** `Time.Round`: half up. */
export function roundTime(time: Instant, unit: bigint): Instant {
  if (unit <= 0n) return time;
  const rest = remainder(time, unit);
  return addDuration(time, lessThanHalf(rest, unit) ? -rest : unit - rest);
}
