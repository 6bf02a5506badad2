import { isDuration, parseDuration } from "../../api";
import { list, oneOf, record, text } from "./fields";
import type { Place } from "./problems";
import { quote } from "./secret-like";

/** When the Secret may change (ESO's `syncWindows`): during one of the windows (`allow`), or outside all of them (`deny`). */
export interface SyncWindowsSpec {
  /** Whether the windows are when it may change, or when it may not. */
  readonly kind: "allow" | "deny";
  /** Each a start and a length, in UTC. */
  readonly windows: readonly {
    /** Cron, five fields (`0 22 * * 1-5`), or `@daily`, `@every 6h`. */
    readonly schedule: string;
    /** Go duration from each start on: `2h`. */
    readonly duration: string;
  }[];
}

export function readSyncWindows(place: Place, value: unknown): SyncWindowsSpec | undefined {
  if (value === undefined) return undefined;
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["kind", "windows"]);
  const kind = oneOf(place.at("kind"), fields.kind, ["allow", "deny"]);
  const windows = list(place.at("windows"), fields.windows, (at, entry) => {
    const window = record(at, entry);
    if (window === undefined) return undefined;
    at.onlyFields(window, ["schedule", "duration"]);
    const schedule = text(at.at("schedule"), window.schedule);
    const problem = schedule === undefined ? undefined : scheduleProblem(schedule);
    if (problem !== undefined) at.at("schedule").report(problem);
    const duration = text(at.at("duration"), window.duration);
    if (duration !== undefined && !(isDuration(duration) && parseDuration(duration) > 0))
      at.at("duration").report(`${quote(duration)} is not a duration like "2h" or "30m"`);
    return schedule === undefined || duration === undefined ? undefined : { schedule, duration };
  });
  if (Array.isArray(fields.windows) && fields.windows.length === 0) place.at("windows").report("is empty");
  return kind === undefined ? undefined : { kind, windows };
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const CRON: readonly (readonly [name: string, from: number, to: number, names?: readonly string[]])[] = [
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day of the month", 1, 31],
  ["month", 1, 12, MONTHS],
  ["day of the week", 0, 6, DAYS],
];
const NAMED = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/;

/** Why the text is not a schedule of robfig/cron's standard parser, which ESO uses, or undefined. */
function scheduleProblem(schedule: string): string | undefined {
  const every = /^@every (.+)$/.exec(schedule)?.[1];
  if (every !== undefined)
    return isDuration(every) && parseDuration(every) > 0 ? undefined : `${quote(every)} is not a duration like "6h"`;
  if (NAMED.test(schedule)) return undefined;
  const fields = schedule
    .replace(/^(?:CRON_)?TZ=\S+\s+/, "")
    .trim()
    .split(/\s+/);
  if (fields.length !== CRON.length)
    return `${quote(schedule)} has ${fields.length} fields; a schedule has five, like "0 22 * * 1-5", or is "@daily" or "@every 6h"`;
  for (const [index, [name, from, to, names = []]] of CRON.entries()) {
    const field = fields[index] ?? "";
    if (!field.split(",").every((part) => isCronPart(part, from, to, names)))
      return `${quote(field)} is not the ${name} of a schedule (${from} to ${to})`;
  }
  return undefined;
}

function isCronPart(part: string, from: number, to: number, names: readonly string[]): boolean {
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  if (step !== undefined && Number(step) < 1) return false;
  if (range === "*" || range === "?") return true;
  const value = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    return named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : NaN;
  };
  const [first = "", last = first, ...more] = range.split("-");
  return more.length === 0 && value(first) >= from && value(last) <= to && value(first) <= value(last);
}
