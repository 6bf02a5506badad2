/** Where a KV store is mounted. `path` is the store's `spec.provider.vault.path`, absent when keys carry the mount themselves. */
export interface KvMount {
  readonly path?: string;
  readonly version: "v1" | "v2";
}

/**
 * The API path (below `/v1/`) that reads `remoteRef.key`. ESO's `buildPath`: the mount and, on KV v2, `data/` are put in
 * where the key does not carry them already. A key that starts with the mount's own name is taken as the full path.
 */
export function kvReadPath(mount: KvMount, key: string): string {
  const clean = key.replace(/^\/+/, "");
  const base = mount.path?.replace(/^\/+|\/+$/g, "");
  if (base === undefined || base === "") {
    if (mount.version === "v1" || clean.includes("/data/")) return clean;
    const [first = "", ...rest] = clean.split("/");
    return [first, "data", ...rest].join("/");
  }
  const relative = clean.startsWith(`${base}/`) ? clean.slice(base.length + 1) : clean;
  if (mount.version === "v1") return `${base}/${relative}`;
  return relative.startsWith("data/") && clean !== relative ? `${base}/${relative}` : `${base}/data/${relative}`;
}

/** The logical path (mount and key, without KV v2's `data/`) that people and policies name: `prod/payments/db`. */
export function logicalPath(mount: KvMount, key: string): string {
  const path = kvReadPath(mount, key);
  if (mount.version === "v1") return path;
  const base = mount.path?.replace(/^\/+|\/+$/g, "");
  if (base) return path.replace(`${base}/data/`, `${base}/`);
  return path.replace("/data/", "/");
}

/**
 * Why a key may not be used as a KV path, or undefined when it may. `..`, empty segments, control characters and wildcards
 * would reach other paths or other policies than the ones a reader sees.
 */
export function kvKeyProblem(key: string): string | undefined {
  if (key === "") return "is empty";
  if (key.length > 1024) return "is longer than 1024 characters";

  if (/[\u0000-\u001f\u007f]/.test(key)) return "contains a control character";
  if (/[*+]/.test(key)) return 'contains a wildcard ("*" or "+")';
  if (/\{\{|\}\}/.test(key)) return 'contains templating ("{{")';
  if (/[?%\\]/.test(key)) return 'contains one of "?", "%" or "\\"';
  const segments = key.split("/");
  if (segments.some((segment) => segment === "." || segment === "..")) return 'contains a "." or ".." segment';
  if (segments.some((segment) => segment === "")) return "contains an empty segment";
  return undefined;
}

/** True when the key (below the mount) is one of the prefixes or below one of them. */
export function withinPrefixes(prefixes: readonly string[], key: string): boolean {
  return prefixes.some((prefix) => key === prefix || key.startsWith(`${prefix}/`));
}
