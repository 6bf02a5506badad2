/** At most `max` at a time; the rest wait in order. A pause lets none begin until it is over. */
export class Limiter {
  private active = 0;
  private pausedUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly max: number) {}

  /** Runs the work when it is its turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= this.max || this.waiting.length > 0 || performance.now() < this.pausedUntil) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        this.admit();
      });
    } else this.active += 1;
    try {
      return await work();
    } finally {
      this.active -= 1;
      this.admit();
    }
  }

  /** Milliseconds. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + milliseconds);
  }

  private admit(): void {
    while (this.active < this.max && this.waiting.length > 0) {
      const left = this.pausedUntil - performance.now();
      if (left > 0) {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.admit();
        }, left);
        return;
      }
      this.active += 1;
      this.waiting.shift()?.();
    }
  }
}
