/**
 * Lanes, most urgent first: `change` (a spec, store or Secret changed: somebody waits), `due` (a refresh or retry), `initial`
 * (found at start).
 */
export type Lane = "change" | "due" | "initial";

const LANES: readonly Lane[] = ["change", "due", "initial"];
/** Each this many takes the lanes are asked in reverse, so that a busy urgent lane cannot starve the others. */
const REVERSE_EVERY = 8;

const PROCESSING = 10;
const DIRTY = 20;

/**
 * A work queue of keys. Its contract (a property test holds it):
 * a key waits at most once, in the most urgent lane it was added with; a key is never taken while it is being processed; added
 * during processing it waits once more after {@link done}; nothing added is lost. Within a lane namespaces (the part before the
 * first `/`) take turns, so that one namespace with many keys does not hold up the others.
 */
export class KeyedQueue {
  /** Lane index while waiting; PROCESSING; DIRTY + lane index while processing and wanted again. */
  private readonly states = new Map<string, number>();
  private readonly lanes = LANES.map(() => new FairLane());
  private takes = 0;
  private waitingCount = 0;

  /** Keys that wait (not those being processed). */
  get waiting(): number {
    return this.waitingCount;
  }

  /** Keys being processed. */
  get processing(): number {
    return this.states.size - this.waitingCount;
  }

  add(key: string, lane: Lane): void {
    const wanted = LANES.indexOf(lane);
    const state = this.states.get(key);
    if (state === undefined) this.wait(key, wanted);
    else if (state === PROCESSING) this.states.set(key, DIRTY + wanted);
    else if (state >= DIRTY) this.states.set(key, Math.min(state, DIRTY + wanted));
    else if (wanted < state) {
      // The entry left in the slower lane is skipped when it comes up.
      this.states.set(key, wanted);
      this.lanes[wanted]?.push(key);
    }
  }

  /** The next key, now being processed; undefined when none waits. */
  take(): string | undefined {
    if (this.waitingCount === 0) return undefined;
    this.takes += 1;
    const reverse = this.takes % REVERSE_EVERY === 0;
    for (let step = 0; step < LANES.length; step += 1) {
      const index = reverse ? LANES.length - 1 - step : step;
      const key = this.takeFrom(index);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** Ends the processing of a key. */
  done(key: string): void {
    const state = this.states.get(key);
    if (state === undefined || state < PROCESSING) return;
    this.states.delete(key);
    if (state >= DIRTY) this.wait(key, state - DIRTY);
  }

  private wait(key: string, index: number): void {
    this.states.set(key, index);
    this.waitingCount += 1;
    this.lanes[index]?.push(key);
  }

  private takeFrom(index: number): string | undefined {
    for (;;) {
      const key = this.lanes[index]?.shift();
      if (key === undefined) return undefined;
      if (this.states.get(key) !== index) continue;
      this.states.set(key, PROCESSING);
      this.waitingCount -= 1;
      return key;
    }
  }
}

/** First in, first out within a namespace; round robin between namespaces (the insertion order of the Map). */
class FairLane {
  private readonly namespaces = new Map<string, Fifo>();

  push(key: string): void {
    const slash = key.indexOf("/");
    const namespace = slash < 0 ? "" : key.slice(0, slash);
    let fifo = this.namespaces.get(namespace);
    if (fifo === undefined) this.namespaces.set(namespace, (fifo = new Fifo()));
    fifo.push(key);
  }

  shift(): string | undefined {
    for (const [namespace, fifo] of this.namespaces) {
      const key = fifo.shift();
      this.namespaces.delete(namespace);
      if (!fifo.isEmpty) this.namespaces.set(namespace, fifo);
      return key;
    }
    return undefined;
  }
}

/** An array with a moving head: `Array#shift` is linear for long arrays. */
class Fifo {
  private items: string[] = [];
  private head = 0;

  get isEmpty(): boolean {
    return this.head === this.items.length;
  }

  push(key: string): void {
    this.items.push(key);
  }

  shift(): string | undefined {
    const key = this.items[this.head];
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return key;
  }
}
