import type { Problem } from "../../api";
import type { ResolvedAppSecret } from "./app-secret";
import type { ResolvedConsumer } from "./consumer";
import { MAIN, vaultField, type Environment } from "./environment";
import { declaredPrefixes } from "./grants";
import type { ResolvedPlatform } from "./platform";
import { Place } from "./problems";
import type { ResolvedReconciler } from "./reconciler";
import { checkRollouts } from "./rollout-together";
import { quote } from "./secret-like";
import { checkSharedSecrets, type SharedSecret } from "./shared-secrets";
import type { ResolvedStore } from "./store";
import { accessName, type Team } from "./team";
import type { ResolvedTeamAccess } from "./team-access";

export type Resolved =
  ResolvedAppSecret | ResolvedConsumer | ResolvedPlatform | ResolvedReconciler | ResolvedStore | ResolvedTeamAccess;

/** What is looked at when declarations are seen together: of an AppSecret a part of what it resolves to. */
export type Beside = Exclude<Resolved, ResolvedAppSecret> | SecretBeside;
type SecretBeside = SharedSecret & Pick<ResolvedAppSecret, "kind" | "team" | "from">;

/** Of many AppSecrets it takes much less memory to keep this than all of them. */
export function beside(resolved: Resolved): Beside {
  if (resolved.kind !== "AppSecret") return resolved;
  return {
    kind: resolved.kind,
    id: resolved.id,
    environment: resolved.environment,
    team: resolved.team,
    namespace: resolved.namespace,
    name: resolved.name,
    externalSecretName: resolved.externalSecretName,
    creationPolicy: resolved.creationPolicy,
    manifest: resolved.manifest,
    writtenKeys: resolved.writtenKeys,
    from: resolved.from,
  };
}

/** What only shows when declarations are seen together: two of them for one thing, and names that mean two things. */
export function checkTogether(problems: Problem[], resolved: readonly Beside[]): void {
  checkEnvironments(problems, resolved);
  checkTeams(problems, resolved);
  checkTwice(problems, resolved);
  checkSharedSecrets(
    problems,
    resolved.filter((entry) => entry.kind === "AppSecret"),
  );
  checkFinds(problems, resolved);
  checkRollouts(
    problems,
    resolved.filter((entry) => entry.kind === "Consumer"),
  );
  for (const entry of resolved)
    if (entry.kind === "Reconciler" && !entry.environment.reconciler.install)
      Place.of(problems, "Reconciler", entry.id)
        .at("environment")
        .report(`"${entry.environment.name}" says reconciler.install: false; leave the Reconciler out, or that`);
}

function checkEnvironments(problems: Problem[], resolved: readonly Beside[]): void {
  const known = new Map<string, Environment>();
  const reported = new Set<string>();
  for (const { environment } of resolved) {
    const first = known.get(environment.name) ?? environment;
    known.set(environment.name, first);
    if (first === environment || reported.has(environment.name) || same(first, environment)) continue;
    reported.add(environment.name);
    Place.of(problems, "Environment", environment.name).report("is declared twice, differently");
  }
}

function checkTeams(problems: Problem[], resolved: readonly Beside[]): void {
  const teams = new Map<string, Team>();
  const reported = new Set<string>();
  for (const entry of resolved) {
    for (const team of entry.kind === "Reconciler" ? entry.teams : "team" in entry ? [entry.team] : []) {
      const id = JSON.stringify([team.environment.name, team.name]);
      const first = teams.get(id) ?? team;
      teams.set(id, first);
      if (first === team || reported.has(id) || sameTeam(first, team)) continue;
      reported.add(id);
      Place.of(problems, "Team", team.name).report(
        `of environment "${team.environment.name}" is declared twice, differently`,
      );
    }
  }
  const sorted = [...teams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, team]) => team);
  const owners = new Map<string, Team>();
  const roles = new Map<string, Team>();
  for (const team of sorted) {
    for (const namespace of team.namespaces) {
      const id = JSON.stringify([team.environment.name, namespace]);
      const owner = owners.get(id);
      owners.set(id, owner ?? team);
      if (owner !== undefined)
        Place.of(problems, "Team", team.name)
          .at("namespaces")
          .report(`"${namespace}" belongs to team "${owner.name}" of environment "${team.environment.name}" already`);
    }
    for (const vault of team.environment.vaults) {
      const name = accessName({ ...team, environment: { ...team.environment, vault } });
      const other = roles.get(name);
      roles.set(name, other ?? team);
      if (other !== undefined)
        Place.of(problems, "Team", team.name).report(
          `of environment "${team.environment.name}" and team "${other.name}" of environment "${other.environment.name}" ` +
            `would share the role and policy ${name}; rename one`,
        );
    }
  }
}

/** `find` reads whatever is below its path: where the team's access is declared too, it has to say so. */
function checkFinds(problems: Problem[], resolved: readonly Beside[]): void {
  const accesses = resolved.filter((entry) => entry.kind === "TeamAccess");
  const own = resolved.filter((entry) => entry.kind === "AppSecret");
  const named = accesses.flatMap(({ secrets }) => secrets);
  const isDeclared = declaredPrefixes(accesses);
  const idOf = ({ environment, team }: SecretBeside | ResolvedTeamAccess): string =>
    JSON.stringify([environment.name, environment.vault.name, team.name]);
  const declared = new Set(accesses.map(idOf));
  const reported = new Set<string>();
  for (const secret of [...own, ...named]) {
    const { team, environment } = secret;
    if (secret.from.length === 0 || !declared.has(idOf(secret))) continue;
    secret.from.forEach((from, index) => {
      if (from.kind !== "find") return;
      if (isDeclared({ environment: environment.name, team: team.name, ...vaultField(environment), key: from.key }))
        return;
      const place = Place.of(problems, "AppSecret", secret.id).at("from").at(index).at("find");
      if (reported.has(place.toString())) return;
      reported.add(place.toString());
      place.report(
        `reads everything below ${quote(from.key)}, which the TeamAccess of team "${team.name}" does not declare; ` +
          `add prefixes: [{ prefix: ${quote(from.key)}, reason: "..." }] there`,
      );
    });
  }
}

/** Two declarations of one thing. Sorted by id, so that the message does not depend on the order of declaration. */
function checkTwice(problems: Problem[], resolved: readonly Beside[]): void {
  const seen = new Map<string, string>();
  const declared = resolved.filter((entry) => entry.kind !== "Consumer" && entry.kind !== "AppSecret");
  for (const entry of [...declared].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))) {
    for (const [field, thing] of thingsOf(entry)) {
      const id = `${entry.environment.name}\n${thing}`;
      const other = seen.get(id);
      if (other === undefined) seen.set(id, entry.id);
      else
        Place.of(problems, entry.kind, entry.id)
          .at(field)
          .report(`${thing} of environment "${entry.environment.name}" is that of ${entry.kind} "${other}" already`);
    }
  }
}

function thingsOf(
  entry: Exclude<Resolved, ResolvedAppSecret | ResolvedConsumer>,
): readonly (readonly [field: string, thing: string])[] {
  switch (entry.kind) {
    case "Store":
      return entry.namespaces.map(
        (namespace) => ["name", `SecretStore ${namespace}/${entry.name}${inCluster(entry)}`] as const,
      );
    case "TeamAccess":
      return [["team", `the access of team "${entry.team.name}"${inVault(entry.environment)}`]];
    case "Platform":
      return [["environment", `the Vault setup${inVault(entry.environment)}`]];
    case "Reconciler":
      return [["environment", `the reconciler in namespace "${entry.environment.reconciler.namespace}"`]];
  }
}

function inCluster({ cluster }: ResolvedStore): string {
  return cluster === undefined ? "" : ` in cluster "${cluster}"`;
}

function inVault({ vault }: Environment): string {
  return vault.name === MAIN ? "" : ` in Vault "${vault.name}"`;
}

/** Which of its Vaults is meant makes no other environment. */
function same(a: Environment, b: Environment): boolean {
  return a.vaults === b.vaults || JSON.stringify({ ...a, vault: "" }) === JSON.stringify({ ...b, vault: "" });
}

/** Environments are compared by themselves. */
function sameTeam(a: Team, b: Team): boolean {
  return JSON.stringify({ ...a, environment: "" }) === JSON.stringify({ ...b, environment: "" });
}
