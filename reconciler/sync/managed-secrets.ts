import type { KubernetesObject } from "../../api";
import { Cache } from "./cache";
import { secretRecord, type SecretRecord } from "./secret-record";

/** The Secrets with the managed label, by metadata; the sync and the rollouts both follow them. */
export class ManagedSecrets {
  private readonly cache = new Cache<SecretRecord>();
  private readonly listeners: ((key: string) => void)[] = [];

  get size(): number {
    return this.cache.size;
  }

  get(key: string): SecretRecord | undefined {
    return this.cache.get(key);
  }

  project(object: KubernetesObject): SecretRecord {
    return this.cache.project(`${object.metadata.namespace ?? ""}/${object.metadata.name}`, object, secretRecord);
  }

  /** Called with the key of each Secret that came, changed or went. */
  subscribe(listener: (key: string) => void): void {
    this.listeners.push(listener);
  }

  apply(key: string, record: SecretRecord): void {
    if (this.cache.apply(key, record)) this.tell(key);
  }

  remove(key: string, uid: string): void {
    if (this.cache.remove(key, uid)) this.tell(key);
  }

  private tell(key: string): void {
    for (const listener of this.listeners) listener(key);
  }
}
