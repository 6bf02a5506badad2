/** First and longest pause between two probes of a server that does not answer, in milliseconds. */
const FIRST = 1000;
const LONGEST = 30_000;

interface Open {
  /** Why the address was given up. */
  reason: unknown;
  pause: number;
  probing: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Keys that wait for the server; the first one probes. */
  readonly waiting: Set<string>;
}

/**
 * A circuit breaker per Vault address: once it does not answer, nothing is sent but one probe every 1, 2, 4 .. 30 seconds, by
 * one of the objects that wait; when that succeeds, all of them go on at once.
 */
export class Breakers {
  private readonly open = new Map<string, Open>();
  /** The key that may probe an address. */
  private readonly probes = new Map<string, string>();

  /** @param wake puts a key to work again */
  constructor(private readonly wake: (key: string) => void) {}

  /** Addresses that do not answer. */
  get openCount(): number {
    return this.open.size;
  }

  /**
   * Asks to send something for a key. Undefined: it may be sent; otherwise the error the address was given up for, and the key
   * will be woken.
   */
  refusal(address: string, key: string): unknown {
    const state = this.open.get(address);
    if (state === undefined) return undefined;
    if (this.probes.get(address) === key) {
      this.probes.delete(address);
      state.probing = true;
      return undefined;
    }
    state.waiting.add(key);
    return state.reason;
  }

  /** The address did not answer. */
  failed(address: string, key: string, reason: unknown): void {
    const state = this.open.get(address);
    if (state === undefined) {
      const fresh: Open = { reason, pause: FIRST, probing: false, timer: undefined, waiting: new Set([key]) };
      this.open.set(address, fresh);
      return this.arm(address, fresh, FIRST);
    }
    state.waiting.add(key);
    state.reason = reason;
    // Requests that were under way when it opened do not lengthen the pause.
    if (!state.probing) return;
    state.probing = false;
    state.pause = Math.min(LONGEST, state.pause * 2);
    this.arm(address, state, state.pause);
  }

  /** The address answered, whatever it said. */
  answered(address: string): void {
    const state = this.open.get(address);
    if (state === undefined) return;
    this.open.delete(address);
    this.probes.delete(address);
    clearTimeout(state.timer);
    for (const key of state.waiting) this.wake(key);
  }

  /** The key is gone. */
  forget(key: string): void {
    for (const state of this.open.values()) state.waiting.delete(key);
  }

  stop(): void {
    for (const state of this.open.values()) clearTimeout(state.timer);
  }

  private arm(address: string, state: Open, delay: number): void {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      state.probing = false;
      const [key] = state.waiting;
      if (key !== undefined) {
        // Last in line now: when this probe never ends, the next one is another's.
        state.waiting.delete(key);
        state.waiting.add(key);
        this.probes.set(address, key);
        this.wake(key);
      }
      this.arm(address, state, LONGEST);
    }, delay);
  }
}
