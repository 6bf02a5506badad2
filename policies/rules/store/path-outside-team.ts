import { ESO_GROUP, kvKeyProblem, kvReadPath, logicalPath, TEAM, vaultViews, withinPrefixes } from "../../../api";
import type { EnvironmentData, JsonRecord, KvMount, TeamData } from "../../../api";
import { belongingOf, type Candidate } from "../belonging";
import { remoteReads, storeReferences, type RemoteRead, type StoreReference } from "../references";
import { conclude, notApplicable, rulePage, type Path, type Rule, type UnknownPart, type Violation } from "../rule";
import type { RuleContext, RuleResult, RuleSubject } from "../rule";
import { readText, UNKNOWN } from "../unknown";
import { compareVault, trimSlashes, vaultOf } from "../vault";

/**
 * STO006: every path an ExternalSecret reads lies below the prefixes of its namespace's team. Paths are the ones ESO would read
 * (mount of the store, key that carries the mount, KV v2's `data/`). A store that is not among everything judged is taken to be
 * on its environment's KV mount.
 */
export const pathOutsideTeam: Rule = {
  id: "STO006",
  title: "An ExternalSecret reads a path outside its team",
  description:
    "A team may read its own prefixes of the environment's KV mount. A key elsewhere is refused by Vault if the policies are " +
    "exact, and is a leak if they are not.",
  severity: "error",
  kind: "resource",
  needsEnvironments: true,
  fix: "read a path below the team's prefixes, or give the team the prefix in the environments",
  url: rulePage("STO006"),
  appliesTo: [{ group: ESO_GROUP, kind: "ExternalSecret" }],
  check,
};

const NAMESPACE: Path = ["metadata", "namespace"];
const TEAM_CLAIM: Path = ["metadata", "annotations", TEAM];

interface Judged {
  readonly violations: readonly Violation[];
  readonly unknown: readonly UnknownPart[];
}

function check(subject: RuleSubject, context: RuleContext): RuleResult {
  const belonging = belongingOf(subject, context);
  if (belonging.candidates.length === 0) {
    if (belonging.unknown.length > 0) return conclude([], belonging.unknown);
    return notApplicable("the ExternalSecret belongs to no environment");
  }
  // A namespace's name may be used in several environments; the object has to be right in one of them, wholly: one that its
  // stores are of, if there is one.
  const judged = belonging.candidates.map((candidate) => judgeIn(candidate, subject, context));
  judged.sort(
    (a, b) =>
      a.foreignStores - b.foreignStores ||
      a.violations.length - b.violations.length ||
      a.unknown.length - b.unknown.length,
  );
  const best = judged[0] ?? { violations: [], unknown: [] };
  return conclude(best.violations, [...belonging.unknown, ...best.unknown]);
}

function judgeIn(
  candidate: Candidate,
  subject: RuleSubject,
  context: RuleContext,
): Judged & { readonly foreignStores: number } {
  const { environment } = candidate;
  const foreignStores = storeReferences(subject.object)
    .flatMap((reference) => storesOf(reference, subject, context))
    .filter((store) => isForeign(store, environment, context)).length;
  return { foreignStores, ...judgePaths(candidate, subject, context) };
}

function judgePaths(candidate: Candidate, subject: RuleSubject, context: RuleContext): Judged {
  const { environment } = candidate;
  const claim = readText(subject.object, ...TEAM_CLAIM);
  if (claim === UNKNOWN)
    return { violations: [], unknown: [{ path: TEAM_CLAIM, message: "the team is not known yet" }] };
  const teams = teamsOf(candidate, subject, claim, context);
  if (!Array.isArray(teams)) return { violations: [teams as Violation], unknown: [] };
  if (teams.length === 0) return { violations: [], unknown: [] };

  const { reads, unknown: unread } = remoteReads(subject.object);
  const violations: Violation[] = [];
  const unknown = unread.map((path) => ({ path, message: "what is read is not known yet" }));
  for (const one of reads) {
    const result = judgeRead(one, environment, teams as TeamData[], subject, context);
    violations.push(...result.violations);
    unknown.push(...result.unknown);
  }
  return { violations, unknown };
}

/** The teams whose prefixes count; a violation when there is none; empty while the namespace is not known yet. */
function teamsOf(
  { environment, teams, because }: Candidate,
  { namespace }: RuleSubject,
  claim: string | undefined,
  context: RuleContext,
): readonly TeamData[] | Violation {
  const own = `environment "${environment.name}"`;
  const claimed = environment.teams.filter((team) => team.name === claim);
  if (typeof namespace !== "string") {
    if (claimed.length > 0) return claimed;
    if (namespace === UNKNOWN) return [];
    return {
      path: ["metadata"],
      message: `has no namespace, so nothing says which team it belongs to; ${because}`,
      fix: `set metadata.namespace to a namespace of the team`,
    };
  }
  if (teams.length === 0) {
    return {
      path: NAMESPACE,
      message: `namespace ${context.show(namespace)} belongs to no team of ${own}; ${because}`,
      fix: `use a namespace of a team, or add the namespace to its team in the environments`,
    };
  }
  if (claim === undefined) return teams;
  const agreed = teams.filter((team) => team.name === claim);
  if (agreed.length > 0) return agreed;
  return {
    path: TEAM_CLAIM,
    message: `says team ${context.show(claim)}, but namespace "${namespace}" belongs to ${teamNames(teams)} of ${own}`,
    fix: `correct ${TEAM}, or move the object to a namespace of that team`,
  };
}

function judgeRead(
  one: RemoteRead,
  environment: EnvironmentData,
  teams: readonly TeamData[],
  subject: RuleSubject,
  context: RuleContext,
): Judged {
  const readings = readingsOf(one, environment, subject, context);
  if (readings === UNKNOWN)
    return { violations: [], unknown: [{ path: one.path, message: "the store's mount is not known yet" }] };
  if (one.key === UNKNOWN)
    return { violations: [], unknown: [{ path: one.path, message: "the key is not known yet" }] };
  const key = one.find ? trimSlashes(one.key ?? "") : (one.key ?? "").replace(/^\/+/, "");
  const prefixes = teams.flatMap((team) => team.prefixes.map(trimSlashes));
  const mounts = [...new Set((readings[0] ?? []).map((reading) => trimSlashes(reading.environment.vault.kv.mount)))];
  const paths = mounts.flatMap((mount) => prefixes.map((prefix) => `${mount}/${prefix}`));
  const allowed = `what ${teamNames(teams)} may read: ${paths.join(", ") || "nothing"}`;
  if (readings.length > 0 && one.find && key === "") {
    return finding(one.path, `finds in the whole mount, which is outside ${allowed}`, "give find a path");
  }
  const problem = readings.length > 0 ? kvKeyProblem(key) : undefined;
  if (problem !== undefined) {
    return finding(
      one.path,
      `the key ${problem}, so nothing shows that it stays inside ${allowed}`,
      "write a plain path",
    );
  }
  const inside = ({ mount, environment: view }: Reading): boolean => {
    const below = keyBelow(view, kvReadPath(mount, key));
    return below !== undefined && withinPrefixes(prefixes, below);
  };
  const [outside] = readings.find((alternatives) => !alternatives.some(inside)) ?? [];
  if (outside === undefined) return { violations: [], unknown: [] };
  return finding(one.path, `${context.show(logicalPath(outside.mount, key))} is outside ${allowed}`);
}

function finding(path: Path, message: string, fix?: string): Judged {
  return { violations: [{ path, message, ...(fix === undefined ? {} : { fix }) }], unknown: [] };
}

/** The key below the environment's mount that an API path reads; undefined when it is not below it. */
function keyBelow(environment: EnvironmentData, path: string): string | undefined {
  const { mount, version } = environment.vault.kv;
  const base = `${trimSlashes(mount)}/${version === 2 ? "data/" : ""}`;
  return path.startsWith(base) ? path.slice(base.length) : undefined;
}

/** Where a key is read, and the environment with the Vault that is meant. */
interface Reading {
  readonly mount: KvMount;
  readonly environment: EnvironmentData;
}

/**
 * For each store that is meant, the Vaults of the environment it may be of: more than one only where it does not tell. None when no
 * store is a Vault store.
 */
function readingsOf(
  one: RemoteRead,
  environment: EnvironmentData,
  subject: RuleSubject,
  context: RuleContext,
): readonly (readonly Reading[])[] | typeof UNKNOWN {
  const views = vaultViews(environment);
  const assumed = views.map((view): Reading => {
    const { mount, version } = view.vault.kv;
    return { mount: { path: trimSlashes(mount), version: version === 1 ? "v1" : "v2" }, environment: view };
  });
  const stores = one.store === undefined ? [] : storesOf(one.store, subject, context);
  if (stores.length === 0) return [assumed];
  const readings: (readonly Reading[])[] = [];
  for (const store of stores) {
    // A store of another environment is said by ENV001 or ENV002; here once more for each path would hide the cause.
    if (isForeign(store, environment, context)) {
      readings.push(assumed);
      continue;
    }
    const mount = mountOf(store);
    if (mount === UNKNOWN) return UNKNOWN;
    if (mount !== undefined)
      readings.push(
        views.filter((view) => !isForeign(store, view, context)).map((view) => ({ mount, environment: view })),
      );
  }
  return readings;
}

function storesOf({ kind, name }: StoreReference, subject: RuleSubject, context: RuleContext): readonly JsonRecord[] {
  if (typeof kind !== "string" || typeof name !== "string") return [];
  return context.stores(kind, name, typeof subject.namespace === "string" ? subject.namespace : undefined);
}

function isForeign(store: JsonRecord, environment: EnvironmentData, context: RuleContext): boolean {
  const vault = vaultOf(store);
  return vault !== undefined && vault !== UNKNOWN && compareVault(vault, environment, context).mismatches.length > 0;
}

function mountOf(store: JsonRecord): KvMount | undefined | typeof UNKNOWN {
  const vault = vaultOf(store);
  if (vault === undefined || vault === UNKNOWN) return vault;
  if (vault.mount === UNKNOWN || vault.version === UNKNOWN) return UNKNOWN;
  return { version: vault.version, ...(vault.mount === undefined ? {} : { path: vault.mount }) };
}

function teamNames(teams: readonly TeamData[]): string {
  const list = teams.map(({ name }) => `"${name}"`).sort();
  return `${list.length === 1 ? "team" : "teams"} ${list.join(" and ")}`;
}
