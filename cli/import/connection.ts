import { ENVIRONMENT, isRecord, type JsonRecord, type SecretKeyRef, type VaultProvider } from "../../api";
import type { FoundStore } from "./read";

/** What of a store makes an environment: everything but who logs in. */
export interface Connection {
  /** Equal for stores of one environment. */
  readonly id: string;
  /** The `keyturn.dev/environment` annotation, as keyturn's own stores have it. */
  readonly named: string | undefined;
  readonly spec: JsonRecord;
  /** Why the login is not the store's own, if so. */
  readonly loginLost: string | undefined;
}

/**
 * @param mount where the keys of a store without `path` begin
 * @param owner the team's name, for which `{team}` stands
 */
export function connectionOf({ value, provider }: FoundStore, mount: string, owner: string): Connection {
  const login = loginOf(provider, owner);
  const namespace = trimmed(provider.namespace);
  const spec = {
    vault: {
      address: provider.server.replace(/\/$/, ""),
      ...(namespace === undefined ? {} : { namespace }),
      kv: { mount, ...(provider.version === "v1" ? { version: 1 } : {}) },
      login: typeof login === "string" ? UNKNOWN_LOGIN : login,
      ...caOf(provider),
    },
    // A store of the class `keyturn` is our reconciler's, every other External Secrets Operator's.
    ...(value.spec.controller === "keyturn" ? {} : { reconciler: { install: false } }),
  };
  const named = value.metadata.annotations?.[ENVIRONMENT];
  return {
    id: JSON.stringify([named, spec]),
    named,
    spec,
    loginLost: typeof login === "string" ? login : undefined,
  };
}

/** The mount of a provider; undefined when keys carry it. */
export function mountOf({ path }: VaultProvider): string | undefined {
  return trimmed(path);
}

function trimmed(path: string | undefined): string | undefined {
  const clean = path?.replace(/^\/+|\/+$/g, "");
  return clean === "" ? undefined : clean;
}

/** Something valid, for a login that has no place in an environment. */
const UNKNOWN_LOGIN = { kubernetes: { mount: "kubernetes" } };

function caOf({ caBundle, caProvider }: VaultProvider): JsonRecord {
  if (caBundle !== undefined && caBundle !== "") {
    const decoded = Buffer.from(caBundle, "base64").toString("utf8");
    return { ca: { pem: caBundle.includes("-----BEGIN ") ? caBundle : decoded } };
  }
  if (caProvider === undefined) return {};
  const { name, key = "ca.crt" } = caProvider;
  return { ca: caProvider.type === "ConfigMap" ? { configMap: { name, key } } : { secret: { name, key } } };
}

/** ESO's order: the first method that is set wins. A text says why it cannot be expressed. */
function loginOf({ auth = {} }: VaultProvider, owner: string): JsonRecord | string {
  if (auth.tokenSecretRef !== undefined) return token(auth.tokenSecretRef);
  if (auth.appRole !== undefined) {
    const { path, roleId, roleRef, secretRef } = auth.appRole;
    if (roleRef === undefined)
      return roleId === undefined ? "appRole has no roleRef" : "appRole has its roleId inline, not in a Secret";
    return { appRole: { ...mount(path, "approle"), roleId: keyOf(roleRef), secretId: keyOf(secretRef) } };
  }
  if (auth.kubernetes !== undefined) return kubernetes({ ...auth.kubernetes });
  for (const method of ["ldap", "userPass"] as const) {
    const given = auth[method];
    if (!isRecord(given)) continue;
    const { path, username, secretRef } = given;
    if (typeof username !== "string" || !username.includes(owner)) return `${method}'s username is not one of the team`;
    return {
      [method]: {
        ...mount(path, method.toLowerCase()),
        username: username.replaceAll(owner, "{team}"),
        password: keyOf(secretRef),
      },
    };
  }
  if (isRecord(auth.jwt)) return jwt(auth.jwt);
  if (isRecord(auth.cert)) {
    const { path, vaultRole, clientCert, secretRef } = auth.cert;
    if (typeof vaultRole !== "string" || !vaultRole.includes(owner)) return "cert's vaultRole is not one of the team";
    return {
      cert: {
        ...mount(path, "cert"),
        role: vaultRole.replaceAll(owner, "{team}"),
        certificate: keyOf(clientCert),
        privateKey: keyOf(secretRef),
      },
    };
  }
  const [other] = Object.keys(auth).filter((name) => ["iam", "gcp"].includes(name));
  return other === undefined ? "no login is given" : `login by ${other} is not one of keyturn's`;
}

function token(ref: SecretKeyRef): JsonRecord {
  return { token: keyOf(ref, "token") };
}

function kubernetes(auth: JsonRecord): JsonRecord | string {
  const account = auth.serviceAccountRef;
  if (!isRecord(account))
    return auth.secretRef === undefined
      ? "kubernetes logs in with the operator's own token, not a team's"
      : "kubernetes logs in with a token from a Secret, not with the team's ServiceAccount";
  const { audiences } = account;
  const at = typeof auth.mountPath === "string" ? auth.mountPath : "kubernetes";
  const [audience, apiAudience, ...more] = Array.isArray(audiences) ? (audiences as unknown[]) : [];
  if (more.length > 0) return "kubernetes has more than two audiences";
  return {
    kubernetes: {
      mount: at,
      ...(audience === undefined ? {} : { audience }),
      ...(apiAudience === undefined ? {} : { reviewer: "client" }),
      ...(apiAudience === undefined || apiAudience === "https://kubernetes.default.svc.cluster.local"
        ? {}
        : { apiAudience }),
    },
  };
}

function jwt({ path, kubernetesServiceAccountToken: account }: JsonRecord): JsonRecord | string {
  if (!isRecord(account)) return "jwt logs in with a token from a Secret, not with the team's ServiceAccount";
  const { audiences } = account;
  const [audience, ...more] = Array.isArray(audiences) ? (audiences as unknown[]) : [];
  if (more.length > 0) return "jwt has more than one audience";
  return { jwt: { ...mount(path, "jwt"), ...(audience === undefined ? {} : { audience }) } };
}

function mount(path: unknown, byDefault: string): JsonRecord {
  return path === undefined || path === byDefault ? {} : { mount: path };
}

/** Where a credential lies. A text instead of a reference is taken for the credential and goes no further. */
function keyOf(ref: unknown, byDefault?: string): JsonRecord {
  const { name, key } = isRecord(ref) ? ref : {};
  return { secret: name ?? "", key: key ?? byDefault ?? "" };
}
