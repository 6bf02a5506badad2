import { ESO_VERSION, kvReadPath, type DataEntry, type ExternalSecret } from "../../api";
import type { ResolvedAppSecret, ResolvedKey } from "../model/app-secret";
import { metadata, ownedBy, type Manifest } from "./manifest";

/**
 * The ExternalSecret of an AppSecret. Every field that ESO's CRD of any version would default is written out, so that what is
 * applied is what is read back and no tool sees a difference later (reference/eso.md 2.1, 2.2).
 */
export function externalSecretManifest(secret: ResolvedAppSecret): Manifest {
  const object: ExternalSecret = {
    apiVersion: ESO_VERSION,
    kind: "ExternalSecret",
    metadata: metadata({
      name: secret.name,
      namespace: secret.namespace,
      labels: secret.labels,
      annotations: secret.annotations,
      ...ownedBy(secret.team),
    }),
    spec: {
      secretStoreRef: { kind: "SecretStore", name: secret.storeName },
      refreshPolicy: "Periodic",
      refreshInterval: secret.refreshInterval,
      target: {
        name: secret.name,
        creationPolicy: secret.creationPolicy,
        deletionPolicy: secret.deletionPolicy,
      },
      data: secret.keys.map((key) => dataEntry(key, secret.environment.vault.kv)),
    },
  };
  return { id: "resource", object: { ...object } };
}

function dataEntry(key: ResolvedKey, kv: { readonly mount: string; readonly version: 1 | 2 }): DataEntry {
  return {
    secretKey: key.secretKey,
    remoteRef: {
      key: remoteKey(kv, key.key),
      property: key.property,
      ...(key.version === undefined ? {} : { version: String(key.version) }),
      metadataPolicy: "None",
      conversionStrategy: "Default",
      decodingStrategy: "None",
    },
  };
}

/**
 * The key as `remoteRef.key`. One that starts with the mount's own name would be read as a full path (ESO's buildPath), so it is
 * written as the full path, and as the API path where that is ambiguous too.
 */
export function remoteKey(kv: { readonly mount: string; readonly version: 1 | 2 }, key: string): string {
  const mount = { path: kv.mount, version: kv.version === 1 ? "v1" : "v2" } as const;
  const wanted = kv.version === 1 ? `${kv.mount}/${key}` : `${kv.mount}/data/${key}`;
  return [key, `${kv.mount}/${key}`].find((written) => kvReadPath(mount, written) === wanted) ?? wanted;
}
