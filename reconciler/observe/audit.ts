import { closeSync, openSync, write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { KeyturnError } from "../../api";
import type { Audit, AuditEntry, Log, Metrics } from "./types";

/** The fields that are written, in this order; anything else an untyped caller passes is left out. */
const FIELDS = [
  "event",
  "outcome",
  "object",
  "identity",
  "path",
  "version",
  "keys",
  "target",
  "code",
  "generation",
] as const satisfies readonly (keyof AuditEntry)[];

export interface AuditOptions {
  /** `stdout`, or a file that lines are appended to (made with mode 0600). */
  readonly target: string;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** Lines waiting for a slow or full disk at most; further ones are dropped, counted and told in the log. Default 20,000. */
  readonly capacity?: number;
  /** Milliseconds between two tries to write. Default 1,000. */
  readonly retryAfter?: number;
  /** Milliseconds that closing waits for a target that does not take lines. Default 5,000. */
  readonly closeWithin?: number;
}

/**
 * JSON lines `{time, event, ...}`, written in the background in order; a slow target never delays a reconcile. Lines that cannot
 * be written are tried again, so that a full disk loses none until the buffer is full.
 * @throws KeyturnError `AuditUnwritable` when the file cannot be opened
 */
export function createAudit(options: AuditOptions): Audit {
  return new AuditWriter(options.target === "stdout" ? stdoutSink() : fileSink(options.target), options);
}

interface Sink {
  /** Bytes written, maybe not all. */
  write(data: Buffer): Promise<number>;
  close(): void;
}

const BATCH = 256;

class AuditWriter implements Audit {
  private waiting: string[] = [];
  private running: Promise<void> | undefined;
  private closed = false;
  private readonly giveUp = new AbortController();
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly sink: Sink,
    private readonly options: AuditOptions,
  ) {}

  record(entry: AuditEntry): void {
    if (this.closed || this.waiting.length >= (this.options.capacity ?? 20_000)) {
      this.options.metrics?.count("keyturn_audit_lines_total", { outcome: "dropped" });
      this.tell("audit lines are lost: the target does not take them", "AuditLost");
      return;
    }
    const line: Record<string, unknown> = { time: new Date().toISOString() };
    for (const field of FIELDS) if (entry[field] !== undefined) line[field] = entry[field];
    this.waiting.push(`${JSON.stringify(line)}\n`);
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    const limit = this.options.closeWithin ?? 5_000;
    const timer = setTimeout(() => this.giveUp.abort(), limit);
    // A write that hangs in the kernel does not end; then the file stays open until the process ends.
    await Promise.race([this.running, sleep(limit + 100, undefined, { ref: false })]);
    clearTimeout(timer);
    if (!this.closed && this.running === undefined) this.sink.close();
    this.closed = true;
  }

  private async run(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const lines = this.waiting.splice(0, BATCH);
      let data = Buffer.from(lines.join(""));
      while (data.length > 0) {
        try {
          data = data.subarray(await this.sink.write(data));
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code ?? "error";
          this.tell("the audit log cannot be written", code);
          // The reader of a pipe does not come back.
          if (code !== "EPIPE") await this.pause();
          if (code === "EPIPE" || this.giveUp.signal.aborted) return this.lose(lines.length);
        }
      }
      this.options.metrics?.count("keyturn_audit_lines_total", { outcome: "written" }, lines.length);
    }
    this.running = undefined;
  }

  private async pause(): Promise<void> {
    const { signal } = this.giveUp;
    await sleep(this.options.retryAfter ?? 1_000, undefined, { signal }).catch(() => undefined);
  }

  private lose(lines: number): void {
    this.options.metrics?.count("keyturn_audit_lines_total", { outcome: "dropped" }, lines + this.waiting.length);
    this.waiting = [];
    this.running = undefined;
  }

  /** At most every 30 s. */
  private tell(message: string, code: string): void {
    const now = performance.now();
    if (now - this.toldAt < 30_000) return;
    this.toldAt = now;
    this.options.log?.error(message, { object: `audit ${this.options.target}`, code });
  }
}

function fileSink(path: string): Sink {
  let descriptor: number;
  try {
    descriptor = openSync(path, "a", 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const causes = new Map([
      ["ENOENT", "its folder does not exist"],
      ["EACCES", "permission denied"],
      ["EISDIR", "is a directory"],
      ["EROFS", "the file system is read-only"],
    ]);
    throw new KeyturnError({
      code: "AuditUnwritable",
      object: `--audit ${path}`,
      cause: `cannot be written: ${causes.get(code) ?? (code || "error")}`,
      remedy: "give a file in a writable folder, or --audit stdout",
    });
  }
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        write(descriptor, data, (error, written) => (error === null ? resolve(written) : reject(error)));
      }),
    close: () => closeSync(descriptor),
  };
}

function stdoutSink(): Sink {
  // A closed stdout must not end the process; the write below reports it.
  process.stdout.on("error", () => undefined);
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        process.stdout.write(data, (error) => (error ? reject(error) : resolve(data.length)));
      }),
    close: () => undefined,
  };
}
