import { secretKeyProblem, type CreationPolicy, type DeletionPolicy, type Problem } from "../../api";
import type { Environment } from "./environment";
import { isOutput, label, objectName, oneOf, record, texts } from "./fields";
import { didYouMean } from "./nearest";
import { collecting, Place } from "./problems";
import { readReference, type KeySpec } from "./reference";
import { refreshInterval, type Freshness } from "./refresh";
import { quote } from "./secret-like";
import { sortByName } from "./sorted";
import { defaultStoreName, type StoreLike } from "./store";
import { isTeam, mayRead, type Team } from "./team";

/** What an AppSecret is made of: one Kubernetes Secret an application needs, and where its values live. */
export interface AppSecretSpec<N extends string = string> extends Freshness {
  readonly team: Team<N>;
  /** Keys of the Secret, and where each value lives: `{ DB_PASSWORD: "db#password" }`. */
  readonly keys: Readonly<Record<string, KeySpec>>;
  /** Name of the Secret and of the ExternalSecret. Default: the id. */
  readonly name?: string;
  /** One of the team's namespaces. Default: the team's namespace, when it has just one. */
  readonly namespace?: string;
  /** Default: the store `keyturn-<environment>` of the namespace. */
  readonly store?: StoreLike<NoInfer<N>>;
  /** Who owns the Secret (ESO's `creationPolicy`). Default `Owner`. */
  readonly creationPolicy?: Exclude<CreationPolicy, "None">;
  /** What happens to the Secret when its source is gone (ESO's `deletionPolicy`). Default `Retain`. */
  readonly deletionPolicy?: DeletionPolicy;
  /** Labels of the ExternalSecret and the Secret. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the ExternalSecret and the Secret. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The declaration of an AppSecret; plain data, judged by {@link resolveAppSecret} or `plan`. */
export interface AppSecretDeclaration<N extends string = string> {
  readonly kind: "AppSecret";
  readonly id: string;
  readonly spec: AppSecretSpec<N>;
}

/** Declares an AppSecret. */
export function appSecret<N extends string>(id: string, spec: AppSecretSpec<N>): AppSecretDeclaration<N> {
  return { kind: "AppSecret", id, spec };
}

/** An AppSecret with everything derived. */
export interface ResolvedAppSecret {
  readonly kind: "AppSecret";
  readonly id: string;
  readonly environment: Environment;
  readonly team: Team;
  readonly namespace: string;
  readonly name: string;
  readonly storeName: string;
  /** Sorted by key of the Secret. */
  readonly keys: readonly ResolvedKey[];
  /** Go duration. */
  readonly refreshInterval: string;
  readonly creationPolicy: Exclude<CreationPolicy, "None">;
  readonly deletionPolicy: DeletionPolicy;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ResolvedKey {
  readonly secretKey: string;
  /** Key below the mount: `payments/db`. */
  readonly key: string;
  readonly property: string;
  readonly version: number | undefined;
}

const FIELDS = [
  "team",
  "keys",
  "name",
  "namespace",
  "store",
  "staleFor",
  "rotatesEvery",
  "refreshInterval",
  "creationPolicy",
  "deletionPolicy",
  "labels",
  "annotations",
];
const CREATION = ["Owner", "Orphan", "Merge", "CreateOrMerge"] as const;
const DELETION = ["Retain", "Delete", "Merge"] as const;

/**
 * Fills in what a declaration leaves open.
 * @throws DeclarationError with every problem of the declaration
 */
export function resolveAppSecret(declaration: AppSecretDeclaration): ResolvedAppSecret {
  const resolved = collecting((problems) => readAppSecret(problems, declaration));
  if (resolved === undefined) throw new Error(`AppSecret ${quote(declaration.id)} was neither resolved nor refused`);
  return resolved;
}

/** As {@link resolveAppSecret}, reporting instead of throwing; undefined when the team is unusable. */
export function readAppSecret(problems: Problem[], declaration: AppSecretDeclaration): ResolvedAppSecret | undefined {
  const place = Place.of(problems, "AppSecret", declaration.id);
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, FIELDS);
  const team = fields.team;
  if (isOutput(team) || !isTeam(team)) {
    place.at("team").report(team === undefined ? "is missing" : "is not made by team(...)");
    return undefined;
  }
  const name = fields.name === undefined ? declaration.id : fields.name;
  const creationPolicy = oneOf(place.at("creationPolicy"), fields.creationPolicy ?? "Owner", CREATION) ?? "Owner";
  const deletionPolicy = oneOf(place.at("deletionPolicy"), fields.deletionPolicy ?? "Retain", DELETION) ?? "Retain";
  if (deletionPolicy === "Delete" && creationPolicy !== "Owner")
    place.at("deletionPolicy").report('may be "Delete" only with creationPolicy "Owner"');
  return {
    kind: "AppSecret",
    id: declaration.id,
    environment: team.environment,
    team,
    namespace: readNamespace(place.at("namespace"), fields.namespace, team),
    name: objectName(place.at("name"), name) ?? "",
    storeName: readStore(place.at("store"), fields.store, team),
    keys: readKeys(place.at("keys"), fields.keys, team),
    refreshInterval: refreshInterval(place, fields, team.environment.staleFor),
    creationPolicy,
    deletionPolicy,
    labels: texts(place.at("labels"), fields.labels),
    annotations: texts(place.at("annotations"), fields.annotations),
  };
}

function readNamespace(place: Place, value: unknown, team: Team): string {
  const [only, ...others] = team.namespaces;
  if (value === undefined) {
    if (only !== undefined && others.length === 0) return only;
    place.report(`is missing; team "${team.name}" has several: ${team.namespaces.join(", ")}`);
    return "";
  }
  const namespace = label(place, value) ?? "";
  if (namespace !== "" && !team.namespaces.includes(namespace))
    place.report(
      `${quote(namespace)} is not a namespace of team "${team.name}" (${team.namespaces.join(", ")})` +
        didYouMean(namespace, team.namespaces),
    );
  return namespace;
}

function readStore(place: Place, value: unknown, team: Team): string {
  if (value === undefined) return defaultStoreName(team.environment);
  const store = value as Partial<StoreLike>;
  if (isOutput(value) || value === null || typeof store !== "object" || typeof store.name !== "string") {
    place.report("is not a store");
    return "";
  }
  const theirs = store.environment?.name;
  if (theirs !== team.environment.name)
    place.report(
      `belongs to environment ${quote(theirs)}, team "${team.name}" to "${team.environment.name}"; ` +
        `take the store of "${team.environment.name}"`,
    );
  return objectName(place.at("name"), store.name) ?? "";
}

function readKeys(place: Place, value: unknown, team: Team): readonly ResolvedKey[] {
  const fields = record(place, value);
  if (fields === undefined) return [];
  // `{ "__proto__": {...} }` as a literal sets the prototype instead of a key.
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null)
    place.report("must be a plain object; __proto__ was written as a key, or an instance of a class was given");
  if (Object.keys(fields).length === 0) place.report("is empty; a Secret without keys is of no use");
  return sortByName(Object.entries(fields)).flatMap(([secretKey, spec]) => {
    const key = readKey(place.at(secretKey), secretKey, spec, team);
    return key === undefined ? [] : [key];
  });
}

function readKey(place: Place, secretKey: string, spec: unknown, team: Team): ResolvedKey | undefined {
  const problem = secretKey === "__proto__" ? "is not usable in JavaScript programs" : secretKeyProblem(secretKey);
  if (problem !== undefined) place.report(`the key of the Secret ${problem}`);
  const reference = readReference(place, spec);
  if (reference === undefined) return undefined;
  const key = reference.absolute ? reference.path : `${team.prefixes[0] ?? team.name}/${reference.path}`;
  // The path is not shown: it may be a pasted secret that happens to contain "#".
  if (!mayRead(team, key))
    place.report(
      `the path is outside what team "${team.name}" may read (${team.prefixes.join(", ")}); ` +
        'a path without "/" in front is below the first of them' +
        didYouMean(key.split("/")[0], team.prefixes),
    );
  if (reference.version !== undefined && team.environment.vault.kv.version === 1)
    place.at("version").report(`needs KV version 2; mount "${team.environment.vault.kv.mount}" has version 1`);
  return { secretKey, key, property: reference.property, version: reference.version };
}
