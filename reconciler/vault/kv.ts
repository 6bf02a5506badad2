import type { VaultAnswer } from "./answer";
import { isMap } from "./json";
import { JsonNumber, type Json, type VaultSecret } from "./types";

/** A KV answer, unwrapped. */
export type KvResult =
  | { readonly kind: "secret"; readonly secret: VaultSecret }
  | { readonly kind: "deleted"; readonly version: number | undefined }
  | { readonly kind: "absent" }
  | { readonly kind: "invalid"; readonly cause: string };

/**
 * Reads the answer of a KV read with status 200 or 404. KV v2 answers 404 *with* a body for a deleted or destroyed version,
 * and without data for a secret that is not there.
 */
export function unwrapKv(kv: "v1" | "v2", answer: VaultAnswer): KvResult {
  const data = answer.body?.get("data");
  if (kv === "v1") {
    if (answer.status === 404) return { kind: "absent" };
    return isMap(data)
      ? { kind: "secret", secret: { data } }
      : { kind: "invalid", cause: "the answer has no field data: this is not a KV v1 secret" };
  }
  if (!isMap(data)) {
    if (answer.status === 404) return { kind: "absent" };
    return { kind: "invalid", cause: "the answer has no field data: this is not a KV v2 secret" };
  }
  const version = versionOf(data.get("metadata"));
  const values = data.get("data");
  if (isMap(values))
    return { kind: "secret", secret: version === undefined ? { data: values } : { data: values, version } };
  if (values === null) return { kind: "deleted", version };
  return { kind: "invalid", cause: "the answer has no field data.data: is the mount KV v1?" };
}

function versionOf(metadata: Json | undefined): number | undefined {
  const version = isMap(metadata) ? metadata.get("version") : undefined;
  return version instanceof JsonNumber ? Number(version.source) : undefined;
}
