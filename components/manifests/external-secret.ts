import {
  ENVIRONMENT,
  ESO_VERSION,
  GENERATORS_VERSION,
  kvReadPath,
  TEAM,
  type DataEntry,
  type DataFromEntry,
  type ExternalSecret,
  type JsonRecord,
  type RemoteRef,
} from "../../api";
import type { ResolvedAppSecret } from "../model/app-secret";
import type { ResolvedFrom } from "../model/from";
import { verbatim } from "../model/go-template";
import type { ResolvedReference } from "../model/reference";
import type { ResolvedRewrite } from "../model/rewrite";
import { metadata, ownedBy, type Manifest } from "./manifest";

/**
 * The ExternalSecret of an AppSecret. Every field that ESO's CRD of any version would default is written out, so that what is
 * applied is what is read back and no tool sees a difference later (reference/eso.md 2.1, 2.2).
 */
export function externalSecretManifest(secret: ResolvedAppSecret): Manifest {
  const { kv } = secret.environment.vault;
  const template = templateOf(secret);
  const object: ExternalSecret = {
    apiVersion: ESO_VERSION,
    kind: "ExternalSecret",
    metadata: metadata({
      name: secret.externalSecretName,
      namespace: secret.namespace,
      labels: secret.labels,
      annotations: secret.annotations,
      ...ownedBy(secret.team),
    }),
    spec: {
      secretStoreRef: { kind: "SecretStore", name: secret.storeName },
      refreshPolicy: secret.refreshPolicy,
      refreshInterval: secret.refreshInterval,
      ...(secret.syncWindows === undefined ? {} : { syncWindows: { ...secret.syncWindows } }),
      target: {
        name: secret.name,
        creationPolicy: secret.creationPolicy,
        deletionPolicy: secret.deletionPolicy,
        ...(secret.immutable ? { immutable: true } : {}),
        ...(secret.manifest === undefined ? {} : { manifest: { ...secret.manifest } }),
        ...(template === undefined ? {} : { template }),
      },
      ...(secret.keys.length === 0
        ? {}
        : {
            data: secret.keys.map((key): DataEntry => ({
              secretKey: key.secretKey,
              remoteRef: remoteRef(key, kv),
              ...sourceRef(key.storeName),
            })),
          }),
      ...(secret.from.length === 0 ? {} : { dataFrom: secret.from.map((from) => dataFrom(from, kv)) }),
    },
  };
  return { id: "resource", object: { ...object } };
}

interface Kv {
  readonly mount: string;
  readonly version: 1 | 2;
}

function remoteRef(
  reference: ResolvedReference,
  kv: Kv,
  conversionStrategy: "Default" | "Unicode" = "Default",
): RemoteRef {
  return {
    // ESO puts the mount before a key whose metadata it reads, whatever the key begins with.
    key: reference.metadata === true ? reference.key : remoteKey(kv, reference.key),
    ...(reference.property === undefined ? {} : { property: reference.property }),
    ...(reference.version === undefined ? {} : { version: String(reference.version) }),
    metadataPolicy: reference.metadata === true ? "Fetch" : "None",
    conversionStrategy,
    decodingStrategy: reference.decoding ?? "None",
    ...(reference.nullBytes === undefined ? {} : { nullBytePolicy: reference.nullBytes }),
  };
}

function sourceRef(name: string | undefined): Pick<DataEntry, "sourceRef"> {
  return name === undefined ? {} : { sourceRef: { storeRef: { kind: "SecretStore", name } } };
}

function dataFrom(from: ResolvedFrom, kv: Kv): DataFromEntry {
  const rewrite = from.rewrite.length === 0 ? {} : { rewrite: from.rewrite.map(rewriteStep) };
  if (from.kind === "generator")
    return { ...rewrite, sourceRef: { generatorRef: { apiVersion: GENERATORS_VERSION, ...from.generator } } };
  const rest = { ...rewrite, ...sourceRef(from.storeName) };
  if (from.kind === "extract") return { extract: remoteRef(from, kv, from.conversion), ...rest };
  return {
    find: {
      path: from.key,
      ...(from.name === undefined ? {} : { name: { regexp: from.name } }),
      ...(from.tags === undefined ? {} : { tags: from.tags }),
      conversionStrategy: from.conversion,
      decodingStrategy: from.decoding ?? "None",
      ...(from.nullBytes === undefined ? {} : { nullBytePolicy: from.nullBytes }),
    },
    ...rest,
  };
}

function rewriteStep(step: ResolvedRewrite): JsonRecord {
  if (!("merge" in step)) return { ...step };
  const { priority, ...merge } = step.merge;
  return { merge: { ...merge, ...(priority.length === 0 ? {} : { priority }) } };
}

/**
 * With a template the Secret gets its labels and annotations from there alone, so those of the AppSecret are in it too, as they would be
 * taken over without one.
 */
function templateOf({
  template,
  type,
  labels,
  annotations,
  environment,
  team,
}: ResolvedAppSecret): JsonRecord | undefined {
  if (template === undefined && type === undefined) return undefined;
  const own = { ...annotations, [ENVIRONMENT]: environment.name, [TEAM]: team.name };
  const allLabels = merged(labels, template?.labels);
  const finalizers = template?.finalizers ?? [];
  return {
    ...(type === undefined ? {} : { type }),
    engineVersion: "v2",
    mergePolicy: template?.mergePolicy ?? "Replace",
    metadata: {
      ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
      annotations: merged(own, template?.annotations),
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
    ...(template === undefined || Object.keys(template.data).length === 0 ? {} : { data: template.data }),
    ...(template === undefined || template.templateFrom.length === 0
      ? {}
      : { templateFrom: template.templateFrom.map((source) => ({ ...source })) }),
  };
}

/** Sorted by name; texts that are no templates stay what they are. */
function merged(
  plain: Readonly<Record<string, string>>,
  templates: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const entries = new Map(Object.entries(plain).map(([name, value]) => [name, verbatim(value)]));
  for (const [name, template] of Object.entries(templates)) entries.set(name, template);
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The key as `remoteRef.key`. One that starts with the mount's own name would be read as a full path (ESO's buildPath), so it is
 * written as the full path, and as the API path where that is ambiguous too.
 */
export function remoteKey(kv: Kv, key: string): string {
  const mount = { path: kv.mount, version: kv.version === 1 ? "v1" : "v2" } as const;
  const wanted = kv.version === 1 ? `${kv.mount}/${key}` : `${kv.mount}/data/${key}`;
  return [key, `${kv.mount}/${key}`].find((written) => kvReadPath(mount, written) === wanted) ?? wanted;
}
