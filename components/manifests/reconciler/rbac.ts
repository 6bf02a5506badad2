import type { KubernetesObject } from "../../../api";
import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { GENERATION_KEY_SECRET, metaOf, NAME } from "./names";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = "rbac.authorization.k8s.io";
const READ = ["get", "list", "watch"];

/**
 * What the reconciler does, and nothing else: in the declared namespaces by Roles (`cluster` scope: everywhere by a ClusterRole),
 * in its own namespace its lease and its generation key. Tokens of the teams' ServiceAccounts are granted
 * by TeamAccess.
 */
export function rbacManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  const everywhere = workRules(reconciler);
  const { clusterStores, scope } = reconciler;
  const cluster = [...(scope === "cluster" ? everywhere : []), ...(clusterStores ? CLUSTER_STORE_RULES : [])];
  const manifests: Manifest[] = [
    { id: "service-account", object: serviceAccount(reconciler) },
    ...role(reconciler, "own", reconciler.environment.reconciler.namespace, `${NAME}-own`, OWN_RULES),
  ];
  if (cluster.length > 0) manifests.push(...clusterRole(reconciler, cluster));
  if (scope === "declared")
    manifests.push(
      ...reconciler.namespaces.flatMap((namespace) => role(reconciler, namespace, namespace, NAME, everywhere)),
    );
  return manifests;
}

function workRules({ environment }: ResolvedReconciler): readonly Rule[] {
  const configMaps = environment.vaults.flatMap(({ ca }) =>
    ca !== undefined && "configMap" in ca ? [ca.configMap.name] : [],
  );
  return [
    // patch: ESO's finalizer is taken off objects that are being deleted.
    { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: [...READ, "patch"] },
    { apiGroups: ["external-secrets.io"], resources: ["secretstores"], verbs: READ },
    {
      apiGroups: ["external-secrets.io"],
      resources: ["externalsecrets/status", "secretstores/status"],
      verbs: ["patch"],
    },
    // Owner references with blockOwnerDeletion, where OwnerReferencesPermissionEnforcement is on.
    { apiGroups: ["external-secrets.io"], resources: ["externalsecrets/finalizers"], verbs: ["update"] },
    // delete: it deletes none, but OwnerReferencesPermissionEnforcement demands it of who adds an owner to an existing object.
    { apiGroups: [""], resources: ["secrets"], verbs: [...READ, "create", "patch", "delete"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create"] },
    { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "statefulsets"], verbs: [...READ, "patch"] },
    { apiGroups: ["keyturn.dev"], resources: ["secretrollouts"], verbs: [...READ, "create", "delete"] },
    { apiGroups: ["keyturn.dev"], resources: ["secretrollouts/status"], verbs: ["patch"] },
    ...(configMaps.length > 0
      ? [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [...new Set(configMaps)].sort(), verbs: ["get"] }]
      : []),
  ];
}

const CLUSTER_STORE_RULES: readonly Rule[] = [
  { apiGroups: ["external-secrets.io"], resources: ["clustersecretstores"], verbs: READ },
  { apiGroups: ["external-secrets.io"], resources: ["clustersecretstores/status"], verbs: ["patch"] },
  // Their conditions may select namespaces by label.
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
];

const OWN_RULES: readonly Rule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: [NAME], verbs: ["get", "update"] },
  { apiGroups: [""], resources: ["secrets"], resourceNames: [GENERATION_KEY_SECRET], verbs: ["get"] },
  // RBAC cannot restrict a create by name.
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
];

function serviceAccount(reconciler: ResolvedReconciler): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metaOf(reconciler, reconciler.environment.reconciler.serviceAccount),
    automountServiceAccountToken: false,
  };
}

function role(
  reconciler: ResolvedReconciler,
  id: string,
  namespace: string,
  name: string,
  rules: readonly Rule[],
): readonly Manifest[] {
  const metadata = metaOf(reconciler, name, namespace);
  return [
    { id: `${id}-role`, object: { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules } },
    { id: `${id}-binding`, object: binding(reconciler, "RoleBinding", "Role", metadata) },
  ];
}

/** Named after the reconciler's namespace: two of them may share a cluster. */
function clusterRole(reconciler: ResolvedReconciler, rules: readonly Rule[]): readonly Manifest[] {
  const metadata = metaOf(reconciler, `keyturn:reconciler:${reconciler.environment.reconciler.namespace}`, null);
  return [
    { id: "cluster-role", object: { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata, rules } },
    { id: "cluster-binding", object: binding(reconciler, "ClusterRoleBinding", "ClusterRole", metadata) },
  ];
}

function binding(
  reconciler: ResolvedReconciler,
  kind: "RoleBinding" | "ClusterRoleBinding",
  roleKind: "Role" | "ClusterRole",
  metadata: KubernetesObject["metadata"],
): KubernetesObject {
  const { serviceAccount: name, namespace } = reconciler.environment.reconciler;
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata,
    roleRef: { apiGroup: RBAC, kind: roleKind, name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}
