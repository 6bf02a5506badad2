import {
  ADOPT,
  EXTERNAL_SECRET_FINALIZER,
  isRecord,
  parseExternalSecret,
  syncedResourceVersion,
  type Condition,
  type KubernetesObject,
} from "../../api";
import { intern, internSorted } from "./intern";
import { compileSpec, unreadableSpec, type CompiledSpec } from "./spec";

/** Labels and annotations longer than this in total are not kept but read again when a Secret is written. */
const METADATA_KEPT = 512;

export interface Metadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `status`, with times in milliseconds. */
export interface StatusRecord {
  readonly refreshTime: number | undefined;
  readonly syncedVersion: string;
  readonly ready: "True" | "False" | "Unknown" | undefined;
  readonly reason: string;
  readonly message: string;
  readonly transitionTime: number | undefined;
  readonly binding: string;
  /** Conditions of other types, which a status write has to repeat. */
  readonly others: readonly Condition[] | undefined;
}

/** All the reconciler keeps of an ExternalSecret: one class with fixed fields, shared strings, never the whole object. */
export class ExternalSecretRecord {
  /** `<namespace>/<name>` */
  readonly key: string;
  /** Key of the Secret it writes. */
  readonly targetKey: string;

  constructor(
    readonly namespace: string,
    readonly name: string,
    readonly uid: string,
    readonly resourceVersion: string,
    readonly deleting: boolean,
    /** Carries ESO's finalizer, which nobody else takes off once ESO is gone. */
    readonly finalizer: boolean,
    /** What `status.syncedResourceVersion` will say once this version is synced. */
    readonly version: string,
    readonly adopt: boolean,
    /** Names of labels and annotations that the Secret is known to get, sorted. */
    readonly labelKeys: readonly string[],
    readonly annotationKeys: readonly string[],
    /** What the Secret gets of the object's own metadata: nothing where there is a template. Undefined: too large to keep. */
    readonly metadata: Metadata | undefined,
    readonly spec: CompiledSpec,
    readonly status: StatusRecord,
  ) {
    this.key = `${namespace}/${name}`;
    this.targetKey = spec.target === name ? this.key : `${namespace}/${spec.target}`;
  }

  /** How messages and the audit name it. */
  get title(): string {
    return `ExternalSecret ${this.key}`;
  }
}

/** Trims an ExternalSecret. Never throws: what cannot be read becomes the record's problem, and so its condition. */
export function externalSecretRecord(object: KubernetesObject): ExternalSecretRecord {
  const { metadata } = object;
  const kept = metadataOf(object);
  const { labels, annotations } = kept;
  const spec = specOf(object);
  const status = statusRecord(object.status, spec.target);
  const version = syncedResourceVersion(metadata);
  return new ExternalSecretRecord(
    intern(metadata.namespace ?? ""),
    metadata.name,
    metadata.uid ?? "",
    metadata.resourceVersion ?? "",
    metadata.deletionTimestamp !== undefined,
    metadata.finalizers?.includes(EXTERNAL_SECRET_FINALIZER) ?? false,
    version === status.syncedVersion ? status.syncedVersion : version,
    annotations[ADOPT] === "true",
    spec.template === undefined ? internSorted(Object.keys(labels)) : (spec.template.labels ?? NO_NAMES),
    spec.template === undefined ? internSorted(Object.keys(annotations)) : (spec.template.annotations ?? NO_NAMES),
    spec.template === undefined ? (sizeOf(labels) + sizeOf(annotations) > METADATA_KEPT ? undefined : kept) : NOTHING,
    spec,
    status,
  );
}

const NO_NAMES: readonly string[] = [];
const NONE: Readonly<Record<string, string>> = {};
const NOTHING: Metadata = { labels: NONE, annotations: NONE };

/** The labels and annotations that are copied onto the Secret. */
export function metadataOf(object: KubernetesObject): Metadata {
  const { labels, annotations } = object.metadata;
  if (labels === undefined && annotations === undefined) return NOTHING;
  return { labels: labels ?? NONE, annotations: annotations ?? NONE };
}

function specOf(object: KubernetesObject): CompiledSpec {
  try {
    const parsed = parseExternalSecret(object);
    if ("value" in parsed) return compileSpec(parsed.value);
    const problems = parsed.problems.map((problem) => `${problem.path} ${problem.message}`);
    return unreadableSpec(object.metadata.name, problems.join("; "));
  } catch {
    return unreadableSpec(object.metadata.name, "spec cannot be read: a field has another type than its schema says");
  }
}

function statusRecord(value: unknown, target: string): StatusRecord {
  const status = isRecord(value) ? value : {};
  const conditions = Array.isArray(status.conditions) ? (status.conditions as unknown[]).filter(isCondition) : [];
  const ready = conditions.find((condition) => condition.type === "Ready");
  const others = conditions.filter((condition) => condition.type !== "Ready");
  const binding = isRecord(status.binding) ? status.binding.name : undefined;
  return {
    refreshTime: timeOf(status.refreshTime),
    syncedVersion: typeof status.syncedResourceVersion === "string" ? status.syncedResourceVersion : "",
    ready: ready?.status,
    reason: intern(ready?.reason ?? ""),
    message: intern(ready?.message ?? ""),
    transitionTime: timeOf(ready?.lastTransitionTime),
    binding: binding === target ? target : typeof binding === "string" ? binding : "",
    others: others.length === 0 ? undefined : others,
  };
}

function isCondition(value: unknown): value is Condition {
  return isRecord(value) && typeof value.type === "string" && typeof value.status === "string";
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function sizeOf(map: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const [key, value] of Object.entries(map)) size += key.length + value.length;
  return size;
}
