import { RELOADER_AUTO, RELOADER_SECRETS, ROLLOUT_ON } from "./annotations";

/** Which Secrets, and which keys of them, roll a workload. */
export type RolloutOn =
  | { readonly mode: "none" }
  /** Every Secret the pod template mentions. */
  | { readonly mode: "auto" }
  /** The named Secrets; keys undefined means all keys. */
  | { readonly mode: "listed"; readonly secrets: ReadonlyMap<string, ReadonlySet<string> | undefined> };

/** Reads `auto` or `secret[/key],...`. Empty entries are skipped; a Secret named without a key counts with all keys. */
export function parseRolloutOn(text: string): RolloutOn {
  if (text.trim() === "auto") return { mode: "auto" };
  const secrets = new Map<string, Set<string> | undefined>();
  for (const entry of text.split(",")) {
    const [secret = "", key] = entry.trim().split("/", 2);
    if (secret === "") continue;
    if (key === undefined || key === "") secrets.set(secret, undefined);
    else if (!secrets.has(secret)) secrets.set(secret, new Set([key]));
    else secrets.get(secret)?.add(key);
  }
  return secrets.size === 0 ? { mode: "none" } : { mode: "listed", secrets };
}

/** Writes the annotation value; entries sorted, so that equal consumers give equal bytes. */
export function formatRolloutOn(secrets: ReadonlyMap<string, ReadonlySet<string> | undefined>): string {
  return [...secrets]
    .flatMap(([secret, keys]) => (keys === undefined ? [secret] : [...keys].map((key) => `${secret}/${key}`)))
    .sort()
    .join(",");
}

/** What a workload's annotations ask for; keyturn's own annotation wins over Reloader's. */
export function rolloutOnOf(annotations: Readonly<Record<string, string>> | undefined): RolloutOn {
  if (annotations === undefined) return { mode: "none" };
  const own = annotations[ROLLOUT_ON];
  if (own !== undefined) return parseRolloutOn(own);
  if (annotations[RELOADER_AUTO] === "true") return { mode: "auto" };
  const listed = annotations[RELOADER_SECRETS];
  return listed === undefined ? { mode: "none" } : parseRolloutOn(listed);
}
