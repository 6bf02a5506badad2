import { createHash } from "node:crypto";
import type { Environment } from "../../model/environment";
import { rowsOf, type Panel, type Row } from "./panels";
import { promqlOf } from "./promql";

type Json = Readonly<Record<string, unknown>>;

/** A Grafana dashboard (schema 39, Grafana 10 and later) over the metrics of the reconciler of an environment. */
export function dashboard(environment: Environment): Json {
  const { name, reconciler } = environment;
  // At most 40 characters; another one for every reconciler that one Grafana may show.
  const id = createHash("sha256").update(`${name}/${reconciler.namespace}`).digest("hex").slice(0, 16);
  return {
    uid: `keyturn-${id}`,
    title: `keyturn reconciler: ${name}`,
    description: `Secrets and rollouts of environment ${name}; the reconciler in namespace ${reconciler.namespace}`,
    tags: ["keyturn"],
    schemaVersion: 39,
    editable: true,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }] },
    panels: placed(rowsOf(promqlOf(environment))),
  };
}

/** Grafana's page is 24 wide: stats take a quarter, lines a third. */
const WIDTH = { stat: 6, timeseries: 8 } as const;
const HEIGHT = { stat: 4, timeseries: 8 } as const;

function placed(rows: readonly Row[]): readonly Json[] {
  const panels: Json[] = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    panels.push({ id: panels.length + 1, type: "row", title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 } });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of own) {
      const type = panel.type ?? "timeseries";
      if (x + WIDTH[type] > 24) {
        x = 0;
        y += height;
      }
      height = HEIGHT[type];
      panels.push({ id: panels.length + 1, ...panelJson(panel), gridPos: { x, y, w: WIDTH[type], h: height } });
      x += WIDTH[type];
    }
    y += height;
  }
  return panels;
}

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

function panelJson({ title, description, type, unit = "short", queries, badFrom }: Panel): Json {
  const coloured = badFrom === undefined ? [] : [{ color: "red", value: badFrom }];
  return {
    type: type ?? "timeseries",
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: {
          mode: "absolute",
          steps: [{ color: badFrom === undefined ? "text" : "green", value: null }, ...coloured],
        },
      },
      overrides: [],
    },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(type === "stat" ? { instant: true } : {}),
    })),
  };
}
