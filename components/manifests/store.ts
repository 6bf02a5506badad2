import { ESO_VERSION, type SecretStore, type VaultAuth, type VaultProvider } from "../../api";
import type { Environment } from "../model/environment";
import type { ResolvedStore } from "../model/store";
import { accessName, type Team } from "../model/team";
import { metadata, ownedBy, type Manifest } from "./manifest";

/** Which operator owns our stores (ESO's `spec.controller`). */
export const CONTROLLER_CLASS = "keyturn";

/** A SecretStore in each namespace of the store. */
export function storeManifests(store: ResolvedStore): readonly Manifest[] {
  return store.namespaces.map((namespace) => {
    const object: SecretStore = {
      apiVersion: ESO_VERSION,
      kind: "SecretStore",
      metadata: metadata({ name: store.name, namespace, ...ownedBy(store.team) }),
      spec: { controller: CONTROLLER_CLASS, provider: { vault: vaultProvider(store.team) } },
    };
    return { id: namespace, object: { ...object } };
  });
}

function vaultProvider(team: Team): VaultProvider {
  const { vault } = team.environment;
  return {
    server: vault.address,
    path: vault.kv.mount,
    version: vault.kv.version === 1 ? "v1" : "v2",
    ...(vault.namespace === undefined ? {} : { namespace: vault.namespace }),
    ...caOf(team.environment),
    auth: authOf(team),
  };
}

function caOf({ vault: { ca } }: Environment): Partial<VaultProvider> {
  if (ca === undefined) return {};
  if ("pem" in ca) return { caBundle: Buffer.from(ca.pem).toString("base64") };
  return "configMap" in ca
    ? { caProvider: { type: "ConfigMap", name: ca.configMap.name, key: ca.configMap.key } }
    : { caProvider: { type: "Secret", name: ca.secret.name, key: ca.secret.key } };
}

function authOf(team: Team): VaultAuth {
  const { login } = team.environment.vault;
  if ("token" in login) return { tokenSecretRef: { name: login.token.secret, key: login.token.key } };
  const { mount, audience, reviewer, apiAudience } = login.kubernetes;
  return {
    kubernetes: {
      mountPath: mount,
      role: accessName(team),
      serviceAccountRef: {
        name: team.serviceAccount,
        audiences: reviewer === "client" ? [audience, apiAudience] : [audience],
      },
    },
  };
}
