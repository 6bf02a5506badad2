import { parseInt } from "../go/strconv";
import { GoInteger, type Value } from "../go/value";
import { subtractTimes, addDuration } from "../go/time/arithmetic";
import { durationText, parseDuration, roundDuration, roundedAge, SECOND } from "../go/time/duration";
import { unixOf, type Instant } from "../go/time/instant";
import { loadLocation, LOCAL, UTC } from "../go/time/location";
import { parseTime } from "../go/time/parse";
import { boundedFormat, GoTime, instantOf, timeOfNanoseconds, timeOfUnix, ZERO_TIME } from "../go/time/time";
import { FunctionError, type GoFunction, type Render } from "./function";

const isInteger = (value: Value | undefined, ...types: readonly string[]): value is GoInteger =>
  value instanceof GoInteger && types.includes(value.type.name);

/** What sprig takes as a moment: a time, or seconds since 1970 as int, int64 or, for `dateInZone`, int32. Anything else is now. */
function momentOf(value: Value | undefined, render: Render, ...integers: readonly string[]): Instant {
  if (value instanceof GoTime) return value.instant;
  if (typeof value === "bigint") return timeOfUnix(value).instant;
  if (isInteger(value, ...integers)) return timeOfUnix(value.value).instant;
  return timeOfNanoseconds(render.now).instant;
}

/** sprig's dateInZone: a zone that is not known is UTC. */
function dateInZone(layout: Value | undefined, date: Value | undefined, zone: string, render: Render): string {
  const time = momentOf(date, render, "int64", "int32");
  return boundedFormat({ ...time, zone: loadLocation(zone) ?? UTC }, layout as string, render.room.bind(render));
}

function modified(text: Value | undefined, date: Value | undefined): GoTime | undefined {
  const duration = parseDuration(text as string);
  return duration === undefined ? undefined : new GoTime(addDuration(instantOf(date), duration));
}

const mustModify: GoFunction["call"] = ([text, date]) => {
  const time = modified(text, date);
  if (time === undefined) throw new FunctionError("is not a duration");
  return time;
};

function parsed(layout: Value | undefined, text: Value | undefined): GoTime | undefined {
  const time = parseTime(layout as string, text as string, LOCAL);
  return time === undefined ? undefined : new GoTime(time);
}

/** The seconds in the argument of `duration`; what is neither text nor int64 counts as none, also an int. */
function secondsOf(value: Value | undefined): bigint {
  if (typeof value === "string") return parseInt(value, 10, 64).value;
  return isInteger(value, "int64") ? value.value : 0n;
}

function ageOf(value: Value | undefined, render: Render): bigint {
  if (typeof value === "string") return parseDuration(value) ?? 0n;
  if (isInteger(value, "int64")) return value.value;
  return value instanceof GoTime ? subtractTimes(timeOfNanoseconds(render.now).instant, value.instant) : 0n;
}

const inZone: GoFunction["call"] = ([layout, date, zone], render) => dateInZone(layout, date, zone as string, render);

/** sprig's date functions (vendored by ESO in sprig_date.go). The local zone is UTC, as in ESO's image. */
export const datesFunctions: readonly GoFunction[] = [
  {
    name: "now",
    signature: "func() time.Time",
    doc: "The current time, in UTC.",
    random: true,
    call: (_args, render) => timeOfNanoseconds(render.now),
  },
  {
    name: "date",
    signature: "func(fmt string, date interface{}) string",
    doc: "A time, or seconds since 1970, in a Go layout and UTC; the current time where the argument is neither.",
    random: true,
    example: [`{{ date "2006-01-02 15:04" 1700000000 }}`, "2023-11-14 22:13"],
    call: ([layout, date], render) => dateInZone(layout, date, "Local", render),
  },
  ...["date_in_zone", "dateInZone"].map((name): GoFunction => ({
    name,
    signature: "func(fmt string, date interface{}, zone string) string",
    doc: "As `date`, in a zone of the tz database; a zone that is not known is UTC.",
    random: true,
    example: [`{{ ${name} "15:04 MST" 1700000000 "Europe/Berlin" }}`, "23:13 CET"],
    call: inZone,
  })),
  ...["date_modify", "dateModify"].map((name): GoFunction => ({
    name,
    signature: "func(fmt string, date time.Time) time.Time",
    doc: "A time moved by a duration such as `-1h30m`; unchanged where that is none.",
    example: [`{{ toDate "15:04" "10:00" | ${name} "-1h30m" | date "15:04" }}`, "08:30"],
    call: ([text, date]) => modified(text, date) ?? (date as Value),
  })),
  ...["must_date_modify", "mustDateModify"].map((name): GoFunction => ({
    name,
    signature: "func(fmt string, date time.Time) (time.Time, error)",
    doc: "As `dateModify`; an error where the text is no duration.",
    example: [`{{ toDate "15:04" "10:00" | ${name} "90m" | date "15:04" }}`, "11:30"],
    call: mustModify,
  })),
  {
    name: "toDate",
    signature: "func(fmt, str string) time.Time",
    doc: "The time that a text names in a Go layout; the zero time (year 1) where it names none.",
    example: [`{{ toDate "2006-01-02" "2024-02-29" | date "Mon 2 Jan 2006" }}`, "Thu 29 Feb 2024"],
    call: ([layout, text]) => parsed(layout, text) ?? ZERO_TIME,
  },
  {
    name: "mustToDate",
    signature: "func(fmt, str string) (time.Time, error)",
    doc: "As `toDate`; an error where the text names no time.",
    example: [`{{ mustToDate "2006-01-02" "2024-02-29" | unixEpoch }}`, "1709164800"],
    call: ([layout, text]) => {
      const time = parsed(layout, text);
      if (time === undefined) throw new FunctionError("is not a time of this layout");
      return time;
    },
  },
  {
    name: "htmlDate",
    signature: "func(date interface{}) string",
    doc: "As `date` in the layout of HTML date inputs, `2006-01-02`.",
    random: true,
    example: [`{{ htmlDate 1700000000 }}`, "2023-11-14"],
    call: ([date], render) => dateInZone("2006-01-02", date, "Local", render),
  },
  {
    name: "htmlDateInZone",
    signature: "func(date interface{}, zone string) string",
    doc: "As `htmlDate`, in a zone of the tz database.",
    random: true,
    example: [`{{ htmlDateInZone 1700000000 "Asia/Tokyo" }}`, "2023-11-15"],
    call: ([date, zone], render) => dateInZone("2006-01-02", date, zone as string, render),
  },
  {
    name: "unixEpoch",
    signature: "func(date time.Time) string",
    doc: "Seconds since 1970.",
    example: [`{{ toDate "2006-01-02" "2024-02-29" | unixEpoch }}`, "1709164800"],
    call: ([date]) => unixOf(instantOf(date)).toString(),
  },
  {
    name: "ago",
    signature: "func(date interface{}) string",
    doc: "The time since a time, or since seconds after 1970, to the second: `2h34m7s`.",
    random: true,
    call: ([date], render) => {
      const now = timeOfNanoseconds(render.now).instant;
      return durationText(roundDuration(subtractTimes(now, momentOf(date, render, "int64")), SECOND));
    },
  },
  {
    name: "duration",
    signature: "func(sec interface{}) string",
    doc: "Seconds, given as text or int64, as a duration; `0s` for anything else, also for a plain integer.",
    example: [`{{ duration "95" }}`, "1m35s"],
    call: ([seconds]) => durationText(BigInt.asIntN(64, secondsOf(seconds) * SECOND)),
  },
  {
    name: "durationRound",
    signature: "func(duration interface{}) string",
    doc: "A duration, nanoseconds as int64, or the time since a time, in its largest unit.",
    random: true,
    example: [`{{ durationRound "2h10m5s" }}`, "2h"],
    call: ([value], render) => roundedAge(ageOf(value, render)),
  },
];
