import {
  CLUSTER,
  ESO_VERSION,
  type SecretKeyRef,
  type SecretStore,
  type VaultAuth,
  type VaultProvider,
} from "../../api";
import type { Environment } from "../model/environment";
import type { SecretKey } from "../model/login";
import type { ResolvedStore } from "../model/store";
import { accessName, identityName, type Team } from "../model/team";
import { metadata, ownedBy, type Manifest } from "./manifest";

/** Which operator owns our stores (ESO's `spec.controller`). */
export const CONTROLLER_CLASS = "keyturn";

/** A SecretStore in each namespace of the store. */
export function storeManifests(store: ResolvedStore): readonly Manifest[] {
  return store.namespaces.map((namespace) => {
    const object: SecretStore = {
      apiVersion: ESO_VERSION,
      kind: "SecretStore",
      metadata: metadata({
        name: store.name,
        namespace,
        ...ownedBy(store.team),
        ...(store.cluster === undefined ? {} : { annotations: { [CLUSTER]: store.cluster } }),
      }),
      spec: {
        // A store without a class is External Secrets Operator's.
        ...(store.environment.reconciler.install ? { controller: CONTROLLER_CLASS } : {}),
        provider: { vault: vaultProvider(store.team) },
      },
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

/** ESO's `provider.vault.auth`, with every field written out that its CRD would default (reference/eso.md 3.2). */
function authOf(team: Team): VaultAuth {
  const { login } = team.environment.vault;
  if ("token" in login) return { tokenSecretRef: keyRef(login.token) };
  if ("kubernetes" in login) {
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
  if ("jwt" in login)
    return {
      jwt: {
        path: login.jwt.mount,
        role: accessName(team),
        // Without `audiences` here ESO adds "vault" to those of the reference, and the token would fit other roles.
        kubernetesServiceAccountToken: {
          serviceAccountRef: { name: team.serviceAccount },
          audiences: [login.jwt.audience],
          expirationSeconds: 600,
        },
      },
    };
  if ("appRole" in login) {
    const { mount, roleId, secretId } = login.appRole;
    return { appRole: { path: mount, roleRef: keyRef(roleId), secretRef: keyRef(secretId) } };
  }
  if ("cert" in login) {
    const { mount, role, certificate, privateKey } = login.cert;
    const vaultRole = identityName(role, team);
    return { cert: { path: mount, vaultRole, clientCert: keyRef(certificate), secretRef: keyRef(privateKey) } };
  }
  const user = "ldap" in login ? login.ldap : login.userPass;
  const auth = { path: user.mount, username: identityName(user.username, team), secretRef: keyRef(user.password) };
  return "ldap" in login ? { ldap: auth } : { userPass: auth };
}

function keyRef({ secret, key }: SecretKey): SecretKeyRef {
  return { name: secret, key };
}
