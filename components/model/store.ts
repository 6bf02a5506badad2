import type { JsonRecord, Problem } from "../../api";
import { environmentInCluster } from "./clusters";
import { MAIN, vaultField, vaultSuffix, type Environment } from "./environment";
import { isOutput, label, list, objectName, record } from "./fields";
import { didYouMean } from "./nearest";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";
import { isTeam, teamAt, type Team } from "./team";

/** What a Store is made of: how the team's namespaces reach the environment's Vault. Becomes a SecretStore in each of them. */
export interface StoreSpec<N extends string = string> {
  /** Whose ServiceAccount logs in. */
  readonly team: Team<N>;
  /** Which Vault of the environment. Default `main`. */
  readonly vault?: string;
  /** Name of the SecretStores. Default `keyturn-<environment>`, for a Vault other than `main` `keyturn-<environment>-<vault>`. */
  readonly name?: string;
  /** Default: all namespaces of the team. */
  readonly namespaces?: readonly string[];
  /** Which cluster of the environment it is for; needed where that has several. */
  readonly cluster?: string;
}

/** The declaration of a Store; plain data. */
export interface StoreDeclaration<N extends string = string> extends StoreLike<N> {
  readonly kind: "Store";
  readonly id: string;
  readonly spec: StoreSpec<N>;
}

/** What an AppSecret needs to know of a store: declarations, constructs and components of this name all have it. */
export interface StoreLike<N extends string = string> {
  readonly environment: Environment<N>;
  readonly name: string;
  /** Which Vault of the environment it reaches. Default `main`. */
  readonly vault?: string;
}

/**
 * Declares a Store.
 * @throws DeclarationError with every problem of it
 */
export function store<N extends string>(id: string, spec: StoreSpec<N>): StoreDeclaration<N> {
  const { name, environment } = resolveStore({ kind: "Store", id, spec });
  return { kind: "Store", id, spec, environment: spec.team.environment, name, ...vaultField(environment) };
}

export function defaultStoreName(environment: Environment): string {
  return `keyturn-${environment.name}${vaultSuffix(environment)}`;
}

/** Name of a store that an AppSecret of this team uses. */
export function readStoreName(place: Place, value: unknown, team: Team): string {
  const store = value as Partial<StoreLike>;
  if (isOutput(value) || value === null || typeof store !== "object" || typeof store.name !== "string") {
    place.report("is not a store");
    return "";
  }
  if ((store as { readonly kind?: unknown }).kind === "ClusterSecretStore")
    place.report(
      "is a ClusterSecretStore, which logs in as one identity for every namespace; take a store of the namespace",
    );
  const theirs = store.environment?.name;
  if (theirs !== team.environment.name)
    place.report(
      `belongs to environment ${quote(theirs)}, team "${team.name}" to "${team.environment.name}"; ` +
        `take the store of "${team.environment.name}"`,
    );
  else if ((store.vault ?? MAIN) !== team.environment.vault.name)
    place.report(
      `reaches Vault "${store.vault ?? MAIN}", the AppSecret "${team.environment.vault.name}"; ` +
        "all values of an AppSecret come from one Vault: declare one for each Vault, both with the name of the Secret, an " +
        'externalSecretName each and creationPolicy "CreateOrMerge"',
    );
  return objectName(place.at("name"), store.name) ?? "";
}

/** A Store with everything derived. */
export interface ResolvedStore {
  readonly kind: "Store";
  readonly id: string;
  readonly environment: Environment;
  readonly team: Team;
  readonly name: string;
  /** Sorted. */
  readonly namespaces: readonly string[];
  /** Undefined where the environment has but one. */
  readonly cluster: string | undefined;
}

/** @throws DeclarationError with every problem of the declaration */
export function resolveStore(declaration: Omit<StoreDeclaration, keyof StoreLike>): ResolvedStore {
  const resolved = collecting((problems) => readStoreDeclaration(problems, declaration));
  if (resolved === undefined) throw new Error(`Store ${quote(declaration.id)} was neither resolved nor refused`);
  return resolved;
}

/** As {@link resolveStore}, reporting instead of throwing; undefined when the team is unusable. */
export function readStoreDeclaration(
  problems: Problem[],
  declaration: Omit<StoreDeclaration, keyof StoreLike>,
): ResolvedStore | undefined {
  const place = Place.of(problems, "Store", declaration.id);
  if (outputsIn(place, declaration)) return undefined;
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["team", "vault", "name", "namespaces", "cluster"]);
  if (isOutput(fields.team) || !isTeam(fields.team)) {
    place.at("team").report(fields.team === undefined ? "is missing" : "is not made by team(...)");
    return undefined;
  }
  const named = teamAt(place.at("vault"), fields.team, fields.vault);
  const { environment, cluster } = environmentInCluster(place.at("cluster"), named.environment, fields.cluster);
  const team = environment === named.environment ? named : { ...named, environment };
  const namespaces =
    fields.namespaces === undefined ? team.namespaces : list(place.at("namespaces"), fields.namespaces, label);
  namespaces.forEach((namespace, index) => {
    if (!team.namespaces.includes(namespace))
      place
        .at("namespaces")
        .at(index)
        .report(
          `${quote(namespace)} is not a namespace of team "${team.name}" (${team.namespaces.join(", ")})` +
            didYouMean(namespace, team.namespaces),
        );
  });
  return {
    kind: "Store",
    id: declaration.id,
    environment,
    team,
    cluster: environment.clusters.length > 1 ? cluster?.name : undefined,
    name: objectName(place.at("name"), fields.name ?? defaultStoreName(team.environment)) ?? "",
    namespaces: [...new Set(namespaces)].sort(),
  };
}

/** The Vault that an AppSecret names, itself or by its store; reports when the two differ. */
export function vaultOfSecret(place: Place, fields: JsonRecord): unknown {
  const { store, vault } = fields;
  if (store === null || typeof store !== "object") return vault;
  const theirs = (store as Partial<StoreLike>).vault ?? MAIN;
  if (vault !== undefined && vault !== theirs)
    place.report(`${quote(vault)} is not the Vault of the store, which is ${quote(theirs)}`);
  return theirs;
}
