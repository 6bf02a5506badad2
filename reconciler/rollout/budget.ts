import type { SecretRolloutStatus } from "../../api";
import { consumerKey, consumerTitle, type Consumer } from "./consumer";

/** What the budget asks about the others. Secrets by `namespace/name`. */
export interface Neighbours {
  readonly consumer: (key: string) => Consumer | undefined;
  readonly users: (secret: string) => Iterable<string>;
  readonly status: (consumer: Consumer) => SecretRolloutStatus | undefined;
  readonly dataHash: (secret: string) => string | undefined;
}

/** One rollout at a time per Secret, and none after one that failed with the same data. */
export class Budget {
  /** Secrets for which a rollout is being started right now, by whom: the record is not written yet. */
  private readonly claims = new Map<string, string>();

  constructor(private readonly neighbours: Neighbours) {}

  /** Claims the consumer's Secrets until the result is called; nobody else begins meanwhile. */
  claim(consumer: Consumer): () => void {
    const secrets = secretsOf(consumer);
    for (const secret of secrets) this.claims.set(secret, consumerKey(consumer));
    return () => {
      for (const secret of secrets) this.claims.delete(secret);
    };
  }

  /** Why the consumer may not be rolled now because of another one, or undefined. */
  blockedBy(consumer: Consumer): string | undefined {
    const own = consumerKey(consumer);
    for (const secret of secretsOf(consumer)) {
      const claim = this.claims.get(secret);
      const claimant = claim === undefined || claim === own ? undefined : this.neighbours.consumer(claim);
      if (claimant !== undefined) return waitsFor(claimant);
      for (const key of this.neighbours.users(secret)) {
        const reason = key === own ? undefined : this.blocks(key, secret);
        if (reason !== undefined) return reason;
      }
    }
    return undefined;
  }

  private blocks(key: string, secret: string): string | undefined {
    const other = this.neighbours.consumer(key);
    const status = other === undefined ? undefined : this.neighbours.status(other);
    if (other === undefined || status === undefined) return undefined;
    if (status.phase === "Rolling") return waitsFor(other);
    const dataHash = this.neighbours.dataHash(secret);
    const same = status.secrets.some(
      (each) => `${other.namespace}/${each.name}` === secret && each.dataHash === dataHash,
    );
    if (status.phase !== "Failed" || !same) return undefined;
    return `${consumerTitle(other)} did not become healthy with this Secret: correct the Secret or the workload`;
  }
}

/** Keys of the Secrets a consumer uses. */
export function secretsOf({ namespace, uses }: Consumer): readonly string[] {
  return [...uses.keys()].map((name) => `${namespace}/${name}`);
}

function waitsFor(other: Consumer): string {
  return `waits for ${consumerTitle(other)}, which is being rolled for the same Secret`;
}
