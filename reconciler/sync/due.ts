/**
 * When each key is due: a binary heap on typed arrays (about 80 bytes a key, reference/runtime.md 2.1), one time per key.
 * Times are milliseconds of any one clock.
 */
export class DueHeap {
  private readonly slots = new Map<string, number>();
  private keys: string[] = [];
  private times: Float64Array;
  /** Slot at each place of the heap. */
  private heap: Int32Array;
  /** Place in the heap of each slot. */
  private places: Int32Array;
  private readonly free: number[] = [];
  private count = 0;

  constructor(capacity = 256) {
    this.times = new Float64Array(capacity);
    this.heap = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  /** Sets or replaces the time of a key. */
  set(key: string, at: number): void {
    const known = this.slots.get(key);
    if (known !== undefined) {
      this.times[known] = at;
      this.settle(this.placeOf(known));
      return;
    }
    const slot = this.free.pop() ?? this.keys.length;
    if (slot >= this.times.length) this.grow();
    this.slots.set(key, slot);
    this.keys[slot] = key;
    this.times[slot] = at;
    this.put(this.count, slot);
    this.count += 1;
    this.up(this.count - 1);
  }

  delete(key: string): void {
    const slot = this.slots.get(key);
    if (slot === undefined) return;
    const place = this.placeOf(slot);
    this.count -= 1;
    if (place !== this.count) {
      this.put(place, this.slotAt(this.count));
      this.settle(place);
    }
    this.slots.delete(key);
    this.keys[slot] = "";
    this.free.push(slot);
  }

  /** The time of a key. */
  at(key: string): number | undefined {
    const slot = this.slots.get(key);
    return slot === undefined ? undefined : this.times[slot];
  }

  /** The earliest time. */
  next(): number | undefined {
    return this.count === 0 ? undefined : this.times[this.slotAt(0)];
  }

  /** Takes the earliest key whose time has come. */
  popDue(now: number): string | undefined {
    const next = this.next();
    if (next === undefined || next > now) return undefined;
    const key = this.keys[this.slotAt(0)];
    if (key !== undefined) this.delete(key);
    return key;
  }

  private settle(place: number): void {
    this.up(place);
    this.down(place);
  }

  private up(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.timeAt(parent) <= this.timeAt(place)) return;
      this.swap(place, parent);
      place = parent;
    }
  }

  private down(from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.count) return;
      const right = left + 1;
      const least = right < this.count && this.timeAt(right) < this.timeAt(left) ? right : left;
      if (this.timeAt(place) <= this.timeAt(least)) return;
      this.swap(place, least);
      place = least;
    }
  }

  private swap(a: number, b: number): void {
    const slot = this.slotAt(a);
    this.put(a, this.slotAt(b));
    this.put(b, slot);
  }

  private put(place: number, slot: number): void {
    this.heap[place] = slot;
    this.places[slot] = place;
  }

  private slotAt(place: number): number {
    return this.heap[place] ?? 0;
  }

  private placeOf(slot: number): number {
    return this.places[slot] ?? 0;
  }

  private timeAt(place: number): number {
    return this.times[this.slotAt(place)] ?? 0;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    const heap = new Int32Array(capacity);
    const places = new Int32Array(capacity);
    times.set(this.times);
    heap.set(this.heap);
    places.set(this.places);
    [this.times, this.heap, this.places] = [times, heap, places];
  }
}

/** `setTimeout` overflows beyond 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls back each key when it is due: one heap, one armed timer, on the monotonic clock, so that clock jumps move nothing. */
export class DueTimer {
  private readonly heap = new DueHeap();
  private timer: NodeJS.Timeout | undefined;
  private armedFor = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(private readonly onDue: (key: string) => void) {}

  get size(): number {
    return this.heap.size;
  }

  has(key: string): boolean {
    return this.heap.at(key) !== undefined;
  }

  /** Replaces the key's time by one `delay` milliseconds from now. */
  set(key: string, delay: number): void {
    if (this.stopped) return;
    this.heap.set(key, performance.now() + Math.max(0, delay));
    this.arm();
  }

  delete(key: string): void {
    this.heap.delete(key);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private arm(): void {
    const next = this.heap.next();
    if (next === undefined || next >= this.armedFor) return;
    clearTimeout(this.timer);
    this.armedFor = next;
    const wait = Math.min(Math.max(0, Math.ceil(next - performance.now())), LONGEST_TIMER);
    this.timer = setTimeout(() => this.fire(), wait);
  }

  private fire(): void {
    this.armedFor = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let key = this.heap.popDue(now); key !== undefined; key = this.heap.popDue(now)) this.onDue(key);
    if (!this.stopped) this.arm();
  }
}
