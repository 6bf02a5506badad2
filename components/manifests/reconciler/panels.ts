import type { Promql } from "./promql";

/** What a panel shows; the place on the page follows from the order. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  /** `stat`: one number as of now. Default: lines over time. */
  readonly type?: "stat";
  /** Grafana's name of a unit. Default `short`. */
  readonly unit?: string;
  /** Each with how its lines are called. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** The number from which on a stat is red; without one it has no colour. */
  readonly badFrom?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What the dashboard shows, from what somebody on call asks first to what explains it. */
export function rowsOf({ series, largest, rate, increase, quantile }: Promql): readonly Row[] {
  return [
    {
      title: "Secrets",
      panels: [
        {
          title: "ExternalSecrets",
          description: "ExternalSecrets that the reconciler knows.",
          type: "stat",
          queries: [[largest("keyturn_external_secrets"), "known"]],
        },
        {
          title: "Not ready",
          description: "ExternalSecrets whose Ready condition is False: their Secrets are as they were, or not there.",
          type: "stat",
          queries: [[largest("keyturn_external_secrets_ready", undefined, { status: "False" }), "not ready"]],
          badFrom: 1,
        },
        {
          title: "Vaults away",
          description: "Vaults that are sealed or unreachable.",
          type: "stat",
          queries: [[largest("keyturn_vault_breakers_open"), "away"]],
          badFrom: 1,
        },
        {
          title: "Rollouts held back",
          description: "Workloads with a new generation that waits for others, its window or an approval.",
          type: "stat",
          queries: [[largest("keyturn_rollouts_waiting"), "waiting"]],
        },
        {
          title: "ExternalSecrets by condition",
          description: "By the status of the Ready condition.",
          queries: [[largest("keyturn_external_secrets_ready", "status"), "{{status}}"]],
        },
        {
          title: "Lateness of refreshes",
          description: "How long after its due time a refresh ended.",
          unit: "s",
          queries: [
            [quantile(0.5, "keyturn_refresh_lateness_seconds"), "half of them"],
            [quantile(0.99, "keyturn_refresh_lateness_seconds"), "99 of 100"],
          ],
        },
        {
          title: "Writes of Secrets",
          description: "Writes a second. An unchanged refresh writes nothing.",
          unit: "ops",
          queries: [[rate("keyturn_secret_writes_total", "operation, outcome"), "{{operation}} {{outcome}}"]],
        },
      ],
    },
    {
      title: "Vault",
      panels: [
        {
          title: "Requests",
          description: "Requests a second by kind and outcome.",
          unit: "reqps",
          queries: [[rate("keyturn_vault_requests_total", "kind, outcome"), "{{kind}} {{outcome}}"]],
        },
        {
          title: "Time of an answer",
          description: "99 of 100 requests took no longer.",
          unit: "s",
          queries: [[quantile(0.99, "keyturn_vault_request_duration_seconds", "kind"), "{{kind}}"]],
        },
        {
          title: "Reads saved",
          description: "Reads a second that were answered by the request of another ExternalSecret of the same path.",
          unit: "reqps",
          queries: [[rate("keyturn_vault_reads_shared_total"), "shared"]],
        },
      ],
    },
    {
      title: "Rollouts",
      panels: [
        {
          title: "Outcomes",
          description: "Rollouts that ended within an hour.",
          queries: [[increase("keyturn_rollouts_total", "1h", "outcome"), "{{outcome}}"]],
        },
        {
          title: "Time of a rollout",
          description: "Until every pod was healthy.",
          unit: "s",
          queries: [[quantile(0.9, "keyturn_rollout_duration_seconds", undefined, "1h"), "9 of 10"]],
        },
      ],
    },
    {
      title: "Work",
      panels: [
        {
          title: "Reconciles",
          description: "Reconciles a second by result.",
          unit: "ops",
          queries: [[rate("controller_runtime_reconcile_total", "controller, result"), "{{controller}} {{result}}"]],
        },
        {
          title: "Queue",
          description: "What waits to be worked on.",
          queries: [[largest("workqueue_depth", "name"), "{{name}}"]],
        },
        {
          title: "Requests to the API server",
          description: "Requests a second by method and status.",
          unit: "reqps",
          queries: [[rate("rest_client_requests_total", "method, code"), "{{method}} {{code}}"]],
        },
        {
          title: "Failures of watches",
          description: "By kind, a second.",
          unit: "ops",
          queries: [[rate("keyturn_watch_errors_total", "kind"), "{{kind}}"]],
        },
        {
          title: "Audit lines and Events",
          description: "By outcome, a second.",
          unit: "ops",
          queries: [
            [rate("keyturn_audit_lines_total", "outcome"), "audit {{outcome}}"],
            [rate("keyturn_events_total", "outcome"), "event {{outcome}}"],
          ],
        },
      ],
    },
    {
      title: "Process",
      panels: [
        {
          title: "Memory",
          description: "Resident memory of each replica.",
          unit: "bytes",
          queries: [[series("process_resident_memory_bytes"), "{{pod}}"]],
        },
        {
          title: "CPU",
          description: "Cores that each replica uses.",
          queries: [[rate("process_cpu_seconds_total", "pod"), "{{pod}}"]],
        },
        {
          title: "Lag of the event loop",
          description: "Worst of the last 10 seconds; liveness fails at 5 s.",
          unit: "s",
          queries: [[series("nodejs_eventloop_lag_seconds"), "{{pod}}"]],
        },
        {
          title: "Who works",
          description: "1 for the replica that holds the lease.",
          queries: [[series("leader_election_master_status"), "{{pod}}"]],
        },
      ],
    },
  ];
}
