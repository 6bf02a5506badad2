import { fieldsOf, isFields, listOf, type Fields } from "../../json";
import type { GarbageCollector } from "../garbage-collector";
import { keyOf, type Body, type Kind } from "../kinds";
import type { Objects } from "../objects";
import { attempt } from "../background";
import { labelMatcher } from "../selectors";
import type { Change } from "../storage";
import { reconcileDaemonSet } from "./daemon-sets";
import { reconcileDeployment } from "./deployments";
import { reconcileReplicaSet } from "./replica-sets";
import { reconcileStatefulSet } from "./stateful-sets";
import {
  contextOf,
  DAEMON_SETS,
  DEPLOYMENTS,
  isReady,
  NODES,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
  type World,
} from "./world";

/** What a callback of `failRollouts` sees of a pod. */
export interface SimulatedPod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Which pods: a label selector such as `app=checkout`, or a function. */
export type PodSelector = string | ((pod: SimulatedPod) => boolean);

const RECONCILE: ReadonlyMap<Kind, (world: World, body: Body) => void> = new Map([
  [REPLICA_SETS, reconcileReplicaSet],
  [DEPLOYMENTS, reconcileDeployment],
  [STATEFUL_SETS, reconcileStatefulSet],
  [DAEMON_SETS, reconcileDaemonSet],
]);

/** A label of pods: `never-ready` keeps them from becoming ready, `crash` shows their containers in CrashLoopBackOff. */
export const PODS_LABEL = "sandbox.keyturn.dev/pods";

/** Runs the workload controllers and the pods' only behaviour: becoming ready after a while, or never. */
export class Simulator {
  private readonly world: World;
  private readonly due = new Map<
    string,
    { readonly kind: Kind; readonly namespace: string | undefined; readonly name: string }
  >();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly failing = new Set<(pod: SimulatedPod) => boolean>();
  private turn: NodeJS.Immediate | undefined;
  private stopped = false;

  /** @param msPerPod time a pod takes to become ready */
  constructor(
    private readonly objects: Objects,
    collector: GarbageCollector,
    private msPerPod: number,
  ) {
    this.world = {
      objects,
      ownedBy: (uid, kind) => collector.dependentsOf(uid, kind),
      again: (kind, body, ms) =>
        this.after(`${kind.id} ${keyOf(body.metadata.namespace, body.metadata.name)}`, ms, () =>
          this.enqueue(kind, body),
        ),
    };
    objects.storage.listenAll((change) => this.observe(change));
  }

  setSpeed(msPerPod: number): void {
    this.msPerPod = msPerPod;
  }

  /** Pods of the selector do not become ready from now on; the result lets them. */
  fail(selector: PodSelector): () => void {
    const labels = typeof selector === "string" ? labelMatcher(selector) : undefined;
    const rule = (pod: SimulatedPod): boolean =>
      typeof selector === "string" ? labels?.(pod.labels) === true : selector(pod);
    this.failing.add(rule);
    return () => {
      this.failing.delete(rule);
      for (const pod of this.objects.storage.list(PODS)) if (!isReady(pod)) this.startPod(pod);
    };
  }

  stop(): void {
    this.stopped = true;
    if (this.turn !== undefined) clearImmediate(this.turn);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private observe({ kind, type, object, previous }: Change): void {
    if (RECONCILE.has(kind) && type !== "DELETED") this.enqueue(kind, object);
    if (kind === NODES) for (const set of this.objects.storage.list(DAEMON_SETS)) this.enqueue(DAEMON_SETS, set);
    if (kind !== PODS && kind !== REPLICA_SETS) return;
    if (kind === PODS && type === "ADDED") this.startPod(object);
    for (const owner of object.metadata.ownerReferences ?? previous?.metadata.ownerReferences ?? []) {
      const owning = [...RECONCILE.keys()].find((candidate) => candidate.kind === owner.kind);
      if (owning !== undefined) this.enqueueKey(owning, object.metadata.namespace, owner.name);
    }
  }

  private enqueue(kind: Kind, body: Body): void {
    this.enqueueKey(kind, body.metadata.namespace, body.metadata.name);
  }

  private enqueueKey(kind: Kind, namespace: string | undefined, name: string): void {
    if (this.stopped) return;
    this.due.set(`${kind.id} ${keyOf(namespace, name)}`, { kind, namespace, name });
    this.turn ??= setImmediate(() => {
      this.turn = undefined;
      const batch = [...this.due.values()];
      this.due.clear();
      for (const item of batch) this.reconcile(item.kind, item.namespace, item.name);
    });
  }

  private reconcile(kind: Kind, namespace: string | undefined, name: string): void {
    const body = this.objects.storage.get(kind, namespace, name);
    if (body === undefined) return;
    attempt(`${kind.kind} ${keyOf(namespace, name)}`, () => RECONCILE.get(kind)?.(this.world, body));
  }

  private after(key: string, ms: number, work: () => void): void {
    if (this.stopped) return;
    clearTimeout(this.timers.get(key));
    const timer = setTimeout(() => {
      this.timers.delete(key);
      attempt(key, work);
    }, ms);
    this.timers.set(key, timer.unref());
  }

  private startPod(pod: Body): void {
    const { namespace, name, uid } = pod.metadata;
    this.after(`pod ${uid}`, this.msPerPod, () => {
      const current = this.objects.storage.get(PODS, namespace, name);
      if (current === undefined || current.metadata.uid !== uid) return;
      const ready = !this.fails(current);
      this.objects.update({ ...contextOf(PODS, current, "status"), manager: "kubelet" }, name, (body) => ({
        ...body,
        metadata: { ...body.metadata },
        status: podStatus(body, ready, this.objects.timestamp()),
      }));
    });
  }

  private fails(pod: Body): boolean {
    const labels = (pod.metadata.labels ?? {}) as Record<string, string>;
    if (labels[PODS_LABEL] === "never-ready" || labels[PODS_LABEL] === "crash") return true;
    const seen: SimulatedPod = {
      name: pod.metadata.name,
      namespace: pod.metadata.namespace ?? "",
      labels,
      annotations: (pod.metadata.annotations ?? {}) as Record<string, string>,
    };
    return [...this.failing].some((rule) => rule(seen));
  }
}

function podStatus(pod: Body, ready: boolean, now: string): Fields {
  const condition = (type: string, fine: boolean): Fields => ({
    type,
    status: fine ? "True" : "False",
    lastTransitionTime: now,
    ...(fine ? {} : { reason: "ContainersNotReady", message: "containers with unready status" }),
  });
  const containers = listOf(fieldsOf(pod, "spec"), "containers").filter(isFields);
  const crashing = pod.metadata.labels?.[PODS_LABEL] === "crash";
  return {
    phase: "Running",
    conditions: [
      condition("Initialized", true),
      condition("Ready", ready),
      condition("ContainersReady", ready),
      condition("PodScheduled", true),
    ],
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      ready,
      started: ready,
      ...(crashing ? CRASHING : { restartCount: 0, state: { running: { startedAt: now } } }),
    })),
    startTime: now,
  };
}

const CRASHING: Fields = {
  restartCount: 3,
  state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
};
