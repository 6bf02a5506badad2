import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMetrics, METRICS } from "../../../reconciler/observe";

const linesOf = (text: string, name: string): string[] => text.split("\n").filter((line) => line.includes(name));

test("a counter has help, type, and one line per label set, sorted", () => {
  const metrics = createMetrics();
  metrics.count("keyturn_events_total", { outcome: "sent" });
  metrics.count("keyturn_events_total", { outcome: "dropped" }, 3);
  metrics.count("keyturn_events_total", { outcome: "sent" });
  expect(linesOf(metrics.render(), "keyturn_events_total")).toEqual([
    "# HELP keyturn_events_total Kubernetes Events by outcome: sent, failed, dropped, repeated.",
    "# TYPE keyturn_events_total counter",
    'keyturn_events_total{outcome="dropped"} 3',
    'keyturn_events_total{outcome="sent"} 2',
  ]);
});

test("a histogram cumulates its buckets and ends with +Inf, sum and count", () => {
  const metrics = createMetrics();
  for (const seconds of [0.001, 0.002, 0.3, 100])
    metrics.observe("keyturn_vault_request_duration_seconds", seconds, { kind: "read" });
  const lines = linesOf(metrics.render(), "keyturn_vault_request_duration_seconds");
  const bucket = (le: string): string | undefined => lines.find((line) => line.includes(`le="${le}"`))?.split(" ")[1];
  expect(["0.001", "0.005", "0.25", "0.5", "60", "+Inf"].map(bucket)).toEqual(["1", "2", "2", "3", "3", "4"]);
  expect(lines).toContain('keyturn_vault_request_duration_seconds_bucket{kind="read",le="0.001"} 1');
  expect(lines.slice(-2)).toEqual([
    'keyturn_vault_request_duration_seconds_sum{kind="read"} 100.303',
    'keyturn_vault_request_duration_seconds_count{kind="read"} 4',
  ]);
});

test("a gauge is read when it is asked for, with labels too; one that throws is left out", () => {
  const metrics = createMetrics();
  let depth = 1;
  metrics.gauge("workqueue_depth", () => depth, { name: "a" });
  metrics.gauge(
    "workqueue_depth",
    () => {
      throw new Error("not now");
    },
    { name: "b" },
  );
  depth = 7;
  expect(linesOf(metrics.render(), "workqueue_depth{")).toEqual(['workqueue_depth{name="a"} 7']);
});

test("label values are escaped", () => {
  const metrics = createMetrics();
  metrics.count("keyturn_events_total", { outcome: 'a"b\\c\nd' });
  expect(metrics.render()).toContain('keyturn_events_total{outcome="a\\"b\\\\c\\nd"} 1');
});

test("series of one metric are bounded: the rest counts as other", () => {
  const metrics = createMetrics();
  for (let index = 0; index < 1_000; index++) metrics.count("keyturn_events_total", { outcome: `o${index}` });
  const lines = linesOf(metrics.render(), "keyturn_events_total{");
  expect(lines).toHaveLength(501);
  expect(lines).toContain('keyturn_events_total{outcome="other"} 500');
});

test("a metric that does not exist, of another type, or with other labels is a mistake and throws", () => {
  const metrics = createMetrics();
  expect(() => metrics.count("keyturn_nope_total")).toThrow("keyturn_nope_total is not a counter");
  expect(() => metrics.observe("keyturn_events_total", 1)).toThrow("keyturn_events_total is not a histogram");
  expect(() => metrics.count("keyturn_events_total", { result: "x" })).toThrow("has the labels outcome, not result");
});

test("the process tells about itself", () => {
  const text = createMetrics().render();
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_heap_size_used_bytes"])
    expect(text).toMatch(new RegExp(`^${name} \\d+(\\.\\d+)?$`, "m"));
});

test("no metric has a label for the name or namespace of an object", () => {
  for (const [name, { labels }] of METRICS)
    for (const label of labels)
      expect([name, label]).not.toEqual([name, expect.stringMatching(/namespace|object|secret|path/)]);
});

test("every metric that the reconciler counts, observes or shows is in the list", () => {
  const root = join(__dirname, "../../../reconciler");
  const used = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), "utf8").matchAll(
          /metrics\??\s*\.?\??\.?(count|observe|gauge)\(\s*"([a-z_]+)"/g,
        ),
      ].map(([, method, name]) => ({ file, method, name: name ?? "" })),
    );
  expect(used.length).toBeGreaterThan(8);
  const types = { count: "counter", observe: "histogram", gauge: "gauge" };
  const wrong = used.filter(({ method, name }) => METRICS.get(name)?.type !== types[method as keyof typeof types]);
  expect(wrong).toEqual([]);
});
