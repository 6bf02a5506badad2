import { isUnder, type Change } from "../plugin/diff";
import { kindOfToken } from "./objects";

export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

const IMMUTABLE: ReadonlyMap<string, readonly string[]> = new Map([
  ["v1/Secret", ["type"]],
  ["v1/Pod", ["spec.containers", "spec.initContainers", "spec.nodeName", "spec.serviceAccountName"]],
  ["v1/Service", ["spec.clusterIP"]],
  ["v1/PersistentVolumeClaim", ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"]],
  ["apps/v1/Deployment", ["spec.selector"]],
  ["apps/v1/DaemonSet", ["spec.selector"]],
  ["apps/v1/ReplicaSet", ["spec.selector"]],
  [
    "apps/v1/StatefulSet",
    ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  ],
  ["batch/v1/Job", ["spec.selector", "spec.template", "spec.completions"]],
  ["rbac.authorization.k8s.io/v1/RoleBinding", ["roleRef"]],
  ["rbac.authorization.k8s.io/v1/ClusterRoleBinding", ["roleRef"]],
  ["storage.k8s.io/v1/StorageClass", ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]],
]);

/**
 * Test fixture. The changes that need another object. Like the real provider, a change of a ConfigMap's or Secret's data replaces it, so that what
 * uses it rolls, unless the provider is told that they are mutable.
 */
export function replacingChanges(token: string, changed: readonly Change[], mutability: Mutability): readonly Change[] {
  const { apiVersion, kind } = kindOfToken(token);
  const key = `${apiVersion}/${kind}`;
  const prefixes = [
    "kind",
    "metadata.name",
    "metadata.namespace",
    ...(IMMUTABLE.get(key) ?? []),
    ...(key === "v1/ConfigMap" && !mutability.configMaps ? ["data", "binaryData"] : []),
    ...(key === "v1/Secret" && !mutability.secrets ? ["data", "stringData"] : []),
  ];
  return changed.filter(({ path }) => prefixes.some((prefix) => isUnder(path, prefix) || isUnder(prefix, path)));
}
