import { KEYTURN } from "./annotations";
import type { ObjectMeta } from "./kubernetes";

export const ROLLOUT_VERSION = `${KEYTURN}/v1alpha1`;

/** Kinds of workloads that can be rolled. */
export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet";
export const WORKLOAD_KINDS: readonly WorkloadKind[] = ["Deployment", "StatefulSet", "DaemonSet"];

/**
 * Phase of one consumer. `Current`: runs with the newest generation. `Waiting`: a new generation is there, something holds it
 * back (`reason`). `Rolling`: pods are being replaced. `Failed`: did not become healthy before its deadline; the same
 * generation is not tried again.
 */
export type RolloutPhase = "Current" | "Waiting" | "Rolling" | "Failed";

export interface RolloutRecord {
  readonly generation: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: "Healthy" | "Failed" | "Superseded";
  readonly message?: string;
}

/** Kind SecretRollout: what happened to one consumer. One object per workload, owned by it, written by the reconciler. */
export interface SecretRollout {
  readonly apiVersion: typeof ROLLOUT_VERSION;
  readonly kind: "SecretRollout";
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly approval?: { readonly generation: string; readonly by?: string } };
  readonly status?: SecretRolloutStatus;
}

export interface SecretRolloutStatus {
  readonly phase: RolloutPhase;
  readonly reason?: string;
  readonly workload: { readonly kind: WorkloadKind; readonly name: string };
  /** Names the key the generations were made with; another key makes them incomparable and counts as first sight. */
  readonly keyId: string;
  /** The generation of the used keys as they are now. */
  readonly generation: string;
  /** The generation the pods run with. */
  readonly running: string;
  /** Data hash of each used Secret when `generation` was computed: equal hashes need no new look at the values. */
  readonly secrets: readonly {
    readonly name: string;
    readonly dataHash: string;
    /** The used keys; absent: all of them. */
    readonly keys?: readonly string[];
  }[];
  /** Since when it waits, or when the rollout began. */
  readonly startedAt?: string;
  /** At most the last {@link HISTORY_LIMIT}, newest first. */
  readonly history?: readonly RolloutRecord[];
}

export const HISTORY_LIMIT = 10;

/** `deployment-checkout`: the SecretRollout of a workload. Kept to 253 characters by the workload's own limit of 63 less kinds. */
export function rolloutName(kind: WorkloadKind, name: string): string {
  return `${kind.toLowerCase()}-${name}`;
}
