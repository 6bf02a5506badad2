import type { MetricsRegistry } from "../observe/metrics";
import type { Log } from "../observe/types";
import { KubeError } from "../kube/error";
import type { KubeClient, Watch, WatchOptions } from "../kube/types";
import { watch } from "../kube/watch";

export interface WatchSetOptions<T> extends Omit<WatchOptions<T>, "namespace" | "onError"> {
  /** Empty: all. Ignored for cluster-scoped kinds. */
  readonly namespaces: readonly string[];
  /** A kind that this process may have no right to read: then there are none of it. */
  readonly optional?: boolean;
}

/** One kind, watched as a whole or in each of some namespaces. */
export class WatchSet<T> {
  readonly synced: Promise<void>;
  private readonly watches: readonly Watch<T>[];
  private tolerated = false;

  constructor(
    kube: KubeClient,
    options: WatchSetOptions<T>,
    observe: { readonly log: Log; readonly metrics: MetricsRegistry },
  ) {
    const { namespaces, optional, ...rest } = options;
    const places = options.resource.namespaced && namespaces.length > 0 ? namespaces : [undefined];
    const refused: Promise<void>[] = [];
    this.watches = places.map((namespace) => {
      let refuse: () => void = () => undefined;
      if (optional === true) refused.push(new Promise((resolve) => (refuse = resolve)));
      return watch(kube, {
        ...rest,
        ...(namespace === undefined ? {} : { namespace }),
        onError: (error) => {
          observe.metrics.count("keyturn_watch_errors_total", { kind: options.resource.kind });
          const forbidden = error instanceof KubeError && error.status === 403;
          if (optional === true && forbidden) {
            this.tolerated = true;
            refuse();
            observe.log.debug("a kind cannot be watched", { object: options.resource.kind, cause: error.message });
          } else
            observe.log.warn("a watch failed, it goes on", { object: options.resource.kind, cause: error.message });
        },
      });
    });
    observe.metrics.gauge("keyturn_watch_records", () => this.size, { kind: options.resource.kind });
    const all = Promise.all(this.watches.map((each) => each.synced)).then(() => undefined);
    this.synced = refused.length === 0 ? all : Promise.race([all, ...refused]);
    this.synced.catch(() => undefined);
  }

  get isSynced(): boolean {
    return this.tolerated || this.watches.every((each) => each.isSynced);
  }

  get size(): number {
    return this.watches.reduce((sum, each) => sum + each.records.size, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.watches.map((each) => each.stop()));
  }
}
