import {
  compare,
  CREATED_BY_LABEL,
  createdByHash,
  DATA_HASH_ANNOTATION,
  dataHash,
  ESO_VERSION,
  fieldManager,
  isRecord,
  MANAGED_LABEL,
  type JsonRecord,
  type KubernetesObject,
  type OwnerReference,
  type SecretData,
} from "../../api";
import type { ExternalSecretRecord, Metadata } from "./record";
import { managedFields, WITH_NEXT_CHANGE } from "./secret-record";
import { isExternalSecret, refusalOf, type Refusal, type Situation, type WriteInput } from "./write-checks";

export type WriteAction =
  | { readonly do: "nothing" }
  /** creationPolicy Merge and no Secret to merge into. */
  | { readonly do: "leave" }
  | { readonly do: "create"; readonly secret: KubernetesObject; readonly keys: readonly string[] }
  | {
      readonly do: "patch";
      /** JSON merge patch with the resourceVersion it is meant for. */
      readonly patch: JsonRecord;
      /** Keys of `data` that change or go. */
      readonly keys: readonly string[];
    }
  | Refusal;

/**
 * How to bring the target Secret in step: create it, patch it, leave it, or refuse to touch it. Labels, annotations, owner and
 * hash are ESO's (reference/eso.md 2.6 and 2.7). Applying the action and asking again gives
 * `nothing`.
 */
export function decideWrite(input: WriteInput): WriteAction {
  const { existing, externalSecret } = input;
  if (existing === undefined && externalSecret.spec.creation === "Merge") return { do: "leave" };
  const present = secretData(existing);
  const situation: Situation = { ...input, present, wanted: wantedData(input, present) };
  const refusal = refusalOf(situation);
  if (refusal !== undefined) return refusal;
  return existing === undefined ? creation(situation) : update(situation, existing);
}

/** `data` of a Secret, decoded. */
export function secretData(secret: KubernetesObject | undefined): SecretData {
  const data = secret !== undefined && isRecord(secret.data) ? secret.data : {};
  return new Map(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(typeof value === "string" ? value : "", "base64")]),
  );
}

function wantedData({ externalSecret, data }: WriteInput, present: SecretData): SecretData {
  const { creation } = externalSecret.spec;
  if (creation === "Owner" || creation === "Orphan") return data;
  return new Map([...present, ...data]);
}

function creation({ externalSecret, metadata, type, wanted }: Situation): WriteAction {
  return {
    do: "create",
    keys: [...wanted.keys()].sort(compare),
    secret: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: externalSecret.spec.target,
        namespace: externalSecret.namespace,
        labels: wantedLabels(externalSecret, metadata),
        annotations: { ...metadata.annotations, [DATA_HASH_ANNOTATION]: dataHash(wanted) },
        ...(owns(externalSecret) ? { ownerReferences: [ownerReference(externalSecret)] } : {}),
      },
      data: encoded(wanted),
      type: type || "Opaque",
    },
  };
}

function update(situation: Situation, existing: KubernetesObject): WriteAction {
  const { externalSecret, metadata, present, wanted } = situation;
  const own = managedFields(existing).filter((entry) => entry.manager === fieldManager(externalSecret.name));
  const labels = difference(existing.metadata.labels ?? {}, wantedLabels(externalSecret, metadata), [
    ...own.flatMap((entry) => entry.labels).filter((key) => key !== MANAGED_LABEL),
    ...(owns(externalSecret) ? [] : [CREATED_BY_LABEL]),
  ]);
  const annotations = difference(
    existing.metadata.annotations ?? {},
    { ...metadata.annotations, [DATA_HASH_ANNOTATION]: dataHash(wanted) },
    own.flatMap((entry) => entry.annotations),
  );
  const data = difference(encoded(present), encoded(wanted), [...present.keys()]);
  const owners = wantedOwners(externalSecret, existing.metadata.ownerReferences ?? []);
  const there = existing.metadata.annotations ?? {};
  const late = Object.keys(annotations ?? {}).every((name) => WITH_NEXT_CHANGE.has(name) && !(name in there));
  if (labels === undefined && late && data === undefined && owners === undefined) return { do: "nothing" };
  return {
    do: "patch",
    keys: Object.keys(data ?? {}).sort(compare),
    patch: {
      metadata: {
        resourceVersion: existing.metadata.resourceVersion,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
        ...(owners === undefined ? {} : { ownerReferences: owners }),
      },
      ...(data === undefined ? {} : { data }),
    },
  };
}

function wantedLabels(externalSecret: ExternalSecretRecord, metadata: Metadata): Readonly<Record<string, string>> {
  const createdBy: Readonly<Record<string, string>> = owns(externalSecret)
    ? { [CREATED_BY_LABEL]: createdByHash(externalSecret.namespace, externalSecret.name) }
    : {};
  return { ...metadata.labels, ...createdBy, [MANAGED_LABEL]: "true" };
}

/** Undefined: as they should be. */
function wantedOwners(
  externalSecret: ExternalSecretRecord,
  existing: readonly OwnerReference[],
): readonly OwnerReference[] | undefined {
  const mine = existing.find((owner) => owner.uid === externalSecret.uid);
  if (!owns(externalSecret)) return mine === undefined ? undefined : existing.filter((owner) => owner !== mine);
  if (mine?.controller === true) return undefined;
  const others = existing.filter(
    (owner) => owner.uid !== externalSecret.uid && !(isExternalSecret(owner) && owner.name === externalSecret.name),
  );
  return [...others, ownerReference(externalSecret)];
}

function owns(externalSecret: ExternalSecretRecord): boolean {
  return externalSecret.spec.creation === "Owner";
}

function ownerReference(externalSecret: ExternalSecretRecord): OwnerReference {
  return {
    apiVersion: ESO_VERSION,
    kind: "ExternalSecret",
    name: externalSecret.name,
    uid: externalSecret.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function encoded(data: SecretData): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...data].sort(([a], [b]) => compare(a, b)).map(([key, bytes]) => [key, Buffer.from(bytes).toString("base64")]),
  );
}

/** Merge patch of a map: new and changed values, null for those of `removable` that are not wanted; undefined: no difference. */
function difference(
  existing: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
  removable: readonly string[],
): Readonly<Record<string, string | null>> | undefined {
  const before = new Map(Object.entries(existing));
  const after = new Map(Object.entries(wanted));
  const changes: [string, string | null][] = [...after].filter(([key, value]) => before.get(key) !== value);
  for (const key of new Set(removable)) if (before.has(key) && !after.has(key)) changes.push([key, null]);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}
