import {
  DEFAULT_REFRESH_INTERVAL,
  formatDuration,
  isDuration,
  parseDuration,
  type JsonRecord,
  type RefreshPolicy,
} from "../../api";
import type { Environment } from "./environment";
import { duration, oneOf } from "./fields";
import type { Place } from "./problems";
import { quote } from "./secret-like";

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

/** The refresh policy; what a policy without an interval, or an immutable Secret, makes meaningless is refused. */
export function readRefreshPolicy(place: Place, fields: JsonRecord): RefreshPolicy {
  const policy =
    fields.refreshPolicy === undefined
      ? "Periodic"
      : (oneOf(place.at("refreshPolicy"), fields.refreshPolicy, ["Periodic", "OnChange", "CreatedOnce"]) ?? "Periodic");
  const why =
    policy !== "Periodic"
      ? `with refreshPolicy "${policy}" Vault is not looked at again`
      : fields.immutable === true
        ? "an immutable Secret never changes"
        : undefined;
  if (why !== undefined)
    for (const field of ["staleFor", "rotatesEvery", "refreshInterval", "syncWindows"])
      if (fields[field] !== undefined) place.at(field).report(`has no effect: ${why}`);
  return policy;
}

/**
 * The refresh interval in Go's form (`5m0s`), by the first rule that fits:
 * 1. `refreshInterval`, as given;
 * 2. `staleFor`: a value is looked at as often as it may be old;
 * 3. `rotatesEvery`: a tenth of it, so that a rotation is missed for at most a tenth of its life, but not below one minute and
 *    not above the environment's staleness;
 * 4. the environment's `staleFor`, else `1h` (ESO's default).
 *
 * Where the Vault pushes, a hint brings the rotation and polling is the net under it, so the third rule gives the environment's staleness,
 * but not above `rotatesEvery`. A `staleFor` of the secret is still the interval: hints get lost, and it is a promise.
 *
 * Refused, because one of the two cannot be meant: a `staleFor` longer than `rotatesEvery` (a value two rotations old would be
 * fresh enough), and a `refreshInterval` longer than either.
 */
export function refreshInterval(
  place: Place,
  fields: JsonRecord,
  { staleFor: environmentStaleFor, vault }: Pick<Environment, "staleFor" | "vault">,
): string {
  const read = (field: keyof Freshness): number | undefined =>
    fields[field] === undefined ? undefined : duration(place.at(field), fields[field]);
  const [staleFor, rotatesEvery] = [read("staleFor"), read("rotatesEvery")];
  const never = isNever(fields.refreshInterval);
  if (never)
    place
      .at("refreshInterval")
      .report(`${quote(fields.refreshInterval)} is never; to read once write refreshPolicy: "CreatedOnce"`);
  const explicit = never ? undefined : read("refreshInterval");
  if (staleFor !== undefined && rotatesEvery !== undefined && staleFor > rotatesEvery)
    place.at("staleFor").report(`is longer than rotatesEvery (${formatDuration(rotatesEvery)})`);
  if (explicit !== undefined && staleFor !== undefined && explicit > staleFor)
    place.at("refreshInterval").report(`is longer than staleFor (${formatDuration(staleFor)})`);
  else if (explicit !== undefined && rotatesEvery !== undefined && explicit > rotatesEvery)
    place.at("refreshInterval").report(`is longer than rotatesEvery (${formatDuration(rotatesEvery)})`);
  const byDefault = parseDuration(environmentStaleFor ?? DEFAULT_REFRESH_INTERVAL);
  const byRotation =
    rotatesEvery === undefined
      ? undefined
      : Math.min(
          vault.push ? rotatesEvery : Math.max(Math.floor(rotatesEvery / ROTATION_PARTS), SHORTEST_DERIVED),
          byDefault,
        );
  return formatDuration(explicit ?? staleFor ?? byRotation ?? byDefault);
}

/** ESO reads once with an interval of 0 and then not even when the spec changes. */
function isNever(value: unknown): boolean {
  return typeof value === "string" && isDuration(value) && parseDuration(value) === 0;
}
