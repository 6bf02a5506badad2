import { byPlace, describeExtraGrant, mayReadKey, type Extent, type ExtraGrant, type TeamData } from "../../api";
import { readAlsoReads } from "./also-reads";
import { environmentAt, isEnvironment, vaultSuffix, type Environment } from "./environment";
import { label, list, record, vaultPath } from "./fields";
import { didYouMean, nearest } from "./nearest";
import { pathProblem } from "./path";
import { refuseOutputs } from "./outputs";
import { collecting, Place } from "./problems";

/** What {@link team} is given. */
export interface TeamSpec {
  /** The namespaces whose Secrets the team owns. */
  readonly namespaces: readonly string[];
  /** The ServiceAccount, in each of the namespaces, that logs in to Vault for the team. Default `keyturn-<team>`. */
  readonly serviceAccount?: string;
  /**
   * KV prefixes below the environment's mount that the team may read, without slashes at the ends: `payments` covers
   * `payments/db`, not `payments2`. Keys are relative to the first. Default: the team's name.
   */
  readonly prefixes?: readonly string[];
  /**
   * What the team may read outside its prefixes, such as a path of another team: each one path or prefix below the mount, with a
   * reason and a last day. The policy lists the paths of it that AppSecrets use, and nothing else. Default: nothing.
   */
  readonly alsoReads?: readonly ExtraGrant[];
}

/** An owner inside one environment; plain data. `Team<"prod">` is a different type from `Team<"dev">`. */
export interface Team<N extends string = string> {
  readonly environment: Environment<N>;
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly serviceAccount: string;
  readonly prefixes: readonly string[];
  /** Sorted; absent when there is nothing. */
  readonly alsoReads?: readonly ExtraGrant[];
}

/**
 * Declares a team of an environment.
 * @example
 * const payments = team(prod, "payments", { namespaces: ["payments"] }); // may read prod/payments/*
 * @throws DeclarationError naming every field that is wrong
 */
export function team<N extends string>(environment: Environment<N>, name: string, spec: TeamSpec): Team<N> {
  refuseOutputs("Team", name, { environment });
  refuseOutputs("Team", name, spec);
  return collecting((problems) => {
    const place = Place.of(problems, "Team", name);
    if (!isEnvironment(environment)) place.at("environment").report("is not made by environment(...)");
    const named = label(place.at("name"), name) !== undefined;
    const fields = record(place, spec) ?? {};
    place.onlyFields(fields, ["namespaces", "serviceAccount", "prefixes", "alsoReads"]);
    const namespaces = list(place.at("namespaces"), fields.namespaces, label);
    if (Array.isArray(fields.namespaces) && fields.namespaces.length === 0) place.at("namespaces").report("is empty");
    const prefixes =
      fields.prefixes === undefined
        ? [name]
        : list(place.at("prefixes"), fields.prefixes, (at, value) => vaultPath(at, value, pathProblem));
    if (Array.isArray(fields.prefixes) && fields.prefixes.length === 0) place.at("prefixes").report("is empty");
    reportRepeated(place.at("namespaces"), namespaces);
    reportRepeated(place.at("prefixes"), prefixes);
    const alsoReads = readAlsoReads(place.at("alsoReads"), fields.alsoReads, prefixes);
    const serviceAccount =
      named || fields.serviceAccount !== undefined ? (fields.serviceAccount ?? `keyturn-${name}`) : "x";
    return {
      environment,
      name,
      namespaces,
      serviceAccount: label(place.at("serviceAccount"), serviceAccount) ?? "",
      prefixes,
      ...(alsoReads.length === 0 ? {} : { alsoReads }),
    };
  });
}

function reportRepeated(place: Place, names: readonly string[]): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) place.at(index).report(`"${name}" is there twice`);
  });
}

/** Whether a value is what {@link team} returns; used where callers may be plain JavaScript. */
export function isTeam(value: unknown): value is Team {
  if (value === null || typeof value !== "object") return false;
  const candidate = value as Partial<Team>;
  return (
    isEnvironment(candidate.environment) &&
    typeof candidate.name === "string" &&
    Array.isArray(candidate.namespaces) &&
    Array.isArray(candidate.prefixes)
  );
}

/** True when the key (below the mount) is the team's to read; with `below` everything below it too. */
export function mayRead(team: Team, key: string, extent: Extent = "key"): boolean {
  return mayReadKey(team, key, extent);
}

/** What the team may read, for messages: its prefixes, then its extra grants. */
export function readableBy({ prefixes, alsoReads = [] }: Team): string {
  return [...prefixes, ...alsoReads.map(describeExtraGrant)].join(", ");
}

/** What to do about a path outside. */
export function extraGrantHint(extent: Extent): string {
  const place = extent === "key" ? "path" : "prefix";
  return `what is outside needs alsoReads: [{ ${place}, reason, until }] of the team`;
}

/**
 * The key below the mount that a path means: below the team's first prefix unless it is absolute. Reports one that is not the team's to
 * read, without showing it: it may be a pasted secret.
 */
export function keyBelow(place: Place, path: string, absolute: boolean, team: Team, extent: Extent = "key"): string {
  const key = absolute ? path : `${team.prefixes[0] ?? team.name}/${path}`;
  if (!mayRead(team, key, extent))
    place.report(
      `the path is outside what team "${team.name}" may read (${readableBy(team)}); ` +
        `a path without "/" in front is below the first of them; ${extraGrantHint(extent)}${didYouMeanStart(key, team)}`,
    );
  return key;
}

/** Suggests the prefix or path of the team that the key's first segments come near to. */
export function didYouMeanStart(key: string, { prefixes, alsoReads = [] }: Team): string {
  const segments = key.split("/");
  const known = [...prefixes, ...alsoReads.map(({ path, prefix }) => prefix ?? path)].sort();
  const near = known.filter((start) => {
    const head = segments.slice(0, start.split("/").length).join("/");
    return head !== start && nearest(head, [start]) !== undefined;
  });
  return near[0] === undefined ? "" : didYouMean(near[0], [near[0]]);
}

/** The form the rules, the CLI and the reconciler read; lists sorted, except that the first prefix stays first. */
export function teamData(team: Team): TeamData {
  const [first, ...rest] = team.prefixes;
  return {
    name: team.name,
    namespaces: [...team.namespaces].sort(),
    serviceAccount: team.serviceAccount,
    prefixes: first === undefined ? [] : [first, ...rest.sort()],
    ...(team.alsoReads === undefined ? {} : { alsoReads: [...team.alsoReads].sort(byPlace) }),
  };
}

/** Name of the team's Vault role and policy: `keyturn-<environment>-<team>`, with the name of a Vault other than `main` in between. */
export function accessName(team: Team): string {
  return `keyturn-${team.environment.name}${vaultSuffix(team.environment)}-${team.name}`;
}

/** The team with the Vault of that name as the one that is meant, reporting a name that the environment does not have. */
export function teamAt(place: Place, team: Team, vault: unknown): Team {
  const environment = environmentAt(place, team.environment, vault);
  return environment === team.environment ? team : { ...team, environment };
}

/** A name in Vault in which `{team}` stands for the team. */
export function identityName(pattern: string, team: Team): string {
  return pattern.replaceAll("{team}", team.name);
}
