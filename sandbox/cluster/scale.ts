import { dig, fieldsOf, type Fields } from "../json";
import type { Body } from "./kinds";
import { badRequest } from "./status";

/** The `autoscaling/v1` Scale of a workload. */
export function scaleOf(body: Body): object {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = body.metadata;
  const labels = (dig(body, "spec", "selector", "matchLabels") ?? {}) as Fields;
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: dig(body, "spec", "replicas") ?? 1 },
    status: { replicas: dig(body, "status", "replicas") ?? 0, selector: selector.sort().join(",") },
  };
}

/** `spec.replicas` of a Scale or of a merge patch to one. */
export function readScale(request: Fields): number {
  const replicas = fieldsOf(request, "spec")?.replicas;
  if (typeof replicas !== "number" || !Number.isInteger(replicas) || replicas < 0)
    throw badRequest("spec.replicas is not a whole number");
  return replicas;
}
