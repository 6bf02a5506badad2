import { X509Certificate } from "node:crypto";
import { isRecord, KeyturnError, sha3, type CaProvider, type SecretKeyRef, type ServiceAccountRef } from "../../api";
import { isKubeStatus } from "../kube/error";
import { CONFIG_MAPS, SECRETS } from "../kube/resources";
import type { KubeClient } from "../kube/types";
import type { VaultIdentity } from "../vault/types";
import { storeTitle, type StoreLogin, type StoreRecord } from "./store";

/** Kubernetes' shortest life of a requested token; logins are rare, so short is fine. */
const TOKEN_SECONDS = 600;
/** How long a CA read from a Secret or ConfigMap is used before it is read again, so that a new one is found. */
const CA_AGE = 60_000;

/**
 * Who a store logs in as, for an ExternalSecret of a namespace. Credentials are read from the cluster only when a login
 * needs them; ServiceAccount tokens are kept for 80 % of their life, other credentials not at all.
 */
export class Identities {
  private readonly cas = new Map<string, { readonly at: number; readonly pem: Promise<string> }>();
  /** By store and namespace; of the CA it was made with. */
  private readonly kept = new WeakMap<StoreRecord, Map<string, VaultIdentity>>();
  private readonly tokens = new Map<string, { readonly until: number; readonly token: string }>();

  constructor(private readonly kube: Pick<KubeClient, "get" | "requestToken">) {}

  /** @throws KeyturnError `InvalidStore` when the store cannot be used from there */
  async of(store: StoreRecord, namespace: string): Promise<VaultIdentity> {
    const { login } = store;
    if (store.problem !== undefined || login === undefined)
      throw invalid(store, store.problem ?? "no valid auth method specified", "correct spec.provider of the store");
    const known = this.kept.get(store)?.get(namespace);
    // A bundle is part of the store; what a provider gives may have changed.
    if (known !== undefined && store.provider.caProvider === undefined) return known;
    const ca = await this.caOf(store);
    if (known !== undefined && known.ca === ca) return known;
    const identity = this.make(store, login, namespace, ca);
    const all = this.kept.get(store);
    if (all === undefined) this.kept.set(store, new Map([[namespace, identity]]));
    else all.set(namespace, identity);
    return identity;
  }

  private make(store: StoreRecord, login: StoreLogin, namespace: string, ca: string | undefined): VaultIdentity {
    const { provider } = store;
    const address = provider.server.replace(/\/+$/, "");
    const where = (ref: { readonly namespace?: string }): string => ref.namespace || (store.namespace ?? namespace);
    const who = describe(login, where);
    return {
      id: sha3(JSON.stringify([address, provider.namespace ?? "", ca ?? "", store.headers ?? {}, login, who])),
      description: `${address} ${who}`,
      address,
      ...(provider.namespace === undefined || provider.namespace === "" ? {} : { namespace: provider.namespace }),
      ...(ca === undefined ? {} : { ca }),
      ...(store.headers === undefined ? {} : { headers: store.headers }),
      login: this.loginFor(store, login, where),
    };
  }

  /** Forgets what was read for a store, e.g. because its CA no longer fits. */
  forget(store: StoreRecord): void {
    this.cas.delete(store.key);
  }

  private loginFor(store: StoreRecord, login: StoreLogin, where: Where): VaultIdentity["login"] {
    const secret = (ref: SecretKeyRef, key?: string) => (): Promise<string> => this.secretValue(store, ref, where, key);
    switch (login.method) {
      case "token":
        return { method: "token", token: secret(login.token) };
      case "appRole": {
        const { mount, roleId, secretId } = login;
        const id = typeof roleId === "string" ? async (): Promise<string> => roleId : secret(roleId);
        return { method: "appRole", mount, roleId: id, secretId: secret(secretId) };
      }
      case "kubernetes": {
        const { mount, role, jwt } = login;
        const token =
          "secret" in jwt
            ? secret(jwt.secret, "token")
            : (): Promise<string> => this.serviceAccountToken(jwt.serviceAccount, where(jwt.serviceAccount));
        return { method: "kubernetes", mount, role, jwt: token };
      }
    }
  }

  private async serviceAccountToken(ref: ServiceAccountRef, namespace: string): Promise<string> {
    const audiences = ref.audiences ?? [];
    const id = JSON.stringify([namespace, ref.name, audiences]);
    const kept = this.tokens.get(id);
    if (kept !== undefined && Date.now() < kept.until) return kept.token;
    const { token, expiresAt } = await this.kube.requestToken(namespace, ref.name, {
      expirationSeconds: TOKEN_SECONDS,
      ...(audiences.length === 0 ? {} : { audiences }),
    });
    const now = Date.now();
    this.tokens.set(id, { token, until: now + 0.8 * (expiresAt - now) });
    return token;
  }

  private async secretValue(store: StoreRecord, ref: SecretKeyRef, where: Where, key = ref.key): Promise<string> {
    const namespace = where(ref);
    const wanted = ref.key || key;
    if (!wanted) throw invalid(store, `the reference to Secret ${namespace}/${ref.name} has no key`, "set its key");
    const secret = await this.read(store, "Secret", namespace, ref.name);
    const data = isRecord(secret.data) ? secret.data : {};
    const value = Object.hasOwn(data, wanted) ? data[wanted] : undefined;
    if (typeof value !== "string")
      throw invalid(
        store,
        `Secret ${namespace}/${ref.name} has no key "${wanted}"`,
        "add the key or correct the store",
      );
    // A trailing newline, as from `echo`, is never part of a credential.
    return Buffer.from(value, "base64").toString().trim();
  }

  private async read(store: StoreRecord, kind: "Secret" | "ConfigMap", namespace: string, name: string) {
    try {
      return await this.kube.get(kind === "Secret" ? SECRETS : CONFIG_MAPS, namespace, name);
    } catch (error) {
      if (!isKubeStatus(error, 404)) throw error;
      throw invalid(store, `${kind} ${namespace}/${name} does not exist`, "create it or correct the store");
    }
  }

  private async caOf(store: StoreRecord): Promise<string | undefined> {
    const { caBundle, caProvider } = store.provider;
    if (caBundle) return pemOf(store, Buffer.from(caBundle, "base64").toString(), "caBundle");
    if (caProvider === undefined) return undefined;
    const kept = this.cas.get(store.key);
    if (kept !== undefined && Date.now() < kept.at + CA_AGE) return kept.pem;
    const pem = this.readCa(store, caProvider);
    this.cas.set(store.key, { at: Date.now(), pem });
    pem.catch(() => this.cas.delete(store.key));
    return pem;
  }

  private async readCa(store: StoreRecord, ca: CaProvider): Promise<string> {
    if (store.namespace !== undefined && ca.namespace && ca.namespace !== store.namespace)
      throw invalid(
        store,
        `caProvider names namespace "${ca.namespace}"`,
        "a SecretStore reads only its own namespace",
      );
    const namespace = store.namespace ?? ca.namespace;
    if (!namespace) throw invalid(store, "missing namespace on caProvider secret", "set caProvider.namespace");
    const object = await this.read(store, ca.type, namespace, ca.name);
    const key = ca.key || "ca.crt";
    const data = isRecord(object.data) ? object.data : {};
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    const place = `${ca.type} ${namespace}/${ca.name}`;
    if (typeof value !== "string") throw invalid(store, `${place} has no key "${key}"`, "set caProvider.key");
    return pemOf(store, ca.type === "Secret" ? Buffer.from(value, "base64").toString() : value, place);
  }
}

type Where = (ref: { readonly namespace?: string }) => string;

/** `as role payments (auth/k8s-prod)` with the account it needs; part of the identity's id and of messages. */
function describe(login: StoreLogin, where: Where): string {
  const secret = (ref: SecretKeyRef): string => `Secret ${where(ref)}/${ref.name}`;
  switch (login.method) {
    case "token":
      return `with the token of ${secret(login.token)}`;
    case "appRole":
      return `as the AppRole of ${secret(login.secretId)} (auth/${login.mount})`;
    case "kubernetes": {
      const account =
        "secret" in login.jwt
          ? secret(login.jwt.secret)
          : `ServiceAccount ${where(login.jwt.serviceAccount)}/${login.jwt.serviceAccount.name}`;
      return `as role ${login.role} (auth/${login.mount}, ${account})`;
    }
  }
}

/** ESO takes PEM, and also base64 of PEM once more. */
function pemOf(store: StoreRecord, text: string, place: string): string {
  const pem = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString();
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw invalid(store, `${place} is not a PEM certificate`, "put the CA certificate of the Vault server there");
  }
}

function invalid(store: StoreRecord, cause: string, remedy: string): KeyturnError {
  return new KeyturnError({ code: "InvalidStore", object: storeTitle(store), cause, remedy });
}
