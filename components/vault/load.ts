import { parseDuration } from "../../api";
import { referencesOf, type ResolvedAppSecret } from "../model/app-secret";

/** What the secrets of one team cost one Vault when nothing changes. */
export interface Load {
  readonly environment: string;
  readonly team: string;
  /** Which Vault of the environment. */
  readonly vault: string;
  readonly secrets: number;
  /** Distinct paths and versions. */
  readonly paths: number;
  /** `find`s: each lists every folder below its path and reads what fits, which only Vault can count. Not in the other numbers. */
  readonly finds: number;
  /** Reads a second, to six decimals. */
  readonly requestsPerSecond: number;
}

/**
 * One request for each distinct path and version at each refresh. A path that several secrets of a team read counts once, at
 * the shortest of their intervals. What is read once, or when its ExternalSecret changes, costs nothing. Logins are left out: one per
 * identity every 20 minutes.
 */
export function loadOf(secrets: readonly ResolvedAppSecret[]): readonly Load[] {
  const groups = new Map<
    string,
    { readonly count: { secrets: number; finds: number }; readonly intervals: Map<string, number> }
  >();
  for (const secret of secrets) {
    const id = JSON.stringify([secret.environment.name, secret.environment.vault.name, secret.team.name]);
    const group = groups.get(id) ?? { count: { secrets: 0, finds: 0 }, intervals: new Map<string, number>() };
    groups.set(id, group);
    group.count.secrets += 1;
    group.count.finds += secret.from.filter(({ kind }) => kind === "find").length;
    const interval = secret.refreshPolicy === "Periodic" ? parseDuration(secret.refreshInterval) : Infinity;
    for (const { key, version, metadata } of referencesOf(secret)) {
      const path = JSON.stringify([key, version, metadata]);
      group.intervals.set(path, Math.min(interval, group.intervals.get(path) ?? interval));
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { count, intervals }]) => {
      const [environment = "", vault = "", team = ""] = JSON.parse(id) as string[];
      return {
        environment,
        team,
        vault,
        secrets: count.secrets,
        paths: intervals.size,
        finds: count.finds,
        requestsPerSecond: perSecond([...intervals.values()]),
      };
    });
}

/** Sorted before summing: floating-point sums depend on the order. */
function perSecond(intervals: readonly number[]): number {
  const sum = [...intervals].sort((a, b) => b - a).reduce((total, interval) => total + 1000 / interval, 0);
  return Math.round(sum * 1e6) / 1e6;
}
