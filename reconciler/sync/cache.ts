import type { KubernetesObject } from "../../api";

/** A record of an object as of one version. */
export interface Versioned {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Ends remembered; answers are late by a moment, not by a thousand deletions. */
const ENDED = 1_000;

/**
 * Records by key, fed by a watch and by the answers to own writes, whichever comes first: an older version never replaces a
 * newer one, so that after a write the reconciler does not act on what it saw before it.
 */
export class Cache<T extends Versioned> {
  private readonly records = new Map<string, T>();
  /** Objects that went last: the answer to an own write may come after the watch has told their end, and must not bring them back. */
  private readonly ended = new Map<string, Versioned>();

  get size(): number {
    return this.records.size;
  }

  get(key: string): T | undefined {
    return this.records.get(key);
  }

  values(): IterableIterator<T> {
    return this.records.values();
  }

  keys(): IterableIterator<string> {
    return this.records.keys();
  }

  /** Takes the record unless the same or a newer version of the object is known. Returns whether it was taken. */
  apply(key: string, record: T): boolean {
    if (!supersedes(record, this.records.get(key))) return false;
    const ended = this.ended.get(key);
    if (ended?.uid === record.uid && !isNewer(record.resourceVersion, ended.resourceVersion)) return false;
    this.ended.delete(key);
    this.records.set(key, record);
    return true;
  }

  /**
   * Trims an object, unless it is known in this very version: the echo of an own write then costs nothing, and the watch and
   * the cache share one record.
   */
  project(key: string, object: KubernetesObject, trim: (object: KubernetesObject) => T): T {
    const known = this.records.get(key);
    const { uid, resourceVersion } = object.metadata;
    return known !== undefined && known.resourceVersion === resourceVersion && known.uid === uid ? known : trim(object);
  }

  /** Drops the record of a deleted object, unless the name has been given to another one since. */
  remove(key: string, uid: string): boolean {
    const known = this.records.get(key);
    if (known === undefined || known.uid !== uid) return false;
    this.ended.set(key, { uid, resourceVersion: known.resourceVersion });
    const [oldest] = this.ended.keys();
    if (this.ended.size > ENDED && oldest !== undefined) this.ended.delete(oldest);
    return this.records.delete(key);
  }
}

/** Whether a record says something that the known one does not: another object, or a later version of it. */
export function supersedes(record: Versioned, known: Versioned | undefined): boolean {
  if (known === undefined || known.uid !== record.uid) return true;
  return known.resourceVersion !== record.resourceVersion && !isNewer(known.resourceVersion, record.resourceVersion);
}

/**
 * Whether resource version `a` is newer than `b`. They are decimal numbers (Kubernetes' API conventions since 1.35, and in
 * practice before); anything else counts as not newer.
 */
function isNewer(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return a.length === b.length ? a > b : a.length > b.length;
}

/** Sets by key that vanish when empty. */
export class Index {
  private readonly entries = new Map<string, string | Set<string>>();

  /** The members, or nothing. A single member is kept without a Set: most keys have one. */
  get(key: string): Iterable<string> {
    const entry = this.entries.get(key);
    if (entry === undefined) return [];
    return typeof entry === "string" ? [entry] : entry;
  }

  add(key: string, member: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, member);
    else if (typeof entry !== "string") entry.add(member);
    else if (entry !== member) this.entries.set(key, new Set([entry, member]));
  }

  remove(key: string, member: string): void {
    const entry = this.entries.get(key);
    if (entry === member) this.entries.delete(key);
    else if (entry instanceof Set && entry.delete(member) && entry.size === 0) this.entries.delete(key);
  }
}
