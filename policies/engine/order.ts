import type { Location, Subject } from "./report";

interface Placed {
  readonly ruleId: string;
  readonly subject: Subject;
  readonly source?: Location;
  readonly path?: string;
  readonly message?: string;
}

/** Order of everything reported: by file and line, then object, rule, path and message; total, so that runs are byte-equal. */
export function byPlace(a: Placed, b: Placed): number {
  const left = keyOf(a);
  const right = keyOf(b);
  for (let index = 0; index < left.length; index++) {
    const x = left[index] ?? "";
    const y = right[index] ?? "";
    if (x !== y) return x < y ? -1 : 1;
  }
  const [rest, other] = [JSON.stringify(a), JSON.stringify(b)];
  return rest === other ? 0 : rest < other ? -1 : 1;
}

function keyOf({ source, subject, ruleId, path, message }: Placed): readonly (string | number)[] {
  return [
    source?.file ?? "",
    source?.line ?? 0,
    source?.column ?? 0,
    subject.namespace ?? "",
    subject.kind,
    subject.name,
    subject.apiVersion,
    ruleId,
    path ?? "",
    message ?? "",
  ];
}

/** Without repetitions: a ClusterExternalSecret says the same once for all its namespaces. */
export function distinct<T extends Placed>(items: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = JSON.stringify(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
