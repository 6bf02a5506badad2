import {
  GENERATION,
  isDuration,
  isRecord,
  parseDuration,
  ROLLOUT_AFTER,
  ROLLOUT_APPROVAL,
  ROLLOUT_DEADLINE,
  ROLLOUT_STRATEGY,
  ROLLOUT_WINDOW,
  rolloutName,
  rolloutOnOf,
  type JsonRecord,
  type KubernetesObject,
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
  /** Why it is not rolled whatever happens: the strategy, or an annotation that is not supported yet. */
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
  return {
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    uses,
    stamped: typeof stamped === "string" && stamped !== "" ? stamped : undefined,
    progress: progressOf(kind, object),
    deadline: deadlineOf(metadata.annotations, spec),
    held: heldBy(metadata.annotations ?? {}, spec),
  };
}

function listed(secrets: ReadonlyMap<string, ReadonlySet<string> | undefined>): ReadonlyMap<string, SecretUse> {
  return new Map([...secrets].map(([name, keys]) => [name, keys === undefined ? undefined : [...keys].sort()]));
}

function deadlineOf(annotations: Readonly<Record<string, string>> | undefined, spec: JsonRecord): number {
  const own = annotations?.[ROLLOUT_DEADLINE];
  if (own !== undefined && isDuration(own) && parseDuration(own) > 0) return parseDuration(own);
  const seconds = spec.progressDeadlineSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : DEADLINE;
}

function heldBy(annotations: Readonly<Record<string, string>>, spec: JsonRecord): string | undefined {
  const strategy = annotations[ROLLOUT_STRATEGY] ?? "restart";
  if (strategy === "none") return `${ROLLOUT_STRATEGY} is none: pods take the new values when they restart`;
  if (strategy === "versioned") return `${ROLLOUT_STRATEGY} versioned is not supported yet`;
  if (strategy !== "restart") return `${ROLLOUT_STRATEGY} is not one of restart, versioned, none`;
  const unsupported = [ROLLOUT_WINDOW, ROLLOUT_APPROVAL, ROLLOUT_AFTER].find((name) => annotations[name] !== undefined);
  if (unsupported !== undefined) return `${unsupported} is not supported yet`;
  const deadline = annotations[ROLLOUT_DEADLINE];
  if (deadline !== undefined && !(isDuration(deadline) && parseDuration(deadline) > 0))
    return `${ROLLOUT_DEADLINE} is not a duration such as 5m`;
  if (spec.paused === true) return "the Deployment is paused";
  const update = isRecord(spec.updateStrategy) ? spec.updateStrategy.type : undefined;
  if (update === "OnDelete") return "updateStrategy is OnDelete: delete its pods to give them the new values";
  return undefined;
}
