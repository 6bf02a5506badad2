import type { MetricsRegistry } from "../observe/metrics";
import type { Log } from "../observe/types";
import { DueTimer } from "./due";
import { KeyedQueue, type Lane } from "./queue";

/**
 * Works on keys, several at a time, each one at most once at a time. The work answers in how many milliseconds to look at the
 * key again (undefined: only when it is added).
 */
export class Workers {
  private readonly queue = new KeyedQueue();
  /** When the work itself wants to look again; replaced by each run. */
  private readonly due: DueTimer;
  private readonly later: DueTimer;
  private active = 0;
  private state: "idle" | "started" | "stopped" = "idle";
  private idle: (() => void) | undefined;

  constructor(
    private readonly name: string,
    private readonly concurrency: number,
    private readonly observe: { readonly log: Log; readonly metrics: MetricsRegistry },
    private readonly work: (key: string) => Promise<number | undefined>,
  ) {
    this.due = new DueTimer((key) => this.add(key, "due"));
    this.later = new DueTimer((key) => this.add(key, "due"));
    observe.metrics.gauge("workqueue_depth", () => this.queue.waiting, { name });
    observe.metrics.gauge("controller_runtime_active_workers", () => this.active, { controller: name });
    observe.metrics.gauge("controller_runtime_max_concurrent_reconciles", () => concurrency, { controller: name });
  }

  get started(): boolean {
    return this.state === "started";
  }

  add(key: string, lane: Lane): void {
    if (this.state === "stopped") return;
    this.observe.metrics.count("workqueue_adds_total", { name: this.name });
    this.queue.add(key, lane);
    this.pump();
  }

  /** Adds the key after so many milliseconds; another call before that changes nothing. */
  addLater(key: string, delay: number): void {
    if (!this.later.has(key)) this.later.set(key, delay);
  }

  /** The object is gone: no timer for it any more. */
  forget(key: string): void {
    this.due.delete(key);
    this.later.delete(key);
  }

  start(): void {
    if (this.state !== "idle") return;
    this.state = "started";
    this.pump();
  }

  /** Takes nothing new and resolves when what is under way has ended, or after so long. */
  async stop(withinMs: number): Promise<void> {
    this.state = "stopped";
    this.due.stop();
    this.later.stop();
    if (this.active === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => (this.idle = resolve)),
      new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs))),
    ]);
    clearTimeout(timer);
  }

  private pump(): void {
    while (this.state === "started" && this.active < this.concurrency) {
      const key = this.queue.take();
      if (key === undefined) return;
      this.active += 1;
      void this.run(key);
    }
  }

  private async run(key: string): Promise<void> {
    const { metrics, log } = this.observe;
    const started = performance.now();
    let result = "success";
    try {
      const again = await this.work(key);
      if (again === undefined) this.due.delete(key);
      else {
        this.due.set(key, again);
        result = "requeue_after";
      }
    } catch (error) {
      // The work deals with its own failures; this is a mistake in the program, and must not end the others.
      result = "error";
      metrics.count("controller_runtime_reconcile_panics_total", { controller: this.name });
      log.error("unexpected error", { object: key, code: error instanceof Error ? error.name : "unknown" });
      this.due.set(key, 60_000);
    } finally {
      const took = (performance.now() - started) / 1000;
      metrics.observe("controller_runtime_reconcile_time_seconds", took, { controller: this.name });
      metrics.observe("workqueue_work_duration_seconds", took, { name: this.name });
      metrics.count("controller_runtime_reconcile_total", { controller: this.name, result });
      this.active -= 1;
      this.queue.done(key);
      this.pump();
      if (this.active === 0) this.idle?.();
    }
  }
}
