import {
  isRecord,
  parseSecretStore,
  vaultProviderOf,
  type JsonRecord,
  type KubernetesObject,
  type KvMount,
  type SecretKeyRef,
  type SecretStore,
  type ServiceAccountRef,
  type StoreCondition,
  type StoreKind,
  type VaultProvider,
} from "../../api";

/** How a store logs in: the first method that is set, in ESO's order (reference/eso.md 3.2). */
export type StoreLogin =
  | { readonly method: "token"; readonly token: SecretKeyRef }
  | {
      readonly method: "appRole";
      readonly mount: string;
      readonly roleId: string | SecretKeyRef;
      readonly secretId: SecretKeyRef;
    }
  | {
      readonly method: "kubernetes";
      readonly mount: string;
      readonly role: string;
      readonly jwt: { readonly serviceAccount: ServiceAccountRef } | { readonly secret: SecretKeyRef };
    };

/** All the reconciler keeps of a SecretStore or ClusterSecretStore. */
export interface StoreRecord {
  /** `SecretStore/<namespace>/<name>` or `ClusterSecretStore/<name>`. */
  readonly key: string;
  readonly kind: StoreKind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly controller: string;
  /** Why it cannot be used; the fields below are then not to be relied on. */
  readonly problem: string | undefined;
  readonly provider: VaultProvider;
  readonly mount: KvMount;
  readonly login: StoreLogin | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Some credential lies in the namespace of each ExternalSecret, so that the store alone cannot be tried. */
  readonly referent: boolean;
  readonly conditions: readonly StoreCondition[];
  readonly status: {
    readonly ready: string;
    readonly reason: string;
    readonly message: string;
    readonly transitionTime: string | undefined;
  };
}

/** `SecretStore payments/vault`. */
export function storeTitle(store: Pick<StoreRecord, "kind" | "namespace" | "name">): string {
  return `${store.kind} ${store.namespace === undefined ? store.name : `${store.namespace}/${store.name}`}`;
}

/** Trims a store. Never throws: what is wrong or not supported becomes its problem, and so its condition. */
export function storeRecord(object: KubernetesObject): StoreRecord {
  const kind: StoreKind = object.kind === "ClusterSecretStore" ? "ClusterSecretStore" : "SecretStore";
  const namespace = kind === "SecretStore" ? (object.metadata.namespace ?? "") : undefined;
  const spec: JsonRecord = isRecord(object.spec) ? object.spec : {};
  const problems: string[] = [];
  const provider = providerOf(object, problems);
  const login = provider === undefined ? undefined : loginOf(provider, namespace, problems);
  return {
    key: namespace === undefined ? `${kind}/${object.metadata.name}` : `${kind}/${namespace}/${object.metadata.name}`,
    kind,
    namespace,
    name: object.metadata.name,
    uid: object.metadata.uid ?? "",
    resourceVersion: object.metadata.resourceVersion ?? "",
    generation: object.metadata.generation ?? 0,
    controller: typeof spec.controller === "string" ? spec.controller : "",
    problem: problems.length === 0 ? undefined : problems.join("; "),
    provider: provider ?? { server: "" },
    mount: mountOf(spec, provider),
    login,
    headers: provider === undefined ? undefined : headersOf(provider),
    referent: kind === "ClusterSecretStore" && refsOf(login).some((ref) => !ref.namespace),
    conditions: Array.isArray(spec.conditions) ? (spec.conditions as StoreCondition[]).filter(isRecord) : [],
    status: statusOf(object.status),
  };
}

function providerOf(object: KubernetesObject, problems: string[]): VaultProvider | undefined {
  const parsed = parseSecretStore(object);
  if ("problems" in parsed) {
    problems.push(...parsed.problems.map((problem) => `${problem.path} ${problem.message}`));
    return undefined;
  }
  const store: SecretStore = parsed.value;
  const provider = vaultProviderOf(store);
  if (provider === undefined) {
    const [name] = Object.keys(store.spec.provider);
    problems.push(
      `spec.provider.${name} is not supported: keyturn reads HashiCorp Vault (vault) and OpenBao (openBao)`,
    );
    return undefined;
  }
  if (provider.version !== undefined && provider.version !== "v1" && provider.version !== "v2")
    problems.push("provider version is not v1 or v2");
  if (isRecord((provider as unknown as JsonRecord).tls)) problems.push("provider tls is not supported yet");
  return provider;
}

function mountOf(spec: JsonRecord, provider: VaultProvider | undefined): KvMount {
  const version = provider?.version ?? "v2";
  const bao = isRecord(spec.provider) && spec.provider.openBao !== undefined;
  const path = provider?.path ?? (bao ? "kv" : undefined);
  return path === undefined ? { version } : { version, path };
}

function headersOf(provider: VaultProvider): Readonly<Record<string, string>> | undefined {
  const { forwardInconsistent, readYourWrites } = provider as unknown as JsonRecord;
  if (forwardInconsistent !== true || readYourWrites !== true) return provider.headers;
  return { ...provider.headers, "X-Vault-Inconsistent": "forward-active-node" };
}

function loginOf(provider: VaultProvider, namespace: string | undefined, problems: string[]): StoreLogin | undefined {
  const { auth } = provider;
  if (auth === undefined) {
    problems.push("provider auth is missing: reading without a login is not supported yet");
    return undefined;
  }
  if (auth.namespace !== undefined && auth.namespace !== (provider.namespace ?? ""))
    problems.push("auth.namespace other than the provider's namespace is not supported yet");
  const login = methodOf(auth, problems);
  for (const ref of refsOf(login)) {
    if (namespace !== undefined && ref.namespace && ref.namespace !== namespace)
      problems.push(`a reference of a SecretStore stays in its namespace, "${ref.name}" names "${ref.namespace}"`);
  }
  return login;
}

function methodOf(auth: NonNullable<VaultProvider["auth"]>, problems: string[]): StoreLogin | undefined {
  if (auth.tokenSecretRef !== undefined) return { method: "token", token: auth.tokenSecretRef };
  if (auth.appRole !== undefined) {
    const { path, roleId, roleRef, secretRef } = auth.appRole;
    const id = roleId ?? roleRef;
    if (id === undefined || secretRef === undefined) {
      problems.push("auth.appRole needs roleId or roleRef, and secretRef");
      return undefined;
    }
    return { method: "appRole", mount: path || "approle", roleId: id, secretId: secretRef };
  }
  if (auth.kubernetes !== undefined) {
    const { mountPath, role, serviceAccountRef, secretRef } = auth.kubernetes;
    const mount = mountPath || "kubernetes";
    if (!role) problems.push("auth.kubernetes.role is missing");
    if (serviceAccountRef !== undefined)
      return { method: "kubernetes", mount, role, jwt: { serviceAccount: serviceAccountRef } };
    if (secretRef !== undefined) return { method: "kubernetes", mount, role, jwt: { secret: secretRef } };
    problems.push("auth.kubernetes needs serviceAccountRef or secretRef: the reconciler's own token is never used");
    return undefined;
  }
  const other = Object.keys(auth).find((name) => name !== "namespace");
  problems.push(
    other === undefined
      ? "no valid auth method specified"
      : `auth.${other} is not supported yet: use kubernetes, appRole or tokenSecretRef`,
  );
  return undefined;
}

function refsOf(login: StoreLogin | undefined): readonly { readonly name: string; readonly namespace?: string }[] {
  switch (login?.method) {
    case undefined:
      return [];
    case "token":
      return [login.token];
    case "appRole":
      return typeof login.roleId === "string" ? [login.secretId] : [login.roleId, login.secretId];
    case "kubernetes":
      return ["serviceAccount" in login.jwt ? login.jwt.serviceAccount : login.jwt.secret];
  }
}

function statusOf(value: unknown): StoreRecord["status"] {
  const conditions = isRecord(value) && Array.isArray(value.conditions) ? (value.conditions as unknown[]) : [];
  const ready = conditions.filter(isRecord).find((condition) => condition.type === "Ready");
  const text = (field: unknown): string => (typeof field === "string" ? field : "");
  return {
    ready: text(ready?.status),
    reason: text(ready?.reason),
    message: text(ready?.message),
    transitionTime: typeof ready?.lastTransitionTime === "string" ? ready.lastTransitionTime : undefined,
  };
}
