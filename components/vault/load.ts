import type { Problem } from "../../api";
import type { ResolvedAppSecret } from "../model/app-secret";
import { costOf, intervalOf, pathsOf, readersOf, requestsOf, rounded } from "../model/budget";
import { MAIN, type Environment } from "../model/environment";
import { Place } from "../model/problems";
import { quote } from "../model/secret-like";

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
  /** Requests a second, to six decimals. */
  readonly requestsPerSecond: number;
}

/** What all teams together cost one Vault, beside what it may be asked. */
export interface BudgetUse {
  readonly environment: string;
  /** Which Vault of the environment. */
  readonly vault: string;
  /** Of all teams, to six decimals. */
  readonly requestsPerSecond: number;
  /** Requests a second that the Vault may be asked; undefined: no budget was declared, and everything fits. */
  readonly budget: number | undefined;
  /** Not counted in the numbers, see {@link Load}. */
  readonly finds: number;
  /** Those who cost most first. */
  readonly teams: readonly { readonly team: string; readonly requestsPerSecond: number }[];
  /** The five AppSecrets that cost most, most first. */
  readonly costliest: readonly SecretCost[];
}

/** What one AppSecret would cost if it shared its paths with no other. */
export interface SecretCost {
  /** Id of the declaration. */
  readonly id: string;
  readonly team: string;
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** Go duration. */
  readonly refreshInterval: string;
  readonly requestsPerSecond: number;
}

/**
 * One request for each distinct path and version at each refresh. A path that several secrets of a team read counts once, at
 * the shortest of their intervals; in each cluster of the environment anew. What is read once, or when its ExternalSecret changes, costs nothing. Logins are left out: one per
 * identity every 20 minutes.
 *
 * Where External Secrets Operator runs, nothing is shared: each entry of each ExternalSecret is a request, and so are login, lookup and
 * revocation of the token at each refresh.
 */
export function loadOf(secrets: readonly ResolvedAppSecret[]): readonly Load[] {
  return [...byTeam(secrets).values()]
    .map(({ intervals, readers, paths, ...rest }) => ({
      ...rest,
      paths: paths.size,
      requestsPerSecond: perSecond(intervals.values(), readers),
    }))
    .sort((a, b) => byText(a, b, "environment", "vault", "team"));
}

interface Tally {
  readonly environment: string;
  readonly team: string;
  readonly vault: string;
  secrets: number;
  finds: number;
  /** Clusters that each read for themselves. */
  readonly readers: number;
  readonly paths: Set<string>;
  /** Milliseconds by request. */
  readonly intervals: Map<string, number>;
}

function byTeam(secrets: readonly ResolvedAppSecret[]): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const secret of secrets) {
    const { environment, team } = secret;
    const id = JSON.stringify([environment.name, environment.vault.name, team.name]);
    const tally = tallies.get(id) ?? {
      environment: environment.name,
      team: team.name,
      vault: environment.vault.name,
      secrets: 0,
      finds: 0,
      readers: readersOf(environment),
      paths: new Set<string>(),
      intervals: new Map<string, number>(),
    };
    tallies.set(id, tally);
    tally.secrets += 1;
    tally.finds += secret.from.filter(({ kind }) => kind === "find").length;
    const interval = intervalOf(secret);
    for (const path of pathsOf(secret)) tally.paths.add(path);
    for (const request of requestsOf(secret))
      tally.intervals.set(request, Math.min(interval, tally.intervals.get(request) ?? interval));
  }
  return tallies;
}

/** Sorted before summing: floating-point sums depend on the order. */
function perSecond(intervals: Iterable<number>, readers: number): number {
  return rounded(
    [...intervals].sort((a, b) => b - a).reduce((total, interval) => total + (readers * 1000) / interval, 0),
  );
}

const COSTLIEST = 5;

/** One entry for each Vault that has a budget or is read, sorted by environment and Vault. */
export function budgetsOf(
  environments: Iterable<Environment>,
  secrets: readonly ResolvedAppSecret[],
): readonly BudgetUse[] {
  const uses = new Map<string, { readonly of: Environment; readonly secrets: ResolvedAppSecret[] }>();
  const useOf = (of: Environment): ResolvedAppSecret[] => {
    const id = JSON.stringify([of.name, of.vault.name]);
    const use = uses.get(id) ?? { of, secrets: [] };
    uses.set(id, use);
    return use.secrets;
  };
  for (const environment of environments)
    for (const vault of environment.vaults) if (vault.budget !== undefined) useOf({ ...environment, vault });
  for (const secret of secrets) useOf(secret.environment).push(secret);
  return [...uses.values()]
    .map(({ of, secrets: own }) => budgetUse(of, own))
    .sort((a, b) => byText(a, b, "environment", "vault"));
}

function budgetUse(environment: Environment, secrets: readonly ResolvedAppSecret[]): BudgetUse {
  const { name, vault } = environment;
  const readers = readersOf(environment);
  const teams = [...byTeam(secrets).values()];
  return {
    environment: name,
    vault: vault.name,
    requestsPerSecond: perSecond(
      teams.flatMap(({ intervals }) => [...intervals.values()]),
      readers,
    ),
    budget: vault.budget?.requestsPerSecond,
    finds: teams.reduce((total, { finds }) => total + finds, 0),
    teams: teams
      .map(({ team, intervals }) => ({ team, requestsPerSecond: perSecond(intervals.values(), readers) }))
      .sort((a, b) => b.requestsPerSecond - a.requestsPerSecond || byText(a, b, "team")),
    costliest: secrets
      .map((secret): SecretCost => {
        const { id, team, namespace, name: secretName, refreshInterval } = secret;
        const requestsPerSecond = costOf(secret);
        return { id, team: team.name, namespace, name: secretName, refreshInterval, requestsPerSecond };
      })
      .filter(({ requestsPerSecond }) => requestsPerSecond > 0)
      .sort((a, b) => b.requestsPerSecond - a.requestsPerSecond || byText(a, b, "id", "namespace", "name"))
      .slice(0, COSTLIEST),
  };
}

function byText<K extends string>(
  a: Readonly<Record<K, string>>,
  b: Readonly<Record<K, string>>,
  ...keys: K[]
): number {
  for (const key of keys) if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  return 0;
}

/** Reports Vaults that AppSecrets together ask more of than their budget. Those that break it alone are reported where they are declared. */
export function checkBudgets(problems: Problem[], secrets: readonly ResolvedAppSecret[]): void {
  const limited = secrets.filter((secret) => {
    const { budget } = secret.environment.vault;
    return budget !== undefined && costOf(secret) <= budget.requestsPerSecond;
  });
  const environments = new Map(limited.map(({ environment }) => [environment.name, environment]));
  for (const use of budgetsOf([], limited)) {
    const { environment, vault, requestsPerSecond, budget, teams, costliest } = use;
    if (budget === undefined || requestsPerSecond <= budget) continue;
    const several = (environments.get(environment)?.vaults.length ?? 1) > 1 || vault !== MAIN;
    const place = Place.of(problems, "Environment", environment);
    const most = costliest.map(
      ({ id, team, refreshInterval, requestsPerSecond: cost }) =>
        `AppSecret ${quote(id)} of team "${team}" every ${refreshInterval} (${cost})`,
    );
    (several ? place.at("vaults").at(vault) : place.at("vault"))
      .at("budget")
      .report(
        `AppSecrets of ${teams.length === 1 ? "one team" : `${teams.length} teams`} ask for ${requestsPerSecond} requests a second, ` +
          `the budget is ${budget}; most by ${most.join(", ")}; ` +
          "give those a longer staleFor, let the secrets of a team share paths, or raise the budget",
      );
  }
}
