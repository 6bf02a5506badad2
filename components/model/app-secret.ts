import { secretKeyProblem, type Problem, type RefreshPolicy } from "../../api";
import { checkOwnCost } from "./budget";
import type { Environment } from "./environment";
import { isOutput, label, objectName, record, texts } from "./fields";
import { readFrom, type FromSpec, type ResolvedFrom } from "./from";
import { checkGeneratedRefresh } from "./generator";
import { didYouMean } from "./nearest";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { readReference, type KeySpec, type ResolvedReference } from "./reference";
import { readRefreshPolicy, refreshInterval, type Freshness } from "./refresh";
import { quote } from "./secret-like";
import { sortByName } from "./sorted";
import { defaultStoreName, readStoreName, vaultOfSecret, type StoreLike } from "./store";
import { readSyncWindows, type SyncWindowsSpec } from "./sync-windows";
import { readTarget, TARGET_FIELDS, type ResolvedTarget, type TargetSpec } from "./target";
import { isTeam, teamAt, type Team } from "./team";

/**
 * What an AppSecret is made of: one Kubernetes Secret an application needs, and where its values live. `keys`, `from` or both; everything else
 * has a default.
 */
export interface AppSecretSpec<N extends string = string> extends Freshness, TargetSpec {
  /** Whose Secret it is; its ServiceAccount reads the values. */
  readonly team: Team<N>;
  /** Keys of the Secret, and where each value lives: `{ DB_PASSWORD: "db#password" }`. */
  readonly keys?: Readonly<Record<string, KeySpec>>;
  /** Whole groups of keys: `["db"]` takes every property of a KV secret. In this order, later ones win, and `keys` over all. */
  readonly from?: readonly FromSpec[];
  /** Name of the Secret, and of the ExternalSecret that makes it. Default: the id. */
  readonly name?: string;
  /** Name of the ExternalSecret, where it is another: one that exists, or one of several that fill the Secret together. */
  readonly externalSecretName?: string;
  /** One of the team's namespaces. Default: the team's namespace, when it has just one. */
  readonly namespace?: string;
  /** Default: the store `keyturn-<environment>` of the namespace. */
  readonly store?: StoreLike<NoInfer<N>>;
  /** Which Vault of the environment. Default: that of the store, else `main`. */
  readonly vault?: string;
  /** When Vault is read (ESO's `refreshPolicy`): at an interval, when the ExternalSecret changes, or once. Default `Periodic`. */
  readonly refreshPolicy?: RefreshPolicy;
  /** When the Secret may change. Default: always. */
  readonly syncWindows?: SyncWindowsSpec;
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
export interface ResolvedAppSecret extends ResolvedTarget {
  readonly kind: "AppSecret";
  readonly id: string;
  readonly environment: Environment;
  readonly team: Team;
  readonly namespace: string;
  /** Of the Secret. */
  readonly name: string;
  readonly externalSecretName: string;
  readonly storeName: string;
  /** Sorted by key of the Secret. */
  readonly keys: readonly ResolvedKey[];
  /** In the order of declaration. */
  readonly from: readonly ResolvedFrom[];
  readonly refreshPolicy: RefreshPolicy;
  /** Go duration. */
  readonly refreshInterval: string;
  readonly syncWindows: SyncWindowsSpec | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ResolvedKey extends ResolvedReference {
  readonly secretKey: string;
}

/** Every KV secret that is named, by a key or by `from`. */
export function referencesOf({ keys, from }: ResolvedAppSecret): readonly ResolvedReference[] {
  return [...keys, ...from.filter(({ kind }) => kind === "extract")] as readonly ResolvedReference[];
}

const FIELDS = [
  "team",
  "keys",
  "from",
  ...TARGET_FIELDS,
  "name",
  "externalSecretName",
  "namespace",
  "store",
  "vault",
  "staleFor",
  "rotatesEvery",
  "refreshPolicy",
  "refreshInterval",
  "syncWindows",
  "labels",
  "annotations",
];

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
  if (outputsIn(place, declaration)) return undefined;
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, FIELDS);
  if (isOutput(fields.team) || !isTeam(fields.team)) {
    place.at("team").report(fields.team === undefined ? "is missing" : "is not made by team(...)");
    return undefined;
  }
  const team = teamAt(place.at("vault"), fields.team, vaultOfSecret(place.at("vault"), fields));
  const name = objectName(place.at("name"), fields.name === undefined ? declaration.id : fields.name) ?? "";
  const from = readFrom(place.at("from"), fields.from, team);
  const refreshPolicy = readRefreshPolicy(place, fields);
  if (from.some(({ kind }) => kind === "generator")) checkGeneratedRefresh(place, fields);
  const resolved = {
    kind: "AppSecret",
    id: declaration.id,
    environment: team.environment,
    team,
    namespace: readNamespace(place.at("namespace"), fields.namespace, team),
    name,
    externalSecretName:
      fields.externalSecretName === undefined
        ? name
        : (objectName(place.at("externalSecretName"), fields.externalSecretName) ?? ""),
    storeName:
      fields.store === undefined
        ? defaultStoreName(team.environment)
        : readStoreName(place.at("store"), fields.store, team),
    keys: fields.keys === undefined && fields.from !== undefined ? [] : readKeys(place.at("keys"), fields.keys, team),
    from,
    refreshPolicy,
    refreshInterval: refreshInterval(place, fields, team.environment),
    syncWindows: readSyncWindows(place.at("syncWindows"), fields.syncWindows),
    labels: texts(place.at("labels"), fields.labels),
    annotations: texts(place.at("annotations"), fields.annotations),
  } as const;
  checkOwnCost(place, fields, resolved);
  // Keys that were refused are there for templates all the same: one mistake is one problem.
  const written = isOutput(fields.keys) || typeof fields.keys !== "object" ? {} : (fields.keys ?? {});
  const fetched = { keys: Object.keys(written).sort(), complete: fields.from === undefined };
  return { ...resolved, ...readTarget(place, fields, fetched) };
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

function readKeys(place: Place, value: unknown, team: Team): readonly ResolvedKey[] {
  const fields = record(place, value);
  if (fields === undefined) return [];
  // `{ "__proto__": {...} }` as a literal sets the prototype instead of a key.
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null)
    place.report("must be a plain object; __proto__ was written as a key, or an instance of a class was given");
  if (Object.keys(fields).length === 0) place.report("is empty; a Secret without keys is of no use");
  return sortByName(Object.entries(fields)).flatMap(([secretKey, spec]) => {
    const at = place.at(secretKey);
    const problem = secretKey === "__proto__" ? "is not usable in JavaScript programs" : secretKeyProblem(secretKey);
    if (problem !== undefined) at.report(`the key of the Secret ${problem}`);
    const reference = readReference(at, spec, team);
    return reference === undefined ? [] : [{ secretKey, ...reference }];
  });
}
