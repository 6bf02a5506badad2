import type { Body } from "../kinds";
import {
  controllerRef,
  createPod,
  firstNode,
  isAvailable,
  isReady,
  nonZero,
  numberAt,
  PODS,
  remove,
  REPLICA_SETS,
  writeStatus,
  type World,
} from "./world";

/** As many pods as asked for; of too many the ones that are not ready go first. */
export function reconcileReplicaSet(world: World, set: Body): void {
  const wanted = set.metadata.deletionTimestamp === undefined ? numberAt(set, "spec", "replicas") : 0;
  const pods = world.ownedBy(set.metadata.uid, PODS);
  const reference = controllerRef("apps/v1", "ReplicaSet", set);
  for (let count = pods.length; count < wanted; count += 1)
    createPod(world, set, reference, { labels: {}, nodeName: firstNode(world) });
  const surplus = [...pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b))).slice(0, pods.length - wanted);
  if (pods.length > wanted) for (const pod of surplus) remove(world, PODS, pod);
  const left = world.ownedBy(set.metadata.uid, PODS);
  const seconds = numberAt(set, "spec", "minReadySeconds");
  const ready = left.filter(isReady);
  const available = ready.filter((pod) => isAvailable(world, pod, seconds)).length;
  if (available < ready.length) world.again(REPLICA_SETS, set, 200);
  writeStatus(world, REPLICA_SETS, set, {
    replicas: left.length,
    ...nonZero({
      fullyLabeledReplicas: left.length,
      readyReplicas: ready.length,
      availableReplicas: available,
      observedGeneration: set.metadata.generation ?? 0,
    }),
    terminatingReplicas: 0,
  });
}
