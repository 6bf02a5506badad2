import {
  describeExtraGrant,
  extraGrantFor,
  kvKeyProblem,
  kvReadPath,
  logicalPath,
  TEAM,
  vaultViews,
  withinPrefixes,
  type EnvironmentData,
  type ExtraGrant,
  type JsonRecord,
  type KvMount,
  type TeamData,
} from "../../api";
import { belongingOf, type Candidate } from "./belonging";
import { remoteReads, storeReferences, type RemoteRead, type StoreReference } from "./references";
import type { Path, RuleContext, RuleSubject, UnknownPart, Violation } from "./rule";
import { readText, UNKNOWN } from "./unknown";
import { compareVault, trimSlashes, vaultOf } from "./vault";

const NAMESPACE: Path = ["metadata", "namespace"];
const TEAM_CLAIM: Path = ["metadata", "annotations", TEAM];

/** A read that rests on an extra grant of the team. */
export interface Borrowed {
  readonly path: Path;
  /** What is read, without KV v2's `data/`: `prod/shared/partner-api`. */
  readonly read: string;
  readonly grant: ExtraGrant;
}

/** What there is to say about the paths that an ExternalSecret reads. */
export interface JudgedPaths {
  /** Reads that are not the team's. */
  readonly violations: readonly Violation[];
  readonly unknown: readonly UnknownPart[];
  readonly borrowed: readonly Borrowed[];
  /** Whose paths they are compared with. */
  readonly teams: readonly TeamData[];
}

const NOTHING: JudgedPaths = { violations: [], unknown: [], borrowed: [], teams: [] };

/**
 * Compares every path an ExternalSecret reads with what its namespace's team may read. Paths are the ones ESO would read (mount of the
 * store, key that carries the mount, KV v2's `data/`). A store that is not among everything judged is taken to be on its environment's
 * KV mount. Undefined when the ExternalSecret belongs to no environment.
 */
export function judgePaths(subject: RuleSubject, context: RuleContext): JudgedPaths | undefined {
  const belonging = belongingOf(subject, context);
  if (belonging.candidates.length === 0)
    return belonging.unknown.length > 0 ? { ...NOTHING, unknown: belonging.unknown } : undefined;
  // A namespace's name may be used in several environments; the object has to be right in one of them, wholly: one that its
  // stores are of, if there is one.
  const judged = belonging.candidates.map((candidate) => judgeIn(candidate, subject, context));
  judged.sort(
    (a, b) =>
      a.foreignStores - b.foreignStores ||
      a.violations.length - b.violations.length ||
      a.unknown.length - b.unknown.length,
  );
  const { violations, unknown, borrowed, teams } = judged[0] ?? NOTHING;
  return { violations, unknown: [...belonging.unknown, ...unknown], borrowed, teams };
}

function judgeIn(
  candidate: Candidate,
  subject: RuleSubject,
  context: RuleContext,
): JudgedPaths & { readonly foreignStores: number } {
  const { environment } = candidate;
  const foreignStores = storeReferences(subject.object)
    .flatMap((reference) => storesOf(reference, subject, context))
    .filter((store) => isForeign(store, environment, context)).length;
  return { foreignStores, ...judgeReads(candidate, subject, context) };
}

function judgeReads(candidate: Candidate, subject: RuleSubject, context: RuleContext): JudgedPaths {
  const { environment } = candidate;
  const claim = readText(subject.object, ...TEAM_CLAIM);
  if (claim === UNKNOWN) return { ...NOTHING, unknown: [{ path: TEAM_CLAIM, message: "the team is not known yet" }] };
  const teams = teamsOf(candidate, subject, claim, context);
  if (!Array.isArray(teams)) return { ...NOTHING, violations: [teams as Violation] };
  if (teams.length === 0) return NOTHING;

  const { reads, unknown } = remoteReads(subject.object);
  const judged = reads.map((one) => judgeRead(one, environment, teams as TeamData[], subject, context));
  return {
    violations: judged.flatMap((one) => one.violations ?? []),
    unknown: [
      ...unknown.map((path) => ({ path, message: "what is read is not known yet" })),
      ...judged.flatMap((one) => one.unknown ?? []),
    ],
    borrowed: judged.flatMap((one) => one.borrowed ?? []),
    teams: teams as TeamData[],
  };
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

type Judged = Partial<Omit<JudgedPaths, "teams">>;

function judgeRead(
  one: RemoteRead,
  environment: EnvironmentData,
  teams: readonly TeamData[],
  subject: RuleSubject,
  context: RuleContext,
): Judged {
  const readings = readingsOf(one, environment, subject, context);
  if (readings === UNKNOWN) return { unknown: [{ path: one.path, message: "the store's mount is not known yet" }] };
  if (one.key === UNKNOWN) return { unknown: [{ path: one.path, message: "the key is not known yet" }] };
  const key = one.find ? trimSlashes(one.key ?? "") : (one.key ?? "").replace(/^\/+/, "");
  const reader = {
    prefixes: teams.flatMap((team) => team.prefixes.map(trimSlashes)),
    alsoReads: teams.flatMap((team) => team.alsoReads ?? []),
  };
  const mounts = [...new Set((readings[0] ?? []).map((reading) => trimSlashes(reading.environment.vault.kv.mount)))];
  const places = [...reader.prefixes, ...reader.alsoReads.map(describeExtraGrant)];
  const paths = mounts.flatMap((mount) => places.map((place) => `${mount}/${place}`));
  const allowed = `what ${teamNames(teams)} may read: ${paths.join(", ") || "nothing"}`;
  if (readings.length > 0 && one.find && key === "")
    return finding(one.path, `finds in the whole mount, which is outside ${allowed}`, "give find a path");
  const problem = readings.length > 0 ? kvKeyProblem(key) : undefined;
  if (problem !== undefined)
    return finding(
      one.path,
      `the key ${problem}, so nothing shows that it stays inside ${allowed}`,
      "write a plain path",
    );

  const borrowed: Borrowed[] = [];
  for (const alternatives of readings) {
    const inside = alternatives.flatMap(({ mount, environment: view }): readonly (Borrowed | "own")[] => {
      const below = keyBelow(view, kvReadPath(mount, key));
      if (below === undefined) return [];
      const grant = extraGrantFor(reader, below, one.find ? "below" : "key");
      if (grant !== undefined) return [{ path: one.path, read: logicalPath(mount, key), grant }];
      return withinPrefixes(reader.prefixes, below) ? ["own"] : [];
    });
    const [first, ...others] = inside;
    if (first === undefined && alternatives[0] !== undefined)
      return finding(one.path, `${context.show(logicalPath(alternatives[0].mount, key))} is outside ${allowed}`);
    if (first !== undefined && first !== "own" && !others.includes("own")) borrowed.push(first);
  }
  return { borrowed };
}

function finding(path: Path, message: string, fix?: string): Judged {
  return { violations: [{ path, message, ...(fix === undefined ? {} : { fix }) }] };
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

export function teamNames(teams: readonly TeamData[]): string {
  const list = teams.map(({ name }) => `"${name}"`).sort();
  return `${list.length === 1 ? "team" : "teams"} ${list.join(" and ")}`;
}
