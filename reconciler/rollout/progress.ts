import { isRecord, type JsonRecord, type KubernetesObject, type WorkloadKind } from "../../api";

/**
 * How far a workload is with its pod template. `moving`: pods are being replaced, or the controller has not seen the template
 * yet. `unavailable`: all pods have the template, some are not available. `healthy`: all are.
 */
export type Progress = "moving" | "stuck" | "unavailable" | "healthy";

/**
 * Reads the status of a workload as `kubectl rollout status` does. A Deployment that says itself that its progress deadline is
 * exceeded is `stuck`.
 */
export function progressOf(kind: WorkloadKind, object: KubernetesObject): Progress {
  const spec = isRecord(object.spec) ? object.spec : {};
  const status = isRecord(object.status) ? object.status : {};
  if (number(status.observedGeneration) < (object.metadata.generation ?? 0)) return "moving";
  switch (kind) {
    case "Deployment":
      return deployment(spec, status);
    case "StatefulSet":
      return statefulSet(spec, status);
    case "DaemonSet": {
      const desired = number(status.desiredNumberScheduled);
      if (number(status.updatedNumberScheduled) < desired) return "moving";
      return number(status.numberAvailable) < desired ? "unavailable" : "healthy";
    }
  }
}

function deployment(spec: JsonRecord, status: JsonRecord): Progress {
  const wanted = number(spec.replicas, 1);
  const updated = number(status.updatedReplicas);
  const conditions = Array.isArray(status.conditions) ? (status.conditions as unknown[]).filter(isRecord) : [];
  const exceeded = conditions.some(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
  if (updated < wanted || number(status.replicas) > updated) return exceeded ? "stuck" : "moving";
  if (number(status.availableReplicas) >= wanted) return "healthy";
  return exceeded ? "stuck" : "unavailable";
}

function statefulSet(spec: JsonRecord, status: JsonRecord): Progress {
  const wanted = number(spec.replicas, 1);
  const rolling = isRecord(spec.updateStrategy) ? spec.updateStrategy.rollingUpdate : undefined;
  const partition = isRecord(rolling) ? number(rolling.partition) : 0;
  if (partition > 0) {
    // Pods below the partition keep the old revision on purpose.
    if (number(status.updatedReplicas) < wanted - partition) return "moving";
  } else if (wanted > 0 && status.currentRevision !== status.updateRevision) return "moving";
  return number(status.availableReplicas, number(status.readyReplicas)) < wanted ? "unavailable" : "healthy";
}

function number(value: unknown, absent = 0): number {
  return typeof value === "number" ? value : absent;
}
