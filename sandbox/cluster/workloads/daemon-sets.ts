import { dig } from "../../json";
import type { Body } from "../kinds";
import {
  controllerRef,
  createPod,
  DAEMON_SETS,
  isAvailable,
  isReady,
  labelOf,
  nonZero,
  NODES,
  numberAt,
  PODS,
  remove,
  resolve,
  templateHash,
  writeStatus,
  type World,
} from "./world";

const HASH = "controller-revision-hash";

/** One step of a DaemonSet: a pod on every node, at most `maxUnavailable` of them missing while it rolls. */
export function reconcileDaemonSet(world: World, set: Body): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(set);
  const only = dig(set, "spec", "template", "spec", "nodeName");
  const nodes = world.objects.storage
    .list(NODES)
    .map((node) => node.metadata.name)
    .filter((name) => only === undefined || only === name);
  const pods = world.ownedBy(set.metadata.uid, PODS);
  const nodeOf = (pod: Body): unknown => dig(pod, "spec", "nodeName");
  for (const pod of pods) if (!nodes.includes(String(nodeOf(pod)))) remove(world, PODS, pod);
  for (const nodeName of nodes.filter((name) => !pods.some((pod) => nodeOf(pod) === name)))
    createPod(world, set, controllerRef("apps/v1", "DaemonSet", set), { labels: { [HASH]: hash }, nodeName });
  if (dig(set, "spec", "updateStrategy", "type") !== "OnDelete") replaceStale(world, set, hash, nodes.length);
  writeDaemonStatus(world, set, hash, nodes.length);
}

function replaceStale(world: World, set: Body, hash: string, desired: number): void {
  const pods = world.ownedBy(set.metadata.uid, PODS);
  const stale = pods.filter((pod) => labelOf(pod, HASH) !== hash);
  const most = Math.max(
    1,
    resolve(dig(set, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), desired, "up"),
  );
  let room = most - (desired - pods.filter(isReady).length);
  for (const pod of stale) {
    if (isReady(pod)) {
      if (room <= 0) continue;
      room -= 1;
    }
    remove(world, PODS, pod);
    world.again(DAEMON_SETS, set, 0);
  }
}

function writeDaemonStatus(world: World, set: Body, hash: string, desired: number): void {
  const pods = world.ownedBy(set.metadata.uid, PODS);
  const seconds = numberAt(set, "spec", "minReadySeconds");
  const ready = pods.filter(isReady);
  const available = ready.filter((pod) => isAvailable(world, pod, seconds)).length;
  if (available < ready.length) world.again(DAEMON_SETS, set, 200);
  writeStatus(world, DAEMON_SETS, set, {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: ready.length,
    ...nonZero({
      observedGeneration: set.metadata.generation ?? 0,
      updatedNumberScheduled: pods.filter((pod) => labelOf(pod, HASH) === hash).length,
      numberAvailable: available,
      numberUnavailable: desired - available,
    }),
  });
}
