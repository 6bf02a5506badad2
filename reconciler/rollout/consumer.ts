import {
  GENERATION,
  isRecord,
  parseRolloutPolicy,
  ROLLOUT_STRATEGY,
  rolloutName,
  rolloutOnOf,
  unsupportedRollout,
  type JsonRecord,
  type KubernetesObject,
  type RolloutPolicy,
  type WorkloadKind,
} from "../../api";
import { secretReferences, type SecretUse } from "./references";
import { progressOf, type Progress } from "./progress";

/** A workload that asks to be rolled when its Secrets change: all that is kept of it. */
export interface Consumer {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The used keys by Secret; undefined: all keys. */
  readonly uses: ReadonlyMap<string, SecretUse>;
  /** The generation in its pod template. */
  readonly stamped: string | undefined;
  readonly progress: Progress;
  /** Milliseconds a rollout may take. */
  readonly deadline: number;
  /** What its annotations say of how it is rolled; empty when they cannot be read. */
  readonly policy: RolloutPolicy;
  /** Why it is not rolled whatever happens: the strategy, or an annotation that cannot be read or is not supported yet. */
  readonly held: string | undefined;
}

/** `<namespace>/<kind>-<name>`: the key of a consumer, and of its SecretRollout. */
export function consumerKey(consumer: Pick<Consumer, "kind" | "namespace" | "name">): string {
  return `${consumer.namespace}/${rolloutName(consumer.kind, consumer.name)}`;
}

/** `Deployment payments/checkout`. */
export function consumerTitle(consumer: Pick<Consumer, "kind" | "namespace" | "name">): string {
  return `${consumer.kind} ${consumer.namespace}/${consumer.name}`;
}

const DEADLINE = 10 * 60_000;
/** Shared by those that say nothing. */
const NOTHING: RolloutPolicy = {};

/** Trims a workload; undefined when it does not ask to be rolled, or is being deleted. */
export function consumerOf(kind: WorkloadKind, object: KubernetesObject): Consumer | undefined {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const on = rolloutOnOf(metadata.annotations);
  if (on.mode === "none") return undefined;
  const spec: JsonRecord = isRecord(object.spec) ? object.spec : {};
  const template = isRecord(spec.template) ? spec.template : {};
  const uses = on.mode === "auto" ? secretReferences(template.spec) : listed(on.secrets);
  if (uses.size === 0) return undefined;
  const annotations = isRecord(template.metadata) ? template.metadata.annotations : undefined;
  const stamped = isRecord(annotations) ? annotations[GENERATION] : undefined;
  const policy = parseRolloutPolicy(metadata.annotations ?? {});
  return {
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    uses,
    stamped: typeof stamped === "string" && stamped !== "" ? stamped : undefined,
    progress: progressOf(kind, object),
    deadline: deadlineOf(policy, spec),
    policy: typeof policy === "string" || Object.keys(policy).length === 0 ? NOTHING : policy,
    held: heldBy(policy, spec),
  };
}

function listed(secrets: ReadonlyMap<string, ReadonlySet<string> | undefined>): ReadonlyMap<string, SecretUse> {
  return new Map([...secrets].map(([name, keys]) => [name, keys === undefined ? undefined : [...keys].sort()]));
}

function deadlineOf(policy: RolloutPolicy | string, spec: JsonRecord): number {
  if (typeof policy !== "string" && policy.deadline !== undefined) return policy.deadline;
  const seconds = spec.progressDeadlineSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : DEADLINE;
}

function heldBy(policy: RolloutPolicy | string, spec: JsonRecord): string | undefined {
  if (typeof policy === "string") return policy;
  if (policy.strategy === "none") return `${ROLLOUT_STRATEGY} is none: pods take the new values when they restart`;
  const unsupported = unsupportedRollout(policy);
  if (unsupported !== undefined) return `${unsupported} is not supported yet`;
  if (spec.paused === true) return "the Deployment is paused";
  const update = isRecord(spec.updateStrategy) ? spec.updateStrategy.type : undefined;
  if (update === "OnDelete") return "updateStrategy is OnDelete: delete its pods to give them the new values";
  return undefined;
}
