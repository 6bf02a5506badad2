import { createHash, randomBytes } from "node:crypto";
import { isRecord, KeyturnError, type KubernetesObject } from "../../api";
import { isKubeStatus } from "../kube/error";
import { SECRETS } from "../kube/resources";
import type { KubeClient } from "../kube/types";

/** The Secret with the key, in the reconciler's own namespace. */
const NAME = "keyturn-generation-key";
const FIELD = "key";
const LENGTH = 32;

export interface GenerationKey {
  readonly key: Uint8Array;
  /** Names the key in records, so that another one is noticed: first 8 hex digits of its SHA-256. */
  readonly id: string;
}

/**
 * The key of this installation's generations, made when it is missing. It lives as long as the Secret: with a new one all
 * consumers are seen for the first time again, which restarts nothing.
 * @throws KeyturnError
 */
export async function readGenerationKey(kube: KubeClient, namespace: string): Promise<GenerationKey> {
  try {
    return keyOf(await kube.get(SECRETS, namespace, NAME), namespace);
  } catch (error) {
    if (!isKubeStatus(error, 404)) throw error;
  }
  const secret: KubernetesObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: NAME, namespace },
    type: "Opaque",
    data: { [FIELD]: randomBytes(LENGTH).toString("base64") },
  };
  try {
    return keyOf(await kube.create(SECRETS, secret, { fieldManager: "keyturn" }), namespace);
  } catch (error) {
    // Another replica was faster.
    if (isKubeStatus(error, 409)) return keyOf(await kube.get(SECRETS, namespace, NAME), namespace);
    if (!isKubeStatus(error, 404)) throw error;
    throw new KeyturnError({
      code: "NoGenerationKey",
      object: `Secret ${namespace}/${NAME}`,
      cause: `cannot be made: namespace ${namespace} does not exist`,
      remedy: "create it, or name the reconciler's own namespace with KEYTURN_NAMESPACE",
    });
  }
}

function keyOf(secret: KubernetesObject, namespace: string): GenerationKey {
  const data = isRecord(secret.data) ? secret.data[FIELD] : undefined;
  const key = typeof data === "string" ? Buffer.from(data, "base64") : Buffer.alloc(0);
  if (key.byteLength < LENGTH)
    throw new KeyturnError({
      code: "NoGenerationKey",
      object: `Secret ${namespace}/${NAME}`,
      cause: `has no "${FIELD}" of at least ${LENGTH} bytes`,
      remedy: "delete it, then it is made anew; nothing is restarted by that",
    });
  return { key, id: createHash("sha256").update(key).digest("hex").slice(0, 8) };
}
