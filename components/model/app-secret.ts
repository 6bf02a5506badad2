import {
  secretKeyProblem,
  type CreationPolicy,
  type DeletionPolicy,
  type Problem,
  type RefreshPolicy,
} from "../../api";
import { checkOwnCost } from "./budget";
import type { Environment } from "./environment";
import { boolean, isOutput, label, objectName, oneOf, record, text, texts } from "./fields";
import { readFrom, type FromSpec, type ResolvedFrom } from "./from";
import { didYouMean } from "./nearest";
import { collecting, Place } from "./problems";
import { readReference, type KeySpec, type ResolvedReference } from "./reference";
import { readRefreshPolicy, refreshInterval, type Freshness } from "./refresh";
import { quote } from "./secret-like";
import { sortByName } from "./sorted";
import { defaultStoreName, readStoreName, vaultOfSecret, type StoreLike } from "./store";
import { readSyncWindows, type SyncWindowsSpec } from "./sync-windows";
import { isTeam, teamAt, type Team } from "./team";
import { readTemplate, type Fetched, type ResolvedTemplate, type TemplateSpec } from "./template";
import { checkType, keysOfSecret } from "./template-keys";

/**
 * What an AppSecret is made of: one Kubernetes Secret an application needs, and where its values live. `keys`, `from` or both; everything else
 * has a default.
 */
export interface AppSecretSpec<N extends string = string> extends Freshness {
  /** Whose Secret it is; its ServiceAccount reads the values. */
  readonly team: Team<N>;
  /** Keys of the Secret, and where each value lives: `{ DB_PASSWORD: "db#password" }`. */
  readonly keys?: Readonly<Record<string, KeySpec>>;
  /** Whole groups of keys: `["db"]` takes every property of a KV secret. In this order, later ones win, and `keys` over all. */
  readonly from?: readonly FromSpec[];
  /** What the Secret is made of instead of the fetched keys as they are. A list is put together. */
  readonly template?: TemplateSpec | readonly TemplateSpec[];
  /** Type of the Secret. Default `Opaque`, or that of the template. */
  readonly type?: string;
  /** Whether Kubernetes refuses every later change of the Secret. Default false. */
  readonly immutable?: boolean;
  /** Name of the Secret and of the ExternalSecret. Default: the id. */
  readonly name?: string;
  /** One of the team's namespaces. Default: the team's namespace, when it has just one. */
  readonly namespace?: string;
  /** Default: the store `keyturn-<environment>` of the namespace. */
  readonly store?: StoreLike<NoInfer<N>>;
  /** Which Vault of the environment. Default: that of the store, else `main`. */
  readonly vault?: string;
  /** Who owns the Secret (ESO's `creationPolicy`). Default `Owner`. */
  readonly creationPolicy?: Exclude<CreationPolicy, "None">;
  /** What happens to the Secret when its source is gone (ESO's `deletionPolicy`). Default `Retain`. */
  readonly deletionPolicy?: DeletionPolicy;
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
  /** In the order of declaration. */
  readonly from: readonly ResolvedFrom[];
  readonly template: ResolvedTemplate | undefined;
  /** The keys the Secret will have, sorted; undefined when only Vault or a template knows them. */
  readonly secretKeys: readonly string[] | undefined;
  /** Undefined: as the Secret is, `Opaque` for a new one. */
  readonly type: string | undefined;
  readonly immutable: boolean;
  readonly refreshPolicy: RefreshPolicy;
  /** Go duration. */
  readonly refreshInterval: string;
  readonly syncWindows: SyncWindowsSpec | undefined;
  readonly creationPolicy: Exclude<CreationPolicy, "None">;
  readonly deletionPolicy: DeletionPolicy;
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
  "template",
  "type",
  "immutable",
  "name",
  "namespace",
  "store",
  "vault",
  "staleFor",
  "rotatesEvery",
  "refreshPolicy",
  "refreshInterval",
  "syncWindows",
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
  if (isOutput(fields.team) || !isTeam(fields.team)) {
    place.at("team").report(fields.team === undefined ? "is missing" : "is not made by team(...)");
    return undefined;
  }
  const team = teamAt(place.at("vault"), fields.team, vaultOfSecret(place.at("vault"), fields));
  const name = fields.name === undefined ? declaration.id : fields.name;
  const creationPolicy = oneOf(place.at("creationPolicy"), fields.creationPolicy ?? "Owner", CREATION) ?? "Owner";
  const deletionPolicy = oneOf(place.at("deletionPolicy"), fields.deletionPolicy ?? "Retain", DELETION) ?? "Retain";
  if (deletionPolicy === "Delete" && creationPolicy !== "Owner")
    place.at("deletionPolicy").report('may be "Delete" only with creationPolicy "Owner"');
  const refreshPolicy = readRefreshPolicy(place, fields);
  const resolved = {
    kind: "AppSecret",
    id: declaration.id,
    environment: team.environment,
    team,
    namespace: readNamespace(place.at("namespace"), fields.namespace, team),
    name: objectName(place.at("name"), name) ?? "",
    storeName:
      fields.store === undefined
        ? defaultStoreName(team.environment)
        : readStoreName(place.at("store"), fields.store, team),
    keys: fields.keys === undefined && fields.from !== undefined ? [] : readKeys(place.at("keys"), fields.keys, team),
    from: readFrom(place.at("from"), fields.from, team),
    refreshPolicy,
    refreshInterval: refreshInterval(place, fields, team.environment),
    syncWindows: readSyncWindows(place.at("syncWindows"), fields.syncWindows),
    creationPolicy,
    deletionPolicy,
    labels: texts(place.at("labels"), fields.labels),
    annotations: texts(place.at("annotations"), fields.annotations),
    immutable: fields.immutable === undefined ? false : boolean(place.at("immutable"), fields.immutable),
  } as const;
  checkOwnCost(place, fields, resolved);
  // Keys that were refused are there for templates all the same: one mistake is one problem.
  const written = isOutput(fields.keys) || typeof fields.keys !== "object" ? {} : (fields.keys ?? {});
  const fetched = { keys: Object.keys(written).sort(), complete: fields.from === undefined };
  return { ...resolved, ...readResult(place, fields, fetched) };
}

/** What becomes of the fetched keys. */
function readResult(
  place: Place,
  fields: Readonly<Record<string, unknown>>,
  fetched: Fetched,
): Pick<ResolvedAppSecret, "template" | "secretKeys" | "type"> {
  const template = readTemplate(place.at("template"), fields.template, fetched);
  const secretKeys = keysOfSecret(fetched, template);
  const given = fields.type === undefined ? undefined : text(place.at("type"), fields.type);
  if (given !== undefined && template?.type !== undefined && given !== template.type)
    place.at("type").report(`${quote(given)} is another than ${quote(template.type)} of the template`);
  const type = given ?? template?.type;
  checkType(
    given === undefined ? place.at("template").at("type") : place.at("type"),
    type,
    secretKeys,
    template ?? { annotations: {}, templateFrom: [] },
  );
  return { template, secretKeys, type };
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
