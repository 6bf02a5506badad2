import { createHash, createHmac } from "node:crypto";

/** Secret data: key to bytes. A Map, because `__proto__` is a valid Secret key. */
export type SecretData = ReadonlyMap<string, Uint8Array>;

/** `hex(sha3-224(text))`, the digest of ESO's `ObjectHash`. */
export function sha3(text: string): string {
  return createHash("sha3-224").update(text).digest("hex");
}

/** The `reconcile.external-secrets.io/data-hash` annotation: sha3-224 of Go's `%+v` of `map[string][]byte`. */
export function dataHash(data: SecretData): string {
  const entries = byKey(data).map(([key, bytes]) => `${key}:[${Array.from(bytes).join(" ")}]`);
  return sha3(`map[${entries.join(" ")}]`);
}

/** The `reconcile.external-secrets.io/created-by` label: sha3-224 of `<namespace>/<name>` of the ExternalSecret. */
export function createdByHash(namespace: string, name: string): string {
  return sha3(`${namespace}/${name}`);
}

/** ESO's `status.syncedResourceVersion`: `<generation>-<sha3-224 of {annotations:map[...] labels:map[...]}>`. */
export function syncedResourceVersion(meta: {
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}): string {
  return `${meta.generation ?? 0}-${sha3(`{annotations:${goMap(meta.annotations)} labels:${goMap(meta.labels)}}`)}`;
}

/**
 * Field manager of the Secrets of one ExternalSecret, as ESO names it, so that either operator recognises its own fields.
 * Field managers are limited to 128 characters by Kubernetes; ESO hashes names past 63.
 */
export function fieldManager(externalSecret: string): string {
  const prefix = "externalsecrets.external-secrets.io/";
  const manager = prefix + externalSecret;
  return manager.length > 63 ? `${prefix}sha3/${sha3(externalSecret)}` : manager;
}

/**
 * The generation of a consumer: a keyed hash over exactly the Secret keys it uses. Keyed, because the result is stamped
 * into pod templates that more people may read than the Secret, and short values could be guessed from a plain hash.
 * @param used entries `secret name, key, bytes` (bytes undefined: the key is absent); order does not matter
 * @returns 32 hex characters
 */
export function generation(
  key: Uint8Array,
  used: readonly { readonly secret: string; readonly key: string; readonly value: Uint8Array | undefined }[],
): string {
  const mac = createHmac("sha256", key);
  const sorted = [...used].sort((a, b) => compare(a.secret, b.secret) || compare(a.key, b.key));
  for (const entry of sorted) {
    mac.update(
      `${JSON.stringify([entry.secret, entry.key, entry.value === undefined ? -1 : entry.value.byteLength])}\n`,
    );
    if (entry.value !== undefined) mac.update(entry.value);
  }
  return mac.digest("hex").slice(0, 32);
}

/** Order of Go's sorted map keys: by bytes of the UTF-8 form. */
export function compare(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function byKey(data: SecretData): [string, Uint8Array][] {
  return [...data.entries()].sort(([a], [b]) => compare(a, b));
}

function goMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => compare(a, b));
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
}
