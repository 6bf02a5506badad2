import { GENERATION, type KubernetesObject, type SecretRolloutStatus, type WorkloadKind } from "../../api";
import { isKubeStatus } from "../kube/error";
import { DAEMON_SETS, DEPLOYMENTS, STATEFUL_SETS } from "../kube/resources";
import type { Resource } from "../kube/types";
import type { SyncDeps } from "../sync/deps";
import { consumerTitle, type Consumer } from "./consumer";
import type { RolloutAction } from "./decide";
import { progressOf, type Progress } from "./progress";
import type { Records } from "./records";

const RESOURCES: Readonly<Record<WorkloadKind, Resource>> = {
  Deployment: DEPLOYMENTS,
  StatefulSet: STATEFUL_SETS,
  DaemonSet: DAEMON_SETS,
};

/** Carries out what was decided about a consumer, and tells: event, audit, record. */
export class Roller {
  constructor(
    private readonly deps: SyncDeps,
    private readonly records: Records,
    /** Takes the workload as it is after the stamp, so that nothing is decided on what was before it. */
    private readonly accept: (object: KubernetesObject, kind: WorkloadKind) => void,
  ) {}

  /**
   * Stamps the generation into the pod template, for the version of the workload that was looked at, and records that.
   * @throws KubeError 409 when the workload has changed meanwhile
   */
  async roll(consumer: Consumer, generation: string, status: SecretRolloutStatus): Promise<void> {
    const before = this.records.statusOf(consumer);
    if (consumer.stamped !== generation) {
      const object = await this.deps.kube.patch(
        RESOURCES[consumer.kind],
        consumer.namespace,
        consumer.name,
        {
          metadata: { resourceVersion: consumer.resourceVersion },
          spec: { template: { metadata: { annotations: { [GENERATION]: generation } } } },
        },
        { type: "merge", fieldManager: "keyturn" },
      );
      this.accept(object, consumer.kind);
    }
    await this.records.write(consumer, status);
    if (before?.phase === "Rolling") this.deps.metrics.count("keyturn_rollouts_total", { outcome: "Superseded" });
    this.event(consumer, "Normal", "RolloutStarted", `pods are replaced to use ${secretsOf(status)}`);
    this.audit(consumer, "ok", "RolloutStarted", status);
    this.deps.log.info("a rollout has started", { object: consumerTitle(consumer) });
  }

  /** Reads the workload as it is now. */
  async refresh(consumer: Consumer): Promise<void> {
    const { kind, namespace, name } = consumer;
    this.accept(await this.deps.kube.get(RESOURCES[kind], namespace, name), kind);
  }

  /** How far a workload is, as it is now; undefined: it does not exist. */
  async progress(kind: WorkloadKind, namespace: string, name: string): Promise<Progress | undefined> {
    try {
      return progressOf(kind, await this.deps.kube.get(RESOURCES[kind], namespace, name));
    } catch (error) {
      if (isKubeStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async finish(consumer: Consumer, action: Extract<RolloutAction, { do: "finish" }>): Promise<void> {
    const { outcome, message, status } = action;
    const before = this.records.statusOf(consumer);
    await this.records.write(consumer, status);
    const healthy = outcome === "Healthy";
    this.deps.metrics.count("keyturn_rollouts_total", { outcome });
    const started = before?.startedAt === undefined ? Number.NaN : Date.parse(before.startedAt);
    if (healthy && !Number.isNaN(started))
      this.deps.metrics.observe("keyturn_rollout_duration_seconds", Math.max(0, (Date.now() - started) / 1000));
    this.event(consumer, healthy ? "Normal" : "Warning", `Rollout${outcome}`, message);
    this.audit(consumer, healthy ? "ok" : "failed", `Rollout${outcome}`, status);
    const fields = { object: consumerTitle(consumer), cause: message };
    if (healthy) this.deps.log.info("a rollout is healthy", fields);
    else this.deps.log.warn("a rollout has failed", fields);
  }

  private event(consumer: Consumer, type: "Normal" | "Warning", reason: string, message: string): void {
    const { kind, namespace, name, uid } = consumer;
    this.deps.events.send({ apiVersion: "apps/v1", kind, namespace, name, uid }, type, reason, message);
  }

  private audit(consumer: Consumer, outcome: "ok" | "failed", code: string, status: SecretRolloutStatus): void {
    this.deps.audit.record({
      event: "rollout",
      outcome,
      object: consumerTitle(consumer),
      target: status.secrets.map(({ name }) => `Secret ${consumer.namespace}/${name}`).join(", "),
      code,
      generation: status.generation,
    });
  }
}

function secretsOf(status: SecretRolloutStatus): string {
  const names = status.secrets.map(({ name }) => name);
  return `${names.length === 1 ? "Secret" : "Secrets"} ${names.join(", ")}`;
}
