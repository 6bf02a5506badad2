import { DEFAULT_REFRESH_INTERVAL, formatDuration, parseDuration, type JsonRecord } from "../../api";
import { duration } from "./fields";
import type { Place } from "./problems";

/** What a secret says about time. All are Go durations of at least one second. */
export interface Freshness {
  /** How old a value in the cluster may be after it changed in Vault. */
  readonly staleFor?: string;
  /** How often the value is changed in Vault. */
  readonly rotatesEvery?: string;
  /** The refresh interval itself, instead of deriving it. */
  readonly refreshInterval?: string;
}

const SHORTEST_DERIVED = 60_000;
const ROTATION_PARTS = 10;

/**
 * The refresh interval in Go's form (`5m0s`), by the first rule that fits:
 * 1. `refreshInterval`, as given;
 * 2. `staleFor`: a value is looked at as often as it may be old;
 * 3. `rotatesEvery`: a tenth of it, so that a rotation is missed for at most a tenth of its life, but not below one minute and
 *    not above the environment's staleness;
 * 4. the environment's `staleFor`, else `1h` (ESO's default).
 *
 * Refused, because one of the two cannot be meant: a `staleFor` longer than `rotatesEvery` (a value two rotations old would be
 * fresh enough), and a `refreshInterval` longer than `staleFor`.
 */
export function refreshInterval(place: Place, fields: JsonRecord, environmentStaleFor: string | undefined): string {
  const read = (field: keyof Freshness): number | undefined =>
    fields[field] === undefined ? undefined : duration(place.at(field), fields[field]);
  const [staleFor, rotatesEvery, explicit] = [read("staleFor"), read("rotatesEvery"), read("refreshInterval")];
  if (staleFor !== undefined && rotatesEvery !== undefined && staleFor > rotatesEvery)
    place.at("staleFor").report(`is longer than rotatesEvery (${formatDuration(rotatesEvery)})`);
  if (explicit !== undefined && staleFor !== undefined && explicit > staleFor)
    place.at("refreshInterval").report(`is longer than staleFor (${formatDuration(staleFor)})`);
  const byDefault = parseDuration(environmentStaleFor ?? DEFAULT_REFRESH_INTERVAL);
  const byRotation =
    rotatesEvery === undefined
      ? undefined
      : Math.min(Math.max(Math.floor(rotatesEvery / ROTATION_PARTS), SHORTEST_DERIVED), byDefault);
  return formatDuration(explicit ?? staleFor ?? byRotation ?? byDefault);
}
