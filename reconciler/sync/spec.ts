import {
  DEFAULT_REFRESH_INTERVAL,
  KeyturnError,
  kvKeyProblem,
  parseDuration,
  secretKeyProblem,
  storeOf,
  targetName,
  unsupportedFields,
  type CreationPolicy,
  type DataEntry,
  type DataFromEntry,
  type ExternalSecret,
  type RefreshPolicy,
  type RemoteRef,
  type StoreRef,
} from "../../api";
import { intern, internSorted } from "./intern";
import { compileTemplateSpec, type Report, type TemplateSpec } from "./template-spec";

/** Creation policies this version can carry out. */
export type SupportedCreation = Exclude<CreationPolicy, "None">;

const CREATION: readonly SupportedCreation[] = ["Owner", "Orphan", "Merge", "CreateOrMerge"];
const REFRESH: readonly RefreshPolicy[] = ["Periodic", "OnChange", "CreatedOnce"];

/** One read of a provider. */
export interface Source {
  /** For messages: `spec.data[0]`. */
  readonly place: string;
  /** `SecretStore/<namespace>/<name>` or `ClusterSecretStore/<name>`. */
  readonly store: string;
  readonly key: string;
  readonly version: string | undefined;
  readonly property: string | undefined;
  /** Key of the Secret; undefined: every key of the KV secret (`dataFrom[].extract`). */
  readonly secretKey: string | undefined;
  readonly unicodeKeys: boolean;
  readonly refuseNul: boolean;
}

/** An ExternalSecret's spec, small and with defaults filled in. */
export interface CompiledSpec {
  /** Why the spec cannot be carried out, with the field named; then the rest is only what could be read. */
  readonly problem: string | undefined;
  readonly refreshPolicy: RefreshPolicy;
  /** Milliseconds; 0 or less: read once. */
  readonly interval: number;
  readonly target: string;
  readonly creation: SupportedCreation;
  /** Undefined: there is none, the Secret gets what was fetched. */
  readonly template: TemplateSpec | undefined;
  /** In ESO's order: `dataFrom`, then `data`; later ones win. */
  readonly sources: readonly Source[];
  /** The keys the Secret will have, sorted; undefined when only the provider or a literal of the template knows them. */
  readonly keys: readonly string[] | undefined;
}

/** What stands in for a spec that could not be read at all. */
export function unreadableSpec(name: string, problem: string): CompiledSpec {
  return {
    problem,
    refreshPolicy: "Periodic",
    interval: 0,
    target: name,
    creation: "Owner",
    template: undefined,
    sources: [],
    keys: undefined,
  };
}

/** The store a reference of this namespace means, as a key of the stores' cache. */
function storeKey(namespace: string, ref: StoreRef): string {
  return intern(
    ref.kind === "ClusterSecretStore" ? `ClusterSecretStore/${ref.name}` : `SecretStore/${namespace}/${ref.name}`,
  );
}

/**
 * Compiles a spec. What this version does not carry out yet ({@link unsupportedFields}) is a problem that names the field: ignoring a field
 * would write another Secret than the one that was asked for. Those come first, then what is wrong with the spec; an empty policy is an
 * absent one, as for ESO.
 */
export function compileSpec(externalSecret: ExternalSecret): CompiledSpec {
  const { spec } = externalSecret;
  const namespace = externalSecret.metadata.namespace ?? "";
  const problems: string[] = [];
  const problem: Report = (path, message) => void problems.push(`${path} ${message}`);
  for (const { path, value } of unsupportedFields(spec))
    problem(value === undefined ? path : `${path} ${value}`, "is not supported yet");
  const refreshPolicy = spec.refreshPolicy || "Periodic";
  if (!REFRESH.includes(refreshPolicy))
    problem("spec.refreshPolicy", `"${String(refreshPolicy)}" is not one of ${REFRESH.join(", ")}`);

  const sources: Source[] = [];
  const collect = (place: string, entry: DataEntry | DataFromEntry, ref: RemoteRef, secretKey?: string): void => {
    const store = storeOf(spec, entry);
    if (store === undefined || store.name === undefined || store.name === "")
      return problem(place, "has no store: set spec.secretStoreRef.name");
    checkRef(`${place}${secretKey === undefined ? ".extract" : ".remoteRef"}`, ref, secretKey === undefined, problem);
    sources.push({
      place: intern(place),
      store: storeKey(namespace, store),
      key: ref.key.replace(/^\/+/, ""),
      version: ref.version || undefined,
      property: ref.property ? intern(ref.property) : undefined,
      secretKey: secretKey === undefined ? undefined : intern(secretKey),
      unicodeKeys: ref.conversionStrategy === "Unicode",
      refuseNul: ref.nullBytePolicy === "Fail",
    });
  };
  (spec.dataFrom ?? []).forEach((entry, index) => {
    const place = `spec.dataFrom[${index}]`;
    if (entry.extract !== undefined) collect(place, entry, entry.extract);
    else if (entry.find === undefined && entry.sourceRef?.generatorRef === undefined)
      problem(place, "needs extract, find or sourceRef");
  });
  (spec.data ?? []).forEach((entry, index) => {
    const place = `spec.data[${index}]`;
    const bad = secretKeyProblem(entry.secretKey);
    if (bad !== undefined) problem(`${place}.secretKey`, bad);
    collect(place, entry, entry.remoteRef, entry.secretKey);
  });
  if (!spec.data?.length && !spec.dataFrom?.length) problem("spec", "needs data or dataFrom");
  const names = (spec.data ?? []).map((entry) => entry.secretKey);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problem("spec.data", `has the secretKey ${twice} twice`);

  const every = interval(spec.refreshInterval, problem);
  const written = spec.target?.template;
  const template = written === undefined ? undefined : compileTemplateSpec(written, problem);
  return {
    problem: problems.length === 0 ? undefined : problems.join("; "),
    refreshPolicy,
    interval: every,
    target: targetName(externalSecret),
    creation: creationOf(spec.target?.creationPolicy),
    template,
    sources,
    keys: keysOf(template, spec.dataFrom?.length ? undefined : names),
  };
}

/** @param fetched undefined: only the provider knows */
function keysOf(
  template: TemplateSpec | undefined,
  fetched: readonly string[] | undefined,
): readonly string[] | undefined {
  if (template === undefined) return fetched === undefined ? undefined : internSorted(fetched);
  if (template.keys === undefined || !template.withFetched) return template.keys;
  return fetched === undefined ? undefined : internSorted([...new Set([...template.keys, ...fetched])]);
}

function checkRef(path: string, ref: RemoteRef, extract: boolean, problem: Report): void {
  const bad = kvKeyProblem(ref.key.replace(/^\/+/, ""));
  if (bad !== undefined) problem(`${path}.key`, bad);
  if (ref.version && !/^\d+$/.test(ref.version)) problem(`${path}.version`, "is not a number");
  if (extract && ref.conversionStrategy && !["Default", "Unicode"].includes(ref.conversionStrategy))
    problem(`${path}.conversionStrategy`, `"${String(ref.conversionStrategy)}" is not one of Default, Unicode`);
}

/** Empty means Owner, as absent does; another is refused as not supported. */
function creationOf(policy: CreationPolicy | undefined): SupportedCreation {
  return CREATION.find((supported) => supported === policy) ?? "Owner";
}

function interval(text: string | undefined, problem: Report): number {
  try {
    return parseDuration(text === undefined || text === "" ? DEFAULT_REFRESH_INTERVAL : text);
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    problem("spec.refreshInterval", `${error.reason}: ${error.remedy ?? ""}`);
    return 0;
  }
}
