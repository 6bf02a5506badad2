import { dig, fieldsOf, stringOf } from "../../json";
import type { Body } from "../kinds";
import {
  controllerRef,
  createPod,
  firstNode,
  isAvailable,
  isReady,
  labelOf,
  nonZero,
  numberAt,
  PODS,
  remove,
  STATEFUL_SETS,
  templateHash,
  writeStatus,
  type World,
} from "./world";

const HASH = "controller-revision-hash";

const ordinal = (pod: Body): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);

/** One step of a StatefulSet: pods in order, replaced from the highest ordinal down, each only when the others are ready. */
export function reconcileStatefulSet(world: World, set: Body): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const revision = `${set.metadata.name}-${templateHash(set)}`;
  const current = stringOf(fieldsOf(set, "status"), "currentRevision") ?? revision;
  step(world, set, revision, current);
  const pods = podsOf(world, set);
  const seconds = numberAt(set, "spec", "minReadySeconds");
  const ready = pods.filter(isReady);
  const available = ready.filter((pod) => isAvailable(world, pod, seconds)).length;
  if (available < ready.length) world.again(STATEFUL_SETS, set, 200);
  const replicas = numberAt(set, "spec", "replicas");
  const updated = pods.filter((pod) => labelOf(pod, HASH) === revision).length;
  const complete = updated === replicas && pods.length === replicas && ready.length === replicas;
  writeStatus(world, STATEFUL_SETS, set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...nonZero({
      readyReplicas: ready.length,
      currentReplicas: complete ? updated : pods.filter((pod) => labelOf(pod, HASH) === current).length,
      updatedReplicas: updated,
    }),
    currentRevision: complete ? revision : current,
    updateRevision: revision,
    collisionCount: 0,
    availableReplicas: available,
  });
}

const podsOf = (world: World, set: Body): readonly Body[] =>
  [...world.ownedBy(set.metadata.uid, PODS)].sort((a, b) => ordinal(a) - ordinal(b));

function step(world: World, set: Body, revision: string, current: string): void {
  const replicas = numberAt(set, "spec", "replicas");
  const parallel = dig(set, "spec", "podManagementPolicy") === "Parallel";
  const partition = numberAt(set, "spec", "updateStrategy", "rollingUpdate", "partition");
  const pods = podsOf(world, set);
  for (const pod of pods.filter((entry) => ordinal(entry) >= replicas).reverse()) {
    remove(world, PODS, pod);
    if (!parallel) return;
  }
  for (let index = 0; index < replicas; index += 1) {
    const pod = pods.find((entry) => ordinal(entry) === index);
    if (pod === undefined)
      createPod(world, set, controllerRef("apps/v1", "StatefulSet", set), {
        name: `${set.metadata.name}-${index}`,
        labels: {
          "apps.kubernetes.io/pod-index": String(index),
          [HASH]: index < partition ? current : revision,
          "statefulset.kubernetes.io/pod-name": `${set.metadata.name}-${index}`,
        },
        nodeName: firstNode(world),
      });
    if (!parallel && (pod === undefined || !isReady(pod))) return;
  }
  if (dig(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const stale = pods.filter((pod) => labelOf(pod, HASH) !== revision && ordinal(pod) >= partition).at(-1);
  if (stale !== undefined && pods.every(isReady)) {
    remove(world, PODS, stale);
    world.again(STATEFUL_SETS, set, 0);
  }
}
