/** client-go's numbers for watches: 0.8 s, doubling to 30 s, each with up to as much again; forgotten after 2 min without a failure. */
export const WATCH_BACKOFF: BackoffOptions = { first: 800, cap: 30_000, jitter: 1, resetAfter: 120_000 };

export interface BackoffOptions {
  /** Milliseconds. */
  readonly first: number;
  readonly cap: number;
  /** 1: up to double. */
  readonly jitter: number;
  readonly resetAfter: number;
}

/** How long to wait after the next failure. */
export class Backoff {
  private failures = 0;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number = Math.random,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Milliseconds; counts a failure. */
  next(): number {
    const now = this.now();
    if (now - this.failedAt >= this.options.resetAfter) this.failures = 0;
    this.failedAt = now;
    const base = Math.min(this.options.cap, this.options.first * 2 ** this.failures);
    this.failures += 1;
    return base * (1 + this.options.jitter * this.random());
  }

  reset(): void {
    this.failures = 0;
  }
}
