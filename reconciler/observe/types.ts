/** The only fields a log line may have: ids, codes, counts, durations. There is no place for a value. */
export interface LogFields {
  readonly object?: string;
  readonly store?: string;
  readonly path?: string;
  readonly code?: string;
  readonly cause?: string;
  readonly remedy?: string;
  readonly durationMs?: number;
  readonly count?: number;
  readonly address?: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** JSON lines on stderr. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** One audit line: who read or wrote what, with which outcome. Key names only, never values. */
export interface AuditEntry {
  readonly event: "read" | "login" | "secret-write" | "secret-delete" | "rollout";
  readonly outcome: "ok" | "failed" | "refused";
  readonly object: string;
  /** Vault identity, e.g. `https://vault:8200 as role payments (auth/kubernetes)`. */
  readonly identity?: string;
  readonly path?: string;
  readonly version?: number;
  readonly keys?: readonly string[];
  readonly target?: string;
  readonly code?: string;
  readonly generation?: string;
}

export interface Audit {
  record(entry: AuditEntry): void;
  /** Flushes and closes. */
  close(): Promise<void>;
}

/** Counters, gauges and histograms in the Prometheus text format; names and labels are fixed in metrics.ts, no per-object series. */
export interface Metrics {
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  observe(name: string, seconds: number, labels?: Readonly<Record<string, string>>): void;
  /** A gauge read at scrape time. */
  gauge(name: string, read: () => number): void;
  render(): string;
}
