import { METRICS, type MetricDefinition } from "./metric-names";
import type { Metrics } from "./types";

type Labels = Readonly<Record<string, string>>;

/** Series of one metric at most; what comes after counts under `other`, so that a mistake cannot fill the memory. */
const MAX_SERIES = 500;

/** {@link Metrics} with gauges that have labels, e.g. `gauge("workqueue_depth", () => queue.size, { name: "external-secrets" })`. */
export interface MetricsRegistry extends Metrics {
  gauge(name: string, read: () => number, labels?: Labels): void;
}

/**
 * A registry of the metrics in metric-names.ts, in the Prometheus text format 0.0.4.
 * `count`, `observe` and `gauge` throw for a name, type or label that is not there: a mistake in the program.
 */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  registry.counterRead("process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  registry.gauge("process_resident_memory_bytes", () => process.memoryUsage.rss());
  registry.gauge("process_start_time_seconds", () => Math.round((Date.now() - process.uptime() * 1_000) / 1_000));
  registry.gauge("nodejs_heap_size_used_bytes", () => process.memoryUsage().heapUsed);
  for (const [name, outcome] of FROM_ZERO) registry.count(name, { outcome }, 0);
  return registry;
}

/** What alerts ask the increase of: a series that begins at one has none. */
const FROM_ZERO = [
  ["keyturn_rollouts_total", "Failed"],
  ["keyturn_audit_lines_total", "dropped"],
] as const;

class Registry implements MetricsRegistry {
  private readonly families = new Map<string, Family>();

  count(name: string, labels: Labels = {}, by = 1): void {
    this.family(name, "counter").add(labels, by);
  }

  observe(name: string, seconds: number, labels: Labels = {}): void {
    this.family(name, "histogram").observe(labels, seconds);
  }

  gauge(name: string, read: () => number, labels: Labels = {}): void {
    this.family(name, "gauge").read(labels, read);
  }

  counterRead(name: string, read: () => number): void {
    this.family(name, "counter").read({}, read);
  }

  render(): string {
    const names = [...this.families.keys()].sort();
    return names.map((name) => this.families.get(name)?.render() ?? "").join("");
  }

  private family(name: string, type: MetricDefinition["type"]): Family {
    const known = this.families.get(name);
    if (known?.definition.type === type) return known;
    const definition = METRICS.get(name);
    if (definition?.type !== type) throw new Error(`${name} is not a ${type} of reconciler/observe/metric-names.ts`);
    const family = new Family(name, definition);
    this.families.set(name, family);
    return family;
  }
}

interface Series {
  /** `{a="b"}` or empty. */
  readonly labels: string;
  value: number;
  read?: () => number;
  /** Observations per bucket (not cumulated), the last one for what is above all bounds. */
  readonly buckets?: number[];
  sum: number;
}

class Family {
  private readonly series = new Map<string, Series>();

  constructor(
    readonly name: string,
    readonly definition: MetricDefinition,
  ) {
    // A metric without labels is there from the start, so that rates begin at zero.
    if (definition.labels.length === 0) this.at({});
  }

  add(labels: Labels, by: number): void {
    this.at(labels).value += by;
  }

  observe(labels: Labels, value: number): void {
    const series = this.at(labels);
    const bounds = this.definition.buckets ?? [];
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? Number.POSITIVE_INFINITY)) index += 1;
    if (series.buckets !== undefined) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    series.sum += value;
    series.value += 1;
  }

  read(labels: Labels, read: () => number): void {
    this.at(labels).read = read;
  }

  private at(labels: Labels): Series {
    const key = this.key(labels);
    const known = this.series.get(key);
    if (known !== undefined) return known;
    if (this.series.size >= MAX_SERIES) return this.other();
    return this.create(key);
  }

  private other(): Series {
    const key = this.key(Object.fromEntries(this.definition.labels.map((label) => [label, "other"])));
    return this.series.get(key) ?? this.create(key);
  }

  private create(labels: string): Series {
    const buckets = this.definition.buckets;
    const series: Series = {
      labels,
      value: 0,
      sum: 0,
      ...(buckets === undefined ? {} : { buckets: new Array<number>(buckets.length + 1).fill(0) }),
    };
    this.series.set(labels, series);
    return series;
  }

  private key(labels: Labels): string {
    const names = this.definition.labels;
    const given = Object.keys(labels);
    if (given.length !== names.length || !names.every((name) => labels[name] !== undefined))
      throw new Error(`${this.name} has the labels ${names.join(", ") || "none"}, not ${given.join(", ") || "none"}`);
    if (names.length === 0) return "";
    return `{${names.map((name) => `${name}="${escapeLabel(labels[name] ?? "")}"`).join(",")}}`;
  }

  render(): string {
    const { type, help } = this.definition;
    const lines = [`# HELP ${this.name} ${help}`, `# TYPE ${this.name} ${type}`];
    const sorted = [...this.series.values()].sort((a, b) => (a.labels < b.labels ? -1 : 1));
    for (const series of sorted) {
      if (type === "histogram") lines.push(...this.histogram(series));
      else {
        const value = readValue(series);
        if (value !== undefined) lines.push(`${this.name}${series.labels} ${format(value)}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }

  private histogram(series: Series): string[] {
    const bounds = [...(this.definition.buckets ?? []).map(String), "+Inf"];
    let total = 0;
    const lines = bounds.map((bound, index) => {
      total += series.buckets?.[index] ?? 0;
      const labels = series.labels === "" ? `{le="${bound}"}` : `${series.labels.slice(0, -1)},le="${bound}"}`;
      return `${this.name}_bucket${labels} ${total}`;
    });
    return [
      ...lines,
      `${this.name}_sum${series.labels} ${format(series.sum)}`,
      `${this.name}_count${series.labels} ${series.value}`,
    ];
  }
}

/** A gauge that throws is left out of this scrape; the others are shown. */
function readValue(series: Series): number | undefined {
  if (series.read === undefined) return series.value;
  try {
    return series.read();
  } catch {
    return undefined;
  }
}

function format(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

function escapeLabel(value: string): string {
  return value.slice(0, 200).replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
