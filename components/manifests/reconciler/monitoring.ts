import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { alertGroups } from "./alerts";
import { dashboard } from "./dashboard";
import { metaOf, NAME, SELECTOR } from "./names";

const DASHBOARD = `${NAME}-dashboard`;

/** What Prometheus and Grafana pick up, each only where it is asked for: their CRDs and sidecars are not everywhere. */
export function monitoringManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  const { serviceMonitor, dashboards, alerts } = reconciler;
  const manifests: Manifest[] = [];
  if (serviceMonitor !== undefined)
    manifests.push({
      id: "service-monitor",
      object: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: metaOf(reconciler, NAME, undefined, { labels: serviceMonitor.labels }),
        spec: {
          selector: { matchLabels: SELECTOR },
          endpoints: [{ port: "metrics", interval: serviceMonitor.interval }],
        },
      },
    });
  if (alerts !== undefined)
    manifests.push({
      id: "alerts",
      object: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: metaOf(reconciler, NAME, undefined, { labels: alerts.labels }),
        spec: { groups: alertGroups(reconciler.environment) },
      },
    });
  if (dashboards !== undefined)
    manifests.push({
      id: "dashboard",
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: metaOf(reconciler, DASHBOARD, dashboards.namespace, {
          labels: { grafana_dashboard: "1", ...dashboards.labels },
          annotations: dashboards.annotations,
        }),
        data: { "keyturn.json": `${JSON.stringify(dashboard(reconciler.environment), undefined, 2)}\n` },
      },
    });
  return manifests;
}
