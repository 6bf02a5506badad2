import {
  DEFAULT_REFRESH_INTERVAL,
  ENVIRONMENT,
  isDuration,
  isRecord,
  kvReadPath,
  parseDuration,
  targetName,
  TEAM,
  type DataFromEntry,
  type ExternalSecret,
  type FindSpec,
  type JsonRecord,
  type RemoteRef,
  type VaultProvider,
} from "../../api";
import { secretLike } from "../../components/model/secret-like";
import { foreignOwner } from "./foreign";

/** What an entry of an ExternalSecret needs to know of its store. */
export interface EntryStore {
  readonly provider: VaultProvider;
  readonly mount: string;
  /** To be written at the entry, where it is not the store of the whole ExternalSecret. */
  readonly own: unknown;
}

/** Where the keys of an ExternalSecret lie, and how to write them. */
export interface Context {
  /** The store of an entry; a text says why there is none. */
  readonly storeOf: (entry?: JsonRecord) => EntryStore | string;
  /** The team's prefixes; paths below the first are relative. */
  readonly prefixes: readonly string[];
  readonly byDefault: string;
}

/** Thrown for what has no place in an AppSecret: the object is then not declared. */
export class Inexpressible extends Error {
  constructor(
    readonly field: string,
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(reason);
  }
}

/** The key below the mount that a remoteRef reads. */
export function keyBelowMount(
  { provider, mount }: Pick<EntryStore, "provider" | "mount">,
  { key, metadataPolicy }: Pick<RemoteRef, "key" | "metadataPolicy">,
): string {
  // ESO puts the mount before a key whose metadata it reads, whatever the key begins with; so it does for `find`.
  if (metadataPolicy === "Fetch" && provider.path !== undefined) return key.replace(/^\/+/, "");
  const path = kvReadPath(kvMount(provider), key);
  const base = provider.version === "v1" ? `${mount}/` : `${mount}/data/`;
  return path.startsWith(base) ? path.slice(base.length) : path;
}

export function kvMount({ path, version = "v2" }: VaultProvider): {
  readonly path?: string;
  readonly version: "v1" | "v2";
} {
  return path === undefined || path === "" ? { version } : { path, version };
}

/**
 * The spec of the AppSecret, without `team`, `namespace` and `store`.
 * @throws Inexpressible
 */
export function secretSpec(found: ExternalSecret, context: Context): JsonRecord {
  const { spec, metadata } = found;
  const { target = {} } = spec;
  const keys = (spec.data ?? []).map((entry, at): readonly [string, unknown] => {
    const field = `spec.data[${at}]`;
    return [entry.secretKey, keySpec(entry.remoteRef, storeAt(context, field, entry), context, `${field}.remoteRef`)];
  });
  const names = keys.map(([name]) => name);
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice >= 0)
    throw new Inexpressible(`spec.data[${twice}].secretKey`, "is there twice", "remove the one that should not count");
  const from = (spec.dataFrom ?? []).map((entry, at) => fromSpec(entry, context, `spec.dataFrom[${at}]`));
  return {
    name: targetName(found),
    ...(targetName(found) === metadata.name ? {} : { externalSecretName: metadata.name }),
    ...(keys.length === 0 ? {} : { keys: Object.fromEntries(keys) }),
    ...(from.length === 0 ? {} : { from }),
    ...(target.template === undefined ? {} : templateSpec(target.template, found)),
    ...(target.immutable === true ? { immutable: true } : {}),
    ...(target.manifest === undefined ? {} : { manifest: target.manifest }),
    ...freshness(found, context.byDefault),
    ...(spec.syncWindows === undefined ? {} : { syncWindows: spec.syncWindows }),
    ...unless("creationPolicy", target.creationPolicy, "Owner"),
    ...unless("deletionPolicy", target.deletionPolicy, "Retain"),
    ...texts("labels", metadata.labels),
    ...texts("annotations", metadata.annotations),
  };
}

function unless(field: string, value: unknown, byDefault: unknown): JsonRecord {
  return value === undefined || value === byDefault ? {} : { [field]: value };
}

/** Without what another tool wrote there, and what looks like a value. */
function texts(field: string, given: Readonly<Record<string, string>> | undefined): JsonRecord {
  const kept = Object.entries(given ?? {}).filter(
    ([name, value]) => foreignOwner(name) === undefined && typeof value === "string" && secretLike(value) === undefined,
  );
  return kept.length === 0 ? {} : { [field]: Object.fromEntries(kept) };
}

/** Without what the declaration says elsewhere or writes itself. */
function templateSpec(given: JsonRecord, { metadata: own }: ExternalSecret): JsonRecord {
  const { engineVersion = "v2", mergePolicy = "Replace", metadata = {}, ...rest } = given;
  const parts = Object.entries(isRecord(metadata) ? metadata : {}).flatMap(([part, texts]): [string, unknown][] => {
    if (part !== "labels" && part !== "annotations") return [[part, texts]];
    const added = Object.entries(isRecord(texts) ? texts : {}).filter(
      ([name, text]) => name !== ENVIRONMENT && name !== TEAM && own[part]?.[name] !== text,
    );
    return added.length === 0 ? [] : [[part, Object.fromEntries(added)]];
  });
  const template = {
    ...rest,
    ...(engineVersion === "v2" ? {} : { engineVersion }),
    ...(mergePolicy === "Replace" ? {} : { mergePolicy }),
    ...(parts.length === 0 ? {} : { metadata: Object.fromEntries(parts) }),
  };
  const [only, ...more] = Object.keys(template);
  return only === "type" && more.length === 0 ? { type: rest.type } : { template };
}

function freshness({ spec }: ExternalSecret, byDefault: string): JsonRecord {
  const { refreshPolicy = "Periodic", refreshInterval = DEFAULT_REFRESH_INTERVAL, target } = spec;
  if (refreshPolicy !== "Periodic") return { refreshPolicy };
  if (target?.immutable === true) return {};
  if (!isDuration(refreshInterval))
    throw new Inexpressible("spec.refreshInterval", "is not a duration", 'write for example "5m"');
  const milliseconds = parseDuration(refreshInterval);
  if (milliseconds <= 0) return { refreshPolicy: "CreatedOnce" };
  // A generator makes new values each time: how often has to be said, and how old they may be means nothing.
  if (isGenerated(spec)) return { refreshInterval: short(refreshInterval) };
  return milliseconds === parseDuration(byDefault) ? {} : { staleFor: short(refreshInterval) };
}

function isGenerated({ dataFrom = [] }: ExternalSecret["spec"]): boolean {
  return dataFrom.some(({ sourceRef }) => sourceRef?.generatorRef !== undefined);
}

/** The interval of an ExternalSecret that is not read at intervals; an AppSecret then has that of its environment. */
export function idleInterval({ spec }: ExternalSecret): readonly string[] {
  const { refreshPolicy = "Periodic", refreshInterval = DEFAULT_REFRESH_INTERVAL, target } = spec;
  const idle = refreshPolicy !== "Periodic" || target?.immutable === true;
  return idle && isDuration(refreshInterval) && parseDuration(refreshInterval) >= 1000 ? [short(refreshInterval)] : [];
}

/** `1h0m0s` as one would write it: `1h`. */
function short(duration: string): string {
  const cut = duration.replace(/(?<=[a-zµμ])0s$/, "").replace(/(?<=h)0m$/, "");
  return cut === "" || parseDuration(cut) !== parseDuration(duration) ? duration : cut;
}

function storeAt(context: Context, field: string, entry: object): EntryStore {
  const source = (entry as JsonRecord).sourceRef;
  if (isRecord(source) && source.generatorRef !== undefined)
    throw new Inexpressible(
      `${field}.sourceRef.generatorRef`,
      "is a generator for a single key, which External Secrets Operator ignores",
      "take it away, or write it in dataFrom",
    );
  const store = context.storeOf(entry as JsonRecord);
  if (typeof store === "string")
    throw new Inexpressible(
      isRecord(source) ? `${field}.sourceRef.storeRef` : "spec.secretStoreRef",
      store,
      "give the store's manifest as well, or leave the ExternalSecret as it is",
    );
  return store;
}

const DECODINGS: Readonly<Record<string, string>> = { Base64: "base64", Base64URL: "base64url", Auto: "auto" };

function keySpec(ref: RemoteRef, store: EntryStore, context: Context, field: string): unknown {
  const path = pathOf(ref, store, context, field);
  const { property } = ref;
  refuseValue(property ?? "", `${field}.property`);
  const options = { ...versionOf(ref, field), ...fetchOptions(ref), ...storeField(store) };
  if (property === undefined || property === "") return { path, whole: true, ...options };
  const text = `${path}#${property}`;
  const plain = Object.keys(options).length === 0 && !path.includes("#") && secretLike(text) === undefined;
  return plain ? text : { path, property, ...options };
}

function fromSpec(entry: DataFromEntry, context: Context, field: string): unknown {
  const { kind, name } = entry.sourceRef?.generatorRef ?? {};
  if (kind !== undefined)
    return { generator: { kind, name }, ...(entry.rewrite?.length ? { rewrite: entry.rewrite.map(step) } : {}) };
  const store = storeAt(context, field, entry);
  const rewrite = entry.rewrite === undefined || entry.rewrite.length === 0 ? {} : { rewrite: entry.rewrite.map(step) };
  if (entry.find !== undefined)
    return {
      find: find(entry.find, store, context, `${field}.find`),
      ...fetchOptions(entry.find),
      ...conversion(entry.find),
      ...rewrite,
      ...storeField(store),
    };
  const ref = entry.extract;
  if (ref === undefined) throw new Inexpressible(field, "has neither extract nor find", "correct it first");
  const path = pathOf(ref, store, context, `${field}.extract`);
  refuseValue(ref.property ?? "", `${field}.extract.property`);
  const property = ref.property === undefined || ref.property === "" ? {} : { property: ref.property };
  const options = {
    ...versionOf(ref, `${field}.extract`),
    ...fetchOptions(ref),
    ...conversion(ref),
    ...rewrite,
    ...storeField(store),
  };
  const text = "property" in property ? `${path}#${property.property}` : path;
  const plain = Object.keys(options).length === 0 && !path.includes("#") && secretLike(text) === undefined;
  return plain ? text : { path, ...property, ...options };
}

/** Defaults that v1beta1's CRD wrote into a merge go: the declaration has the same. */
function step(given: JsonRecord): JsonRecord {
  if (!isRecord(given.merge)) return given;
  const merge = Object.entries(given.merge).filter(
    ([name, value]) => !(name === "into" && value === "") && !(Array.isArray(value) && value.length === 0),
  );
  return { merge: Object.fromEntries(merge) };
}

function find(given: FindSpec, store: EntryStore, context: Context, field: string): JsonRecord {
  const { path, name, tags } = given;
  if (path === undefined || path === "")
    throw new Inexpressible(
      `${field}.path`,
      "is missing, so that the whole mount is searched",
      "give the path below which the team's secrets are",
    );
  refuseValue(path, `${field}.path`);
  const key = path.replace(/^\/+|\/+$/g, "");
  return {
    path: relative(keyBelowMount(store, { key, metadataPolicy: "Fetch" }), context),
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** Values get pasted where references are expected; what may be one goes no further. */
function refuseValue(text: string, field: string): void {
  const looksLike = secretLike(text);
  if (looksLike !== undefined)
    throw new Inexpressible(
      field,
      `looks like ${looksLike} and is not shown`,
      "rotate it if it was real; if it is a name, declare this one by hand as { path, property }",
    );
}

function pathOf(ref: RemoteRef, store: EntryStore, context: Context, field: string): string {
  const { key } = ref;
  refuseValue(key, `${field}.key`);
  const below = keyBelowMount(store, ref);
  if (store.provider.path === undefined && !kvReadPath(kvMount(store.provider), key).startsWith(`${store.mount}/`))
    throw new Inexpressible(
      `${field}.key`,
      `is of another mount than "${store.mount}", from which the ExternalSecret reads too`,
      "make an ExternalSecret for each mount",
    );
  return relative(below, context);
}

function relative(key: string, { prefixes }: Context): string {
  const [first = ""] = prefixes;
  return key.startsWith(`${first}/`) ? key.slice(first.length + 1) : `/${key}`;
}

function versionOf({ version }: RemoteRef, field: string): JsonRecord {
  if (version === undefined || version === "") return {};
  if (!/^[1-9]\d{0,8}$/.test(version))
    throw new Inexpressible(`${field}.version`, "is not a version number of KV 2", "correct it first");
  return { version: Number(version) };
}

function fetchOptions(ref: RemoteRef | FindSpec): JsonRecord {
  const { decodingStrategy, nullBytePolicy } = ref;
  const decode = DECODINGS[decodingStrategy ?? "None"];
  return {
    ...(decode === undefined ? {} : { decode }),
    ...(nullBytePolicy === undefined ? {} : { nullBytePolicy }),
    ...("metadataPolicy" in ref && ref.metadataPolicy === "Fetch" ? { metadataPolicy: "Fetch" } : {}),
  };
}

function conversion({ conversionStrategy }: RemoteRef | FindSpec): JsonRecord {
  return conversionStrategy === "Unicode" ? { conversionStrategy } : {};
}

function storeField({ own }: EntryStore): JsonRecord {
  return own === undefined ? {} : { store: own };
}
