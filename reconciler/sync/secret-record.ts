import {
  compare,
  CREATED_BY_LABEL,
  DATA_HASH_ANNOTATION,
  ENVIRONMENT,
  isRecord,
  MANAGED_LABEL,
  sha3,
  TEAM,
  TEMPLATE_INPUTS,
  type JsonRecord,
  type KubernetesObject,
} from "../../api";
import { intern, internSorted } from "./intern";

/** All the reconciler keeps of a managed Secret: what its metadata says, never data. */
export class SecretRecord {
  /**
   * A GET showed that the data fits the data hash and the metadata is as wanted. Belongs to this resource version: another
   * version is another record.
   */
  verified = false;
  /** {@link metadataHash} of the labels and annotations that were wanted then. */
  verifiedMetadata = "";

  constructor(
    readonly uid: string,
    readonly resourceVersion: string,
    readonly deleting: boolean,
    /** Empty: the annotation is missing. */
    readonly dataHash: string,
    /** uid of the controlling owner; empty: there is none. */
    readonly controller: string,
    /** Names of the keys of `data`, sorted, as far as managed fields tell. */
    readonly keys: readonly string[],
    /** The only field manager of all of `data` and of the data hash; undefined: several, or unknown. */
    readonly manager: string | undefined,
    /** Labels and annotations that {@link manager} owns. */
    readonly ownLabels: readonly string[],
    readonly ownAnnotations: readonly string[],
    /** {@link metadataHash} of these labels and annotations. */
    readonly ownMetadata: string,
    /** The annotation `keyturn.dev/template-inputs`; empty: there is none. */
    readonly templateInputs: string,
  ) {}
}

/** Trims the metadata of a Secret (PartialObjectMetadata is enough). */
export function secretRecord(object: KubernetesObject): SecretRecord {
  const { metadata } = object;
  const fields = managedFields(object);
  const manager = soleManager(fields);
  const own = fields.filter((entry) => entry.manager === manager);
  const labels = internSorted([...new Set(own.flatMap((entry) => entry.labels))]);
  const annotations = internSorted([...new Set(own.flatMap((entry) => entry.annotations))]);
  return new SecretRecord(
    metadata.uid ?? "",
    metadata.resourceVersion ?? "",
    metadata.deletionTimestamp !== undefined,
    metadata.annotations?.[DATA_HASH_ANNOTATION] ?? "",
    metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid ?? "",
    internSorted([...new Set(fields.flatMap((entry) => entry.data))]),
    manager === undefined ? undefined : intern(manager),
    labels,
    annotations,
    manager === undefined
      ? ""
      : metadataHash({ labels: only(metadata.labels, labels), annotations: only(metadata.annotations, annotations) }),
    metadata.annotations?.[TEMPLATE_INPUTS] ?? "",
  );
}

/**
 * Whose the ExternalSecret is. Nothing reads that on the Secret, so a Secret that has them not, as one written before keyturn was there, is
 * not written for them alone: they come with its next change (adoption needs no write).
 */
export const WITH_NEXT_CHANGE: ReadonlySet<string> = new Set([ENVIRONMENT, TEAM]);

/** The names that every Secret of the reconciler has, which say nothing of its template. */
const COMMON: ReadonlySet<string> = new Set([
  MANAGED_LABEL,
  CREATED_BY_LABEL,
  DATA_HASH_ANNOTATION,
  TEMPLATE_INPUTS,
  ...WITH_NEXT_CHANGE,
]);

/** A short hash of labels and annotations without the common ones; empty when there are no others. */
export function metadataHash(metadata: {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}): string {
  const [labels, annotations] = [metadata.labels, metadata.annotations].map((map) =>
    Object.entries(map)
      .filter(([name]) => !COMMON.has(name))
      .sort(([a], [b]) => compare(a, b)),
  );
  if (labels?.length === 0 && annotations?.length === 0) return "";
  return sha3(JSON.stringify([labels, annotations])).slice(0, 24);
}

function only(map: Readonly<Record<string, string>> | undefined, names: readonly string[]): Record<string, string> {
  const values = new Map(Object.entries(map ?? {}));
  return Object.fromEntries(names.map((name) => [name, values.get(name) ?? ""]));
}

/** What one entry of `metadata.managedFields` owns of a Secret. */
export interface OwnedFields {
  readonly manager: string;
  readonly data: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** Reads `metadata.managedFields` (format FieldsV1: `{"f:data": {".": {}, "f:<key>": {}}}`). */
export function managedFields(object: KubernetesObject): readonly OwnedFields[] {
  const entries = (object.metadata as { readonly managedFields?: unknown }).managedFields;
  if (!Array.isArray(entries)) return [];
  return (entries as unknown[]).filter(isRecord).map((entry) => {
    const fields = isRecord(entry.fieldsV1) ? entry.fieldsV1 : {};
    const metadata = isRecord(fields["f:metadata"]) ? fields["f:metadata"] : {};
    return {
      manager: typeof entry.manager === "string" ? entry.manager : "",
      data: namesIn(fields["f:data"]),
      labels: namesIn(metadata["f:labels"]),
      annotations: namesIn(metadata["f:annotations"]),
    };
  });
}

function soleManager(fields: readonly OwnedFields[]): string | undefined {
  const managers = new Set<string>();
  let hash = false;
  for (const entry of fields) {
    const ownsHash = entry.annotations.includes(DATA_HASH_ANNOTATION);
    if (ownsHash) hash = true;
    if (ownsHash || entry.data.length > 0) managers.add(entry.manager);
  }
  const [manager] = managers;
  return hash && managers.size === 1 ? manager : undefined;
}

function namesIn(value: unknown): readonly string[] {
  if (!isRecord(value)) return [];
  return Object.keys(value satisfies JsonRecord)
    .filter((name) => name.startsWith("f:"))
    .map((name) => intern(name.slice(2)));
}
