import {
  ROLLOUT_STRATEGY,
  type AccessFile,
  type EnvironmentsFile,
  type Grant,
  type KubernetesObject,
  type Problem,
  type SharedPath,
} from "../api";
import { externalSecretManifest } from "./manifests/external-secret";
import { byApplyOrder, type Manifest } from "./manifests/manifest";
import { reconcilerManifests } from "./manifests/reconciler";
import { mergeUses, rolloutAnnotations, type UsedSecret } from "./manifests/rollout";
import { storeManifests } from "./manifests/store";
import { teamAccessManifests } from "./manifests/team-access";
import { readAppSecret, type AppSecretDeclaration, type ResolvedAppSecret } from "./model/app-secret";
import {
  isRun,
  readConsumer,
  type ConsumerDeclaration,
  type ConsumerKind,
  type ResolvedConsumer,
} from "./model/consumer";
import { beside, checkTogether, type Beside, type Resolved } from "./model/cross-checks";
import type { Environment } from "./model/environment";
import { environmentsFile } from "./model/environments-file";
import { accessFile, declaredPrefixes, grantsOf } from "./model/grants";
import { readPlatform, type PlatformDeclaration } from "./model/platform";
import { collecting, distinct } from "./model/problems";
import { readReconciler, type ReconcilerDeclaration } from "./model/reconciler";
import { readStoreDeclaration, type StoreDeclaration } from "./model/store";
import type { Team } from "./model/team";
import { readTeamAccess, type TeamAccessDeclaration } from "./model/team-access";
import { notesOf, type PlanNote } from "./notes";
import { checkOwnReconciler } from "./own-reconciler";
import { vaultDocuments, type VaultDocuments } from "./vault/documents";
import { budgetsOf, checkBudgets, loadOf, type BudgetUse, type Load } from "./vault/load";
import { sharedPaths } from "./vault/shared";

/** Anything that can be declared. */
export type Declaration =
  | PlatformDeclaration
  | TeamAccessDeclaration
  | StoreDeclaration
  | AppSecretDeclaration
  | ConsumerDeclaration
  | ReconcilerDeclaration;

/** The pure result of declarations; equal declarations in any order give equal bytes. */
export interface Plan {
  /** Kubernetes objects by environment (each is annotated with its own), in order of application. */
  readonly manifests: readonly KubernetesObject[];
  /** Policies, roles, mounts and settings, one entry a Vault of an environment. */
  readonly vault: readonly VaultDocuments[];
  /** Who may read what (`access.json`). */
  readonly access: AccessFile;
  /** The paths that two or more teams can read, and why; judged from the policies. By environment, Vault and path. */
  readonly shared: readonly SharedPath[];
  /** The environments and teams the declarations mention (`environments.json`). */
  readonly environments: EnvironmentsFile;
  readonly consumers: readonly PlannedConsumer[];
  /** What the secrets cost each Vault. */
  readonly load: readonly Load[];
  /** The same in total, beside what each Vault may be asked. */
  readonly budgets: readonly BudgetUse[];
  /** What a reader should know that is no mistake: environments that do not say where their audit data is. */
  readonly notes: readonly PlanNote[];
}

/** A workload, the Secrets it uses, and what makes it roll. */
export interface PlannedConsumer {
  readonly environment: string;
  readonly namespace: string;
  readonly kind: ConsumerKind;
  readonly name: string;
  /** By name of the Secret; keys sorted, undefined: all. */
  readonly uses: readonly UsedSecret[];
  /**
   * When a used key changes: `rollout` replaces its pods, `nextPods` replaces nothing and those that start next have the new values
   * (CronJobs, Jobs, and the strategy `none`).
   */
  readonly onChange: "rollout" | "nextPods";
  /** For the workload, not its pod template, sorted by name; none for CronJobs and Jobs. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Works out everything that declarations imply. No I/O, no clock.
 * @throws DeclarationError with the problems of all declarations, alone and together
 */
export function plan(declarations: Iterable<Declaration>): Plan {
  return assemble(
    collecting((problems) => {
      const resolved = [...declarations].flatMap((declaration) => resolve(problems, declaration) ?? []);
      const secrets = resolved.filter((entry) => entry.kind === "AppSecret");
      for (const secret of secrets) checkOwnReconciler(problems, secret);
      checkTogether(problems, resolved);
      checkBudgets(problems, secrets);
      return resolved;
    }),
  );
}

/** The problems of declarations, alone and together; none means that {@link plan} accepts them. */
export function problemsOf(declarations: Iterable<Declaration>): readonly Problem[] {
  const problems: Problem[] = [];
  const seen: Beside[] = [];
  const limited: ResolvedAppSecret[] = [];
  for (const declaration of declarations) {
    const resolved = resolve(problems, declaration);
    if (resolved === undefined) continue;
    seen.push(beside(resolved));
    if (resolved.kind !== "AppSecret") continue;
    checkOwnReconciler(problems, resolved);
    if (resolved.environment.vault.budget !== undefined) limited.push(resolved);
  }
  checkTogether(problems, seen);
  checkBudgets(problems, limited);
  return distinct(problems);
}

function resolve(problems: Problem[], declaration: Declaration): Resolved | undefined {
  switch (declaration.kind) {
    case "AppSecret":
      return readAppSecret(problems, declaration);
    case "Store":
      return readStoreDeclaration(problems, declaration);
    case "TeamAccess":
      return readTeamAccess(problems, declaration);
    case "Platform":
      return readPlatform(problems, declaration);
    case "Reconciler":
      return readReconciler(problems, declaration);
    case "Consumer":
      return readConsumer(problems, declaration);
  }
}

function assemble(resolved: readonly Resolved[]): Plan {
  const secrets = resolved.filter((entry) => entry.kind === "AppSecret");
  const accesses = resolved.filter((entry) => entry.kind === "TeamAccess");
  // A TeamAccess may name AppSecrets that are not in the plan themselves.
  const named = accesses.flatMap((access) => access.secrets);
  const grants = [...[...secrets, ...named].flatMap(grantsOf), ...accesses.flatMap((access) => access.grants)];
  const access = accessFile(grants);
  // What a find asks for becomes a policy only where its prefix is declared, in a TeamAccess or by the access file it was given.
  const isDeclared = declaredPrefixes(accesses);
  const given = new Set<Grant>(accesses.flatMap((access) => access.grants));
  const opened = accessFile(grants.filter((grant) => !grant.prefix || isDeclared(grant) || given.has(grant)));
  const environments = new Map(resolved.map((entry) => [entry.environment.name, entry.environment]));
  const teams = [...resolved.flatMap(teamsOf), ...named.map((secret) => secret.team)];
  const vault = vaultOf(environments, resolved, opened.grants);
  return {
    manifests: manifestsOf(resolved),
    vault,
    access,
    shared: sharedPaths(vault, opened.grants),
    environments: environmentsFile(environments.values(), teams),
    consumers: mergeConsumers(resolved.filter((entry) => entry.kind === "Consumer")),
    load: loadOf(secrets),
    budgets: budgetsOf(environments.values(), secrets),
    notes: notesOf(environments.values()),
  };
}

function teamsOf(entry: Resolved): readonly Team[] {
  if (entry.kind === "Reconciler") return entry.teams;
  return "team" in entry ? [entry.team] : [];
}

function manifestsOf(resolved: readonly Resolved[]): readonly KubernetesObject[] {
  return resolved
    .flatMap((entry) => render(entry).map(({ object }) => ({ environment: entry.environment.name, object })))
    .sort(
      (a, b) =>
        compare(a.environment, b.environment) ||
        byApplyOrder(a.object, b.object) ||
        // Stores of one name in several clusters.
        compare(JSON.stringify(a.object), JSON.stringify(b.object)),
    )
    .map(({ object }) => object);
}

function render(entry: Resolved): readonly Manifest[] {
  switch (entry.kind) {
    case "AppSecret":
      return [externalSecretManifest(entry)];
    case "Store":
      return storeManifests(entry);
    case "TeamAccess":
      return teamAccessManifests(entry.team);
    case "Reconciler":
      return reconcilerManifests(entry);
    case "Platform":
    case "Consumer":
      return [];
  }
}

/** Every team whose secrets or access are declared gets a policy and a role; others are only mentioned. */
function vaultOf(
  environments: ReadonlyMap<string, Environment>,
  resolved: readonly Resolved[],
  grants: readonly Grant[],
): readonly VaultDocuments[] {
  return [...environments]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([name, environment]) => {
      const own = resolved.filter((entry) => entry.environment.name === name);
      return environment.vaults.map((vault) => {
        const here = own.filter((entry) => entry.environment.vault.name === vault.name);
        const teams = here.flatMap((entry) =>
          entry.kind === "AppSecret" || entry.kind === "TeamAccess" ? [entry.team] : [],
        );
        return vaultDocuments(
          { ...environment, vault },
          [...new Map(teams.map((team) => [team.name, team])).values()],
          grants.filter((grant) => grant.environment === name),
          here.filter((entry) => entry.kind === "Platform"),
        );
      });
    });
}

function mergeConsumers(consumers: readonly ResolvedConsumer[]): readonly PlannedConsumer[] {
  const workloads = new Map<string, ResolvedConsumer[]>();
  for (const consumer of consumers) {
    const { environment, namespace, workload } = consumer;
    const id = JSON.stringify([environment.name, namespace, workload.kind, workload.name]);
    const known = workloads.get(id);
    if (known === undefined) workloads.set(id, [consumer]);
    else known.push(consumer);
  }
  return [...workloads].sort(([a], [b]) => compare(a, b)).flatMap(([, all]) => plannedConsumer(all));
}

/** Of all consumers that are one workload; what they say of how it rolls is the same. */
function plannedConsumer(all: readonly ResolvedConsumer[]): readonly PlannedConsumer[] {
  const [first] = all;
  if (first === undefined) return [];
  const { environment, namespace, workload } = first;
  const uses = [...mergeUses(all)]
    .map(([secret, keys]) => ({ secret, keys: keys === undefined ? undefined : [...keys].sort() }))
    .sort((a, b) => compare(a.secret, b.secret));
  const policy = Object.fromEntries(all.flatMap(({ annotations }) => Object.entries(annotations)));
  const annotations = isRun(workload.kind) ? {} : rolloutAnnotations(uses, policy);
  const replaced = !isRun(workload.kind) && policy[ROLLOUT_STRATEGY] !== "none";
  return [
    {
      environment: environment.name,
      namespace,
      kind: workload.kind,
      name: workload.name,
      uses,
      onChange: replaced ? "rollout" : "nextPods",
      annotations: Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => compare(a, b))),
    },
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
