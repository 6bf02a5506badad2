import { FunctionError, type GoFunction } from "../../functions/function";
import { byteSlice } from "../cast";
import { quote } from "../strconv";
import { INT64, type GoType } from "../type";
import { GoInteger, GoObject, type Value } from "../value";
import { addDate, addDuration, compareTimes, roundTime, subtractTimes, truncateTime } from "./arithmetic";
import { binaryTime } from "./binary";
import { absolute, civilDate, weekday, yearDay, type Absolute, type CivilDate } from "./civil";
import { formatTime } from "./format";
import { instantAt, unixOf, type Instant } from "./instant";
import { LOCAL, UTC, type Zone } from "./location";
import { integerOf, method } from "./method";
import { LONG_MONTHS } from "./names";
import { duration, MONTH, WEEKDAY } from "./types";

const NO_FIELDS: ReadonlyMap<string, Value> = new Map();
const TEXT = "2006-01-02 15:04:05.999999999 -0700 MST";
const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";

/**
 * `time.Time`. Its monotonic reading is left out: `{{ now }}` ends with the zone, where Go appends `m=+0.012`, the time since the
 * process started.
 */
export class GoTime extends GoObject {
  readonly fields = NO_FIELDS;
  constructor(readonly instant: Instant) {
    super();
  }

  get type(): GoType {
    return TIME;
  }

  override text(): string {
    return formatTime(this.instant, TEXT);
  }

  override json(): string {
    return `"${rfc3339(this.instant)}"`;
  }
}

/** `*time.Location`, of which a template sees the name. */
export class GoLocation extends GoObject {
  readonly fields = NO_FIELDS;
  constructor(readonly zone: Zone) {
    super();
  }

  get type(): GoType {
    return LOCATION;
  }

  override text(): string {
    return this.zone.name;
  }
}

/** The zero time: 1 January of the year 1 in UTC. */
export const ZERO_TIME = new GoTime({ seconds: 0n, nanosecond: 0, zone: UTC });

/** `time.Unix(seconds, 0)`, in the local zone. */
export const timeOfUnix = (unix: bigint): GoTime => new GoTime(instantAt(unix, 0, LOCAL));

/** `time.Now()`, given the nanoseconds since 1970. */
export function timeOfNanoseconds(nanoseconds: bigint): GoTime {
  const rest = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return new GoTime(instantAt((nanoseconds - rest) / 1_000_000_000n, Number(rest), LOCAL));
}

export function instantOf(value: Value | undefined): Instant {
  if (value instanceof GoTime) return value.instant;
  throw new FunctionError("is not a time");
}

/** `Time.MarshalText`: refuses what RFC 3339 has no form for. */
function rfc3339(time: Instant): string {
  const text = formatTime(time, RFC3339_NANO);
  const hour = Number(/[+-](\d+):\d\d$/.exec(text.slice(10))?.[1] ?? 0);
  if (!/^\d{4}-/.test(text) || hour >= 24) throw new FunctionError("is outside the years and offsets of RFC 3339");
  return text;
}

function goString(time: Instant): string {
  const { days, second } = local(time);
  const { year, month, day } = civilDate(days);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60, time.nanosecond];
  const zone =
    time.zone === UTC ? "time.UTC" : time.zone === LOCAL ? "time.Local" : `time.Location(${quote(time.zone.name)})`;
  return `time.Date(${[year, `time.${LONG_MONTHS[month - 1]}`, day, ...clock, zone].join(", ")})`;
}

function local(time: Instant): Absolute {
  const unix = unixOf(time);
  return absolute(unix + BigInt(time.zone.at(unix).offset));
}

const date = (value: Value | undefined): CivilDate => civilDate(local(instantOf(value)).days);
const second = (value: Value | undefined): number => local(instantOf(value)).second;
const int64 = (value: bigint): GoInteger => new GoInteger(INT64, BigInt.asIntN(64, value));

/** Methods with one result. Go's others (Date, Clock, Zone, ISOWeek, ZoneBounds) have two or more and no template can call them. */
const METHODS: ReadonlyMap<string, GoFunction> = new Map([
  method("Format", "func(layout string) string", "By a layout of Go.", ([t, layout], render) =>
    boundedFormat(instantOf(t), layout as string, render.room.bind(render)),
  ),
  method("String", "func() string", "As 2006-01-02 15:04:05 +0000 UTC.", ([t]) => formatTime(instantOf(t), TEXT)),
  method("GoString", "func() string", "As Go source.", ([t]) => goString(instantOf(t))),
  method("Year", "func() int", "The year.", ([t]) => BigInt(date(t).year)),
  method("Month", "func() time.Month", "The month.", ([t]) => new GoInteger(MONTH, BigInt(date(t).month))),
  method("Day", "func() int", "The day of the month.", ([t]) => BigInt(date(t).day)),
  method(
    "Weekday",
    "func() time.Weekday",
    "The day of the week.",
    ([t]) => new GoInteger(WEEKDAY, BigInt(weekday(local(instantOf(t)).days))),
  ),
  method("YearDay", "func() int", "The day of the year.", ([t]) => BigInt(yearDay(local(instantOf(t)).days).day)),
  method("Hour", "func() int", "The hour.", ([t]) => BigInt(Math.floor(second(t) / 3600))),
  method("Minute", "func() int", "The minute.", ([t]) => BigInt(Math.floor(second(t) / 60) % 60)),
  method("Second", "func() int", "The second.", ([t]) => BigInt(second(t) % 60)),
  method("Nanosecond", "func() int", "The nanosecond.", ([t]) => BigInt(instantOf(t).nanosecond)),
  method("Unix", "func() int64", "Seconds since 1970.", ([t]) => int64(unixOf(instantOf(t)))),
  method("UnixMilli", "func() int64", "Milliseconds since 1970.", ([t]) => since1970(instantOf(t), 1000n)),
  method("UnixMicro", "func() int64", "Microseconds since 1970.", ([t]) => since1970(instantOf(t), 1_000_000n)),
  method("UnixNano", "func() int64", "Nanoseconds since 1970.", ([t]) => since1970(instantOf(t), 1_000_000_000n)),
  method("UTC", "func() time.Time", "The same moment in UTC.", ([t]) => new GoTime({ ...instantOf(t), zone: UTC })),
  method(
    "Local",
    "func() time.Time",
    "The same moment in the local zone, which is UTC.",
    ([t]) => new GoTime({ ...instantOf(t), zone: LOCAL }),
  ),
  method("In", "func(loc *time.Location) time.Time", "The same moment in a zone.", ([t, location]) => {
    if (!(location instanceof GoLocation)) throw new FunctionError("has no location");
    return new GoTime({ ...instantOf(t), zone: location.zone });
  }),
  method("Location", "func() *time.Location", "The zone.", ([t]) => new GoLocation(instantOf(t).zone)),
  method(
    "Add",
    "func(d time.Duration) time.Time",
    "Moved by a duration.",
    ([t, d]) => new GoTime(addDuration(instantOf(t), integerOf(d))),
  ),
  method(
    "AddDate",
    "func(years int, months int, days int) time.Time",
    "Moved by dates.",
    ([t, years, months, days]) =>
      new GoTime(addDate(instantOf(t), integerOf(years), integerOf(months), integerOf(days))),
  ),
  method("Sub", "func(u time.Time) time.Duration", "The time since another.", ([t, u]) =>
    duration(subtractTimes(instantOf(t), instantOf(u))),
  ),
  method(
    "Truncate",
    "func(d time.Duration) time.Time",
    "Down to a multiple.",
    ([t, d]) => new GoTime(truncateTime(instantOf(t), integerOf(d))),
  ),
  method(
    "Round",
    "func(d time.Duration) time.Time",
    "To the nearest multiple.",
    ([t, d]) => new GoTime(roundTime(instantOf(t), integerOf(d))),
  ),
  method("Before", "func(u time.Time) bool", "Earlier.", ([t, u]) => compareTimes(instantOf(t), instantOf(u)) < 0),
  method("After", "func(u time.Time) bool", "Later.", ([t, u]) => compareTimes(instantOf(t), instantOf(u)) > 0),
  method(
    "Equal",
    "func(u time.Time) bool",
    "The same moment.",
    ([t, u]) => compareTimes(instantOf(t), instantOf(u)) === 0,
  ),
  method("Compare", "func(u time.Time) int", "-1, 0 or 1.", ([t, u]) =>
    BigInt(compareTimes(instantOf(t), instantOf(u))),
  ),
  method("IsZero", "func() bool", "The zero time.", ([t]) => compareTimes(instantOf(t), ZERO_TIME.instant) === 0),
  method("IsDST", "func() bool", "No zone a template can hold has daylight saving time.", () => false),
  method("MarshalJSON", "func() ([]byte, error)", "RFC 3339 in quotes.", ([t]) =>
    byteSlice(`"${rfc3339(instantOf(t))}"`),
  ),
  method("MarshalText", "func() ([]byte, error)", "RFC 3339.", ([t]) => byteSlice(rfc3339(instantOf(t)))),
  method("MarshalBinary", "func() ([]byte, error)", "Go's own form.", ([t]) => byteSlice(binaryTime(instantOf(t)))),
  method("GobEncode", "func() ([]byte, error)", "Go's own form.", ([t]) => byteSlice(binaryTime(instantOf(t)))),
]);

function since1970(time: Instant, perSecond: bigint): GoInteger {
  return int64(unixOf(time) * perSecond + (BigInt(time.nanosecond) * perSecond) / 1_000_000_000n);
}

/** `Time.Format`; a long zone name in a long layout is the only way to make much of little. */
export function boundedFormat(time: Instant, layout: string, room: (size: number) => void): string {
  const { name } = time.zone.at(unixOf(time));
  room(layout.length * (name.length > 12 ? Math.ceil(name.length / 3) : 4));
  return formatTime(time, layout);
}

export const TIME: GoType = { name: "time.Time", kind: "struct", methods: METHODS };
const LOCATION: GoType = {
  name: "*time.Location",
  kind: "ptr",
  elem: { name: "time.Location", kind: "struct" },
  methods: new Map([
    method("String", "func() string", "The name of the zone.", ([location]) => (location as GoLocation).zone.name),
  ]),
};
