/** A metric: its type, help text and label names. Durations are in seconds. */
export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** From a cached answer to a long outage. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** From a wait in the queue to a rollout. */
const LONG_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

const counter = (help: string, ...labels: string[]): MetricDefinition => ({ type: "counter", help, labels });
const gauge = (help: string, ...labels: string[]): MetricDefinition => ({ type: "gauge", help, labels });
const histogram = (help: string, buckets: readonly number[], ...labels: string[]): MetricDefinition => ({
  type: "histogram",
  help,
  labels,
  buckets,
});

/**
 * Every metric there is. Where controller-runtime or client-go have one of the same meaning, its name and labels are taken, so
 * that dashboards work; the rest begins with `keyturn_`. No metric has a label per object: their number would grow with the cluster.
 */
export const METRICS: ReadonlyMap<string, MetricDefinition> = new Map([
  ["controller_runtime_reconcile_total", counter("Reconciles by result.", "controller", "result")],
  ["controller_runtime_reconcile_errors_total", counter("Reconciles that failed.", "controller")],
  ["controller_runtime_reconcile_time_seconds", histogram("Time of one reconcile.", SECONDS, "controller")],
  ["controller_runtime_reconcile_panics_total", counter("Reconciles that threw unexpectedly.", "controller")],
  ["controller_runtime_active_workers", gauge("Reconciles running now.", "controller")],
  ["controller_runtime_max_concurrent_reconciles", gauge("Reconciles that may run at a time.", "controller")],
  ["workqueue_depth", gauge("Keys waiting in the queue.", "name")],
  ["workqueue_adds_total", counter("Keys put into the queue.", "name")],
  ["workqueue_retries_total", counter("Keys put into the queue again after a failure.", "name")],
  ["workqueue_queue_duration_seconds", histogram("Time a key waited in the queue.", SECONDS, "name")],
  ["workqueue_work_duration_seconds", histogram("Time a key was worked on.", SECONDS, "name")],
  ["leader_election_master_status", gauge("1 while this process leads.", "name")],
  [
    "rest_client_requests_total",
    counter("Requests to the Kubernetes API by status code and method.", "code", "method"),
  ],
  ["rest_client_request_duration_seconds", histogram("Time of one request to the Kubernetes API.", SECONDS, "verb")],
  ["keyturn_events_total", counter("Kubernetes Events by outcome: sent, failed, dropped, repeated.", "outcome")],
  ["keyturn_audit_lines_total", counter("Audit lines by outcome: written, dropped.", "outcome")],
  [
    "keyturn_vault_requests_total",
    counter("Requests to Vault by kind (login, read, probe) and outcome.", "kind", "outcome"),
  ],
  ["keyturn_vault_request_duration_seconds", histogram("Time of one request to Vault.", SECONDS, "kind")],
  ["keyturn_vault_reads_shared_total", counter("Reads answered by the request of another reconcile.")],
  ["keyturn_vault_breakers_open", gauge("Vaults that are sealed or unreachable now.")],
  ["keyturn_external_secrets", gauge("ExternalSecrets known.")],
  ["keyturn_external_secrets_ready", gauge("ExternalSecrets by their Ready condition.", "status")],
  ["keyturn_secret_writes_total", counter("Writes of Secrets by operation and outcome.", "operation", "outcome")],
  ["keyturn_refresh_lateness_seconds", histogram("How long after its due time a refresh ended.", LONG_SECONDS)],
  ["keyturn_watch_records", gauge("Objects in the watch caches.", "kind")],
  ["keyturn_watch_errors_total", counter("Failures of watches.", "kind")],
  ["keyturn_rollouts_total", counter("Rollouts by outcome: Healthy, Failed, Superseded.", "outcome")],
  ["keyturn_rollouts_waiting", gauge("Consumers with a new generation that is held back.")],
  ["keyturn_rollout_duration_seconds", histogram("Time of a rollout until it was healthy.", LONG_SECONDS)],
  ["process_cpu_seconds_total", counter("CPU time of this process.")],
  ["process_resident_memory_bytes", gauge("Resident memory of this process.")],
  ["process_start_time_seconds", gauge("Start of this process since the epoch.")],
  ["nodejs_heap_size_used_bytes", gauge("Used heap of V8.")],
  ["nodejs_eventloop_lag_seconds", gauge("Worst lag of the event loop in the last 10 s.")],
]);
