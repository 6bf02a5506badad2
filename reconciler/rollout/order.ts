import type { RolledWorkload } from "../../api";
import type { Neighbours } from "./budget";
import { consumerKey, consumerTitle, type Consumer } from "./consumer";
import type { Progress } from "./progress";

/** What the order asks about the others. */
export interface Order extends Neighbours {
  /** How far a workload is that asks for no rollouts itself; undefined: it does not exist. */
  readonly progress: (namespace: string, workload: RolledWorkload) => Promise<Progress | undefined>;
}

/** Keys of the workloads that a consumer comes after. */
export function afterKeys({ namespace, policy }: Consumer): readonly string[] {
  return (policy.after ?? []).map(({ kind, name }) => consumerKey({ namespace, kind, name }));
}

/**
 * Which of the workloads a consumer comes after it has to wait for, and why; undefined: none. One that is rolled itself has to be done with
 * the change too, whether it uses the same Secret or another.
 */
export async function waitsFor(consumer: Consumer, order: Order): Promise<string | undefined> {
  const { namespace } = consumer;
  for (const workload of consumer.policy.after ?? []) {
    const other = order.consumer(consumerKey({ namespace, ...workload }));
    const title = consumerTitle({ namespace, ...workload });
    const progress = other === undefined ? await order.progress(namespace, workload) : other.progress;
    if (progress === undefined) return `waits for ${title}, which does not exist`;
    const unsettled = other === undefined ? undefined : unsettledOf(other, order);
    if (unsettled !== undefined) return `waits for ${title}, ${unsettled}`;
    if (progress !== "healthy") return `waits for ${title}, whose pods are not all available`;
  }
  return undefined;
}

function unsettledOf(other: Consumer, { status: statusOf, dataHash }: Order): string | undefined {
  const status = statusOf(other);
  // It takes changes when its pods start next, or has none of its Secrets yet: there is no rollout to wait for.
  if (other.policy.strategy === "none" || status === undefined) return undefined;
  switch (status.phase) {
    case "Rolling":
      return "which is being rolled";
    case "Waiting":
      return "which waits itself";
    case "Failed":
      return "which did not become healthy";
    case "Current": {
      const behind = status.secrets.some(({ name, dataHash: known }) => {
        const now = dataHash(`${other.namespace}/${name}`);
        return now !== undefined && now !== known;
      });
      return behind ? "which has not looked at the change yet" : undefined;
    }
  }
}
