import { setTimeout as delay } from "node:timers/promises";

export interface EventuallyOptions {
  /** Milliseconds until it is a failure; default 90,000: a busy machine is no failure, and what holds is seen at once. */
  readonly within?: number;
  /** Milliseconds between two looks; default 50. */
  readonly every?: number;
}

/**
 * Looks again and again until the value is accepted, and returns it. An exception of `look` counts as "not yet".
 * @throws Error with `what`, the time, and the last value or exception seen.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T> | T,
  accept: (value: T) => boolean = Boolean,
  { within = 90_000, every = 50 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const value = await look();
      if (accept(value)) return value;
      last = `last seen: ${show(value)}`;
    } catch (error) {
      cause = error;
      last = `last error: ${error instanceof Error ? error.message : show(error)}`;
    }
    if (performance.now() >= deadline) throw new Error(`${what}: not within ${within / 1000} s; ${last}`, { cause });
    await delay(every);
  }
}

function show(value: unknown): string {
  const text = value === undefined ? "undefined" : JSON.stringify(value, undefined, 1);
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}
