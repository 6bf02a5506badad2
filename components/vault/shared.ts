import { describeExtraGrant, type Grant, type SharedPath } from "../../api";
import { MAIN } from "../model/environment";
import { aclOf, type Acl } from "./acl";
import type { VaultDocuments } from "./documents";
import { evaluateAcl } from "./evaluate";
import { namespacePath } from "./parse";
import { policyPath, type PolicyDocument } from "./policy";
import { storedPolicy } from "./readers";

type Documents = Pick<VaultDocuments, "environment" | "vault" | "address" | "namespace" | "policies">;

/** A team of an environment, with its policy in one Vault. */
interface Holder {
  readonly environment: string;
  readonly vault: string;
  readonly team: string;
  readonly policy: PolicyDocument;
}

/**
 * The paths that two or more teams can read: every path and prefix that a policy names, judged from the text of the policies with the
 * server's own rules. A prefix stands for what is below it and has no rule of its own. Environments that have one Vault (and Vault
 * namespace) are judged together. Time grows with the rules, not with rules times teams: only teams whose rules meet are asked about a path.
 * @param grants those the policies are made of
 */
export function sharedPaths(documents: readonly Documents[], grants: readonly Grant[]): readonly SharedPath[] {
  const servers = new Map<string, Documents[]>();
  for (const each of documents) {
    const id = JSON.stringify([each.address, each.namespace]);
    const known = servers.get(id);
    if (known === undefined) servers.set(id, [each]);
    else known.push(each);
  }
  const reasons = reasonsOf(grants);
  return [...servers.values()]
    .flatMap((together) => sharedOfServer(together, reasons))
    .sort((a, b) => compare(a.environment, b.environment) || compare(a.vault, b.vault) || compare(a.path, b.path));
}

function sharedOfServer(documents: readonly Documents[], reasons: Reasons): readonly SharedPath[] {
  const holders = documents.flatMap(({ environment, vault, policies }) =>
    policies.map((policy): Holder => ({ environment, vault, team: policy.team, policy })),
  );
  const namespace = documents[0]?.namespace;
  const acls = new Map<Holder, Acl>();
  const aclFor = (holder: Holder): Acl => {
    const acl = acls.get(holder) ?? aclOf([storedPolicy(holder.policy, namespace)]);
    acls.set(holder, acl);
    return acl;
  };
  return [...meetings(holders)].flatMap(([path, met]) => {
    const readers = [...met]
      .sort((a, b) => compare(a.environment, b.environment) || compare(a.team, b.team))
      .flatMap((holder) => {
        const rule = decidingRule(aclFor(holder), path, namespace);
        return rule === undefined ? [] : [{ holder, why: reasons(holder, rule, path) }];
      });
    if (readers.length < 2) return [];
    const places = new Map(
      readers.map(({ holder: { environment, vault } }) => [`${environment} ${vault}`, { environment, vault }]),
    );
    return [...places.values()].map((place) => ({
      ...place,
      path,
      readers: readers.map(({ holder: { environment, team }, why }) => ({
        ...(environment === place.environment ? {} : { environment }),
        team,
        why,
      })),
    }));
  });
}

/** Every path that a policy names, with those whose rules are on it or around it, where these are two or more. */
function meetings(holders: readonly Holder[]): ReadonlyMap<string, ReadonlySet<Holder>> {
  const owners = new Map<string, Set<Holder>>();
  for (const holder of holders)
    for (const { path } of holder.policy.rules) {
      const known = owners.get(path);
      if (known === undefined) owners.set(path, new Set([holder]));
      else known.add(holder);
    }
  const met = new Map<string, ReadonlySet<Holder>>();
  for (const [path, own] of owners) {
    const all = new Set(own);
    for (const prefix of prefixesAround(path)) for (const holder of owners.get(prefix) ?? []) all.add(holder);
    if (all.size > 1) met.set(path, all);
  }
  return met;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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

type Reasons = (holder: Holder, rule: string, path: string) => readonly string[];

/** Why a team has a rule: what its grants say. */
function reasonsOf(grants: readonly Grant[]): Reasons {
  const byRule = new Map<string, string[]>();
  const id = (environment: string, vault: string, team: string, rule: string): string =>
    `${environment} ${vault} ${team} ${rule}`;
  for (const grant of grants) {
    if (!grant.capabilities.includes("read")) continue;
    const key = id(grant.environment, grant.vault ?? MAIN, grant.team, policyPath(grant));
    const known = byRule.get(key) ?? [];
    byRule.set(key, known);
    known.push(...grant.because, ...extraOf(grant));
  }
  return ({ environment, vault, team }, rule, path) => {
    // A rule within a prefix repeats what the prefix allows.
    const around = [rule, ...[...prefixesAround(rule)].reverse()];
    const own = around.find((each) => byRule.has(id(environment, vault, team, each))) ?? rule;
    const why = byRule.get(id(environment, vault, team, own)) ?? [];
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
    for (const { team, environment } of readers) {
      if (environment !== undefined) continue;
      const own = rules.get(team) ?? new Set();
      const rule = own.has(path) ? path : [...prefixesAround(path)].reverse().find((prefix) => own.has(prefix));
      if (rule === undefined) continue;
      const byRule = others.get(team) ?? new Map<string, { same: Set<string>; below: Set<string> }>();
      others.set(team, byRule);
      const entry = byRule.get(rule) ?? { same: new Set<string>(), below: new Set<string>() };
      byRule.set(rule, entry);
      for (const reader of readers) {
        if (reader.team === team && reader.environment === undefined) continue;
        const name = reader.environment === undefined ? reader.team : `${reader.team} (${reader.environment})`;
        (rule === path ? entry.same : entry.below).add(name);
      }
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
