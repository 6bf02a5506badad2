/** Three letters, from Monday. */
export type Weekday = "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun";
export const WEEKDAYS: readonly Weekday[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** When a rollout may start; the wall clock of the time zone counts, daylight saving time included. */
export interface RolloutWindow {
  /** In order, at least one. */
  readonly days: readonly Weekday[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, not included; up to `24:00`. At or before `from`: on the next day. */
  readonly to: string;
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string;
}

const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Why the text is not a time of a window, or undefined. */
export function windowTimeProblem(text: string, end: boolean): string | undefined {
  return TIME.test(text) && (end || text !== "24:00")
    ? undefined
    : `is not a time from 00:00 to ${end ? "24:00" : "23:59"}`;
}

/** Why the text is not a time zone, or undefined. Offsets are none: they know no daylight saving time. */
export function timeZoneProblem(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name))
    return 'is not an IANA time zone like "Europe/Berlin"';
  try {
    clockOf(name);
    return undefined;
  } catch {
    return 'is not an IANA time zone like "Europe/Berlin"';
  }
}

/** Writes `Mon-Fri 02:00-04:00 Europe/Berlin; Sat,Sun 00:00-24:00 UTC`; sorted, so that equal windows give equal bytes. */
export function formatRolloutWindows(windows: readonly RolloutWindow[]): string {
  const written = windows.map(({ days, from, to, timeZone }) => `${formatDays(days)}${from}-${to} ${timeZone}`);
  return [...new Set(written)].sort().join("; ");
}

/**
 * Reads what {@link formatRolloutWindows} writes. Days may be left out (every day) or be lists and ranges (`Sat-Mon,Wed`); without a time
 * zone it is UTC.
 * @returns a text: why it cannot be read
 */
export function parseRolloutWindows(text: string): readonly RolloutWindow[] | string {
  const windows: RolloutWindow[] = [];
  for (const written of text.split(";").map((each) => each.trim())) {
    const parts = /^(?:([A-Za-z][A-Za-z,-]*)\s+)?(\d\d:\d\d)-(\d\d:\d\d)(?:\s+(\S+))?$/.exec(written);
    const days = parts === null ? undefined : parseDays(parts[1]);
    const [, , from = "", to = "", timeZone = "UTC"] = parts ?? [];
    if (days === undefined || windowTimeProblem(from, false) !== undefined || windowTimeProblem(to, true) !== undefined)
      return "is not like Mon-Fri 02:00-04:00 Europe/Berlin";
    if (from === to) return "has a window that begins when it ends";
    if (timeZoneProblem(timeZone) !== undefined) return "names a time zone that is not known";
    windows.push({ days, from, to, timeZone });
  }
  return windows;
}

function formatDays(days: readonly Weekday[]): string {
  const indexes = WEEKDAYS.flatMap((day, index) => (days.includes(day) ? [index] : []));
  if (indexes.length === WEEKDAYS.length) return "";
  const runs: number[][] = [];
  for (const index of indexes) {
    const last = runs.at(-1);
    if (last?.at(-1) === index - 1) last.push(index);
    else runs.push([index]);
  }
  const names = runs.map((run) => run.map((index) => WEEKDAYS[index] ?? "Mon"));
  const written = names.map((run) => (run.length < 3 ? run.join(",") : `${run[0]}-${run.at(-1)}`));
  return `${written.join(",")} `;
}

function parseDays(text: string | undefined): readonly Weekday[] | undefined {
  if (text === undefined) return WEEKDAYS;
  const indexes = new Set<number>();
  for (const part of text.split(",")) {
    const [first = "", last = first, ...more] = part.split("-");
    const [from, to] = [dayIndex(first), dayIndex(last)];
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    for (let index = from; ; index = (index + 1) % WEEKDAYS.length) {
      indexes.add(index);
      if (index === to) break;
    }
  }
  return WEEKDAYS.filter((_day, index) => indexes.has(index));
}

function dayIndex(text: string): number {
  return WEEKDAYS.findIndex((day) => day.toLowerCase() === text.toLowerCase());
}

/**
 * 0 while one of the windows is open at the moment (milliseconds since 1970), else the milliseconds until the next one opens, by a clock
 * that is not set meanwhile: look again before the day is over.
 */
export function untilWindow(windows: readonly RolloutWindow[], now: number): number {
  return Math.min(...windows.map((window) => untilOpen(window, now)));
}

function untilOpen({ days, from, to, timeZone }: RolloutWindow, now: number): number {
  const clock = clockOf(timeZone).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string => clock.find((each) => each.type === type)?.value ?? "";
  const today = dayIndex(part("weekday"));
  const time =
    (Number(part("hour")) * 60 + Number(part("minute"))) * MINUTE + Number(part("second")) * 1000 + (now % 1000);
  const [start, end] = [timeOf(from), timeOf(to)];
  const length = end > start ? end - start : end + DAY - start;
  // From yesterday's, which may still be open, to the same day next week.
  const waits = [-1, 0, 1, 2, 3, 4, 5, 6, 7].flatMap((day) => {
    const weekday = WEEKDAYS[(today + day + WEEKDAYS.length) % WEEKDAYS.length] ?? "Mon";
    const opens = day * DAY + start - time;
    if (!days.includes(weekday) || opens + length <= 0) return [];
    return [Math.max(0, opens)];
  });
  return Math.min(...waits);
}

function timeOf(text: string): number {
  const [hour = "0", minute = "0"] = text.split(":");
  return (Number(hour) * 60 + Number(minute)) * MINUTE;
}

/** Making one takes a hundred times as long as using it. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a time zone that does not exist */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(timeZone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  CLOCKS.set(timeZone, clock);
  return clock;
}
