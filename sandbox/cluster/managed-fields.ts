import { clone, equal, isFields, stringOf, type Fields } from "../json";
import { FieldSet, type FieldPath } from "./field-set";
import type { Body, Kind } from "./kinds";
import { compareFields, fieldsSet, mergeConfiguration, pruneFields, settle } from "./ownership";
import { ApiError, badRequest, type Cause } from "./status";

/** Who writes: one entry of `metadata.managedFields` is about one of these. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly now: string;
}

interface Entry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

type Entries = Map<string, Entry>;

/** Identity, time and system fields are nobody's. */
const NOT_OWNED = FieldSet.parse({
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": {
    ".": {},
    "f:name": {},
    "f:namespace": {},
    "f:creationTimestamp": {},
    "f:selfLink": {},
    "f:uid": {},
    "f:clusterName": {},
    "f:generation": {},
    "f:managedFields": {},
    "f:resourceVersion": {},
    "f:deletionTimestamp": {},
    "f:deletionGracePeriodSeconds": {},
  },
});

const BEFORE_FIRST_APPLY = "before-first-apply";

/**
 * Records a create, update or patch: the writer now owns what it changed, the others lose it. `next.metadata.managedFields`
 * is replaced. An object that is not tracked stays so until someone applies it.
 * @param ignore paths that a request of this kind cannot set
 */
export function trackUpdate(
  old: Body | undefined,
  next: Body,
  kind: Kind,
  writer: Writer,
  ignore: readonly FieldPath[],
): void {
  const given = writer.subresource === "" ? next.metadata.managedFields : undefined;
  const reset = Array.isArray(given) && (given.length === 0 || (given.length === 1 && equal(given[0], {})));
  const known = given !== undefined && given.length > 0 && !reset ? given : old?.metadata.managedFields;
  const entries = reset ? new Map<string, Entry>() : decode(known);
  delete next.metadata.managedFields;
  if (old === undefined || entries.size > 0) update(old, next, entries, kind, writer, ignore);
  encode(next, entries);
}

/**
 * Server-side apply: the live object with the configuration merged in, fields the applier gave up removed.
 * @throws ApiError 409 with one cause per conflicting field, unless forced
 */
export function applyConfiguration(
  live: Body | undefined,
  config: Fields,
  kind: Kind,
  writer: Writer,
  options: { readonly force: boolean; readonly ignore: readonly FieldPath[] },
): Fields {
  if (isFields(config.metadata) && config.metadata.managedFields !== undefined)
    throw badRequest("metadata.managedFields must be nil");
  const { type } = kind;
  const base = live === undefined ? ({} as Fields) : withoutManagedFields(live);
  const entries = decode(live?.metadata.managedFields);
  if (entries.size === 0 && live !== undefined)
    update(undefined, live, entries, kind, { ...writer, manager: BEFORE_FIRST_APPLY }, options.ignore);
  const id = identity(writer.manager, "Apply", writer.apiVersion, writer.subresource);
  const last = entries.get(id);
  const applied = fieldsSet(config, type).without(options.ignore);
  let merged = mergeConfiguration(base, config, type) as Fields;
  if (last !== undefined) {
    let owned = applied;
    for (const [key, entry] of entries) if (key !== id) owned = owned.union(entry.fields);
    merged = pruneFields(merged, type, last.fields, owned);
  }
  const result = settle(merged, kind.custom ? "null" : "drop") as Fields;
  const changed = !equal(base, result);
  const comparison = compareFields(base, merged, type);
  const touched = comparison.added.union(comparison.modified).without(options.ignore);
  const removed = comparison.removed.without(options.ignore);
  const conflicts = new Map<string, { readonly entry: Entry; readonly fields: FieldSet }>();
  for (const [key, entry] of entries) {
    if (key === id) continue;
    const fields = entry.fields.intersection(touched);
    if (!fields.empty) conflicts.set(key, { entry, fields });
  }
  if (conflicts.size > 0 && !options.force) throw conflictError([...conflicts.values()]);
  for (const [key, entry] of entries) {
    if (key === id) continue;
    put(entries, key, {
      ...entry,
      fields: entry.fields.difference(conflicts.get(key)?.fields ?? NONE).difference(removed),
    });
  }
  put(entries, id, {
    manager: writer.manager,
    operation: "Apply",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: changed ? writer.now : last?.time,
    fields: applied.difference(NOT_OWNED),
  });
  const next = clone(result);
  encode(next as Body, entries);
  return next;
}

/** Equal but for the times of the managed fields: such an update is not written. */
export function sameObject(a: Body, b: Body): boolean {
  if (!equal(withoutManagedFields(a), withoutManagedFields(b))) return false;
  const strip = (body: Body): unknown => (body.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: "" }));
  return equal(strip(a), strip(b));
}

const NONE = new FieldSet();

function update(
  old: Body | undefined,
  next: Body,
  entries: Entries,
  kind: Kind,
  writer: Writer,
  ignore: readonly FieldPath[],
): void {
  const before = old === undefined ? kind.skeleton : withoutManagedFields(old);
  const { added, removed, modified } = compareFields(before, withoutManagedFields(next), kind.type);
  const touched = added.union(modified);
  for (const [key, entry] of entries)
    put(entries, key, { ...entry, fields: entry.fields.difference(touched).difference(removed) });
  const own = touched.difference(NOT_OWNED).without(ignore);
  if (own.empty) return;
  const id = identity(writer.manager, "Update", writer.apiVersion, writer.subresource);
  const previous = entries.get(id);
  entries.set(id, {
    manager: writer.manager,
    operation: "Update",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: writer.now,
    fields: previous === undefined ? own : previous.fields.union(own),
  });
}

function put(entries: Entries, key: string, entry: Entry): void {
  if (entry.fields.empty) entries.delete(key);
  else entries.set(key, entry);
}

function withoutManagedFields(body: Body): Fields {
  if (body.metadata.managedFields === undefined) return body;
  const { managedFields: _, ...metadata } = body.metadata;
  return { ...body, metadata };
}

function conflictError(conflicts: readonly { readonly entry: Entry; readonly fields: FieldSet }[]): ApiError {
  const named = conflicts
    .map(({ entry, fields }) => ({ who: describe(entry), paths: fields.paths() }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const causes: Cause[] = named.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${who}`, field })),
  );
  const text =
    causes.length === 1
      ? `1 conflict: ${causes[0]?.message}: ${causes[0]?.field}`
      : `${causes.length} conflicts: ${named
          .map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join("\n"))
          .join("\n")}`;
  return new ApiError(409, "Conflict", `Apply failed with ${text}`, { causes });
}

function describe(entry: Entry): string {
  const sub = entry.subresource === "" ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`;
  if (entry.operation === "Apply") return `${JSON.stringify(entry.manager)}${sub}`;
  return `${JSON.stringify(entry.manager)}${sub} using ${entry.apiVersion}`;
}

/** Appliers are the same whatever version they apply. */
const identity = (manager: string, operation: string, apiVersion: string, subresource: string): string =>
  JSON.stringify([manager, operation, operation === "Apply" ? "" : apiVersion, subresource]);

function decode(list: readonly Fields[] | undefined): Entries {
  const entries: Entries = new Map();
  for (const entry of list ?? []) {
    const operation = entry.operation === "Apply" ? "Apply" : "Update";
    const decoded: Entry = {
      manager: stringOf(entry, "manager") ?? "unknown",
      operation,
      apiVersion: stringOf(entry, "apiVersion") ?? "",
      subresource: stringOf(entry, "subresource") ?? "",
      time: stringOf(entry, "time"),
      fields: FieldSet.parse(entry.fieldsV1),
    };
    entries.set(identity(decoded.manager, operation, decoded.apiVersion, decoded.subresource), decoded);
  }
  return entries;
}

function encode(body: Body, entries: Entries): void {
  if (entries.size === 0) {
    delete body.metadata.managedFields;
    return;
  }
  body.metadata.managedFields = [...entries.values()].sort(inWireOrder).map((entry) => ({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === undefined ? {} : { time: entry.time }),
    fieldsType: "FieldsV1",
    fieldsV1: entry.fields.toJson(),
    ...(entry.subresource === "" ? {} : { subresource: entry.subresource }),
  }));
}

function inWireOrder(a: Entry, b: Entry): number {
  for (const key of ["operation", "time", "manager", "apiVersion", "subresource"] as const) {
    const [x, y] = [a[key] ?? "", b[key] ?? ""];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
