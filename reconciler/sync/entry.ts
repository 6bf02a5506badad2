import type { ExternalSecretRecord } from "./record";

/** Repairs this close to each other, in milliseconds, count as one quarrel about the Secret. */
const QUARREL = 10 * 60_000;
/** Repairs of a quarrel that come at once. */
const PATIENCE = 3;
const LONGEST_PAUSE = 5 * 60_000;

/** An ExternalSecret and what this process knows of it beyond the object. */
export class Entry {
  /** The last complete look at the provider, and the version it was for. */
  checkedAt = 0;
  checkedVersion = "";
  /** The keys of the Secret at that time. */
  knownKeys: readonly string[] | undefined = undefined;
  /** Failures in a row, and until when they hold the object back (wall clock). */
  failures = 0;
  heldUntil: number | undefined = undefined;
  /** Its store changed, or its Secret is not right. */
  wanted = false;
  /** {@link wanted} because the Secret is not right. */
  repair = false;
  /** Due together with another one of the same path. */
  shared = false;
  /** The Secret was written and the status does not say so yet. */
  unreported = false;

  /** Repairs of the Secret in a row, and the last one. */
  private repairs = 0;
  private repairedAt = 0;

  constructor(public record: ExternalSecretRecord) {}

  succeeded(record: ExternalSecretRecord, at: number, keys: readonly string[]): void {
    this.checkedAt = at;
    this.checkedVersion = record.version;
    this.knownKeys = record.spec.keys ?? keys;
    this.clear();
  }

  /**
   * The Secret was written because somebody else had changed it. When they go on, so that two writers quarrel, the repairs come
   * more and more slowly: 1, 2, 4 .. 300 s.
   */
  repaired(now: number): void {
    this.repairs = now - this.repairedAt > QUARREL ? 1 : this.repairs + 1;
    this.repairedAt = now;
    if (this.repairs > PATIENCE)
      this.heldUntil = now + Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(this.repairs - PATIENCE - 1, 20));
  }

  /** Somebody acted: what held it back may be over. */
  clear(): void {
    this.failures = 0;
    this.heldUntil = undefined;
  }
}
