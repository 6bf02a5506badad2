import type { Condition, JsonRecord } from "../../api";
import type { ExternalSecretRecord } from "./record";

/** ESO's reasons of the Ready condition. */
export type ReadyReason = "SecretSynced" | "SecretMissing" | "SecretSyncedError";

/** How one attempt ended. */
export interface Outcome {
  readonly ready: "True" | "False";
  readonly reason: ReadyReason;
  readonly message: string;
  /** When the provider was asked, in milliseconds; undefined: the attempt did not come to an end. */
  readonly refreshed: number | undefined;
  /** The name of the Secret, when it is in step. */
  readonly binding: string | undefined;
  /** The Secret's data was written. */
  readonly wrote: boolean;
}

const LONGEST_MESSAGE = 2000;

/**
 * The merge patch of `status`, or undefined when it says so already. A refresh that found nothing new writes nothing at all:
 * `refreshTime` moves only together with the condition, the binding, `syncedResourceVersion` or the Secret's data (ESO writes
 * it on every refresh). `lastTransitionTime` moves when the status flips, as in ESO.
 */
export function statusPatch(record: ExternalSecretRecord, outcome: Outcome, now: number): JsonRecord | undefined {
  const { status } = record;
  const message = outcome.message.slice(0, LONGEST_MESSAGE);
  const condition = status.ready !== outcome.ready || status.reason !== outcome.reason || status.message !== message;
  const synced = outcome.refreshed !== undefined && status.syncedVersion !== record.version;
  const binding = outcome.binding !== undefined && status.binding !== outcome.binding;
  if (!condition && !synced && !binding && !outcome.wrote) return undefined;
  const ready: Condition = {
    type: "Ready",
    status: outcome.ready,
    reason: outcome.reason,
    message,
    lastTransitionTime: rfc3339(status.ready === outcome.ready ? (status.transitionTime ?? now) : now),
  };
  return {
    status: {
      conditions: [...(status.others ?? []), ready],
      ...(outcome.refreshed === undefined
        ? {}
        : { refreshTime: rfc3339(outcome.refreshed), syncedResourceVersion: record.version }),
      ...(outcome.binding === undefined ? {} : { binding: { name: outcome.binding } }),
    },
  };
}

/** Kubernetes' `metav1.Time`: whole seconds. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
