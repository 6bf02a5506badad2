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

type Refreshed = Pick<
  ResolvedAppSecret,
  "environment" | "namespace" | "externalSecretName" | "keys" | "from" | "refreshPolicy" | "refreshInterval"
>;

/** Each distinct path, version and metadata. What a `find` finds is not among them, only Vault can count it. */
export function pathsOf({ keys, from }: Pick<Refreshed, "keys" | "from">): readonly string[] {
  return [...new Set(entriesOf({ keys, from }))];
}

function entriesOf({ keys, from }: Pick<Refreshed, "keys" | "from">): readonly string[] {
  const extracts = from.filter((entry) => entry.kind === "extract");
  return [...keys, ...extracts].map(({ key, version, metadata }) => JSON.stringify([key, version, metadata]));
}

/**
 * What one refresh asks of Vault; equal texts are one request for a whole team. keyturn's reconciler reads each path once and keeps its
 * login. External Secrets Operator asks for every entry of every ExternalSecret by itself, and as it does not cache tokens unless it is
 * told to, it also logs in, looks itself up and revokes its token each time (reference/eso.md 5.5).
 */
export function requestsOf(secret: Omit<Refreshed, "refreshPolicy" | "refreshInterval">): readonly string[] {
  const { environment, namespace, externalSecretName } = secret;
  if (environment.reconciler.install) return pathsOf(secret);
  // What a generator makes asks no Vault of the environment.
  if (secret.keys.length === 0 && secret.from.every(({ kind }) => kind === "generator")) return [];
  const around = "token" in environment.vault.login ? ["look up"] : ["log in", "look up", "revoke"];
  return [...entriesOf(secret), ...around].map((_, index) => JSON.stringify([namespace, externalSecretName, index]));
}

/** Milliseconds between two refreshes; `Infinity` for what is read once, or when its ExternalSecret changes. */
export function intervalOf({
  refreshPolicy,
  refreshInterval,
}: Pick<Refreshed, "refreshPolicy" | "refreshInterval">): number {
  return refreshPolicy === "Periodic" ? parseDuration(refreshInterval) : Infinity;
}

/** How often each path is read at a refresh: once in each cluster of the environment. */
export function readersOf({ clusters }: Environment): number {
  return Math.max(1, clusters.length);
}

/** What an AppSecret costs when it shares its paths with no other, in requests a second. */
export function costOf(secret: Refreshed): number {
  return rounded((requestsOf(secret).length * readersOf(secret.environment) * 1000) / intervalOf(secret));
}

/** To six decimals: sums of floating-point numbers differ in the last ones. */
export function rounded(requestsPerSecond: number): number {
  return Math.round(requestsPerSecond * 1e6) / 1e6;
}

/** Reports an AppSecret that breaks the budget of its Vault all by itself, at the field that says how often it is read. */
export function checkOwnCost(place: Place, fields: JsonRecord, secret: Refreshed): void {
  const { environment } = secret;
  const budget = environment.vault.budget?.requestsPerSecond;
  const cost = budget === undefined ? 0 : costOf(secret);
  if (budget === undefined || cost <= budget) return;
  const requests = requestsOf(secret).length;
  const one = environment.reconciler.install ? "path" : "request of External Secrets Operator";
  const readers = readersOf(environment);
  const field = ["refreshInterval", "staleFor", "rotatesEvery"].find((name) => fields[name] !== undefined);
  const fits = formatDuration(Math.ceil((requests * readers) / budget) * 1000);
  (field === undefined ? place : place.at(field)).report(
    `${requests === 1 ? `one ${one}` : `${requests} ${one.replace(/^\w+/, "$&s")}`} every ${secret.refreshInterval} ` +
      `${readers === 1 ? "" : `in ${readers} clusters `}` +
      `${field === undefined ? `(staleFor of environment "${environment.name}") ` : ""}` +
      `are ${cost} requests a second, more than the whole budget of ${budget} of environment "${environment.name}"; ` +
      `an interval of ${fits} fits, or raise the budget`,
  );
}
