import { isList, isMap, reveal, sameValue, type Value } from "./values";

/** One property that differs, by its Pulumi path such as `spec.data[0].remoteRef.key` or `metadata.labels["a.b/c"]`. */
export interface Change {
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
}

/** Test fixture. Every property that differs between two inputs, leaves first-class, sorted by path. */
export function changes(before: Value | undefined, after: Value | undefined, path = ""): readonly Change[] {
  const [left, right] = [reveal(before), reveal(after)];
  if (sameValue(left, right)) return [];
  if (left === undefined) return [{ path, kind: "add" }];
  if (right === undefined) return [{ path, kind: "delete" }];
  if (isMap(left) && isMap(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return keys.flatMap((key) => changes(left[key], right[key], join(path, key)));
  }
  if (isList(left) && isList(right)) {
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) => changes(left[index], right[index], `${path}[${index}]`)).flat();
  }
  return [{ path, kind: "update" }];
}

/** Whether `path` is `prefix` or lies under it. */
export function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function join(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
