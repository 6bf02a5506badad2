import { plan, reconciler, type ReconcilerSpec } from "keyturn";
import type { KubernetesObject } from "../../api";
import { createMetrics } from "../../reconciler/observe";
import { METRICS } from "../../reconciler/observe/metric-names";
import { payments, prod, refusal } from "./fixtures";

const spec: ReconcilerSpec<"prod"> = { environment: prod, teams: [payments], bundle: "start()" };
const manifests = (change: Partial<ReconcilerSpec<"prod">> = {}): readonly KubernetesObject[] =>
  plan([reconciler("r", { ...spec, ...change })]).manifests;
const added = (change: Partial<ReconcilerSpec<"prod">>): readonly KubernetesObject[] => {
  const before = new Set(manifests().map((object) => JSON.stringify(object)));
  return manifests(change).filter((object) => !before.has(JSON.stringify(object)));
};
const labels = { "app.kubernetes.io/component": "reconciler", "app.kubernetes.io/name": "keyturn" };
const annotations = { "keyturn.dev/environment": "prod" };

it("nothing of another operator is part of the reconciler unless it is asked for", () => {
  const groups = new Set(manifests().map(({ apiVersion }) => apiVersion));
  expect([...groups].filter((group) => group.includes("monitoring"))).toEqual([]);
  expect(added({ serviceMonitor: false, dashboards: false, alerts: false })).toEqual([]);
});

describe("serviceMonitor", () => {
  it("finds the Service by its labels and its port by its name", () => {
    const [service] = manifests().filter(({ kind }) => kind === "Service");
    expect(service).toMatchObject({ metadata: { labels }, spec: { ports: [{ name: "metrics" }] } });
    expect(added({ serviceMonitor: true })).toEqual([
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { name: "keyturn-reconciler", namespace: "keyturn-system", labels, annotations },
        spec: { selector: { matchLabels: labels }, endpoints: [{ port: "metrics", interval: "30s" }] },
      },
    ]);
  });

  it("has the labels and the interval it is given, the interval as Prometheus writes it", () => {
    const [monitor] = added({ serviceMonitor: { interval: "1m30s", labels: { release: "prometheus" } } });
    expect(monitor).toMatchObject({
      metadata: { labels: { ...labels, release: "prometheus" } },
      spec: { endpoints: [{ interval: "90s" }] },
    });
    expect(added({ serviceMonitor: { interval: "1.5s" } })).toMatchObject([
      { spec: { endpoints: [{ interval: "1500ms" }] } },
    ]);
  });
});

describe("dashboards", () => {
  it("are a ConfigMap that Grafana's sidecar looks for", () => {
    const [object] = added({ dashboards: true });
    expect(object).toMatchObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "keyturn-reconciler-dashboard",
        namespace: "keyturn-system",
        labels: { ...labels, grafana_dashboard: "1" },
        annotations,
      },
    });
    expect(Object.keys((object as { data?: object }).data ?? {})).toEqual(["keyturn.json"]);
  });

  it("lie in the namespace, with the labels and the folder they are given", () => {
    const dashboards = {
      namespace: "monitoring",
      labels: { grafana_dashboard: "yes", team: "platform" },
      annotations: { grafana_folder: "Secrets" },
    };
    expect(added({ dashboards })).toMatchObject([
      {
        metadata: {
          namespace: "monitoring",
          labels: { ...labels, grafana_dashboard: "yes", team: "platform" },
          annotations: { ...annotations, grafana_folder: "Secrets" },
        },
      },
    ]);
  });

  it("are told apart by their reconciler, and are the same at every synth", () => {
    const other = dashboardOf({ dashboards: true, environment: prod });
    expect(dashboardOf({ dashboards: true })).toEqual(other);
    expect(other.uid).toMatch(/^keyturn-[0-9a-f]{16}$/);
    expect(other.title).toBe("keyturn reconciler: prod");
  });

  it("have panels with numbers of their own that do not lie on each other", () => {
    const { panels } = dashboardOf({ dashboards: true });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (const { type, targets = [] } of panels) expect([type, targets.length > 0]).toEqual([type, type !== "row"]);
  });
});

describe("every query of the dashboard and of the alerts", () => {
  const queries = [
    ...dashboardOf({ dashboards: true }).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...rulesOf({ alerts: true }).map(({ expr }) => expr),
  ];

  it.each(queries)("%s: asks for metrics and labels that are exported, each as its type allows", (query) => {
    const known = ["job", "namespace", "pod"];
    const series = [...query.matchAll(/([a-z_]+)\{([^}]*)\}(\[[^\]]+\])?/g)];
    expect(series).toHaveLength(1);
    for (const [, written = "", matchers = "", range] of series) {
      const name = written.replace(/_bucket$/, "");
      const metric = METRICS.get(name);
      expect([name, metric === undefined]).toEqual([name, false]);
      expect(matchers).toMatch(/^job="keyturn-reconciler",namespace="keyturn-system"(?:,\w+="\w+")*$/);
      const given = [...matchers.matchAll(/(\w+)="/g)].map(([, label]) => label);
      const by = (/ by \(([^)]*)\)/.exec(query)?.[1] ?? "").split(", ").filter((label) => label !== "");
      const bucket = metric?.type === "histogram" ? ["le"] : [];
      for (const label of [...given, ...by]) expect([...known, ...bucket, ...(metric?.labels ?? [])]).toContain(label);
      expect([written.endsWith("_bucket"), query.startsWith("histogram_quantile(")]).toEqual(
        metric?.type === "histogram" ? [true, true] : [false, false],
      );
      expect(range === undefined).toBe(metric?.type === "gauge");
      expect(/\b(?:rate|increase)\(/.test(query)).toBe(metric?.type !== "gauge");
    }
    expect(query.split("(").length).toBe(query.split(")").length);
  });

  it.each([
    "keyturn_external_secrets_ready",
    "keyturn_vault_breakers_open",
    "keyturn_refresh_lateness_seconds_bucket",
    "keyturn_rollouts_total",
    "keyturn_audit_lines_total",
    "leader_election_master_status",
  ])("what on-call has to know raises an alert and is on the dashboard: %s", (name) => {
    const asks = (query: string) => query.includes(`${name}{`);
    expect(rulesOf({ alerts: true }).filter(({ expr }) => asks(expr))).toHaveLength(1);
    expect(queries.filter(asks).length).toBeGreaterThan(1);
  });

  it("every metric of keyturn's own is shown, but those that count what another shows", () => {
    const shown = queries.join(" ");
    const hidden = [...METRICS.keys()].filter((name) => name.startsWith("keyturn_") && !shown.includes(`${name}`));
    expect(hidden).toEqual(["keyturn_watch_records"]);
  });
});

describe("alerts", () => {
  it("are one group of a PrometheusRule, each with a severity, a summary and what to do", () => {
    const [object] = added({ alerts: { labels: { release: "prometheus" } } });
    expect(object).toMatchObject({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: {
        name: "keyturn-reconciler",
        namespace: "keyturn-system",
        labels: { ...labels, release: "prometheus" },
        annotations,
      },
      spec: { groups: [{ name: "keyturn-reconciler" }] },
    });
    expect(
      rulesOf({ alerts: true }).map(({ alert, expr, for: lasting, labels: given }) => [
        alert,
        given.severity,
        lasting,
        expr,
      ]),
    ).toEqual([
      [
        "KeyturnNotWorking",
        "critical",
        "5m",
        'absent(leader_election_master_status{job="keyturn-reconciler",namespace="keyturn-system"} == 1)',
      ],
      [
        "KeyturnVaultUnreachable",
        "critical",
        "5m",
        'max(keyturn_vault_breakers_open{job="keyturn-reconciler",namespace="keyturn-system"}) > 0',
      ],
      [
        "KeyturnExternalSecretsNotReady",
        "warning",
        "15m",
        'max(keyturn_external_secrets_ready{job="keyturn-reconciler",namespace="keyturn-system",status="False"}) > 0',
      ],
      [
        "KeyturnSecretsStale",
        "warning",
        "15m",
        'histogram_quantile(0.99, sum by (le) (rate(keyturn_refresh_lateness_seconds_bucket{job="keyturn-reconciler",namespace="keyturn-system"}[15m]))) > 300',
      ],
      [
        "KeyturnRolloutFailed",
        "warning",
        undefined,
        'sum(increase(keyturn_rollouts_total{job="keyturn-reconciler",namespace="keyturn-system",outcome="Failed"}[1h])) > 0',
      ],
      [
        "KeyturnAuditLinesLost",
        "warning",
        undefined,
        'sum(increase(keyturn_audit_lines_total{job="keyturn-reconciler",namespace="keyturn-system",outcome="dropped"}[15m])) > 0',
      ],
    ]);
    for (const { labels: given, annotations: texts } of rulesOf({ alerts: true })) {
      expect(given.environment).toBe("prod");
      expect(texts.summary).toMatch(/^\S.{10,}[^.]$/);
      expect(texts.description).toMatch(/^\S.{20,}\.$/);
    }
  });
});

it("an alert on an increase sees the first event: the series is there, at zero, from the start", () => {
  const increases = rulesOf({ alerts: true }).flatMap(({ expr }) => {
    const [, name, outcome] = /increase\((\w+)\{.*outcome="(\w+)"/.exec(expr) ?? [];
    return name === undefined ? [] : [`${name}{outcome="${outcome}"} 0`];
  });
  expect(increases).toHaveLength(2);
  const lines = createMetrics().render().split("\n");
  for (const line of increases) expect(lines).toContain(line);
});

it("what is asked for is refused with its place where it makes no sense", () => {
  const refused = (change: object) => refusal(() => manifests(change));
  expect(refused({ serviceMonitor: 1, dashboards: null, alerts: "yes" })).toEqual([
    'Reconciler "r" › serviceMonitor: must be an object, not number',
    'Reconciler "r" › dashboards: must be an object, not null',
    'Reconciler "r" › alerts: must be an object, not string',
  ]);
  expect(refused({ serviceMonitor: { interval: "fast", label: {} } })).toEqual([
    'Reconciler "r" › serviceMonitor.label: is not a known field; did you mean "labels"?',
    'Reconciler "r" › serviceMonitor.interval: "fast" is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)',
  ]);
  expect(refused({ dashboards: { namespace: "Not A Namespace", labels: { a: 1 } }, alerts: { labels: [] } })).toEqual([
    'Reconciler "r" › dashboards.labels.a: must be a text, not number',
    'Reconciler "r" › alerts.labels: must be an object, not a list',
    'Reconciler "r" › dashboards.namespace: "Not A Namespace" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
  ]);
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

function dashboardOf(change: Partial<ReconcilerSpec<"prod">>): {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
} {
  const found = manifests(change).find(({ metadata }) => metadata.name === "keyturn-reconciler-dashboard");
  return JSON.parse(
    (found as { data?: Record<string, string> } | undefined)?.data?.["keyturn.json"] ?? "null",
  ) as never;
}

function rulesOf(change: Partial<ReconcilerSpec<"prod">>): readonly {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}[] {
  const found = manifests(change).find(({ kind }) => kind === "PrometheusRule");
  return (found as unknown as { spec: { groups: readonly { rules: never }[] } }).spec.groups[0]?.rules ?? [];
}
