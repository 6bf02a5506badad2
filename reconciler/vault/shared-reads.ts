import type { VaultSecret } from "./types";

interface Kept {
  readonly secret: VaultSecret;
  readonly at: number;
  readonly until: number;
}

/** Kept answers are looked through this often, in milliseconds. */
const SWEEP = 1_000;
/** Values stay in memory no longer than this, whatever a caller asks. */
const LONGEST = 60_000;

/**
 * Reads by key: those at the same time share one request, and those within a caller's `maxAge` of an answer share the answer. An answer
 * is kept only as long as the caller that fetched it asked for; failures are not kept.
 */
export class SharedReads {
  private readonly running = new Map<string, Promise<VaultSecret>>();
  private readonly kept = new Map<string, Kept>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onShared: () => void) {}

  read(key: string, maxAge: number, fetch: () => Promise<VaultSecret>): Promise<VaultSecret> {
    const kept = this.kept.get(key);
    if (kept !== undefined && performance.now() - kept.at < maxAge) {
      this.onShared();
      return Promise.resolve(kept.secret);
    }
    const running = this.running.get(key);
    if (running !== undefined) {
      this.onShared();
      return running;
    }
    const request = fetch().then(
      (secret) => {
        this.end(key, request);
        this.keep(key, secret, Math.min(maxAge, LONGEST));
        return secret;
      },
      (error: unknown) => {
        this.end(key, request);
        throw error;
      },
    );
    this.running.set(key, request);
    return request;
  }

  clear(): void {
    this.kept.clear();
    this.running.clear();
    clearTimeout(this.timer);
  }

  /** Drops what is kept or under way for keys with this beginning; callers already waiting get their answers. */
  forget(prefix: string): void {
    for (const map of [this.kept, this.running])
      for (const key of map.keys()) if (key.startsWith(prefix)) map.delete(key);
  }

  private end(key: string, request: Promise<VaultSecret>): void {
    if (this.running.get(key) === request) this.running.delete(key);
  }

  private keep(key: string, secret: VaultSecret, age: number): void {
    if (age <= 0) return void this.kept.delete(key);
    const at = performance.now();
    this.kept.set(key, { secret, at, until: at + age });
    this.timer ??= setTimeout(() => this.sweep(), SWEEP).unref();
  }

  private sweep(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const [key, kept] of this.kept) if (kept.until <= now) this.kept.delete(key);
    if (this.kept.size > 0) this.timer = setTimeout(() => this.sweep(), SWEEP).unref();
  }
}
