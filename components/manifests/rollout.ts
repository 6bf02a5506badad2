import { formatRolloutOn, parseRolloutOn, ROLLOUT_ON } from "../../api";

/** A Secret and the keys of it that a workload uses; undefined means every key. */
export interface UsedSecret {
  readonly secret: string;
  readonly keys: readonly string[] | undefined;
}

/**
 * The value of `keyturn.dev/rollout-on` for a workload that uses these Secrets. `existing` is the value it has already: what it
 * lists is kept, and `auto` stays `auto`, because it covers every Secret of the pod template.
 */
export function rolloutOn(used: readonly UsedSecret[], existing?: string): string {
  const before = existing === undefined ? undefined : parseRolloutOn(existing);
  if (before?.mode === "auto") return "auto";
  const secrets = new Map<string, Set<string> | undefined>();
  const add = (secret: string, keys: Iterable<string> | undefined): void => {
    const known = secrets.get(secret);
    const all = keys === undefined || (secrets.has(secret) && known === undefined);
    secrets.set(secret, all ? undefined : new Set([...(known ?? []), ...keys]));
  };
  if (before?.mode === "listed") for (const [secret, keys] of before.secrets) add(secret, keys);
  for (const { secret, keys } of used) add(secret, keys);
  return formatRolloutOn(secrets);
}

/** The annotations that make a workload roll when the used keys change. */
export function rolloutAnnotations(used: readonly UsedSecret[]): Readonly<Record<string, string>> {
  return { [ROLLOUT_ON]: rolloutOn(used) };
}
