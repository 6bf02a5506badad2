import type { KubernetesObject } from "../../api";

/** A kind as the API server serves it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, e.g. `externalsecrets`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with the query already in it, segments encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call; default 30,000. */
  readonly timeout?: number;
}

export interface PatchOptions {
  readonly type: "merge" | "apply";
  readonly fieldManager?: string;
  /** Server-side apply only. */
  readonly force?: boolean;
  readonly subresource?: "status" | "scale";
}

/** The verbs the reconciler needs. Every method throws {@link KubeError}; nothing is retried but what is safe to send twice. */
export interface KubeClient {
  readonly server: string;
  request<T = unknown>(request: KubeRequest): Promise<T>;
  /** Streams lines of a watch until the server closes; resolves on a clean end, throws KubeError otherwise. */
  stream(request: KubeRequest, onLine: (line: string) => void): Promise<void>;
  get<T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string): Promise<T>;
  /** Whole list, paged by 500. */
  list<T extends KubernetesObject>(
    resource: Resource,
    options?: { namespace?: string; labelSelector?: string; fieldSelector?: string },
  ): Promise<readonly T[]>;
  create<T extends KubernetesObject>(
    resource: Resource,
    object: KubernetesObject,
    options?: { fieldManager?: string },
  ): Promise<T>;
  patch<T extends KubernetesObject>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T>;
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    preconditions?: { uid?: string; resourceVersion?: string },
  ): Promise<void>;
  /** A token of the ServiceAccount for one audience (TokenRequest). `expirationSeconds` at least 600. */
  requestToken(
    namespace: string,
    serviceAccount: string,
    options: { audiences?: readonly string[]; expirationSeconds: number },
  ): Promise<{ token: string; expiresAt: number }>;
  /** Closes idle connections. */
  close(): void;
}

/** What a watch keeps of each object: the projection's result, never more. */
export interface WatchOptions<T> {
  readonly resource: Resource;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Ask the server for PartialObjectMetadata only. */
  readonly metadataOnly?: boolean;
  /** The trimmed record of an object; undefined keeps it out of the cache (as if it did not exist). */
  readonly project: (object: KubernetesObject) => T | undefined;
  readonly onUpsert: (key: string, record: T, previous: T | undefined) => void;
  readonly onDelete: (key: string, previous: T) => void;
  /** Called when the watch cannot be served (forbidden, not found); it goes on retrying. */
  readonly onError?: (error: Error) => void;
}

/** A watch cache (informer). Keys are `namespace/name`, or `name` for cluster-scoped kinds. */
export interface Watch<T> {
  readonly records: ReadonlyMap<string, T>;
  /** Resolves once the initial state is complete; rejects when stopped before. */
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  stop(): Promise<void>;
}
