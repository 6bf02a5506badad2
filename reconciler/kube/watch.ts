import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, type KubernetesObject } from "../../api";
import { Backoff, WATCH_BACKOFF, type BackoffOptions } from "./backoff";
import { KubeError } from "./error";
import { resourcePath, type Query } from "./path";
import { Store } from "./watch-store";
import { parseEvent, type WatchEvent } from "./watch-event";
import type { KubeClient, Watch, WatchOptions } from "./types";

/** Times in milliseconds; for tests, defaults are client-go's. */
export interface WatchTuning {
  readonly backoff?: BackoffOptions;
  /** A stream without a byte for this long is dead: with bookmarks on, the server speaks about once a minute. Random 120 to 150 s. */
  readonly silence?: () => number;
  /** Seconds after which the server ends a watch. Random 300 to 600. */
  readonly lifetime?: () => number;
  /** Objects of a page, where the server cannot stream its state. */
  readonly page?: number;
}

/**
 * A watch cache (informer). The initial state comes as a stream (`sendInitialEvents`, Kubernetes 1.34 and newer), or as a paged
 * list where the server refuses that; then changes follow. A watch that ends goes on where it was; when the server no longer
 * knows that place (410), the whole state is read again and compared, so that nothing is missed: `onUpsert` may then be called
 * for objects that have not changed. Runs until stopped; no error ends it.
 */
export function watch<T>(client: KubeClient, options: WatchOptions<T>, tuning: WatchTuning = {}): Watch<T> {
  return new Informer(client, options, tuning);
}

/** What a stream ended with. */
type End = "closed" | "expired";

/** Streams of the initial state that may end without saying that it is complete, before the server is taken for one that cannot. */
const MAX_INCOMPLETE = 2;
/** Refusals in a row of the place to go on from, before the state is read again. */
const MAX_REFUSED = 5;
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

class Informer<T> implements Watch<T> {
  readonly synced: Promise<void>;
  isSynced = false;
  private readonly store: Store<T>;
  private readonly backoff: Backoff;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private markSynced!: () => void;
  private markStopped!: (error: Error) => void;
  /** Where to go on; undefined: the state must be read (again). Opaque. */
  private resourceVersion: string | undefined;
  private canStreamState = true;
  private incomplete = 0;
  private refused = 0;
  /** The current stream has said something. */
  private heard = false;

  constructor(
    private readonly client: KubeClient,
    private readonly options: WatchOptions<T>,
    private readonly tuning: WatchTuning,
  ) {
    this.store = new Store(options);
    this.backoff = new Backoff(tuning.backoff ?? WATCH_BACKOFF);
    this.synced = new Promise((resolve, reject) => {
      this.markSynced = resolve;
      this.markStopped = reject;
    });
    this.synced.catch(() => undefined);
    this.running = this.run();
  }

  get records(): ReadonlyMap<string, T> {
    return this.store.records;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.markStopped(
      new Error(`the watch of ${this.options.resource.plural} was stopped before its initial state was there`),
    );
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.round();
      } catch (error) {
        if (!this.stopped) await this.recover(error);
      }
    }
  }

  /** One stream, or one list. */
  private async round(): Promise<void> {
    this.heard = false;
    if (this.resourceVersion === undefined && !this.canStreamState) return this.readPages();
    const initial = this.resourceVersion === undefined;
    const started = performance.now();
    const seen = this.store.changes;
    const end = await this.follow(initial);
    if (end === "expired") {
      this.resourceVersion = undefined;
      return initial ? this.pause(this.backoff.next()) : undefined;
    }
    if (initial && this.resourceVersion === undefined && ++this.incomplete >= MAX_INCOMPLETE)
      this.canStreamState = false;
    // A server that closes every watch at once must not be asked in a tight loop.
    if (performance.now() - started < 1_000 && this.store.changes === seen) await this.pause(this.backoff.next());
  }

  /** Follows one stream to its end. With `initial`, it begins with the whole state. */
  private async follow(initial: boolean): Promise<End> {
    const { resource, namespace, labelSelector, metadataOnly } = this.options;
    const path = resourcePath(
      resource,
      { namespace },
      {
        watch: 1,
        allowWatchBookmarks: true,
        timeoutSeconds: Math.round(this.tuning.lifetime?.() ?? 300 + Math.random() * 300),
        labelSelector,
        ...(initial
          ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }
          : { resourceVersion: this.resourceVersion }),
      },
    );
    if (initial) this.store.beginState();
    const attempt = new AbortController();
    const silence = this.tuning.silence?.() ?? 120_000 + Math.random() * 30_000;
    const watchdog = setTimeout(() => attempt.abort(), silence);
    let failure: KubeError | undefined;
    try {
      await this.client.stream(
        {
          method: "GET",
          path,
          ...(metadataOnly === true ? { accept: METADATA } : {}),
          timeout: silence,
          signal: AbortSignal.any([attempt.signal, this.stopping.signal]),
        },
        (line) => {
          watchdog.refresh();
          this.heard = true;
          const event = parseEvent(line, path);
          if (event.type !== "ERROR") return this.apply(event, initial);
          failure = event.error;
          throw failure;
        },
      );
      return "closed";
    } catch (error) {
      const cause = failure ?? error;
      if (cause instanceof KubeError && cause.status === 410) return "expired";
      throw cause;
    } finally {
      clearTimeout(watchdog);
    }
  }

  private apply(event: Exclude<WatchEvent, { type: "ERROR" }>, initial: boolean): void {
    if (event.type === "BOOKMARK") {
      if (initial && !this.store.complete) {
        if (!event.endOfState) return;
        this.completeState();
      }
    } else this.store.apply(event.type, event.object);
    // Until the state is complete there is no place to go on from.
    if (this.store.complete) {
      this.resourceVersion = event.resourceVersion ?? this.resourceVersion;
      this.refused = 0;
    }
  }

  private completeState(): void {
    this.store.endState();
    this.incomplete = 0;
    if (!this.isSynced) {
      this.isSynced = true;
      this.markSynced();
    }
  }

  /** The state by pages, for servers that do not stream it. */
  private async readPages(): Promise<void> {
    const { resource, namespace, labelSelector, metadataOnly } = this.options;
    const query: Query = { labelSelector, limit: this.tuning.page ?? 500 };
    let next: string | undefined;
    let whole = false;
    this.store.beginState();
    for (;;) {
      const path = resourcePath(resource, { namespace }, whole ? { labelSelector } : { ...query, continue: next });
      let page: unknown;
      try {
        page = await this.client.request<unknown>({
          method: "GET",
          path,
          ...(metadataOnly === true ? { accept: METADATA_LIST } : {}),
          signal: this.stopping.signal,
        });
      } catch (error) {
        const expired = error instanceof KubeError && error.status === 410;
        if (!expired || whole) throw error;
        // The pages outlived their snapshot: once more, in one piece.
        whole = true;
        this.store.beginState();
        continue;
      }
      const { metadata, items } = isRecord(page) ? page : {};
      if (!isRecord(metadata) || typeof metadata.resourceVersion !== "string" || !Array.isArray(items ?? []))
        throw new KubeError({
          status: 0,
          statusReason: "InvalidAnswer",
          object: `list ${resource.kind}`,
          cause: "the answer is not a list",
        });
      const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
      for (const item of (items ?? []) as KubernetesObject[])
        this.store.apply("ADDED", "kind" in item ? item : Object.assign(item, { apiVersion, kind: resource.kind }));
      next = typeof metadata.continue === "string" && metadata.continue !== "" ? metadata.continue : undefined;
      if (next === undefined) {
        this.completeState();
        this.resourceVersion = metadata.resourceVersion;
        return;
      }
    }
  }

  private async recover(error: unknown): Promise<void> {
    const kube = error instanceof KubeError ? error : undefined;
    const reading = this.resourceVersion === undefined;
    if (reading && this.canStreamState && (kube?.status === 400 || kube?.status === 422)) {
      this.canStreamState = false;
      return;
    }
    if (!reading && kube !== undefined && kube.status >= 400 && ++this.refused >= MAX_REFUSED) {
      this.resourceVersion = undefined;
      this.refused = 0;
    }
    // A stream that breaks after it has worked is everyday; the next try tells whether something is wrong.
    const broke = kube?.status === 0 && this.heard;
    if (!broke) this.options.onError?.(error instanceof Error ? error : new Error("the watch failed"));
    await this.pause(Math.max(this.backoff.next(), kube?.retryAfterMs ?? 0));
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
