import { fieldManager, isRecord, type JsonRecord, type KubernetesObject } from "../../../api";
import { externalSecretRecord, type ExternalSecretRecord } from "../../../reconciler/sync/record";
import type { WriteAction } from "../../../reconciler/sync/write";

export interface Parts {
  readonly metadata?: JsonRecord;
  readonly spec?: JsonRecord;
  readonly status?: JsonRecord;
}

/** A Secret that a test edits. */
export interface LooseSecret {
  data: Record<string, string>;
  metadata: {
    labels: Record<string, string>;
    annotations: Record<string, string>;
    ownerReferences: unknown;
  };
}

/** An ExternalSecret `payments/db` with one key; parts override. */
export function externalSecret(parts: Parts = {}): KubernetesObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name: "db",
      namespace: "payments",
      uid: "uid-db",
      resourceVersion: "10",
      generation: 1,
      ...parts.metadata,
    },
    spec: {
      secretStoreRef: { name: "vault", kind: "SecretStore" },
      refreshInterval: "1h",
      data: [{ secretKey: "password", remoteRef: { key: "payments/db", property: "password" } }],
      ...parts.spec,
    },
    ...(parts.status === undefined ? {} : { status: parts.status }),
  };
}

/** The record of an ExternalSecret that is in step since `refreshTime`. */
export function synced(parts: Parts = {}, refreshTime = "2026-11-24T12:00:00Z"): ExternalSecretRecord {
  const version = externalSecretRecord(externalSecret(parts)).version;
  const status = {
    refreshTime,
    syncedResourceVersion: version,
    binding: { name: "db" },
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "SecretSynced",
        message: "secret synced",
        lastTransitionTime: refreshTime,
      },
    ],
    ...parts.status,
  };
  return externalSecretRecord(externalSecret({ ...parts, status }));
}

export const bytes = (entries: Readonly<Record<string, string>>): Map<string, Uint8Array> =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));

/** JSON merge patch (RFC 7396). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = new Map<string, unknown>(Object.entries(isRecord(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

/** What the API server stores after a write by the field manager of the named ExternalSecret, managed fields included. */
export function applied(existing: KubernetesObject | undefined, action: WriteAction, name = "db"): KubernetesObject {
  if (action.do === "create") return withManager(undefined, action.secret, fieldManager(name), "1");
  if (action.do !== "patch" || existing === undefined) throw new Error(`cannot apply ${action.do}`);
  const next = mergePatch(existing, action.patch) as KubernetesObject;
  return withManager(existing, next, fieldManager(name), String(Number(existing.metadata.resourceVersion ?? 1) + 1));
}

/** The Secret after an edit by somebody else. */
export function edited(secret: KubernetesObject, edit: (secret: LooseSecret) => void): KubernetesObject {
  const copy = structuredClone(secret);
  edit(copy as unknown as LooseSecret);
  return withManager(secret, copy, "kubectl-edit", String(Number(secret.metadata.resourceVersion ?? 1) + 1));
}

/** Gives every field that differs from `before` to the manager, as an Update does, and takes it from the others. */
export function withManager(
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  manager: string,
  resourceVersion: string,
): KubernetesObject {
  const owners = ownersOf(before);
  const fields = fieldsOf(after);
  const old = fieldsOf(before);
  for (const path of [...owners.keys()]) if (!fields.has(path)) owners.delete(path);
  for (const [path, value] of fields) if (old.get(path) !== value) owners.set(path, manager);
  const metadata = { uid: "uid-secret", ...after.metadata, resourceVersion, managedFields: managedFieldsOf(owners) };
  return { ...after, metadata };
}

const SEPARATOR = "\u0000";

function fieldsOf(secret: KubernetesObject | undefined): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const add = (section: string, map: unknown): void => {
    for (const [key, value] of Object.entries(isRecord(map) ? map : {})) fields.set(section + SEPARATOR + key, value);
  };
  add("data", secret?.data);
  add("labels", secret?.metadata.labels);
  add("annotations", secret?.metadata.annotations);
  return fields;
}

function ownersOf(secret: KubernetesObject | undefined): Map<string, string> {
  const owners = new Map<string, string>();
  const entries = (secret?.metadata as { managedFields?: readonly JsonRecord[] } | undefined)?.managedFields ?? [];
  for (const entry of entries) {
    const fields = entry.fieldsV1 as JsonRecord;
    const metadata = fields["f:metadata"] as JsonRecord;
    const sections = { data: fields["f:data"], labels: metadata["f:labels"], annotations: metadata["f:annotations"] };
    for (const [section, names] of Object.entries(sections))
      for (const name of Object.keys(names as JsonRecord))
        owners.set(section + SEPARATOR + name.slice(2), entry.manager as string);
  }
  return owners;
}

function managedFieldsOf(owners: ReadonlyMap<string, string>): readonly JsonRecord[] {
  return [...new Set(owners.values())].map((manager) => {
    const section = (name: string): JsonRecord =>
      Object.fromEntries(
        [...owners]
          .filter(([path, owner]) => owner === manager && path.startsWith(name + SEPARATOR))
          .map(([path]) => [`f:${path.slice(name.length + 1)}`, {}]),
      );
    return {
      manager,
      operation: "Update",
      fieldsType: "FieldsV1",
      fieldsV1: {
        "f:data": section("data"),
        "f:metadata": { "f:labels": section("labels"), "f:annotations": section("annotations") },
      },
    };
  });
}
