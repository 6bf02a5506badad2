import { isCalendarDay } from "./calendar-day";
import { isRecord } from "./kubernetes";
import { kvKeyProblem, withinPrefixes } from "./kv-path";

/**
 * What a team may read outside its own prefixes: one path, or a prefix with everything below it. Never for ever: `until` is the last
 * day, which counts whole, in UTC.
 */
export type ExtraGrant = (
  | {
      /** Key below the mount, without slashes at the ends: `shared/partner-api`, and nothing below it. */
      readonly path: string;
      readonly prefix?: never;
    }
  | {
      /** Below the mount, without slashes at the ends: `shared` covers `shared` and `shared/partner-api`, not `shared2`. */
      readonly prefix: string;
      readonly path?: never;
    }
) & {
  /** Why, in one line. Everyone may read it: it is in `environments.json`, `access.json` and the policy. */
  readonly reason: string;
  /** The last day, `YYYY-MM-DD`. */
  readonly until: string;
};

/** Whose paths are asked for. */
interface Reader {
  readonly prefixes: readonly string[];
  readonly alsoReads?: readonly ExtraGrant[] | undefined;
}

/** Whether what is read is the key itself, or everything below it as well (`find`, a prefix grant). */
export type Extent = "key" | "below";

/** True when the key (below the mount) is within the prefixes or an extra grant, whatever day it is. */
export function mayReadKey(reader: Reader, key: string, extent: Extent = "key"): boolean {
  return withinPrefixes(reader.prefixes, key) || extraGrantFor(reader, key, extent) !== undefined;
}

/**
 * The extra grant that a key needs: undefined for one within the prefixes, and for one that nothing covers. Of several the one that
 * lasts longest, of these a path rather than a prefix.
 */
export function extraGrantFor(reader: Reader, key: string, extent: Extent = "key"): ExtraGrant | undefined {
  const { prefixes, alsoReads = [] } = reader;
  if (alsoReads.length === 0 || withinPrefixes(prefixes, key)) return undefined;
  const covering = alsoReads.filter(({ path, prefix }) =>
    prefix === undefined ? extent === "key" && path === key : withinPrefixes([prefix], key),
  );
  return covering.sort((a, b) => (a.until === b.until ? byPlace(a, b) : a.until < b.until ? 1 : -1))[0];
}

/** Sorts paths before prefixes, each by name. */
export function byPlace(a: ExtraGrant, b: ExtraGrant): number {
  if ((a.path === undefined) !== (b.path === undefined)) return a.path === undefined ? 1 : -1;
  const [left, right] = [a.path ?? a.prefix, b.path ?? b.prefix];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** As messages name it: `shared/partner-api`, of a prefix `shared/*`. */
export function describeExtraGrant({ path, prefix }: ExtraGrant): string {
  return prefix === undefined ? path : `${prefix}/*`;
}

/**
 * Whether the extra grant is over.
 * @param today `YYYY-MM-DD`
 */
export function isOver({ until }: ExtraGrant, today: string): boolean {
  return until < today;
}

/** Checks `alsoReads` of an environments file. */
export function checkExtraGrants(value: unknown, at: string, problem: (path: string, message: string) => void): void {
  if (!Array.isArray(value)) return problem(at, "is not a list");
  value.forEach((grant: unknown, index) => {
    const place = `${at}[${index}]`;
    if (!isRecord(grant)) return problem(place, "is not an object");
    const { path, prefix, reason, until } = grant;
    if ((path === undefined) === (prefix === undefined)) problem(place, "must have exactly one of path and prefix");
    for (const [field, key] of Object.entries({ path, prefix })) {
      const wrong = key === undefined ? undefined : typeof key === "string" ? kvKeyProblem(key) : "is not a text";
      if (wrong !== undefined) problem(`${place}.${field}`, wrong);
    }
    if (typeof reason !== "string" || reason.trim() === "") problem(`${place}.reason`, "is missing");
    if (typeof until !== "string" || !isCalendarDay(until))
      problem(`${place}.until`, "is not a day of the calendar in the form YYYY-MM-DD");
  });
}
