import { dig, equal, type Fields } from "../../json";
import type { Body } from "../kinds";
import { limits } from "./deployments";
import { conditionOf, DEPLOYMENTS, nonZero, numberAt, type World } from "./world";

/** The status of a Deployment, with conditions as the Deployment controller words them. */
export function deploymentStatus(
  world: World,
  deployment: Body,
  sets: readonly Body[],
  { current, created }: { readonly current: Body | undefined; readonly created: boolean },
): Fields {
  const total = (field: string, from = "status"): number =>
    sets.reduce((sum, set) => sum + numberAt(set, from, field), 0);
  const replicas = numberAt(deployment, "spec", "replicas");
  const available = total("availableReplicas");
  const counts = {
    replicas: total("replicas"),
    updatedReplicas: current === undefined ? 0 : numberAt(current, "status", "replicas"),
    readyReplicas: total("readyReplicas"),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total("replicas", "spec") - available),
  };
  const complete =
    counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
  const progressed = !equal(nonZero(counts), countsBefore(deployment));
  const progressing = progressingCondition(world, deployment, current, { created, complete, progressed });
  return {
    ...nonZero({ observedGeneration: deployment.metadata.generation ?? 0, ...counts }),
    terminatingReplicas: 0,
    conditions: [availableCondition(world, deployment, available), ...(progressing === undefined ? [] : [progressing])],
  };
}

function countsBefore(deployment: Body): Fields {
  const fields = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"];
  return nonZero(Object.fromEntries(fields.map((field) => [field, numberAt(deployment, "status", field)])));
}

function availableCondition(world: World, deployment: Body, available: number): Fields {
  const enough = available >= numberAt(deployment, "spec", "replicas") - limits(deployment).unavailable;
  return condition(world, deployment, "Available", {
    status: enough ? "True" : "False",
    reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
  });
}

interface Progress {
  readonly created: boolean;
  readonly complete: boolean;
  readonly progressed: boolean;
}

function progressingCondition(
  world: World,
  deployment: Body,
  current: Body | undefined,
  { created, complete, progressed }: Progress,
): Fields | undefined {
  const before = conditionOf(deployment, "Progressing");
  if (dig(deployment, "spec", "paused") === true)
    return condition(world, deployment, "Progressing", {
      status: "Unknown",
      reason: "DeploymentPaused",
      message: "Deployment is paused",
    });
  if (current === undefined) return before;
  const set = JSON.stringify(current.metadata.name);
  const say = (status: string, reason: string, message: string): Fields =>
    condition(world, deployment, "Progressing", { status, reason, message }, progressed);
  if (created) return say("True", "NewReplicaSetCreated", `Created new replica set ${set}`);
  if (complete) return say("True", "NewReplicaSetAvailable", `ReplicaSet ${set} has successfully progressed.`);
  if (progressed) {
    rearm(world, deployment, world.objects.now().getTime());
    return say("True", "ReplicaSetUpdated", `ReplicaSet ${set} is progressing.`);
  }
  if (before === undefined || before.reason === "ProgressDeadlineExceeded") return before;
  const since = Date.parse(String(before.lastUpdateTime));
  if (world.objects.now().getTime() - since >= deadline(deployment))
    return say("False", "ProgressDeadlineExceeded", `ReplicaSet ${set} has timed out progressing.`);
  rearm(world, deployment, since);
  return before;
}

const deadline = (deployment: Body): number => numberAt(deployment, "spec", "progressDeadlineSeconds") * 1000;

function rearm(world: World, deployment: Body, since: number): void {
  const left = since + deadline(deployment) - world.objects.now().getTime();
  world.again(DEPLOYMENTS, deployment, Math.max(10, left + 10));
}

/** Times move only with the status (transition) and with progress (update), so that an idle Deployment is not rewritten. */
function condition(
  world: World,
  deployment: Body,
  type: string,
  next: { readonly status: string; readonly reason: string; readonly message: string },
  progressed = false,
): Fields {
  const before = conditionOf(deployment, type);
  const now = world.objects.timestamp();
  const same = before?.status === next.status && before.reason === next.reason && before.message === next.message;
  return {
    type,
    status: next.status,
    lastUpdateTime: same && !progressed ? before.lastUpdateTime : now,
    lastTransitionTime: before?.status === next.status ? before.lastTransitionTime : now,
    reason: next.reason,
    message: next.message,
  };
}
