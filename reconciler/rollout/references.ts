import { isRecord } from "../../api";

/** The used keys of a Secret, sorted; undefined: all keys. */
export type SecretUse = readonly string[] | undefined;

/**
 * The Secrets, and which keys of them, that the containers of a pod spec are given: environment variables, `envFrom`, Secret
 * volumes and projected ones. Pull secrets are the kubelet's, not the pods'.
 */
export function secretReferences(podSpec: unknown): ReadonlyMap<string, SecretUse> {
  const uses = new Map<string, Set<string> | undefined>();
  const use = (name: unknown, key?: unknown): void => {
    if (typeof name !== "string" || name === "") return;
    if (typeof key !== "string") uses.set(name, undefined);
    else if (!uses.has(name)) uses.set(name, new Set([key]));
    else uses.get(name)?.add(key);
  };
  const useItems = (name: unknown, items: unknown): void => {
    const list = records(items);
    if (list.length === 0) use(name);
    for (const item of list) use(name, item.key);
  };
  const spec = isRecord(podSpec) ? podSpec : {};
  for (const container of [...records(spec.initContainers), ...records(spec.containers)]) {
    for (const variable of records(container.env)) {
      const ref = at(variable.valueFrom, "secretKeyRef");
      if (ref !== undefined) use(ref.name, ref.key ?? "");
    }
    for (const source of records(container.envFrom)) use(at(source, "secretRef")?.name);
  }
  for (const volume of records(spec.volumes)) {
    const secret = at(volume, "secret");
    if (secret !== undefined) useItems(secret.secretName, secret.items);
    for (const source of records(at(volume, "projected")?.sources)) {
      const projected = at(source, "secret");
      if (projected !== undefined) useItems(projected.name, projected.items);
    }
  }
  return new Map([...uses].map(([name, keys]) => [name, keys === undefined ? undefined : [...keys].sort()]));
}

type Fields = Readonly<Record<string, unknown>>;

function records(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isRecord) : [];
}

function at(value: unknown, field: string): Fields | undefined {
  const found = isRecord(value) ? value[field] : undefined;
  return isRecord(found) ? found : undefined;
}
