import type { Environment } from "../../model/environment";
import { NAME } from "./names";
import { promqlOf, type Promql } from "./promql";

interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning";
  readonly expr: string;
  /** How long it has to be so. Absent: at once. */
  readonly lasting?: string;
  readonly summary: string;
  /** What it means and what to do. */
  readonly description: string;
}

/** The group of a PrometheusRule: what somebody has to look at, and nothing that mends itself. */
export function alertGroups(environment: Environment): readonly object[] {
  return [
    {
      name: NAME,
      rules: alertsOf(promqlOf(environment)).map(({ name, severity, expr, lasting, summary, description }) => ({
        alert: name,
        expr,
        ...(lasting === undefined ? {} : { for: lasting }),
        labels: { severity, environment: environment.name },
        annotations: { summary, description },
      })),
    },
  ];
}

function alertsOf({ series, largest, increase, quantile }: Promql): readonly Alert[] {
  return [
    {
      name: "KeyturnNotWorking",
      severity: "critical",
      expr: `absent(${series("leader_election_master_status")} == 1)`,
      lasting: "5m",
      summary: "No replica of the keyturn reconciler works",
      description:
        "Secrets stay as they are and no rollout goes on. Look at the pods of the Deployment keyturn-reconciler and at the holder of the Lease keyturn-reconciler in its namespace.",
    },
    {
      name: "KeyturnVaultUnreachable",
      severity: "critical",
      expr: `${largest("keyturn_vault_breakers_open")} > 0`,
      lasting: "5m",
      summary: "A Vault is sealed or unreachable",
      description:
        "Secrets keep their last good values and are refreshed as soon as it answers. The log of the reconciler names the address and the cause.",
    },
    {
      name: "KeyturnExternalSecretsNotReady",
      severity: "warning",
      expr: `${largest("keyturn_external_secrets_ready", undefined, { status: "False" })} > 0`,
      lasting: "15m",
      summary: "{{ $value }} ExternalSecrets are not ready",
      description:
        "Their Secrets are as they were, or not there. `kubectl get externalsecrets -A` names them; the Ready condition has path, cause and remedy. A store that cannot be used shows here too.",
    },
    {
      name: "KeyturnSecretsStale",
      severity: "warning",
      expr: `${quantile(0.99, "keyturn_refresh_lateness_seconds", undefined, "15m")} > 300`,
      lasting: "15m",
      summary: "Secrets are refreshed more than five minutes late",
      description:
        "There is more to do than Vault, the API server or the reconciler's own CPU allow. Compare the queue, the time of Vault's answers and the CPU on the dashboard.",
    },
    {
      name: "KeyturnRolloutFailed",
      severity: "warning",
      expr: `${increase("keyturn_rollouts_total", "1h", undefined, { outcome: "Failed" })} > 0`,
      summary: "A rollout after a change of a Secret has failed",
      description:
        "The new pods did not become healthy in time, and the workloads that wait for this one are held back. `kubectl get secretrollouts -A` names it, with the reason.",
    },
    {
      name: "KeyturnAuditLinesLost",
      severity: "warning",
      expr: `${increase("keyturn_audit_lines_total", "15m", undefined, { outcome: "dropped" })} > 0`,
      summary: "Audit lines of the keyturn reconciler were lost",
      description: "Whatever takes its output (or the file of --audit) is too slow or full.",
    },
  ];
}
