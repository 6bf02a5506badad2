import { MANAGED_LABEL, type KubernetesObject } from "../../api";
import { CLUSTER_SECRET_STORES, EXTERNAL_SECRETS, SECRET_STORES, SECRETS } from "../kube/resources";
import { Index, supersedes } from "./cache";
import { decide, targetState } from "./decide";
import type { SyncDeps, SyncOptions } from "./deps";
import { Entry } from "./entry";
import { Fetcher } from "./fetch";
import { ManagedSecrets } from "./managed-secrets";
import { Reconciler } from "./reconcile";
import { externalSecretRecord, type ExternalSecretRecord } from "./record";
import { storeRecord } from "./store";
import { Stores } from "./stores";
import { Templates } from "./templates";
import { WatchSet } from "./watches";
import { Workers } from "./workers";
import { SecretWriter } from "./writer";

/**
 * Keeps every ExternalSecret in step. Watches fill the records and say what changed; a queue and a due timer say what to look
 * at; {@link Reconciler} looks. Between `watch` and `work` (leadership) the caches are warm and nothing is written.
 */
export class SyncEngine {
  readonly secrets = new ManagedSecrets();
  private readonly entries = new Map<string, Entry>();
  private readonly byTarget = new Index();
  private readonly byStore = new Index();
  private readonly byPath = new Index();
  /** Keys that failed because a Vault does not answer, by its address. */
  private readonly waiting = new Map<string, Set<string>>();
  private readonly stores: Stores;
  private readonly reconciler: Reconciler;
  private readonly workers: Workers;
  private watches: readonly WatchSet<unknown>[] = [];

  constructor(
    private readonly deps: SyncDeps,
    private readonly options: SyncOptions,
  ) {
    this.workers = new Workers("externalsecret", options.concurrency, deps, (key) => this.reconcile(key));
    this.stores = new Stores(deps, options, (key) => this.storeChanged(key));
    this.reconciler = new Reconciler(
      deps,
      options,
      {
        stores: this.stores,
        secrets: this.secrets,
        fetcher: new Fetcher(deps, this.stores),
        writer: new SecretWriter(deps, this.secrets, new Templates(deps.kube, options.home)),
      },
      {
        accept: (object) => this.accept(externalSecretRecord(object)),
        reading: (record) => this.gather(record),
        waiting: (key, address) => this.wait(key, address),
      },
    );
    this.secrets.subscribe((key) => this.secretChanged(key));
    deps.metrics.gauge("keyturn_external_secrets", () => this.entries.size);
    for (const status of ["True", "False", "Unknown"] as const)
      deps.metrics.gauge("keyturn_external_secrets_ready", () => this.countReady(status), { status });
  }

  /** Starts the watches; resolves when the whole state is known. */
  async watch(): Promise<void> {
    const { kube } = this.deps;
    const { namespaces } = this.options;
    const set = <T>(options: ConstructorParameters<typeof WatchSet<T>>[1]): WatchSet<T> =>
      new WatchSet<T>(kube, options, this.deps);
    const stores = {
      namespaces,
      project: storeRecord,
      onUpsert: (_key: string, record: ReturnType<typeof storeRecord>) => this.stores.upsert(record),
      onDelete: (_key: string, record: ReturnType<typeof storeRecord>) => this.stores.remove(record.key, record.uid),
    };
    this.watches = [
      set({ ...stores, resource: SECRET_STORES }),
      // Their own switch in the Reconciler (`clusterStores`), whatever the namespaces.
      set({ ...stores, resource: CLUSTER_SECRET_STORES, optional: true }),
      set({
        resource: SECRETS,
        namespaces,
        labelSelector: `${MANAGED_LABEL}=true`,
        metadataOnly: true,
        project: (object) => this.secrets.project(object),
        onUpsert: (key, record) => this.secrets.apply(key, record),
        onDelete: (key, record) => this.secrets.remove(key, record.uid),
      }),
      set({
        resource: EXTERNAL_SECRETS,
        namespaces,
        project: (object) => this.project(object),
        onUpsert: (_key, record) => this.accept(record),
        onDelete: (key, record) => this.forget(key, record.uid),
      }),
    ];
    await Promise.all(this.watches.map((each) => each.synced));
  }

  /** True when the caches hold the whole state; otherwise what is missing. */
  get ready(): true | string {
    return this.watches.length > 0 && this.watches.every((each) => each.isSynced) ? true : "caches are being filled";
  }

  /** From now on the cluster is written. */
  work(): void {
    this.stores.start();
    this.workers.start();
  }

  /** Takes nothing new and waits for what is under way, at most so long. */
  async stop(withinMs: number): Promise<void> {
    this.stores.stop();
    await this.workers.stop(withinMs);
    await Promise.all(this.watches.map((each) => each.stop()));
  }

  private async reconcile(key: string): Promise<number | undefined> {
    const entry = this.entries.get(key);
    return entry === undefined ? undefined : this.reconciler.reconcile(entry);
  }

  /** As {@link Cache.project}. */
  private project(object: KubernetesObject): ExternalSecretRecord {
    const { namespace = "", name, uid, resourceVersion } = object.metadata;
    const known = this.entries.get(`${namespace}/${name}`)?.record;
    const same = known !== undefined && known.resourceVersion === resourceVersion && known.uid === uid;
    return same ? known : externalSecretRecord(object);
  }

  /** Takes a state of an ExternalSecret, from the watch or from the answer to a write. */
  private accept(record: ExternalSecretRecord): void {
    const { key } = record;
    const entry = this.entries.get(key);
    if (entry === undefined || entry.record.uid !== record.uid) {
      if (entry !== undefined) this.forget(key, entry.record.uid);
      this.entries.set(key, new Entry(record));
      this.index(record, "add");
      return this.workers.add(key, this.workers.started ? "change" : "initial");
    }
    const previous = entry.record;
    if (!supersedes(record, previous)) return;
    entry.record = record;
    const released = previous.finalizer !== record.finalizer || previous.deleting !== record.deleting;
    if (previous.version === record.version && !released) return;
    this.index(previous, "remove");
    this.index(record, "add");
    entry.clear();
    this.workers.add(key, "change");
  }

  private forget(key: string, uid: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.record.uid !== uid) return;
    this.index(entry.record, "remove");
    this.entries.delete(key);
    this.workers.forget(key);
  }

  private index(record: ExternalSecretRecord, change: "add" | "remove"): void {
    const { key } = record;
    this.byTarget[change](record.targetKey, key);
    for (const source of record.spec.sources) {
      this.byStore[change](source.store, key);
      this.byPath[change](pathKey(source), key);
    }
  }

  private storeChanged(store: string): void {
    if (!this.workers.started) return;
    for (const key of this.byStore.get(store)) this.want(key);
  }

  private want(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.wanted = true;
    entry.clear();
    this.workers.add(key, "due");
  }

  private secretChanged(secret: string): void {
    if (!this.workers.started) return;
    for (const key of this.byTarget.get(secret)) {
      const entry = this.entries.get(key);
      if (entry === undefined || entry.record.spec.creation === "Orphan") continue;
      const target = this.secrets.get(secret);
      const state = targetState({ externalSecret: entry.record, target, knownKeys: entry.knownKeys });
      if (state !== "right") this.workers.add(key, "change");
    }
  }

  private wait(key: string, address: string): void {
    const keys = this.waiting.get(address);
    if (keys === undefined) this.waiting.set(address, new Set([key]));
    else keys.add(key);
  }

  /** A Vault answers again: what failed because of it is tried at once. */
  vaultUp(address: string): void {
    const keys = this.waiting.get(address) ?? [];
    this.waiting.delete(address);
    for (const key of keys) {
      this.entries.get(key)?.clear();
      this.workers.add(key, "due");
    }
  }

  /** Others of the same paths that are nearly due read together with this one, so that one request serves all. */
  private gather(record: ExternalSecretRecord): void {
    for (const source of record.spec.sources) {
      for (const key of this.byPath.get(pathKey(source))) {
        const entry = key === record.key ? undefined : this.entries.get(key);
        if (entry === undefined || decide(this.reconciler.input(entry, true)).do !== "sync") continue;
        entry.shared = true;
        this.workers.add(key, "due");
      }
    }
  }

  private countReady(status: "True" | "False" | "Unknown"): number {
    let count = 0;
    for (const { record } of this.entries.values()) if ((record.status.ready ?? "Unknown") === status) count += 1;
    return count;
  }
}

function pathKey(source: ExternalSecretRecord["spec"]["sources"][number]): string {
  return `${source.store} ${source.key} ${source.version ?? ""}`;
}
