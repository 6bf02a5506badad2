import {
  ESO_GROUP,
  ESO_VERSIONS,
  isRecord,
  objectNameProblem,
  parseExternalSecret,
  parseSecretStore,
  vaultProviderOf,
  type ExternalSecret,
  type JsonRecord,
  type SecretStore,
  type VaultProvider,
} from "../../api";
import { expand, type Target } from "../../policies/engine/expand";
import type { Manifest } from "../../policies/engine/manifest";
import type { Note } from "./note";
import { shapeProblems } from "./shape";

/** An object of the input, named as messages name it. */
export interface Found<T> {
  readonly object: string;
  /** Empty for cluster-wide ones. */
  readonly namespace: string;
  readonly value: T;
}

export interface FoundStore extends Found<SecretStore> {
  readonly provider: VaultProvider;
}

/** What of the input belongs to External Secrets Operator. */
export interface Input {
  readonly stores: readonly FoundStore[];
  readonly secrets: readonly Found<ExternalSecret>[];
  readonly notes: readonly Note[];
  /** Objects of the group, understood or not. */
  readonly count: number;
}

/**
 * Finds ExternalSecrets and stores, also inside Lists; objects of other groups, Secrets among them, are passed over.
 * @param namespace of objects that name none
 */
export function findInput(manifests: readonly Manifest[], namespace: string): Input {
  const stores: FoundStore[] = [];
  const secrets: Found<ExternalSecret>[] = [];
  const notes: Note[] = [];
  const targets = manifests.flatMap(expand).filter(({ subject }) => subject.apiVersion.startsWith(`${ESO_GROUP}/`));
  let unplaced = 0;
  for (const target of targets) {
    const { kind, apiVersion } = target.subject;
    const at = kind === "ClusterSecretStore" ? "" : (target.subject.namespace ?? namespace);
    if (kind !== "ClusterSecretStore" && target.subject.namespace === undefined) unplaced++;
    const object = nameOf(target, at);
    const leave = (field: string, reason: string, remedy: string): void =>
      void notes.push({ level: "left-out", object, field, reason, remedy });
    if (!ESO_VERSIONS.includes(apiVersion)) leave("apiVersion", "is neither v1 nor v1beta1", "convert it to v1 first");
    else if (kind === "ExternalSecret") {
      const value = withoutNulls(target.object);
      const parsed = parseExternalSecret(value);
      const problems = "problems" in parsed ? parsed.problems : shapeProblems(value, kind);
      for (const { path, message } of problems) leave(path, message, "correct it first");
      if ("value" in parsed && problems.length === 0) secrets.push({ object, namespace: at, value: parsed.value });
    } else if (kind === "SecretStore" || kind === "ClusterSecretStore") {
      const value = withoutNulls(target.object);
      const parsed = parseSecretStore(value);
      const provider = "value" in parsed ? vaultProviderOf(parsed.value) : undefined;
      const problems =
        "problems" in parsed ? parsed.problems : provider === undefined ? [] : shapeProblems(value, "SecretStore");
      for (const { path, message } of problems) leave(path, message, "correct it first");
      if (!("value" in parsed) || problems.length > 0) continue;
      if (provider === undefined)
        leave("spec.provider", "is not Vault or OpenBao", "leave it, and what uses it, to External Secrets Operator");
      else stores.push({ object, namespace: at, value: parsed.value, provider });
    } else
      leave(
        "",
        `is a ${objectNameProblem(kind.toLowerCase()) === undefined ? kind : "kind"} that keyturn does not declare`,
        kind === "ClusterExternalSecret" ? "declare an AppSecret for each namespace" : "leave it as it is",
      );
  }
  if (unplaced > 0)
    notes.push({
      level: "hint",
      object: `${unplaced} of ${targets.length} objects`,
      field: "metadata.namespace",
      reason: `is not given; "${namespace}" was taken`,
      remedy: "say --namespace NAME",
    });
  return { stores: sorted(stores), secrets: sorted(secrets), notes, count: targets.length };
}

function nameOf({ subject, locate }: Target, namespace: string): string {
  if (objectNameProblem(subject.name) === undefined)
    return `${subject.kind} ${namespace === "" ? "" : `${namespace}/`}${subject.name}`;
  const at = locate([]);
  return `${subject.kind} ${at === undefined ? "without a usable name" : `of ${at.file}:${at.line ?? 1}`}`;
}

/** So that the order of the input does not show. */
function sorted<T extends Found<unknown>>(found: readonly T[]): readonly T[] {
  return [...found].sort((a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : 0));
}

/** `field:` with nothing behind it is as good as absent, for the API server too. */
function withoutNulls(value: JsonRecord): JsonRecord {
  const clean = (entry: unknown): unknown =>
    Array.isArray(entry) ? entry.map(clean) : isRecord(entry) ? withoutNulls(entry) : entry;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null && entry !== undefined)
      .map(([key, entry]) => [key, clean(entry)]),
  );
}
