import type { EnvironmentData } from "../../api";
import type { EventSender } from "../kube/events";
import type { KubeClient } from "../kube/types";
import type { MetricsRegistry } from "../observe/metrics";
import type { Audit, Log } from "../observe/types";
import type { VaultClient } from "../vault/types";

/** What the sync part works with. */
export interface SyncDeps {
  readonly kube: KubeClient;
  readonly vault: VaultClient;
  readonly events: EventSender;
  readonly audit: Audit;
  readonly metrics: MetricsRegistry;
  readonly log: Log;
}

export interface SyncOptions {
  /** Namespaces to work in; empty: all. */
  readonly namespaces: readonly string[];
  /** Stores of this `spec.controller` are ours. */
  readonly controllerClass: string;
  /** Stores without `spec.controller` are not ours. */
  readonly strictClass: boolean;
  /** ExternalSecrets worked on at a time. */
  readonly concurrency: number;
  /** The reconciler's own namespace, which holds the generation key. */
  readonly home: string;
  /** Given: nothing outside of them is read. */
  readonly environments: readonly EnvironmentData[] | undefined;
}
