import { clone, dig, fieldsOf, get, type Fields } from "../../json";
import type { Body } from "../kinds";
import { deploymentStatus } from "./deployment-status";
import {
  contextOf,
  controllerRef,
  DEPLOYMENTS,
  labelOf,
  numberAt,
  remove,
  REPLICA_SETS,
  resolve,
  templateHash,
  writeStatus,
  type World,
} from "./world";

const HASH = "pod-template-hash";
const REVISION = "deployment.kubernetes.io/revision";

/** One step of a Deployment: the new ReplicaSet grows, the old ones shrink, within surge and availability. */
export function reconcileDeployment(world: World, deployment: Body): void {
  if (deployment.metadata.deletionTimestamp !== undefined) return;
  const sets = world.ownedBy(deployment.metadata.uid, REPLICA_SETS);
  const hash = templateHash(deployment);
  const paused = dig(deployment, "spec", "paused") === true;
  const known = sets.find((set) => labelOf(set, HASH) === hash);
  const current = known ?? (paused ? undefined : createSet(world, deployment, sets, hash));
  const others = sets.filter((set) => set !== current);
  if (current === undefined) scaleEvenly(world, deployment, others);
  else if (dig(deployment, "spec", "strategy", "type") === "Recreate") recreate(world, deployment, current, others);
  else roll(world, deployment, current, others);
  trimHistory(world, deployment, others);
  const all = world.ownedBy(deployment.metadata.uid, REPLICA_SETS);
  const revision = current === undefined ? undefined : get(current.metadata.annotations, REVISION);
  writeStatus(
    world,
    DEPLOYMENTS,
    deployment,
    deploymentStatus(world, deployment, all, {
      current: all.find((set) => set.metadata.uid === current?.metadata.uid),
      created: known === undefined && current !== undefined,
    }),
    revision === undefined ? undefined : { [REVISION]: revision },
  );
}

const replicasOf = (set: Body): number => numberAt(set, "spec", "replicas");
const availableOf = (set: Body): number => numberAt(set, "status", "availableReplicas");
const sum = (sets: readonly Body[], value: (set: Body) => number): number =>
  sets.reduce((total, set) => total + value(set), 0);

function roll(world: World, deployment: Body, current: Body, others: readonly Body[]): void {
  const replicas = numberAt(deployment, "spec", "replicas");
  const { surge, unavailable } = limits(deployment);
  const total = replicasOf(current) + sum(others, replicasOf);
  if (replicasOf(current) > replicas) scale(world, current, replicas);
  else if (replicasOf(current) < replicas) {
    const room = Math.max(0, replicas + surge - total);
    scale(world, current, Math.min(replicas, replicasOf(current) + room));
  }
  let spare = availableOf(current) + sum(others, availableOf) - (replicas - unavailable);
  for (const set of [...others].sort(byAge)) {
    const idle = replicasOf(set) - availableOf(set); // pods that serve nobody may go at once
    const gone = Math.min(replicasOf(set), idle + Math.max(0, Math.min(spare, availableOf(set))));
    spare -= Math.max(0, gone - idle);
    scale(world, set, replicasOf(set) - gone);
  }
}

function recreate(world: World, deployment: Body, current: Body, others: readonly Body[]): void {
  for (const set of others) scale(world, set, 0);
  if (sum(others, (set) => numberAt(set, "status", "replicas")) === 0)
    scale(world, current, numberAt(deployment, "spec", "replicas"));
}

/** A paused Deployment still follows its replica count, with the newest set it has. */
function scaleEvenly(world: World, deployment: Body, sets: readonly Body[]): void {
  const active = sets.filter((set) => replicasOf(set) > 0);
  const [only] = active;
  if (active.length === 1 && only !== undefined) scale(world, only, numberAt(deployment, "spec", "replicas"));
}

/** `maxSurge` rounds up, `maxUnavailable` down; both zero would never move, so one pod may then be missing. */
export function limits(deployment: Body): { readonly surge: number; readonly unavailable: number } {
  const replicas = numberAt(deployment, "spec", "replicas");
  const rolling = fieldsOf(fieldsOf(fieldsOf(deployment, "spec"), "strategy"), "rollingUpdate");
  const surge = resolve(rolling?.maxSurge, replicas, "up");
  const unavailable = resolve(rolling?.maxUnavailable, replicas, "down");
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function scale(world: World, set: Body, replicas: number): void {
  if (replicasOf(set) === replicas) return;
  world.objects.update(contextOf(REPLICA_SETS, set), set.metadata.name, (current) => ({
    ...current,
    metadata: { ...current.metadata },
    spec: { ...(current.spec as Fields), replicas },
  }));
}

function createSet(world: World, deployment: Body, sets: readonly Body[], hash: string): Body {
  const template = clone(dig(deployment, "spec", "template")) as Fields;
  const selector = clone(dig(deployment, "spec", "selector")) as Fields;
  const metadata = fieldsOf(template, "metadata") ?? {};
  const labels = { ...fieldsOf(metadata, "labels"), [HASH]: hash };
  const revision = Math.max(0, ...sets.map((set) => Number(get(set.metadata.annotations, REVISION) ?? 0))) + 1;
  const replicas = numberAt(deployment, "spec", "replicas");
  const { surge } = limits(deployment);
  const taken = sum(sets, replicasOf);
  const body = {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels,
      annotations: {
        "deployment.kubernetes.io/desired-replicas": String(replicas),
        "deployment.kubernetes.io/max-replicas": String(replicas + surge),
        [REVISION]: String(revision),
      },
      ownerReferences: [controllerRef("apps/v1", "Deployment", deployment)],
    },
    spec: {
      replicas: taken === 0 ? replicas : Math.min(replicas, Math.max(0, replicas + surge - taken)),
      ...(dig(deployment, "spec", "minReadySeconds") === undefined
        ? {}
        : { minReadySeconds: dig(deployment, "spec", "minReadySeconds") }),
      selector: { ...selector, matchLabels: { ...fieldsOf(selector, "matchLabels"), [HASH]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
  if (dig(deployment, "spec", "strategy", "type") === "Recreate" && taken > 0) body.spec.replicas = 0;
  return world.objects.create(contextOf(REPLICA_SETS, deployment), body as unknown as Body);
}

/** Keeps `revisionHistoryLimit` empty sets. */
function trimHistory(world: World, deployment: Body, others: readonly Body[]): void {
  const limit = numberAt(deployment, "spec", "revisionHistoryLimit");
  const empty = others.filter((set) => replicasOf(set) === 0 && numberAt(set, "status", "replicas") === 0).sort(byAge);
  for (const set of empty.slice(0, Math.max(0, empty.length - limit))) remove(world, REPLICA_SETS, set);
}

const byAge = (a: Body, b: Body): number =>
  Number(get(a.metadata.annotations, REVISION) ?? 0) - Number(get(b.metadata.annotations, REVISION) ?? 0);
