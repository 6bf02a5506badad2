import { isDeepStrictEqual } from "node:util";
import { isRecord, ROLLOUT_VERSION, rolloutName, type KubernetesObject, type SecretRolloutStatus } from "../../api";
import { isKubeStatus } from "../kube/error";
import { SECRET_ROLLOUTS } from "../kube/resources";
import type { KubeClient } from "../kube/types";
import { Cache } from "../sync/cache";
import { consumerKey, type Consumer } from "./consumer";

/** A SecretRollout, as kept. */
export interface RolloutView {
  readonly uid: string;
  readonly resourceVersion: string;
  /** uid of the workload it belongs to. */
  readonly owner: string;
  /** Undefined: nothing has been written into it yet. */
  readonly status: SecretRolloutStatus | undefined;
  /** The generation somebody approved. */
  readonly approved: string | undefined;
}

const MANAGER = "keyturn";

export function rolloutView(object: KubernetesObject): RolloutView {
  const { uid, resourceVersion } = object.metadata;
  const status = isRecord(object.status) ? object.status : {};
  const whole =
    typeof status.phase === "string" &&
    typeof status.keyId === "string" &&
    typeof status.generation === "string" &&
    typeof status.running === "string" &&
    Array.isArray(status.secrets);
  return {
    uid: uid ?? "",
    resourceVersion: resourceVersion ?? "",
    owner: object.metadata.ownerReferences?.[0]?.uid ?? "",
    status: whole ? (status as unknown as SecretRolloutStatus) : undefined,
    approved: approvedOf(object.spec),
  };
}

function approvedOf(spec: unknown): string | undefined {
  const approval = isRecord(spec) ? spec.approval : undefined;
  const generation = isRecord(approval) ? approval.generation : undefined;
  return typeof generation === "string" ? generation : undefined;
}

/** The SecretRollouts: one per consumer, written when something changed. */
export class Records {
  readonly cache = new Cache<RolloutView>();

  constructor(private readonly kube: KubeClient) {}

  /** Undefined also when the record is of an earlier workload of that name: it is not this one's past. */
  statusOf(consumer: Consumer): SecretRolloutStatus | undefined {
    return this.of(consumer)?.status;
  }

  approvedOf(consumer: Consumer): string | undefined {
    return this.of(consumer)?.approved;
  }

  async write(consumer: Consumer, status: SecretRolloutStatus): Promise<void> {
    const before = this.of(consumer);
    if (before?.status !== undefined && isDeepStrictEqual(before.status, status)) return;
    if (before === undefined) await this.create(consumer);
    try {
      await this.patch(consumer, before?.status, status);
    } catch (error) {
      if (!isKubeStatus(error, 404)) throw error;
      await this.create(consumer);
      await this.patch(consumer, undefined, status);
    }
  }

  private of(consumer: Consumer): RolloutView | undefined {
    const view = this.cache.get(consumerKey(consumer));
    return view?.owner === consumer.uid ? view : undefined;
  }

  private async patch(
    consumer: Consumer,
    before: SecretRolloutStatus | undefined,
    after: SecretRolloutStatus,
  ): Promise<void> {
    const { namespace, kind, name } = consumer;
    const patch = { status: { ...cleared(before, after), ...after } };
    const options = { type: "merge", subresource: "status", fieldManager: MANAGER } as const;
    this.note(consumer, await this.kube.patch(SECRET_ROLLOUTS, namespace, rolloutName(kind, name), patch, options));
  }

  private async create(consumer: Consumer): Promise<void> {
    const { namespace, kind, uid } = consumer;
    const name = rolloutName(kind, consumer.name);
    const object: KubernetesObject = {
      apiVersion: ROLLOUT_VERSION,
      kind: "SecretRollout",
      metadata: {
        name,
        namespace,
        ownerReferences: [{ apiVersion: "apps/v1", kind, name: consumer.name, uid }],
      },
    };
    const create = (): Promise<KubernetesObject> =>
      this.kube.create(SECRET_ROLLOUTS, object, { fieldManager: MANAGER });
    try {
      this.note(consumer, await create());
    } catch (error) {
      if (!isKubeStatus(error, 409)) throw error;
      const known = await this.kube.get(SECRET_ROLLOUTS, namespace, name);
      if (rolloutView(known).owner === uid) return this.note(consumer, known);
      // Of an earlier workload of that name; the garbage collector is about to take it.
      await this.kube.delete(SECRET_ROLLOUTS, namespace, name, { uid: known.metadata.uid ?? "" }).catch(ignoreGone);
      this.note(consumer, await create());
    }
  }

  private note(consumer: Consumer, object: KubernetesObject): void {
    this.cache.apply(consumerKey(consumer), rolloutView(object));
  }
}

function ignoreGone(error: unknown): void {
  if (!isKubeStatus(error, 404, 409)) throw error;
}

/** Nulls for the fields that go: a merge patch leaves what it does not name. */
function cleared(before: SecretRolloutStatus | undefined, after: SecretRolloutStatus): Readonly<Record<string, null>> {
  const gone = Object.keys(before ?? {}).filter((field) => !(field in after));
  return Object.fromEntries(gone.map((field) => [field, null]));
}
