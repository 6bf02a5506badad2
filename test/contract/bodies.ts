/**
 * The fields of answers that the contract looks at, of either server, as if they were always there: one that is missing is
 * undefined when a test runs, and its expectation fails.
 */
export interface Body {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status: Status;
  /** Of a Secret or ConfigMap; of Vault's answers see {@link vault}. */
  readonly data: Readonly<Record<string, string>>;
  readonly dat: undefined;
  readonly type: string;
  readonly items: readonly Body[];
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly details: Details;
  readonly firstTimestamp: string;
  readonly eventTime: string | null;
  // discovery and version
  readonly resources: readonly Discovered[];
  readonly major: string;
  readonly gitVersion: string;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp: string | undefined;
  readonly deletionGracePeriodSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly ownerReferences: readonly { readonly kind: string; readonly controller: boolean }[];
  readonly managedFields: readonly ManagedField[] | undefined;
  readonly foo: undefined;
  // of lists
  readonly continue: string;
  readonly remainingItemCount: number;
}

export interface ManagedField {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: unknown;
}

export interface Details {
  readonly name: string;
  readonly kind: string;
  readonly causes: readonly { readonly field: string; readonly reason: string }[];
}

interface Spec {
  readonly refreshInterval: string;
  readonly holderIdentity: string;
  readonly expirationSeconds: number;
  readonly mp: readonly object[];
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly { readonly image: string; readonly env: readonly object[] }[] };
  };
}

interface Status {
  readonly phase: string;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  readonly acceptedNames: { readonly plural: string };
  readonly token: string;
  readonly expirationTimestamp: string;
  readonly authenticated: boolean;
  readonly allowed: boolean;
  readonly observedGeneration: number;
  readonly updatedReplicas: number;
  readonly unavailableReplicas: number;
  readonly numberUnavailable: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
}

interface Discovered {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly [field: string]: unknown;
}
