import { createHash } from "node:crypto";
import { KEYTURN, type KubernetesObject } from "../../../api";
import { environmentsFile } from "../../model/environments-file";
import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { HEALTH_PORT, metaOf, METRICS_PORT, NAME, SELECTOR } from "./names";

const BUNDLE_FILE = "reconciler.cjs";
const ENVIRONMENTS_FILE = "environments.json";
const ENVIRONMENTS = `${NAME}-environments`;
/** The conventional "nonroot" of distroless images. */
const USER = 65532;

/** The Deployment and the two ConfigMaps it mounts: the program, and the environment it is for. */
export function workloadManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  const environments = `${JSON.stringify(environmentsFile([reconciler.environment], reconciler.teams), undefined, 2)}\n`;
  const hash = createHash("sha256").update(reconciler.bundle).update(environments).digest("hex").slice(0, 16);
  return [
    { id: "bundle", object: bundleConfigMap(reconciler) },
    {
      id: "environments",
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: metaOf(reconciler, ENVIRONMENTS),
        data: { [ENVIRONMENTS_FILE]: environments },
      },
    },
    { id: "deployment", object: deployment(reconciler, hash) },
    { id: "disruption-budget", object: disruptionBudget(reconciler) },
  ];
}

function bundleConfigMap(reconciler: ResolvedReconciler): KubernetesObject {
  const metadata = metaOf(reconciler);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    // Too large for kubectl's last-applied annotation: server-side apply everywhere, Argo CD has to be told.
    metadata: {
      ...metadata,
      annotations: { "argocd.argoproj.io/sync-options": "ServerSideApply=true", ...metadata.annotations },
    },
    data: { [BUNDLE_FILE]: reconciler.bundle },
  };
}

function deployment(reconciler: ResolvedReconciler, hash: string): KubernetesObject {
  const { environment } = reconciler;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metaOf(reconciler),
    spec: {
      replicas: reconciler.replicas,
      revisionHistoryLimit: 3,
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: {
          labels: SELECTOR,
          // New pods when the program or its configuration changes.
          annotations: { [`${KEYTURN}/config`]: hash, [`${KEYTURN}/vault`]: environment.vault.address },
        },
        spec: {
          serviceAccountName: environment.reconciler.serviceAccount,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: SELECTOR },
            },
          ],
          containers: [container(reconciler)],
          volumes: [
            { name: "app", configMap: { name: NAME } },
            { name: "environments", configMap: { name: ENVIRONMENTS } },
            { name: "kube-api-access", projected: kubeApiAccess() },
          ],
        },
      },
    },
  };
}

function container(reconciler: ResolvedReconciler): Readonly<Record<string, unknown>> {
  const probe = (path: string): Readonly<Record<string, unknown>> => ({
    httpGet: { path, port: "health" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  });
  return {
    name: "reconciler",
    image: reconciler.image,
    command: [
      "node",
      "--max-semi-space-size=2",
      "--disable-proto=throw",
      "--disallow-code-generation-from-strings",
      `/app/${BUNDLE_FILE}`,
    ],
    args: argumentsOf(reconciler),
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ],
    ports: [
      { name: "metrics", containerPort: METRICS_PORT, protocol: "TCP" },
      { name: "health", containerPort: HEALTH_PORT, protocol: "TCP" },
    ],
    startupProbe: { ...probe("/healthz"), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: probe("/healthz"),
    readinessProbe: probe("/readyz"),
    resources: reconciler.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "app", mountPath: "/app", readOnly: true },
      { name: "environments", mountPath: "/etc/keyturn", readOnly: true },
      { name: "kube-api-access", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
    ],
  };
}

function argumentsOf(reconciler: ResolvedReconciler): readonly string[] {
  return [
    ...(reconciler.scope === "declared" ? [`--namespaces=${reconciler.namespaces.join(",")}`] : []),
    // Where ESO's CRDs are, ESO is: it takes the stores that name nobody.
    ...(reconciler.crds === "keyturn" ? ["--strict-class"] : []),
    "--leader-elect",
    `--environments=/etc/keyturn/${ENVIRONMENTS_FILE}`,
    `--metrics-address=0.0.0.0:${METRICS_PORT}`,
    `--health-address=0.0.0.0:${HEALTH_PORT}`,
    "--audit=stdout",
    `--log-level=${reconciler.logLevel}`,
  ];
}

/** What automounting would give, with a lifetime of our choice: token, CA and namespace where every client looks for them. */
function kubeApiAccess(): Readonly<Record<string, unknown>> {
  return {
    sources: [
      { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
    ],
  };
}

function disruptionBudget(reconciler: ResolvedReconciler): KubernetesObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metaOf(reconciler),
    // Broken pods hold up no drain of a node.
    spec: { maxUnavailable: 1, selector: { matchLabels: SELECTOR }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  };
}
