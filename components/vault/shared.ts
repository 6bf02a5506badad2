import type { Grant, SharedPath } from "../../api";
import { describeExtraGrant } from "../../api";
import { MAIN } from "../model/environment";
import { aclOf, type Acl } from "./acl";
import type { VaultDocuments } from "./documents";
import { evaluateAcl } from "./evaluate";
import { namespacePath } from "./parse";
import { policyPath, type PolicyDocument } from "./policy";
import { holdersOf } from "./readers";

type Documents = Pick<VaultDocuments, "environment" | "vault" | "namespace" | "policies">;

/**
 * The paths of one Vault that two or more teams can read: every path and prefix that a policy names, judged from the text of the policies
 * with the server's own rules. A prefix stands for what is below it and has no rule of its own. Time grows with the rules, not with
 * rules times teams: only teams whose rules meet are asked about a path.
 * @param grants those the policies are made of; of other Vaults too
 */
export function sharedPaths(documents: Documents, grants: readonly Grant[]): readonly SharedPath[] {
  const { environment, vault, namespace, policies } = documents;
  if (policies.length < 2) return [];
  const meeting = meetings(policies);
  const asked = new Set([...meeting.values()].flatMap((teams) => [...teams]));
  const acls = new Map<string, Acl>(
    holdersOf({ namespace, policies: policies.filter(({ team }) => asked.has(team)) }).map((holder) => [
      holder.name,
      aclOf(holder.policies),
    ]),
  );
  const reasons = reasonsOf(documents, grants);
  return [...meeting]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, teams]) => {
      const readers = [...teams].sort().flatMap((team) => {
        const acl = acls.get(team);
        const rule = acl === undefined ? undefined : decidingRule(acl, path, namespace);
        return rule === undefined ? [] : [{ team, why: reasons(team, rule, path) }];
      });
      return readers.length < 2 ? [] : [{ environment, vault, path, readers }];
    });
}

/** Every path that a policy names, with the teams whose rules are on it or around it, where these are two or more. */
function meetings(policies: readonly PolicyDocument[]): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { team, rules } of policies)
    for (const { path } of rules) {
      const teams = owners.get(path);
      if (teams === undefined) owners.set(path, new Set([team]));
      else teams.add(team);
    }
  const met = new Map<string, ReadonlySet<string>>();
  for (const [path, own] of owners) {
    const teams = new Set(own);
    for (const prefix of prefixesAround(path)) for (const team of owners.get(prefix) ?? []) teams.add(team);
    if (teams.size > 1) met.set(path, teams);
  }
  return met;
}

/** `a/*`, `a/b/*` around `a/b/c` and `a/b/c/*`; outermost first. */
export function prefixesAround(path: string): readonly string[] {
  const below = path.replace(/\/\*$/, "");
  const prefixes: string[] = [];
  for (let slash = below.indexOf("/"); slash >= 0; slash = below.indexOf("/", slash + 1))
    prefixes.push(`${below.slice(0, slash)}/*`);
  return prefixes;
}

/** The rule that lets the team read the path, as its policy has it; undefined when it may not. */
function decidingRule(acl: Acl, path: string, namespace: string | undefined): string | undefined {
  const where = namespace === undefined ? {} : { namespace };
  // No key has a "*", so that a prefix as it is written stands for what is below it and has no rule of its own.
  const { decision, rule } = evaluateAcl(acl, { path, operation: "read", ...where });
  return decision === "allowed" ? rule?.path.slice(namespacePath(namespace).length) : undefined;
}

/** Why a team has a rule: what its grants say. */
function reasonsOf(
  { environment, vault }: Documents,
  grants: readonly Grant[],
): (team: string, rule: string, path: string) => readonly string[] {
  const byRule = new Map<string, string[]>();
  const id = (team: string, rule: string): string => `${team} ${rule}`;
  for (const grant of grants) {
    if (grant.environment !== environment || (grant.vault ?? MAIN) !== vault || !grant.capabilities.includes("read"))
      continue;
    const key = id(grant.team, policyPath(grant));
    const known = byRule.get(key) ?? [];
    byRule.set(key, known);
    known.push(...grant.because, ...extraOf(grant));
  }
  return (team, rule, path) => {
    // A rule within a prefix repeats what the prefix allows.
    const own = [rule, ...[...prefixesAround(rule)].reverse()].find((each) => byRule.has(id(team, each))) ?? rule;
    const why = byRule.get(id(team, own)) ?? [];
    return own === path ? why : why.map((reason) => `${own}: ${reason}`);
  };
}

function extraOf({ extra }: Grant): readonly string[] {
  return extra === undefined
    ? []
    : [`extra grant of ${describeExtraGrant(extra)} until ${extra.until}: ${extra.reason}`];
}

/**
 * What to say in the policies of a Vault about the paths that are shared: by team, by path of the rule. For files that people review; the
 * policy of a team in Vault does not change when another team's does.
 */
export function sharedNotes(
  policies: readonly PolicyDocument[],
  shared: readonly SharedPath[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const rules = new Map(policies.map(({ team, rules: own }) => [team, new Set(own.map(({ path }) => path))]));
  const others = new Map<string, Map<string, { readonly same: Set<string>; readonly below: Set<string> }>>();
  for (const { path, readers } of shared)
    for (const { team } of readers) {
      const own = rules.get(team) ?? new Set();
      const rule = own.has(path) ? path : [...prefixesAround(path)].reverse().find((prefix) => own.has(prefix));
      if (rule === undefined) continue;
      const byRule = others.get(team) ?? new Map<string, { same: Set<string>; below: Set<string> }>();
      others.set(team, byRule);
      const entry = byRule.get(rule) ?? { same: new Set<string>(), below: new Set<string>() };
      byRule.set(rule, entry);
      for (const reader of readers)
        if (reader.team !== team) (rule === path ? entry.same : entry.below).add(reader.team);
    }
  return new Map(
    [...others].map(([team, byRule]) => [team, new Map([...byRule].map(([rule, by]) => [rule, say(by)]))]),
  );
}

function say({ same, below }: { readonly same: ReadonlySet<string>; readonly below: ReadonlySet<string> }): string {
  const all = same.size === 0 ? [] : [`read by ${teamNames(same)} too`];
  const part = [...below].filter((team) => !same.has(team));
  return [...all, ...(part.length === 0 ? [] : [`in parts read by ${teamNames(part)} too`])].join("; ");
}

function teamNames(teams: Iterable<string>): string {
  const sorted = [...teams].sort();
  return `${sorted.length === 1 ? "team" : "teams"} ${sorted.join(", ")}`;
}
