import {
  compare,
  DATA_HASH_ANNOTATION,
  generation,
  KeyturnError,
  type KubernetesObject,
  type SecretRolloutStatus,
  type WorkloadKind,
} from "../../api";
import { isKubeStatus } from "../kube/error";
import { DAEMON_SETS, DEPLOYMENTS, SECRET_ROLLOUTS, SECRETS, STATEFUL_SETS } from "../kube/resources";
import type { Resource } from "../kube/types";
import { Cache, Index } from "../sync/cache";
import type { SyncDeps } from "../sync/deps";
import type { ManagedSecrets } from "../sync/managed-secrets";
import { retryDelay, retryOf } from "../sync/retry";
import { WatchSet } from "../sync/watches";
import { Workers } from "../sync/workers";
import { secretData } from "../sync/write";
import { Budget, secretsOf } from "./budget";
import { consumerKey, consumerOf, consumerTitle, type Consumer } from "./consumer";
import { decide, type RolloutAction, type RolloutInput, type UsedSecret } from "./decide";
import { readGenerationKey, type GenerationKey } from "./generation-key";
import { afterKeys, waitsFor, type Order } from "./order";
import { Records, rolloutView } from "./records";
import { Roller } from "./roller";

const KINDS: readonly (readonly [WorkloadKind, Resource])[] = [
  ["Deployment", DEPLOYMENTS],
  ["StatefulSet", STATEFUL_SETS],
  ["DaemonSet", DAEMON_SETS],
];

export interface RolloutOptions {
  readonly namespaces: readonly string[];
  /** Namespace of the generation key. */
  readonly home: string;
}

/** After a Secret changed, milliseconds to wait for others that change with it. */
const TOGETHER = 250;
const ROUNDS = 5;
const CONCURRENCY = 8;

/**
 * Rolls the workloads that use Secrets. Watches fill the consumers and their records; whenever a workload, a Secret or a record
 * changes, {@link decide} says what to do. One rollout at a time per Secret: the next begins when the one before is healthy.
 */
export class RolloutEngine {
  private readonly consumers = new Cache<Consumer>();
  /** Consumers by `namespace/secret`. */
  private readonly bySecret = new Index();
  /** Consumers by the keys of those they come after. */
  private readonly byAfter = new Index();
  private readonly order: Order;
  private readonly records: Records;
  private readonly roller: Roller;
  private readonly budget: Budget;
  private readonly workers: Workers;
  private readonly failures = new Map<string, number>();
  private watches: readonly WatchSet<unknown>[] = [];
  private key: Promise<GenerationKey> | undefined;

  constructor(
    private readonly deps: SyncDeps,
    private readonly secrets: ManagedSecrets,
    private readonly options: RolloutOptions,
  ) {
    this.records = new Records(deps.kube);
    this.roller = new Roller(deps, this.records, (object, kind) => this.accept(kind, object));
    this.order = {
      consumer: (key) => this.consumers.get(key),
      users: (secret) => this.bySecret.get(secret),
      status: (consumer) => this.records.statusOf(consumer),
      dataHash: (secret) => secrets.get(secret)?.dataHash,
      progress: (namespace, { kind, name }) => this.roller.progress(kind, namespace, name),
    };
    this.budget = new Budget(this.order);
    this.workers = new Workers("secretrollout", CONCURRENCY, deps, (key) => this.reconcile(key));
    secrets.subscribe((key) => this.secretChanged(key));
    deps.metrics.gauge("keyturn_rollouts_waiting", () => this.countWaiting());
  }

  /** Starts the watches; resolves when the whole state is known. */
  async watch(): Promise<void> {
    const { namespaces } = this.options;
    const workloads = KINDS.map(
      ([kind, resource]) =>
        new WatchSet<Consumer>(
          this.deps.kube,
          {
            resource,
            namespaces,
            project: (object) => consumerOf(kind, object),
            onUpsert: (key, consumer) => this.upsert(consumer),
            onDelete: (key, consumer) => this.remove(consumer),
          },
          this.deps,
        ),
    );
    const records = new WatchSet(
      this.deps.kube,
      {
        resource: SECRET_ROLLOUTS,
        namespaces,
        project: (object) =>
          this.records.cache.project(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, object, rolloutView),
        onUpsert: (key, record) => {
          if (this.records.cache.apply(key, record)) this.workers.add(key, "due");
        },
        onDelete: (key, record) => {
          if (this.records.cache.remove(key, record.uid)) this.workers.add(key, "due");
        },
      },
      this.deps,
    );
    this.watches = [...workloads, records];
    await Promise.all(this.watches.map((each) => each.synced));
  }

  get ready(): true | string {
    return this.watches.length > 0 && this.watches.every((each) => each.isSynced) ? true : "caches are being filled";
  }

  work(): void {
    this.workers.start();
  }

  async stop(withinMs: number): Promise<void> {
    await this.workers.stop(withinMs);
    await Promise.all(this.watches.map((each) => each.stop()));
  }

  private async reconcile(key: string): Promise<number | undefined> {
    const consumer = this.consumers.get(key);
    if (consumer === undefined) return undefined;
    try {
      const again = await this.settle(key);
      this.failures.delete(key);
      return again;
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.deps.metrics.count("controller_runtime_reconcile_errors_total", { controller: "secretrollout" });
      this.deps.log.warn("a rollout could not be looked after", {
        object: consumerTitle(consumer),
        code: error.code,
        cause: `${error.object}: ${error.reason}`,
      });
      return retryDelay(retryOf(error), failures, 0, Math.random());
    }
  }

  /** Decides and acts until there is nothing to do now. */
  private async settle(key: string): Promise<number | undefined> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const consumer = this.consumers.get(key);
      if (consumer === undefined) return undefined;
      const used = this.usedSecrets(consumer);
      if (used.length === 0 && this.records.statusOf(consumer) === undefined) return undefined;
      const { key: secret, id: keyId } = await this.generationKey();
      let input = this.input(consumer, used, keyId);
      let action = decide(input);
      if (action.do === "read") {
        input = { ...input, ...(await this.read(consumer, secret)), blocked: this.budget.blockedBy(consumer) };
        action = decide(input);
      }
      if (action.do === "roll" && consumer.policy.after !== undefined) {
        const reason = await waitsFor(consumer, this.order);
        input = { ...input, waitsFor: reason, blocked: this.budget.blockedBy(consumer), now: Date.now() };
        action = decide(input);
      }
      if (action.do === "nothing") return action.for;
      await this.act(consumer, action);
      // The one it waits for may have ended while this was written down, and woken only those that were seen to wait.
      if (action.do === "hold" && this.budget.blockedBy(consumer) === input.blocked) return action.for;
    }
    return 1000;
  }

  private async act(consumer: Consumer, action: RolloutAction): Promise<void> {
    const before = this.records.statusOf(consumer);
    await this.perform(consumer, action);
    const after = this.records.statusOf(consumer);
    // The very same when nothing was written: two that wait for each other must not wake each other for ever.
    if (after === before) return;
    this.wakeAfter(consumer);
    // Others wait only for one that is being rolled or has failed.
    const blocked = before?.phase === "Rolling" || before?.phase === "Failed";
    if (blocked && after?.phase !== before.phase) this.wakeOthers(consumer);
  }

  private async perform(consumer: Consumer, action: RolloutAction): Promise<void> {
    switch (action.do) {
      case "nothing":
      case "read":
        return;
      case "baseline":
      case "note":
      case "hold":
        return this.records.write(consumer, action.status);
      case "roll": {
        // Claimed before the first await: whoever decides meanwhile is held back.
        const release = this.budget.claim(consumer);
        try {
          return await this.roller.roll(consumer, action.generation, action.status);
        } catch (error) {
          if (!isKubeStatus(error, 409)) throw error;
          // The workload has changed meanwhile: the next round decides on what it is now.
          return await this.roller.refresh(consumer);
        } finally {
          release();
        }
      }
      case "finish":
        return this.roller.finish(consumer, action);
    }
  }

  private input(consumer: Consumer, secrets: readonly UsedSecret[], keyId: string): RolloutInput {
    return {
      consumer,
      record: this.records.statusOf(consumer),
      secrets,
      generation: undefined,
      keyId,
      blocked: this.budget.blockedBy(consumer),
      approved: this.records.approvedOf(consumer),
      waitsFor: undefined,
      now: Date.now(),
    };
  }

  /** The used Secrets that are managed; what people made by hand is not watched, and rolls nothing. */
  private usedSecrets(consumer: Consumer): readonly UsedSecret[] {
    return [...consumer.uses]
      .flatMap(([name, keys]) => {
        const secret = this.secrets.get(`${consumer.namespace}/${name}`);
        return secret === undefined || secret.deleting ? [] : [{ name, keys, dataHash: secret.dataHash }];
      })
      .sort((a, b) => compare(a.name, b.name));
  }

  /** Reads the values and gives the generation, with the hashes of the very Secrets it is of. The values end here. */
  private async read(consumer: Consumer, key: Uint8Array): Promise<Pick<RolloutInput, "secrets" | "generation">> {
    const used: { secret: string; key: string; value: Uint8Array | undefined }[] = [];
    const secrets: UsedSecret[] = [];
    for (const { name, keys } of this.usedSecrets(consumer)) {
      const secret = await this.deps.kube.get(SECRETS, consumer.namespace, name);
      const data = secretData(secret);
      for (const each of keys ?? data.keys()) used.push({ secret: name, key: each, value: data.get(each) });
      secrets.push({ name, keys, dataHash: secret.metadata.annotations?.[DATA_HASH_ANNOTATION] ?? "" });
    }
    return { secrets, generation: generation(key, used) };
  }

  private generationKey(): Promise<GenerationKey> {
    this.key ??= readGenerationKey(this.deps.kube, this.options.home).catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }

  private accept(kind: WorkloadKind, object: KubernetesObject): void {
    const consumer = consumerOf(kind, object);
    if (consumer !== undefined) this.upsert(consumer);
  }

  private upsert(consumer: Consumer): void {
    const key = consumerKey(consumer);
    const previous = this.consumers.get(key);
    if (!this.consumers.apply(key, consumer)) return;
    if (previous !== undefined) this.index(previous, "remove");
    this.index(consumer, "add");
    if (previous?.progress !== consumer.progress) this.wakeAfter(consumer);
    this.workers.add(key, this.workers.started ? "change" : "initial");
  }

  private remove(consumer: Consumer): void {
    const key = consumerKey(consumer);
    if (!this.consumers.remove(key, consumer.uid)) return;
    this.index(consumer, "remove");
    this.failures.delete(key);
    this.workers.forget(key);
    this.wakeOthers(consumer);
  }

  private index(consumer: Consumer, change: "add" | "remove"): void {
    for (const secret of secretsOf(consumer)) this.bySecret[change](secret, consumerKey(consumer));
    for (const key of afterKeys(consumer)) this.byAfter[change](key, consumerKey(consumer));
  }

  private secretChanged(secret: string): void {
    for (const key of this.bySecret.get(secret)) this.workers.addLater(key, TOGETHER);
  }

  /** Those that come after this consumer; whether they wait, they know best. */
  private wakeAfter(consumer: Consumer): void {
    for (const key of this.byAfter.get(consumerKey(consumer))) this.workers.add(key, "due");
  }

  /** Those that may have been waiting for this consumer. */
  private wakeOthers(consumer: Consumer): void {
    const own = consumerKey(consumer);
    for (const secret of secretsOf(consumer))
      for (const key of this.bySecret.get(secret)) {
        const other = this.consumers.get(key);
        if (key !== own && other !== undefined && this.isWaiting(this.records.statusOf(other)))
          this.workers.add(key, "due");
      }
  }

  private isWaiting(status: SecretRolloutStatus | undefined): boolean {
    return status?.phase === "Waiting";
  }

  private countWaiting(): number {
    let count = 0;
    for (const { status } of this.records.cache.values()) if (this.isWaiting(status)) count += 1;
    return count;
  }
}
