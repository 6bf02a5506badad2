import { isRecord, type Condition, type JsonRecord, type KubernetesObject, type ObjectMeta } from "./kubernetes";
import type { Problem } from "./errors";

/** The group of ESO's kinds; `v1` is written, `v1beta1` is accepted as input (all its fields are valid v1 fields). */
export const ESO_GROUP = "external-secrets.io";
export const ESO_VERSION = `${ESO_GROUP}/v1`;
export const ESO_VERSIONS: readonly string[] = [ESO_VERSION, `${ESO_GROUP}/v1beta1`];

export type StoreKind = "SecretStore" | "ClusterSecretStore";
/** Who owns the Secret, as External Secrets Operator calls it. */
export type CreationPolicy = "Owner" | "Orphan" | "Merge" | "None" | "CreateOrMerge";
/** What happens to a Secret whose source is gone, as External Secrets Operator calls it. */
export type DeletionPolicy = "Retain" | "Delete" | "Merge";
/** When the source is read, as External Secrets Operator calls it. */
export type RefreshPolicy = "Periodic" | "OnChange" | "CreatedOnce";

export interface StoreRef {
  readonly name: string;
  /** Empty means SecretStore (ESO). */
  readonly kind?: StoreKind;
}

/** `remoteRef` of `data[]`, and `extract` of `dataFrom[]` (reference/eso.md 2.1). */
export interface RemoteRef {
  readonly key: string;
  readonly property?: string;
  readonly version?: string;
  readonly metadataPolicy?: "None" | "Fetch";
  readonly conversionStrategy?: "Default" | "Unicode";
  readonly decodingStrategy?: "None" | "Base64" | "Base64URL" | "Auto";
  readonly nullBytePolicy?: "Ignore" | "Fail";
}

/** Where an entry comes from, when not from the ExternalSecret's own store: exactly one of the two. */
export interface SourceRef {
  readonly storeRef?: StoreRef;
  /** Of `dataFrom[]`; `data[]` has the field, and ESO ignores it there (reference/eso.md 1.2). */
  readonly generatorRef?: GeneratorRef;
}

/** The kinds of `generators.external-secrets.io/v1alpha1`. */
export const GENERATOR_KINDS = [
  "ACRAccessToken",
  "BeyondtrustWorkloadCredentialsDynamicSecret",
  "CloudsmithAccessToken",
  "ClusterGenerator",
  "ECRAuthorizationToken",
  "Fake",
  "GCRAccessToken",
  "GithubAccessToken",
  "GitlabDeployToken",
  "Grafana",
  "MFA",
  "Password",
  "QuayAccessToken",
  "SSHKey",
  "STSSessionToken",
  "UUID",
  "VaultDynamicSecret",
  "Webhook",
] as const;
/** One of them. */
export type GeneratorKind = (typeof GENERATOR_KINDS)[number];

/** The version of generators, which the CRD defaults `generatorRef.apiVersion` to. */
export const GENERATORS_VERSION = "generators.external-secrets.io/v1alpha1";

/** An object of {@link GENERATORS_VERSION} that makes values instead of reading them. */
export interface GeneratorRef {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

export interface DataEntry {
  readonly secretKey: string;
  readonly remoteRef: RemoteRef;
  readonly sourceRef?: SourceRef;
}

export interface FindSpec {
  readonly path?: string;
  readonly name?: { readonly regexp: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly conversionStrategy?: "Default" | "Unicode";
  readonly decodingStrategy?: "None" | "Base64" | "Base64URL" | "Auto";
  readonly nullBytePolicy?: "Ignore" | "Fail";
}

export interface DataFromEntry {
  readonly extract?: RemoteRef;
  readonly find?: FindSpec;
  readonly rewrite?: readonly JsonRecord[];
  readonly sourceRef?: SourceRef;
}

export interface TargetSpec {
  /** Empty means the ExternalSecret's own name. */
  readonly name?: string;
  readonly creationPolicy?: CreationPolicy;
  readonly deletionPolicy?: DeletionPolicy;
  readonly immutable?: boolean;
  readonly template?: JsonRecord;
  readonly manifest?: { readonly apiVersion: string; readonly kind: string };
}

export interface ExternalSecretSpec {
  readonly secretStoreRef?: StoreRef;
  readonly refreshPolicy?: RefreshPolicy;
  /** Go duration; the CRD defaults it to `1h0m0s`. `0` reads once. */
  readonly refreshInterval?: string;
  readonly syncWindows?: JsonRecord;
  readonly data?: readonly DataEntry[];
  readonly dataFrom?: readonly DataFromEntry[];
  readonly target?: TargetSpec;
}

export interface ExternalSecretStatus {
  readonly refreshTime?: string;
  readonly syncedResourceVersion?: string;
  readonly conditions?: readonly Condition[];
  readonly binding?: { readonly name: string };
}

export interface ExternalSecret {
  readonly apiVersion: string;
  readonly kind: "ExternalSecret";
  readonly metadata: ObjectMeta;
  readonly spec: ExternalSecretSpec;
  readonly status?: ExternalSecretStatus;
}

/** ESO's default when neither the object nor the CRD gives one. */
export const DEFAULT_REFRESH_INTERVAL = "1h0m0s";

export function isExternalSecret(value: KubernetesObject): boolean {
  return value.kind === "ExternalSecret" && ESO_VERSIONS.includes(value.apiVersion);
}

/** The name of the Secret an ExternalSecret writes. */
export function targetName(externalSecret: {
  readonly metadata: { readonly name: string };
  readonly spec: ExternalSecretSpec;
}): string {
  const name = externalSecret.spec.target?.name;
  return name === undefined || name === "" ? externalSecret.metadata.name : name;
}

/** The store of one entry: its own `sourceRef.storeRef`, else the object's `secretStoreRef`. */
export function storeOf(spec: ExternalSecretSpec, entry?: DataEntry | DataFromEntry): StoreRef | undefined {
  const own = entry?.sourceRef?.storeRef;
  return own !== undefined && own.name !== "" ? own : spec.secretStoreRef;
}

/**
 * Reads an ExternalSecret of either version. Shapes that the CRD would refuse are problems, so that manifests can be judged
 * without a server; unknown fields are kept.
 */
export function parseExternalSecret(
  value: unknown,
): { readonly value: ExternalSecret } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const problem = (path: string, message: string): void => void problems.push({ path, message });
  if (!isRecord(value)) return { problems: [{ path: "", message: "is not an object" }] };
  if (!ESO_VERSIONS.includes(String(value.apiVersion)))
    problem("apiVersion", `is not one of ${ESO_VERSIONS.join(", ")}`);
  if (value.kind !== "ExternalSecret") problem("kind", "is not ExternalSecret");
  if (!isRecord(value.metadata) || typeof value.metadata.name !== "string") problem("metadata.name", "is missing");
  const spec = value.spec;
  if (!isRecord(spec)) {
    problem("spec", "is missing or not an object");
    return { problems };
  }
  checkList(spec.data, "spec.data", problem, (entry, path) => {
    if (typeof entry.secretKey !== "string" || entry.secretKey === "")
      problem(`${path}.secretKey`, "is missing or not a string");
    checkRemoteRef(entry.remoteRef, `${path}.remoteRef`, problem);
  });
  checkList(spec.dataFrom, "spec.dataFrom", problem, (entry, path) => {
    if (entry.extract !== undefined) checkRemoteRef(entry.extract, `${path}.extract`, problem);
    if (entry.find !== undefined && !isRecord(entry.find)) problem(`${path}.find`, "is not an object");
  });
  if (spec.secretStoreRef !== undefined && !isRecord(spec.secretStoreRef))
    problem("spec.secretStoreRef", "is not an object");
  if (spec.target !== undefined && !isRecord(spec.target)) problem("spec.target", "is not an object");
  if (spec.refreshInterval !== undefined && typeof spec.refreshInterval !== "string")
    problem("spec.refreshInterval", "is not a string");
  return problems.length > 0 ? { problems } : { value: value as unknown as ExternalSecret };
}

type Report = (path: string, message: string) => void;

function checkList(
  list: unknown,
  path: string,
  problem: Report,
  each: (entry: JsonRecord, path: string) => void,
): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list)) return problem(path, "is not a list");
  list.forEach((entry: unknown, index) => {
    if (isRecord(entry)) each(entry, `${path}[${index}]`);
    else problem(`${path}[${index}]`, "is not an object");
  });
}

function checkRemoteRef(ref: unknown, path: string, problem: Report): void {
  if (!isRecord(ref)) return problem(path, "is missing or not an object");
  if (typeof ref.key !== "string" || ref.key === "") problem(`${path}.key`, "is missing or not a string");
  if (ref.property !== undefined && typeof ref.property !== "string") problem(`${path}.property`, "is not a string");
}
