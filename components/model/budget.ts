import { formatDuration, parseDuration, type JsonRecord } from "../../api";
import type { ResolvedAppSecret } from "./app-secret";
import type { Environment } from "./environment";
import { record } from "./fields";
import type { Place } from "./problems";

/** How much a Vault may be asked: a budget, or the rate limit that holds it. */
export interface RequestRate {
  /** Above 0; `0.5` is one request every two seconds. */
  readonly requestsPerSecond: number;
}

/** Reads a rate, reporting one that is none. */
export function readRate(place: Place, value: unknown): RequestRate | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["requestsPerSecond"]);
  const rate = fields.requestsPerSecond;
  if (typeof rate === "number" && Number.isFinite(rate) && rate > 0) return { requestsPerSecond: rate };
  place.at("requestsPerSecond").report("must be a number above 0");
  return undefined;
}

type Read = Pick<ResolvedAppSecret, "keys" | "from" | "refreshPolicy" | "refreshInterval">;

/** What one refresh reads: each distinct path, version and metadata once. A `find` is not among them, only Vault can count it. */
export function readsOf({ keys, from }: Pick<Read, "keys" | "from">): readonly string[] {
  const extracts = from.filter((entry) => entry.kind === "extract");
  const reads = [...keys, ...extracts].map(({ key, version, metadata }) => JSON.stringify([key, version, metadata]));
  return [...new Set(reads)];
}

/** Milliseconds between two refreshes; `Infinity` for what is read once, or when its ExternalSecret changes. */
export function intervalOf({ refreshPolicy, refreshInterval }: Read): number {
  return refreshPolicy === "Periodic" ? parseDuration(refreshInterval) : Infinity;
}

/** How often each path is read at a refresh: once in each cluster of the environment. */
export function readersOf({ clusters }: Environment): number {
  return Math.max(1, clusters.length);
}

/** What an AppSecret costs when it shares its paths with no other, in requests a second. */
export function costOf(secret: Read & Pick<ResolvedAppSecret, "environment">): number {
  return rounded((readsOf(secret).length * readersOf(secret.environment) * 1000) / intervalOf(secret));
}

/** To six decimals: sums of floating-point numbers differ in the last ones. */
export function rounded(requestsPerSecond: number): number {
  return Math.round(requestsPerSecond * 1e6) / 1e6;
}

/** Reports an AppSecret that breaks the budget of its Vault all by itself, at the field that says how often it is read. */
export function checkOwnCost(
  place: Place,
  fields: JsonRecord,
  secret: Read & Pick<ResolvedAppSecret, "environment">,
): void {
  const { environment } = secret;
  const budget = environment.vault.budget?.requestsPerSecond;
  const cost = budget === undefined ? 0 : costOf(secret);
  if (budget === undefined || cost <= budget) return;
  const reads = readsOf(secret).length;
  const readers = readersOf(environment);
  const field = ["refreshInterval", "staleFor", "rotatesEvery"].find((name) => fields[name] !== undefined);
  const fits = formatDuration(Math.ceil((reads * readers) / budget) * 1000);
  (field === undefined ? place : place.at(field)).report(
    `${reads === 1 ? "one path" : `${reads} paths`} every ${secret.refreshInterval} ` +
      `${readers === 1 ? "" : `in ${readers} clusters `}` +
      `${field === undefined ? `(staleFor of environment "${environment.name}") ` : ""}` +
      `are ${cost} requests a second, more than the whole budget of ${budget} of environment "${environment.name}"; ` +
      `an interval of ${fits} fits, or raise the budget`,
  );
}
