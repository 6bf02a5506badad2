import type { Resource } from "./types";

const core = (kind: string, plural: string, namespaced = true): Resource => ({
  group: "",
  version: "v1",
  plural,
  kind,
  namespaced,
});
const apps = (kind: string, plural: string): Resource => ({
  group: "apps",
  version: "v1",
  plural,
  kind,
  namespaced: true,
});
const external = (kind: string, plural: string, namespaced = true): Resource => ({
  group: "external-secrets.io",
  version: "v1",
  plural,
  kind,
  namespaced,
});

export const EXTERNAL_SECRETS = external("ExternalSecret", "externalsecrets");
export const SECRET_STORES = external("SecretStore", "secretstores");
export const CLUSTER_SECRET_STORES = external("ClusterSecretStore", "clustersecretstores", false);
export const SECRETS = core("Secret", "secrets");
export const CONFIG_MAPS = core("ConfigMap", "configmaps");
export const SERVICE_ACCOUNTS = core("ServiceAccount", "serviceaccounts");
export const NAMESPACES = core("Namespace", "namespaces", false);
export const PODS = core("Pod", "pods");
export const EVENTS = core("Event", "events");
export const DEPLOYMENTS = apps("Deployment", "deployments");
export const STATEFUL_SETS = apps("StatefulSet", "statefulsets");
export const DAEMON_SETS = apps("DaemonSet", "daemonsets");
export const LEASES: Resource = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  namespaced: true,
};
export const SECRET_ROLLOUTS: Resource = {
  group: "keyturn.dev",
  version: "v1alpha1",
  plural: "secretrollouts",
  kind: "SecretRollout",
  namespaced: true,
};

/** Every kind above. */
export const RESOURCES: readonly Resource[] = [
  EXTERNAL_SECRETS,
  SECRET_STORES,
  CLUSTER_SECRET_STORES,
  SECRETS,
  CONFIG_MAPS,
  SERVICE_ACCOUNTS,
  NAMESPACES,
  PODS,
  EVENTS,
  DEPLOYMENTS,
  STATEFUL_SETS,
  DAEMON_SETS,
  LEASES,
  SECRET_ROLLOUTS,
];
