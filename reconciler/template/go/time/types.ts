import { INT64, type GoType } from "../type";
import { GoInteger } from "../value";
import {
  durationText,
  HOUR,
  inUnits,
  MAX_DURATION,
  MICROSECOND,
  MILLISECOND,
  MIN_DURATION,
  MINUTE,
  roundDuration,
  SECOND,
  truncateDuration,
} from "./duration";
import { integerOf, method } from "./method";
import { LONG_DAYS, LONG_MONTHS } from "./names";

const named = (type: string, value: bigint): string => `%!${type}(${BigInt.asUintN(64, value)})`;

export const MONTH: GoType = {
  name: "time.Month",
  kind: "int",
  methods: new Map([
    method("String", "func() string", "The English name of a month.", ([month]) => {
      const value = integerOf(month);
      return LONG_MONTHS[Number(value) - 1] ?? named("Month", value);
    }),
  ]),
};

export const WEEKDAY: GoType = {
  name: "time.Weekday",
  kind: "int",
  methods: new Map([
    method("String", "func() string", "The English name of a day of the week.", ([day]) => {
      const value = integerOf(day);
      return LONG_DAYS[Number(value)] ?? named("Weekday", value);
    }),
  ]),
};

const int64 = (value: bigint): GoInteger => new GoInteger(INT64, value);
const abs = (value: bigint): bigint => (value >= 0n ? value : value === MIN_DURATION ? MAX_DURATION : -value);

const DURATION: GoType = {
  name: "time.Duration",
  kind: "int64",
  methods: new Map([
    method("String", "func() string", "As 1h15m30.918s.", ([d]) => durationText(integerOf(d))),
    method("Nanoseconds", "func() int64", "Whole nanoseconds.", ([d]) => int64(integerOf(d))),
    method("Microseconds", "func() int64", "Whole microseconds.", ([d]) => int64(integerOf(d) / MICROSECOND)),
    method("Milliseconds", "func() int64", "Whole milliseconds.", ([d]) => int64(integerOf(d) / MILLISECOND)),
    method("Seconds", "func() float64", "Seconds and their fraction.", ([d]) => inUnits(integerOf(d), SECOND)),
    method("Minutes", "func() float64", "Minutes and their fraction.", ([d]) => inUnits(integerOf(d), MINUTE)),
    method("Hours", "func() float64", "Hours and their fraction.", ([d]) => inUnits(integerOf(d), HOUR)),
    method("Truncate", "func(m time.Duration) time.Duration", "Towards zero to a multiple.", ([d, m]) =>
      duration(truncateDuration(integerOf(d), integerOf(m))),
    ),
    method("Round", "func(m time.Duration) time.Duration", "To the nearest multiple.", ([d, m]) =>
      duration(roundDuration(integerOf(d), integerOf(m))),
    ),
    method("Abs", "func() time.Duration", "Without its sign.", ([d]) => duration(abs(integerOf(d)))),
  ]),
};

export const duration = (nanoseconds: bigint): GoInteger => new GoInteger(DURATION, nanoseconds);
