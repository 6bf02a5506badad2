import { duration, label, record, texts } from "./fields";
import { labels } from "./labels";
import type { Place } from "./problems";

type Texts = Readonly<Record<string, string>>;

/** How Prometheus finds the metrics: a ServiceMonitor of the Prometheus operator, whose CRD has to be installed. */
export interface ServiceMonitorSpec {
  /** Time between two scrapes as a Go duration. Default `30s`. */
  readonly interval?: string;
  /** Labels of the ServiceMonitor; what Prometheus selects by: `{ release: "kube-prometheus-stack" }`. */
  readonly labels?: Texts;
}

/** Where Grafana finds the dashboard: a ConfigMap that its sidecar picks up. */
export interface DashboardsSpec {
  /** Namespace of the ConfigMap, which has to exist. Default: that of the reconciler. */
  readonly namespace?: string;
  /** Labels of the ConfigMap, besides `grafana_dashboard: "1"`. */
  readonly labels?: Texts;
  /** Annotations of the ConfigMap: `{ grafana_folder: "Secrets" }`. */
  readonly annotations?: Texts;
}

/** Alerts on the metrics: a PrometheusRule of the Prometheus operator, whose CRD has to be installed. */
export interface AlertsSpec {
  /** Labels of the PrometheusRule; what Prometheus selects by: `{ release: "kube-prometheus-stack" }`. */
  readonly labels?: Texts;
}

export interface ResolvedMonitoring {
  readonly serviceMonitor: { readonly interval: string; readonly labels: Texts } | undefined;
  readonly dashboards:
    { readonly namespace: string | undefined; readonly labels: Texts; readonly annotations: Texts } | undefined;
  readonly alerts: { readonly labels: Texts } | undefined;
}

/** The fields of a Reconciler that are about monitoring. */
export const MONITORING_FIELDS = ["serviceMonitor", "dashboards", "alerts"] as const;

export function readMonitoring(place: Place, fields: Readonly<Record<string, unknown>>): ResolvedMonitoring {
  const switched = (field: (typeof MONITORING_FIELDS)[number], known: readonly string[]): Asked | undefined => {
    const at = place.at(field);
    const given = onRequest(at, fields[field]);
    if (given === undefined) return undefined;
    at.onlyFields(given, known);
    const one = (name: string, read: (place: Place, value: unknown) => Texts): Texts =>
      given[name] === undefined ? {} : read(at.at(name), given[name]);
    return { at, given, labels: one("labels", labels), annotations: one("annotations", texts) };
  };
  const monitor = switched("serviceMonitor", ["interval", "labels"]);
  const dashboards = switched("dashboards", ["namespace", "labels", "annotations"]);
  const alerts = switched("alerts", ["labels"]);
  return {
    serviceMonitor: monitor === undefined ? undefined : { interval: readInterval(monitor), labels: monitor.labels },
    dashboards:
      dashboards === undefined
        ? undefined
        : { namespace: readNamespace(dashboards), labels: dashboards.labels, annotations: dashboards.annotations },
    alerts: alerts === undefined ? undefined : { labels: alerts.labels },
  };
}

interface Asked {
  readonly at: Place;
  readonly given: Readonly<Record<string, unknown>>;
  readonly labels: Texts;
  readonly annotations: Texts;
}

/** True, false or the wishes; undefined where nothing is asked for. */
function onRequest(place: Place, value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === false) return undefined;
  return value === true ? {} : record(place, value);
}

/** Prometheus knows no fractions: `1.5s` is `1500ms` there. */
function readInterval({ at, given }: Asked): string {
  const milliseconds = given.interval === undefined ? undefined : duration(at.at("interval"), given.interval);
  if (milliseconds === undefined) return "30s";
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${Math.round(milliseconds)}ms`;
}

function readNamespace({ at, given }: Asked): string | undefined {
  return given.namespace === undefined ? undefined : label(at.at("namespace"), given.namespace);
}
