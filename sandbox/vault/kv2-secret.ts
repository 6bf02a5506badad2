import type { Fields } from "../json";
import { goTime } from "./values";

export interface Version {
  readonly data: Fields | null;
  readonly createdAt: number;
  /** When it was or will be deleted; undefined: never. */
  readonly deletionAt: number | undefined;
  readonly destroyed: boolean;
}

/** One KV v2 path: its versions and what is known about them. */
export class Kv2Secret {
  readonly versions = new Map<number, Version>();
  current = 0;
  oldest = 0;
  metadataVersion = 0;
  maxVersions = 0;
  casRequired = false;
  deleteVersionAfter = 0;
  customMetadata: Fields | null = null;
  updatedAt: number;

  constructor(readonly createdAt: number) {
    this.updatedAt = createdAt;
  }

  /** Adds a version; the oldest beyond the limit are forgotten. */
  add(data: Fields, now: number, limit: number): number {
    this.current += 1;
    this.updatedAt = now;
    this.versions.set(this.current, {
      data,
      createdAt: now,
      deletionAt: this.deleteVersionAfter === 0 ? undefined : now + this.deleteVersionAfter * 1000,
      destroyed: false,
    });
    for (const number of [...this.versions.keys()].sort((a, b) => a - b).slice(0, -limit)) {
      this.versions.delete(number);
      this.oldest = number + 1;
    }
    return this.current;
  }

  change(number: number, change: Partial<Version>): void {
    const version = this.versions.get(number);
    if (version !== undefined && !version.destroyed) this.versions.set(number, { ...version, ...change });
  }

  /** Metadata of one version, as in answers to reads and writes. */
  describe(number: number, version: Version): Fields {
    return {
      created_time: goTime(version.createdAt),
      custom_metadata: this.customMetadata,
      deletion_time: version.deletionAt === undefined ? "" : goTime(version.deletionAt),
      destroyed: version.destroyed,
      version: number,
    };
  }

  /** Metadata of the path. */
  metadata(): Fields {
    return {
      cas_required: this.casRequired,
      created_time: goTime(this.createdAt),
      current_metadata_version: this.metadataVersion,
      current_version: this.current,
      custom_metadata: this.customMetadata,
      delete_version_after: `${this.deleteVersionAfter}s`,
      max_versions: this.maxVersions,
      metadata_cas_required: false,
      oldest_version: this.oldest,
      updated_time: goTime(this.updatedAt),
      versions: Object.fromEntries(
        [...this.versions].map(([number, version]) => [
          String(number),
          {
            created_time: goTime(version.createdAt),
            deletion_time: version.deletionAt === undefined ? "" : goTime(version.deletionAt),
            destroyed: version.destroyed,
          },
        ]),
      ),
    };
  }
}
