import { absolute, daysBefore, daysIn, isLeap, SECONDS_PER_DAY, yearDay } from "./civil";

/** What a zone calls its time, and how far it is from UTC, in seconds to the east. */
export interface ZoneName {
  readonly name: string;
  readonly offset: number;
}

interface Rule {
  readonly kind: "julian" | "day" | "month";
  readonly day: number;
  readonly week: number;
  readonly month: number;
  /** Seconds after midnight. */
  readonly time: number;
}

/** A POSIX TZ string as time zone files end with: `CET-1CEST,M3.5.0,M10.5.0/3`. */
export interface PosixZone {
  readonly standard: ZoneName;
  readonly daylight?: { readonly zone: ZoneName; readonly start: Rule; readonly end: Rule };
}

const NAME = String.raw`(<[^>]+>|[^\d,+\-]{3,})`;
const OFFSET = String.raw`([+-]?\d+(?::\d+(?::\d+)?)?)`;
const ZONE = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?,([^,]+),([^,]+))?$`);
const RULE = /^(?:M(\d+)\.(\d+)\.(\d+)|(J)?(\d+))(?:\/(.+))?$/;

const bare = (name: string): string => (name.startsWith("<") ? name.slice(1, -1) : name);

function seconds(text: string): number {
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  const all = hours * 3600 + minutes * 60 + rest;
  return text.startsWith("-") ? -all : all;
}

function parseRule(text: string): Rule {
  const [, month, week, weekday, julian, day, time] = RULE.exec(text) ?? [];
  return {
    kind: month !== undefined ? "month" : julian !== undefined ? "julian" : "day",
    month: Number(month ?? 0),
    week: Number(week ?? 0),
    day: Number(weekday ?? day ?? 0),
    time: time === undefined ? 2 * 3600 : seconds(time),
  };
}

/** The table holds only what this reads; anything else is a fault of the table. */
export function parsePosixZone(text: string): PosixZone {
  const [, name, offset, daylight, daylightOffset, start, end] = ZONE.exec(text) ?? [];
  if (name === undefined || offset === undefined) throw new Error("time zone table: bad rule");
  const standard = { name: bare(name), offset: -seconds(offset) };
  if (daylight === undefined || start === undefined || end === undefined) return { standard };
  return {
    standard,
    daylight: {
      zone: {
        name: bare(daylight),
        offset: daylightOffset === undefined ? standard.offset + 3600 : -seconds(daylightOffset),
      },
      start: parseRule(start),
      end: parseRule(end),
    },
  };
}

/** Go's tzruleTime: seconds from the start of the year, in UTC, at which a rule takes effect. */
function ruleTime(year: number, rule: Rule, offset: number): number {
  let days = rule.day;
  if (rule.kind === "julian") {
    days = rule.day - 1 + (isLeap(year) && rule.day >= 60 ? 1 : 0);
  } else if (rule.kind === "month") {
    // Zeller's congruence gives the weekday of the first of the month.
    const shifted = ((rule.month + 9) % 12) + 1;
    const y = rule.month <= 2 ? year - 1 : year;
    const [century, rest] = [Math.trunc(y / 100), y % 100];
    let first =
      (Math.trunc((26 * shifted - 2) / 10) + 1 + rest + Math.trunc(rest / 4) + Math.trunc(century / 4) - 2 * century) %
      7;
    if (first < 0) first += 7;
    days = rule.day - first;
    if (days < 0) days += 7;
    for (let week = 1; week < rule.week && days + 7 < daysIn(rule.month, year); week++) days += 7;
    days += daysBefore(rule.month) + (isLeap(year) && rule.month > 2 ? 1 : 0);
  }
  return days * SECONDS_PER_DAY + rule.time - offset;
}

/** Go's tzset. */
export function posixZoneAt(zone: PosixZone, unix: bigint): ZoneName {
  const { standard, daylight } = zone;
  if (daylight === undefined) return standard;
  const { year, day } = yearDay(absolute(unix).days);
  const inYear = (day - 1) * SECONDS_PER_DAY + Number(unix % 86_400n);
  const start = ruleTime(year, daylight.start, standard.offset);
  const end = ruleTime(year, daylight.end, daylight.zone.offset);
  if (end < start) return inYear < end || inYear >= start ? daylight.zone : standard;
  return inYear < start || inYear >= end ? standard : daylight.zone;
}
