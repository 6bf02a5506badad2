import { crds, secretRolloutCrd, type CustomResourceDefinition } from "../../../api";
import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { monitoringManifests } from "./monitoring";
import { metaOf } from "./names";
import { networkManifests } from "./network";
import { rbacManifests } from "./rbac";
import { workloadManifests } from "./workload";

/** Everything the reconciler needs in a cluster. */
export function reconcilerManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  return [
    ...crdsOf(reconciler).map(({ metadata, ...rest }) => ({
      id: `crd-${metadata.name.replace(/\..*/, "")}`,
      object: { ...rest, metadata },
    })),
    ...(reconciler.createNamespace ? [namespace(reconciler)] : []),
    ...rbacManifests(reconciler),
    ...workloadManifests(reconciler),
    ...networkManifests(reconciler),
    ...monitoringManifests(reconciler),
  ];
}

function crdsOf(reconciler: ResolvedReconciler): readonly CustomResourceDefinition[] {
  if (reconciler.crds === "none") return [];
  return reconciler.crds === "keyturn" ? [secretRolloutCrd] : crds;
}

function namespace(reconciler: ResolvedReconciler): Manifest {
  const metadata = metaOf(reconciler, reconciler.environment.reconciler.namespace, null);
  return {
    id: "namespace",
    object: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
  };
}
