import type { KubernetesObject } from "../../api";
import type { WatchOptions } from "./types";

/**
 * The records of a watch. Between `beginState` and `endState` it is told the whole state; what was not in it has been deleted.
 * A projection or a listener that throws is reported and costs its own object only.
 */
export class Store<T> {
  readonly records = new Map<string, T>();
  /** Objects told of so far. */
  changes = 0;
  /** Keys not yet confirmed by the state being told; undefined: no state is being told. */
  private unconfirmed: Set<string> | undefined;
  private known = false;

  constructor(private readonly options: WatchOptions<T>) {}

  /** True when the records are a whole state and no new one is being told. */
  get complete(): boolean {
    return this.known && this.unconfirmed === undefined;
  }

  beginState(): void {
    this.unconfirmed = new Set(this.records.keys());
  }

  endState(): void {
    const gone = this.unconfirmed ?? [];
    this.unconfirmed = undefined;
    this.known = true;
    for (const key of gone) this.remove(key);
  }

  apply(type: "ADDED" | "MODIFIED" | "DELETED", object: KubernetesObject): void {
    this.changes += 1;
    const { namespace, name } = object.metadata;
    const key = namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
    const record = type === "DELETED" ? undefined : this.project(object);
    this.unconfirmed?.delete(key);
    if (record === undefined) return this.remove(key);
    const previous = this.records.get(key);
    this.records.set(key, record);
    this.guard(() => this.options.onUpsert(key, record, previous));
  }

  private remove(key: string): void {
    const previous = this.records.get(key);
    if (previous === undefined) return;
    this.records.delete(key);
    this.guard(() => this.options.onDelete(key, previous));
  }

  private project(object: KubernetesObject): T | undefined {
    let record: T | undefined;
    this.guard(() => {
      record = this.options.project(object);
    });
    return record;
  }

  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.options.onError?.(error instanceof Error ? error : new Error("a listener failed"));
    }
  }
}
