/** A JSON object under construction. Keys are foreign: read and write them with {@link get} and {@link set} only. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property; `__proto__` and `constructor` are ordinary keys here (both are valid Secret keys). */
export function get(fields: Fields | undefined, key: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
}

export function set(fields: Fields, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}

/** The object below `key`, created when missing. */
export function ensure(fields: Fields, key: string): Fields {
  const present = get(fields, key);
  if (isFields(present)) return present;
  const created: Fields = {};
  set(fields, key, created);
  return created;
}

/** The object below `key`, or undefined. */
export function fieldsOf(fields: Fields | undefined, key: string): Fields | undefined {
  const value = get(fields, key);
  return isFields(value) ? value : undefined;
}

export function listOf(fields: Fields | undefined, key: string): readonly unknown[] {
  const value = get(fields, key);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function stringOf(fields: Fields | undefined, key: string): string | undefined {
  const value = get(fields, key);
  return typeof value === "string" ? value : undefined;
}

/** The value below a path of keys; objects only. */
export function dig(fields: Fields | undefined, ...path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const key of path) {
    if (!isFields(value)) return undefined;
    value = get(value, key);
  }
  return value;
}

/** Sets the default of a field. */
export function fill(fields: Fields, key: string, value: unknown): void {
  if (get(fields, key) === undefined || get(fields, key) === null) set(fields, key, value);
}

export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isFields(value)) return value;
  const copy: Fields = {};
  for (const key of Object.keys(value)) set(copy, key, clone(value[key]));
  return copy as T;
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((entry, index) => equal(entry, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
