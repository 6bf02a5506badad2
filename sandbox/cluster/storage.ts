import { keyOf, type Body, type Kind } from "./kinds";
import { expired } from "./status";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One write. `object` is the new state; of a deletion the last state with the deletion's revision. */
export interface Change {
  readonly type: ChangeType;
  readonly kind: Kind;
  readonly key: string;
  readonly revision: number;
  readonly object: Body;
  readonly previous: Body | undefined;
}

export type Listener = (change: Change) => void;

/** All objects of one kind, sorted by key, with the latest writes. */
class Table {
  readonly objects = new Map<string, Body>();
  readonly history: Change[] = [];
  readonly listeners = new Map<string, Set<Listener>>();
  readonly dropped = new Set<() => void>();
  /** Watches can resume from here on; earlier writes are forgotten. */
  oldest: number;
  private sorted: string[] | undefined;

  constructor(revision: number) {
    this.oldest = revision;
  }

  keysChanged(): void {
    this.sorted = undefined;
  }

  keys(): readonly string[] {
    return (this.sorted ??= [...this.objects.keys()].sort());
  }
}

/** Objects by kind with one revision counter over all, like etcd behind an API server's watch cache. */
export class Storage {
  private readonly tables = new Map<string, Table>();
  private readonly everything = new Set<Listener>();
  private current = 1;

  /** @param historyLimit writes kept per kind for watches that resume */
  constructor(private readonly historyLimit: number) {}

  get revision(): number {
    return this.current;
  }

  get(kind: Kind, namespace: string | undefined, name: string): Body | undefined {
    return this.tables.get(kind.id)?.objects.get(keyOf(namespace, name));
  }

  /** Objects in key order; a namespace, or all. */
  list(kind: Kind, namespace?: string): readonly Body[] {
    const table = this.tables.get(kind.id);
    if (table === undefined) return [];
    return range(table.keys(), namespace).map((key) => table.objects.get(key) as Body);
  }

  /**
   * Objects as they were at a revision, after a key.
   * @throws ApiError 410 when the writes since then are no longer known
   */
  listAt(kind: Kind, namespace: string | undefined, revision: number, after: string): readonly [string, Body][] {
    const table = this.tables.get(kind.id);
    if (table === undefined) return [];
    const entries = new Map(range(table.keys(), namespace).map((key) => [key, table.objects.get(key) as Body]));
    if (revision < this.current) {
      for (const change of this.since(kind, revision).toReversed()) {
        if (namespace !== undefined && change.object.metadata.namespace !== namespace) continue;
        if (change.previous === undefined) entries.delete(change.key);
        else entries.set(change.key, change.previous);
      }
    }
    return [...entries].filter(([key]) => key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * Writes after a revision.
   * @throws ApiError 410 when they are no longer all known
   */
  since(kind: Kind, revision: number): readonly Change[] {
    const table = this.table(kind);
    if (revision < table.oldest) throw expired(`too old resource version: ${revision} (${table.oldest})`);
    let from = table.history.length;
    while (from > 0 && (table.history[from - 1] as Change).revision > revision) from -= 1;
    return table.history.slice(from);
  }

  /** Stores an object under the next revision. The body must not be changed afterwards. */
  put(kind: Kind, body: Body): Body {
    const table = this.table(kind);
    const key = keyOf(body.metadata.namespace, body.metadata.name);
    const previous = table.objects.get(key);
    const revision = ++this.current;
    body.metadata.resourceVersion = String(revision);
    table.objects.set(key, body);
    if (previous === undefined) table.keysChanged();
    this.record(table, {
      type: previous === undefined ? "ADDED" : "MODIFIED",
      kind,
      key,
      revision,
      object: body,
      previous,
    });
    return body;
  }

  delete(kind: Kind, body: Body): void {
    const table = this.table(kind);
    const key = keyOf(body.metadata.namespace, body.metadata.name);
    if (!table.objects.delete(key)) return;
    table.keysChanged();
    const revision = ++this.current;
    const object = { ...body, metadata: { ...body.metadata, resourceVersion: String(revision) } };
    this.record(table, { type: "DELETED", kind, key, revision, object, previous: body });
  }

  /** Calls the listener on every write of the kind (in the namespace), `dropped` when the kind goes; the result stops both. */
  listen(kind: Kind, namespace: string | undefined, listener: Listener, dropped: () => void): () => void {
    const { listeners, dropped: all } = this.table(kind);
    all.add(dropped);
    const scope = namespace ?? "";
    const set = listeners.get(scope) ?? new Set<Listener>();
    listeners.set(scope, set.add(listener));
    return () => {
      all.delete(dropped);
      if (set.delete(listener) && set.size === 0) listeners.delete(scope);
    };
  }

  /** Calls the listener on every write of any kind, before watches see it. */
  listenAll(listener: Listener): void {
    this.everything.add(listener);
  }

  /** Forgets all earlier writes: watches that resume from before now get 410. */
  compact(): void {
    for (const table of this.tables.values()) {
      table.history.length = 0;
      table.oldest = this.current;
    }
  }

  /** Adds a kind. Its watches can start at any revision from now on. */
  register(kind: Kind): void {
    if (!this.tables.has(kind.id)) this.tables.set(kind.id, new Table(this.current));
  }

  /** Drops a kind whose definition was deleted. */
  drop(kind: Kind): void {
    const table = this.tables.get(kind.id);
    this.tables.delete(kind.id);
    for (const ended of table?.dropped ?? []) ended();
  }

  private record(table: Table, change: Change): void {
    table.history.push(change);
    if (table.history.length > this.historyLimit * 2) {
      const forgotten = table.history.splice(0, table.history.length - this.historyLimit);
      table.oldest = (forgotten.at(-1) as Change).revision;
    }
    for (const listener of this.everything) listener(change);
    const namespace = change.object.metadata.namespace;
    if (namespace !== undefined) for (const listener of table.listeners.get(namespace) ?? []) listener(change);
    for (const listener of table.listeners.get("") ?? []) listener(change);
  }

  private table(kind: Kind): Table {
    const table = this.tables.get(kind.id);
    if (table === undefined) throw new Error(`${kind.id} is not registered`);
    return table;
  }
}

/** The keys of one namespace, by binary search: keys are `namespace/name` in order. */
function range(keys: readonly string[], namespace: string | undefined): readonly string[] {
  if (namespace === undefined) return keys;
  return keys.slice(lowerBound(keys, `${namespace}/`), lowerBound(keys, `${namespace}0`)); // "0" follows "/"
}

function lowerBound(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
