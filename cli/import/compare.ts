import {
  DEFAULT_REFRESH_INTERVAL,
  ENVIRONMENT,
  GENERATORS_VERSION,
  isDuration,
  isRecord,
  kvReadPath,
  parseDuration,
  TEAM,
  targetName,
  type ExternalSecret,
  type JsonRecord,
  type SecretStore,
  type StoreRef,
  type VaultProvider,
} from "../../api";
import { kvMount } from "./secret";

/** Fields in which two trees differ, as paths like `spec.data[0].remoteRef.key`; sorted. Values are not in it. */
export function differences(before: unknown, after: unknown, path = ""): readonly string[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((entry, at) => differences(entry, after[at] as unknown, `${path}[${at}]`));
  if (isRecord(before) && isRecord(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  return [path];
}

/**
 * What an ExternalSecret means: defaults filled in, keys as the paths they read, intervals in milliseconds. Two that are equal in this form
 * make the same Secret at the same times.
 * @param providerOf the Vault of a store reference, for the way it reads keys
 */
export function meaningOf(
  { metadata, spec }: ExternalSecret,
  providerOf: (ref: StoreRef | undefined) => VaultProvider | undefined,
): JsonRecord {
  const { refreshPolicy = "Periodic", refreshInterval = DEFAULT_REFRESH_INTERVAL, target = {} } = spec;
  const ref = (entry: JsonRecord | undefined, inDataFrom: boolean, store: StoreRef | undefined): JsonRecord => {
    const { conversionStrategy, ...rest } = entry ?? {};
    const provider = providerOf(store);
    const key =
      typeof rest.key === "string" && provider !== undefined && rest.metadataPolicy !== "Fetch"
        ? kvReadPath(kvMount(provider), rest.key)
        : rest.key;
    const path = typeof rest.path === "string" ? rest.path.replace(/^\/+|\/+$/g, "") : rest.path;
    return compact({
      ...rest,
      key,
      path,
      metadataPolicy: rest.metadataPolicy ?? "None",
      decodingStrategy: rest.decodingStrategy ?? "None",
      nullBytePolicy: rest.nullBytePolicy ?? "Ignore",
      // Says something about names only, which `data` gives itself.
      ...(inDataFrom ? { conversionStrategy: conversionStrategy ?? "Default" } : {}),
    });
  };
  const data = (spec.data ?? []).map((entry) => {
    const store = storeRef(entry.sourceRef?.storeRef ?? spec.secretStoreRef);
    return { secretKey: entry.secretKey, store, remoteRef: ref({ ...entry.remoteRef }, false, store) };
  });
  const dataFrom = (spec.dataFrom ?? []).map((entry) => {
    const generator = entry.sourceRef?.generatorRef;
    if (generator !== undefined)
      return compact({
        ...entry,
        sourceRef: { generatorRef: { apiVersion: GENERATORS_VERSION, ...generator } },
        rewrite: entry.rewrite?.length === 0 ? undefined : entry.rewrite?.map(step),
      });
    const store = storeRef(entry.sourceRef?.storeRef ?? spec.secretStoreRef);
    return compact({
      ...entry,
      sourceRef: undefined,
      store,
      ...(entry.extract === undefined ? {} : { extract: ref({ ...entry.extract }, true, store) }),
      ...(entry.find === undefined ? {} : { find: ref({ ...entry.find }, true, store) }),
      rewrite: entry.rewrite?.length === 0 ? undefined : entry.rewrite?.map(step),
    });
  });
  const interval = isDuration(refreshInterval) ? parseDuration(refreshInterval) : refreshInterval;
  const policy = refreshPolicy === "Periodic" && interval === 0 ? "CreatedOnce" : refreshPolicy;
  return compact({
    ...spec,
    secretStoreRef: storeRef(spec.secretStoreRef),
    refreshPolicy: policy,
    refreshInterval: interval === 0 ? undefined : interval,
    data: data.length === 0 ? undefined : data.sort((a, b) => (a.secretKey < b.secretKey ? -1 : 1)),
    dataFrom: dataFrom.length === 0 ? undefined : dataFrom,
    target: compact({
      ...target,
      name: targetName({ metadata, spec }),
      creationPolicy: target.creationPolicy ?? "Owner",
      deletionPolicy: target.deletionPolicy ?? "Retain",
      immutable: target.immutable === true ? true : undefined,
      template: target.template === undefined ? undefined : template(target.template),
    }),
  });
}

function storeRef(ref: StoreRef | undefined): StoreRef | undefined {
  if (ref === undefined || ref.name === "") return undefined;
  return { name: ref.name, kind: ref.kind ?? "SecretStore" };
}

const MERGE_DEFAULTS = {
  into: "",
  priority: [],
  priorityPolicy: "Strict",
  conflictPolicy: "Error",
  strategy: "Extract",
};

function step(given: JsonRecord): JsonRecord {
  return isRecord(given.merge) ? { merge: { ...MERGE_DEFAULTS, ...given.merge } } : given;
}

/** Empty parts of a template are as good as absent; an empty template is not. */
function template(given: JsonRecord): JsonRecord {
  const { labels = {}, annotations = {}, finalizers = [] } = isRecord(given.metadata) ? given.metadata : {};
  // keyturn writes its own two on everything.
  const { [ENVIRONMENT]: _environment, [TEAM]: _team, ...own } = annotations as JsonRecord;
  const metadata = { labels, annotations: own, finalizers };
  const sources = Array.isArray(given.templateFrom) ? given.templateFrom.map(source) : [];
  return without({ engineVersion: "v2", mergePolicy: "Replace", ...given, metadata, templateFrom: sources }, (value) =>
    isEmpty(value),
  );
}

function source(given: unknown): unknown {
  if (!isRecord(given)) return given;
  const file = (value: unknown): unknown =>
    isRecord(value) && Array.isArray(value.items)
      ? {
          ...value,
          items: value.items.map((item) => (isRecord(item) ? { templateAs: "Values", ...item } : (item as unknown))),
        }
      : value;
  return compact({
    target: "Data",
    ...given,
    valuesDecodingStrategy: given.valuesDecodingStrategy ?? "None",
    configMap: file(given.configMap),
    secret: file(given.secret),
  });
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    (isRecord(value) ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0)
  );
}

function without(given: JsonRecord, leave: (value: unknown) => boolean): JsonRecord {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !leave(value)));
}

function compact(given: JsonRecord): JsonRecord {
  return without(given, (value) => value === undefined);
}

/** What a store means: addresses and mounts without slashes at their ends, defaults filled in. */
export function storeMeaning({ spec }: SecretStore, provider: VaultProvider): JsonRecord {
  const { path, server, namespace, caBundle, version = "v2", auth, ...rest } = provider;
  const trim = (text: string | undefined): string | undefined => text?.replace(/^\/+|\/+$/g, "") || undefined;
  return compact({
    ...spec,
    controller: spec.controller === "" ? undefined : spec.controller,
    provider: {
      // Both kinds speak to either server; keyturn writes `vault`.
      vault: compact({
        ...rest,
        server: server.replace(/\/$/, ""),
        path: trim(path),
        namespace: trim(namespace),
        version,
        caBundle: caBundle === undefined ? undefined : decoded(caBundle),
        auth,
      }),
    },
  });
}

function decoded(bundle: string): string {
  return bundle.includes("-----BEGIN ") ? bundle : Buffer.from(bundle, "base64").toString("utf8");
}
