import { ESO_VERSIONS } from "./external-secret";
import { isRecord, type Condition, type ObjectMeta } from "./kubernetes";
import type { Problem } from "./errors";

/** A key of a Secret; the key's default depends on the place (reference/eso.md 3.2). */
export interface SecretKeyRef {
  readonly name: string;
  readonly key?: string;
  readonly namespace?: string;
}

export interface ServiceAccountRef {
  readonly name: string;
  readonly namespace?: string;
  readonly audiences?: readonly string[];
}

export interface CaProvider {
  readonly type: "Secret" | "ConfigMap";
  readonly name: string;
  readonly key?: string;
  readonly namespace?: string;
}

export interface VaultKubernetesAuth {
  /** Default `kubernetes`. */
  readonly mountPath: string;
  readonly role: string;
  readonly serviceAccountRef?: ServiceAccountRef;
  readonly secretRef?: SecretKeyRef;
}

export interface VaultAppRoleAuth {
  /** Default `approle`. */
  readonly path: string;
  readonly roleId?: string;
  readonly roleRef?: SecretKeyRef;
  readonly secretRef: SecretKeyRef;
}

/** ESO tries the methods in a fixed order and takes the first that is set. */
export interface VaultAuth {
  readonly namespace?: string;
  readonly tokenSecretRef?: SecretKeyRef;
  readonly appRole?: VaultAppRoleAuth;
  readonly kubernetes?: VaultKubernetesAuth;
  readonly [other: string]: unknown;
}

/** `spec.provider.vault` (reference/eso.md 3.1); `spec.provider.openBao` has the same shape with fewer fields. */
export interface VaultProvider {
  readonly server: string;
  /** KV mount; absent when keys carry it. */
  readonly path?: string;
  /** Default `v2`. */
  readonly version?: "v1" | "v2";
  /** Vault namespace, sent as `X-Vault-Namespace`. */
  readonly namespace?: string;
  /** Base64 of PEM. */
  readonly caBundle?: string;
  readonly caProvider?: CaProvider;
  readonly auth?: VaultAuth;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StoreCondition {
  readonly namespaceSelector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly unknown[];
  };
  readonly namespaces?: readonly string[];
  readonly namespaceRegexes?: readonly string[];
}

export interface SecretStoreSpec {
  /** Which operator owns the store: `keyturn`, or ESO's class; empty belongs to both unless `--strict-class`. */
  readonly controller?: string;
  readonly provider: { readonly vault?: VaultProvider; readonly openBao?: VaultProvider };
  readonly refreshInterval?: string | number;
  /** ClusterSecretStore only; entries are ORed, an empty list allows every namespace. */
  readonly conditions?: readonly StoreCondition[];
}

export interface SecretStore {
  readonly apiVersion: string;
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly metadata: ObjectMeta;
  readonly spec: SecretStoreSpec;
  readonly status?: { readonly conditions?: readonly Condition[]; readonly capabilities?: string };
}

/** The Vault or OpenBao part of a store, whichever it has. */
export function vaultProviderOf(store: SecretStore): VaultProvider | undefined {
  return store.spec.provider.vault ?? store.spec.provider.openBao;
}

/** Reads a SecretStore or ClusterSecretStore of either version. */
export function parseSecretStore(
  value: unknown,
): { readonly value: SecretStore } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  if (!isRecord(value)) return { problems: [{ path: "", message: "is not an object" }] };
  if (!ESO_VERSIONS.includes(String(value.apiVersion)))
    problems.push({ path: "apiVersion", message: `is not one of ${ESO_VERSIONS.join(", ")}` });
  if (value.kind !== "SecretStore" && value.kind !== "ClusterSecretStore")
    problems.push({ path: "kind", message: "is not SecretStore or ClusterSecretStore" });
  if (!isRecord(value.metadata) || typeof value.metadata.name !== "string")
    problems.push({ path: "metadata.name", message: "is missing" });
  const provider = isRecord(value.spec) ? value.spec.provider : undefined;
  if (!isRecord(provider)) {
    problems.push({ path: "spec.provider", message: "is missing or not an object" });
    return { problems };
  }
  const names = Object.keys(provider);
  if (names.length !== 1) problems.push({ path: "spec.provider", message: "must name exactly one provider" });
  const vault = provider.vault ?? provider.openBao;
  if (vault !== undefined && (!isRecord(vault) || typeof vault.server !== "string")) {
    problems.push({ path: `spec.provider.${names[0]}.server`, message: "is missing or not a string" });
  }
  return problems.length > 0 ? { problems } : { value: value as unknown as SecretStore };
}
