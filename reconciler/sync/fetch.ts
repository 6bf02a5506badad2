import { KeyturnError, kvReadPath, logicalPath, type SecretData } from "../../api";
import { VaultError } from "../vault/error";
import type { AuditEntry } from "../observe/types";
import type { VaultSecret } from "../vault/types";
import type { SyncDeps } from "./deps";
import type { ExternalSecretRecord } from "./record";
import { shape, type Answer } from "./shape";
import type { Source } from "./spec";
import type { Resolved, Stores } from "./stores";

/** Milliseconds: a read may be answered by one that ended this long ago, or a tenth of the interval if that is less. */
const SHARED_FOR = 2000;

export interface How {
  /** Do not share an answer that ended before now. */
  readonly fresh: boolean;
  /** Somebody just changed the object: try a refused login at once. */
  readonly insist: boolean;
}

/** Reads what an ExternalSecret asks for, through its stores, and says so in the audit. */
export class Fetcher {
  constructor(
    private readonly deps: SyncDeps,
    private readonly stores: Stores,
  ) {}

  /**
   * The data of the Secret.
   * @throws KeyturnError: a VaultError, `Denied`, `StoreMissing`, `InvalidStore`, `ProviderData`
   */
  async fetch(record: ExternalSecretRecord, how: How): Promise<SecretData> {
    const resolved = await this.resolve(record);
    const reads = new Map<string, Promise<Omit<Answer, "source">>>();
    const answers = await Promise.all(
      record.spec.sources.map(async (source) => {
        let read = reads.get(placeOf(source));
        if (read === undefined)
          reads.set(placeOf(source), (read = this.read(record, source, resolved.get(source.store), how)));
        return { source, ...(await read) };
      }),
    );
    const shaped = shape(answers);
    if ("data" in shaped) return shaped.data;
    const { problem, remedy } = shaped;
    throw new KeyturnError({ code: "ProviderData", object: record.title, cause: problem, remedy });
  }

  /** Every store first: nothing is read while one of them is refused. */
  private async resolve(record: ExternalSecretRecord): Promise<ReadonlyMap<string, Resolved>> {
    const keys = new Map<string, string[]>();
    for (const source of record.spec.sources) {
      const list = keys.get(source.store);
      if (list === undefined) keys.set(source.store, [source.key]);
      else list.push(source.key);
    }
    const resolved = new Map<string, Resolved>();
    for (const [store, list] of keys) {
      try {
        resolved.set(store, await this.stores.resolve(store, record.namespace, list));
      } catch (error) {
        this.stores.refused(store, error);
        if (error instanceof KeyturnError && error.code === "Denied")
          this.audit(record, "refused", { path: list.join(","), code: error.code });
        throw error;
      }
    }
    return resolved;
  }

  /** One KV secret, for every source that takes something of it. */
  private async read(
    record: ExternalSecretRecord,
    source: Source,
    resolved: Resolved | undefined,
    how: How,
  ): Promise<Omit<Answer, "source">> {
    if (resolved === undefined) throw new Error("a source without a store");
    const { store, identity } = resolved;
    const path = logicalPath(store.mount, source.key);
    const about = { identity: identity.description, path, ...keysFrom(record, source) };
    try {
      const age = record.spec.interval > 0 ? Math.min(SHARED_FOR, record.spec.interval / 10) : SHARED_FOR;
      const secret = await this.ask(source, resolved, how.fresh ? 0 : age, how.insist);
      this.stores.succeeded(store);
      this.audit(record, "ok", { ...about, ...(secret.version === undefined ? {} : { version: secret.version }) });
      return { secret, path };
    } catch (error) {
      this.stores.failed(store, error);
      this.audit(record, "failed", { ...about, ...(error instanceof KeyturnError ? { code: error.code } : {}) });
      throw error;
    }
  }

  private async ask(
    source: Source,
    { store, identity }: Resolved,
    maxAge: number,
    insist: boolean,
  ): Promise<VaultSecret> {
    const read = (): Promise<VaultSecret> =>
      this.deps.vault.read(identity, kvReadPath(store.mount, source.key), {
        kv: store.mount.version,
        ...(source.version === undefined ? {} : { version: source.version }),
        maxAge,
      });
    try {
      return await read();
    } catch (error) {
      // With a time to wait, the login was not tried but remembered as refused.
      const remembered =
        error instanceof VaultError && error.failure === "LoginFailed" && error.retryAfterMs !== undefined;
      if (!insist || !remembered) throw error;
      this.deps.vault.forget(identity.id);
      return read();
    }
  }

  private audit(
    record: ExternalSecretRecord,
    outcome: "ok" | "failed" | "refused",
    more: Omit<AuditEntry, "event" | "outcome" | "object">,
  ): void {
    this.deps.audit.record({ event: "read", outcome, object: record.title, ...more });
  }
}

/** What is read at once: one path and version of one store. */
function placeOf({ store, key, version }: Source): string {
  return JSON.stringify([store, key, version]);
}

/** Names of the Secret's keys that come from the same place; none when the whole KV secret is taken. */
function keysFrom(record: ExternalSecretRecord, source: Source): Pick<AuditEntry, "keys"> {
  const same = record.spec.sources.filter((other) => placeOf(other) === placeOf(source));
  const keys = same.flatMap(({ secretKey }) => secretKey ?? []);
  return keys.length < same.length ? {} : { keys: keys.sort() };
}
