import { formatRolloutOn, formatRolloutPolicy, parseRolloutOn, parseRolloutPolicy, ROLLOUT_ON } from "../../api";

/** A Secret and the keys of it that a workload uses; undefined means every key. */
export interface UsedSecret {
  readonly secret: string;
  readonly keys: readonly string[] | undefined;
}

/** The uses of each Secret together, by its name; every key wins over some. */
export function mergeUses(used: readonly UsedSecret[]): ReadonlyMap<string, ReadonlySet<string> | undefined> {
  const secrets = new Map<string, Set<string> | undefined>();
  for (const { secret, keys } of used) {
    const known = secrets.get(secret);
    const all = keys === undefined || (secrets.has(secret) && known === undefined);
    secrets.set(secret, all ? undefined : new Set([...(known ?? []), ...keys]));
  }
  return secrets;
}

/**
 * The value of `keyturn.dev/rollout-on` for a workload that uses these Secrets. `existing` is the value it has already: what it
 * lists is kept, and `auto` stays `auto`, because it covers every Secret of the pod template.
 */
export function rolloutOn(used: readonly UsedSecret[], existing?: string): string {
  const before = existing === undefined ? undefined : parseRolloutOn(existing);
  if (before?.mode === "auto") return "auto";
  const listed = before?.mode === "listed" ? [...before.secrets] : [];
  const kept = listed.map(([secret, keys]) => ({ secret, keys: keys === undefined ? undefined : [...keys] }));
  return formatRolloutOn(mergeUses([...kept, ...used]));
}

/** The annotations that make a workload roll when the used keys change: those, and what is said of how. */
export function rolloutAnnotations(
  used: readonly UsedSecret[],
  policy: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...policy, [ROLLOUT_ON]: rolloutOn(used) };
}

/** Whether an annotation that a workload has already says another thing than one that is to be written. */
export function saysOther(annotation: string, value: string, existing: string): boolean {
  const policy = parseRolloutPolicy({ [annotation]: existing });
  return typeof policy === "string" || formatRolloutPolicy(policy)[annotation] !== value;
}
