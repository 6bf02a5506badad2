import { crd, list, map, object, string, type Schema } from "../../api/crds/schema";
import type { CustomResourceDefinition } from "../../api";

// The parts that keyturn writes of kinds that are not its own, so that a real API server judges them field by field. From the types of
// the Prometheus operator (v0.80).

/** A kind with the schema of its spec. */
export function foreignCrd(group: string, version: string, kind: string, plural: string, spec: Schema) {
  return crd({
    group,
    kind,
    plural,
    scope: "Namespaced",
    shortNames: [],
    categories: [],
    versions: [{ name: version, storage: true }],
    spec,
    status: { type: "object" },
    columns: [],
  });
}

/** Prometheus' durations: units from large to small, no fractions. */
const prometheusDuration = string({
  pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
});

const serviceMonitor = object({
  "selector!": object({ matchLabels: map(string()) }),
  "endpoints!": list(object({ port: string(), interval: prometheusDuration })),
});

const prometheusRule = object({
  groups: list(
    object({
      "name!": string({ minLength: 1 }),
      rules: list(
        object({
          alert: string(),
          "expr!": { "x-kubernetes-int-or-string": true },
          for: prometheusDuration,
          labels: map(string()),
          annotations: map(string()),
        }),
      ),
    }),
    { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
  ),
});

const MONITORING = "monitoring.coreos.com";

/** The kinds of the Prometheus operator. */
export const monitoringCrds: readonly CustomResourceDefinition[] = [
  foreignCrd(MONITORING, "v1", "ServiceMonitor", "servicemonitors", serviceMonitor),
  foreignCrd(MONITORING, "v1", "PrometheusRule", "prometheusrules", prometheusRule),
];
