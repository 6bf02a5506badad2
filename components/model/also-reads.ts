import { byPlace, isCalendarDay, isRecord, withinPrefixes, type ExtraGrant } from "../../api";
import { list, record, text } from "./fields";
import { pathProblem } from "./path";
import type { Place } from "./problems";
import { quote, secretLike, secretShape } from "./secret-like";

const LONGEST_REASON = 200;

/** Reads `alsoReads` of a team, sorted. Whether a day is over is not judged: nothing here knows what day it is. */
export function readAlsoReads(place: Place, value: unknown, prefixes: readonly string[]): readonly ExtraGrant[] {
  if (value === undefined) return [];
  const grants = list(place, value, (at, entry) => readGrant(at, entry, prefixes));
  reportRepeated(place, value);
  return grants.sort(byPlace);
}

function readGrant(place: Place, value: unknown, prefixes: readonly string[]): ExtraGrant | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["path", "prefix", "reason", "until"]);
  const places = (["path", "prefix"] as const).filter((field) => fields[field] !== undefined);
  if (places.length !== 1) place.report("must have exactly one of path and prefix");
  const [key] = places.map((field) => readKey(place.at(field), fields[field], prefixes));
  const reason = readReason(place.at("reason"), fields.reason);
  const until = readDay(place.at("until"), fields.until);
  if (places.length !== 1 || key === undefined || reason === undefined || until === undefined) return undefined;
  return places[0] === "path" ? { path: key, reason, until } : { prefix: key, reason, until };
}

function readKey(place: Place, value: unknown, prefixes: readonly string[]): string | undefined {
  const key = text(place, value);
  if (key === undefined) return undefined;
  const looksLike = secretShape(key);
  if (looksLike !== undefined) return void place.report(`looks like ${looksLike}; it is not shown`);
  const bare = key.replace(/^\/+|\/+$/g, "");
  const problem = pathProblem(bare);
  if (problem !== undefined) return void place.report(problem);
  if (bare !== key)
    return void place.report(`has a slash at its start or end; as prefixes it is written ${quote(bare)}`);
  if (!withinPrefixes(prefixes, key)) return key;
  place.report(
    `${quote(key)} is within the team's own prefixes (${prefixes.join(", ")}); it needs no grant, leave it out`,
  );
  return undefined;
}

/** One line for people, where everyone may read it. */
export function readReason(place: Place, value: unknown): string | undefined {
  const reason = text(place, value);
  if (reason === undefined) return undefined;
  const looksLike = secretLike(reason);
  if (looksLike !== undefined) place.report(`looks like ${looksLike}; everyone may read it here. It is not shown`);
  else if (reason.trim() === "") place.report("is empty");
  else if (/[\p{Cc}\u2028\u2029]/u.test(reason)) place.report("must be one line, without control characters");
  else if (reason.length > LONGEST_REASON) place.report(`is longer than ${LONGEST_REASON} characters`);
  else return reason;
  return undefined;
}

function readDay(place: Place, value: unknown): string | undefined {
  if (value instanceof Date) return void place.report('must be a text like "2027-03-31", not a Date');
  const day = text(place, value);
  if (day === undefined || isCalendarDay(day)) return day;
  place.report(`is not a day of the calendar in the form YYYY-MM-DD${nearestDay(day)}`);
  return undefined;
}

/** Year, month and day that were written another way, or the last day of a month that is shorter. */
function nearestDay(written: string): string {
  const [, year = "", month = "", day = ""] = /^(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)/.exec(written) ?? [];
  const start = `${year}-${month.padStart(2, "0")}`;
  const days = [day.padStart(2, "0"), "31", "30", "29", "28"].map((each) => `${start}-${each}`);
  const near = days.find(isCalendarDay);
  return near === undefined || Number(day) === 0 || Number(day) > 31 ? "" : `; did you mean "${near}"?`;
}

function reportRepeated(place: Place, value: unknown): void {
  if (!Array.isArray(value)) return;
  const seen = new Set<string>();
  value.forEach((entry: unknown, index) => {
    if (!isRecord(entry)) return;
    for (const field of ["path", "prefix"] as const) {
      const key = entry[field];
      if (typeof key !== "string") continue;
      const id = `${field} ${key}`;
      if (seen.has(id))
        place
          .at(index)
          .at(field)
          .report(`${quote(key)} is there twice`);
      seen.add(id);
    }
  });
}
