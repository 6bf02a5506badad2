import type { Environment } from "../../model/environment";
import { NAME } from "./names";

/** Makes PromQL over the metrics of one reconciler: those of its Service's pods, as a ServiceMonitor labels them. */
export interface Promql {
  /** A series by name, `metric{job="…",namespace="…"}`, with further labels that must have these values. */
  readonly series: (name: string, labels?: Readonly<Record<string, string>>) => string;
  /** A gauge that every replica has, though only one works: the largest of them. */
  readonly largest: (name: string, by?: string, labels?: Readonly<Record<string, string>>) => string;
  /** Events a second of a counter, summed. */
  readonly rate: (name: string, by?: string, window?: string) => string;
  /** Events of a counter within a time, summed. */
  readonly increase: (name: string, window: string, by?: string, labels?: Readonly<Record<string, string>>) => string;
  /** A quantile of a histogram; `by` are labels to keep. */
  readonly quantile: (quantile: number, name: string, by?: string, window?: string) => string;
}

export function promqlOf(environment: Environment): Promql {
  const own = { job: NAME, namespace: environment.reconciler.namespace };
  const series: Promql["series"] = (name, labels = {}) =>
    `${name}{${Object.entries({ ...own, ...labels })
      .map(([label, value]) => `${label}="${value}"`)
      .join(",")}}`;
  const keep = (by: string | undefined): string => (by === undefined ? "" : ` by (${by}) `);
  const during = (name: string, window: string, labels?: Readonly<Record<string, string>>): string =>
    `${series(name, labels)}[${window}]`;
  return {
    series,
    largest: (name, by, labels) => `max${keep(by)}(${series(name, labels)})`,
    rate: (name, by, window = "$__rate_interval") => `sum${keep(by)}(rate(${during(name, window)}))`,
    increase: (name, window, by, labels) => `sum${keep(by)}(increase(${during(name, window, labels)}))`,
    quantile: (quantile, name, by, window = "$__rate_interval") =>
      `histogram_quantile(${quantile}, sum by (${by === undefined ? "le" : `${by}, le`}) (rate(${during(`${name}_bucket`, window)})))`,
  };
}
