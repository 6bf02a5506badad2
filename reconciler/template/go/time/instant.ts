import { UNIX_TO_INTERNAL } from "./civil";
import type { Zone } from "./location";

/** What a `time.Time` holds, without its monotonic reading. */
export interface Instant {
  /** Seconds since the year 1, an int64 as in Go: arithmetic on it wraps or saturates exactly where Go's does. */
  readonly seconds: bigint;
  /** 0 to 999,999,999. */
  readonly nanosecond: number;
  readonly zone: Zone;
}

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** `Time.Unix`. */
export const unixOf = (time: Instant): bigint => wrap(time.seconds - UNIX_TO_INTERNAL);

/** `time.Unix(seconds, nanosecond)` with the nanosecond in its range. */
export const instantAt = (unix: bigint, nanosecond: number, zone: Zone): Instant => ({
  seconds: wrap(unix + UNIX_TO_INTERNAL),
  nanosecond,
  zone,
});
