import type { ExternalSecretRecord } from "./record";

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
  /** Due together with another one of the same path. */
  shared = false;
  /** The Secret was written and the status does not say so yet. */
  unreported = false;

  constructor(public record: ExternalSecretRecord) {}

  succeeded(record: ExternalSecretRecord, at: number, keys: readonly string[]): void {
    this.checkedAt = at;
    this.checkedVersion = record.version;
    this.knownKeys = record.spec.keys ?? keys;
    this.clear();
  }

  /** Somebody acted: what held it back may be over. */
  clear(): void {
    this.failures = 0;
    this.heldUntil = undefined;
  }
}
