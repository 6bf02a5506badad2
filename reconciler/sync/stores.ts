import { ESO_VERSION, KeyturnError } from "../../api";
import { KubeError } from "../kube/error";
import { CLUSTER_SECRET_STORES, NAMESPACES, SECRET_STORES } from "../kube/resources";
import { VaultError } from "../vault/error";
import type { VaultIdentity } from "../vault/types";
import { conditionsAllow, environmentDenial } from "./admission";
import { Cache } from "./cache";
import type { SyncDeps, SyncOptions } from "./deps";
import { DueTimer } from "./due";
import { Identities } from "./identity";
import { retryDelay } from "./retry";
import { rfc3339 } from "./status";
import { storeRecord, storeTitle, type StoreRecord } from "./store";

export interface Resolved {
  readonly store: StoreRecord;
  readonly identity: VaultIdentity;
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason: "Valid" | "ValidationUnknown" | "InvalidProviderConfig";
  readonly message: string;
}

const VALID: Verdict = { status: "True", reason: "Valid", message: "store validated" };
/** Credentials that lie in each ExternalSecret's namespace cannot be tried by the store alone. */
const REFERENT: Verdict = {
  status: "True",
  reason: "ValidationUnknown",
  message: "could not determine validation status: each namespace has its own credentials",
};

const LABELS_KEPT = 30_000;

/**
 * The SecretStores and ClusterSecretStores: which are ours, who may use them, as whom they log in, and their Ready condition,
 * which follows what reads and logins say and is written when it changes.
 */
export class Stores {
  readonly cache = new Cache<StoreRecord>();
  private readonly identities: Identities;
  private readonly checks = new DueTimer((key) => this.check(key));
  private readonly failures = new Map<string, number>();
  private readonly reporting = new Set<string>();
  /** The last word about a store while its condition is being written: it comes next. */
  private readonly unsaid = new Map<string, () => void>();
  private readonly labels = new Map<
    string,
    { readonly at: number; readonly labels: Readonly<Record<string, string>> }
  >();
  private working = false;

  constructor(
    private readonly deps: SyncDeps,
    private readonly options: SyncOptions,
    private readonly onChange: (key: string) => void,
  ) {
    this.identities = new Identities(deps.kube);
  }

  /** From now on stores are tried and conditions written. */
  start(): void {
    this.working = true;
    for (const store of this.cache.values()) this.consider(store, undefined);
  }

  stop(): void {
    this.working = false;
    this.checks.stop();
  }

  upsert(store: StoreRecord): void {
    const previous = this.cache.get(store.key);
    if (!this.cache.apply(store.key, store)) return;
    const changed = previous === undefined || previous.uid !== store.uid || previous.generation !== store.generation;
    if (changed && previous !== undefined) this.identities.forget(previous);
    if (this.working) this.consider(store, previous);
    if (changed) this.onChange(store.key);
  }

  remove(key: string, uid: string): void {
    if (!this.cache.remove(key, uid)) return;
    this.checks.delete(key);
    this.failures.delete(key);
    this.onChange(key);
  }

  /** Whose store it is; a store that is missing is nobody's. */
  ownerOf(key: string): "ours" | "other" | "missing" {
    const store = this.cache.get(key);
    return store === undefined ? "missing" : this.isOurs(store) ? "ours" : "other";
  }

  /**
   * The store for a read of `keys` from a namespace, once everything that forbids it has been asked.
   * @throws KeyturnError `StoreMissing`, `Denied`, `InvalidStore`; KubeError
   */
  async resolve(key: string, namespace: string, keys: readonly string[]): Promise<Resolved> {
    const store = this.cache.get(key);
    if (store === undefined) throw missing(key);
    const title = storeTitle(store);
    if (!this.isOurs(store))
      throw denied(title, "can not reference unmanaged store", "its spec.controller names another operator");
    if (!(await conditionsAllow(store.conditions, namespace, () => this.labelsOf(namespace))))
      throw denied(
        title,
        `using cluster store "${store.name}" is not allowed from namespace "${namespace}": denied by spec.condition`,
        "add the namespace to the store's conditions",
      );
    if (this.options.environments !== undefined) {
      for (const each of keys) {
        const denial = environmentDenial(this.options.environments, namespace, store, each, Date.now());
        if (denial !== undefined) throw denied(title, denial.problem, denial.remedy);
      }
    }
    return { store, identity: await this.identities.of(store, namespace) };
  }

  /** A read through the store succeeded. */
  succeeded(store: StoreRecord): void {
    this.failures.delete(store.key);
    this.report(store, VALID);
  }

  /** A read through the store failed; only what is the store's own fault concerns its condition. */
  failed(store: StoreRecord, error: unknown): void {
    const failure = error instanceof VaultError ? error.failure : undefined;
    const everywhere = failure === "Sealed" || failure === "Unreachable" || isInvalid(error);
    if (everywhere) this.identities.forget(store);
    const own = failure === "LoginFailed" || error instanceof KubeError;
    if (everywhere || (own && !store.referent)) this.report(store, verdictOf(error));
  }

  /** The store could not be used; see {@link resolve}. */
  refused(key: string, error: unknown): void {
    const store = this.cache.get(key);
    if (store !== undefined) this.failed(store, error);
  }

  private isOurs(store: StoreRecord): boolean {
    return store.controller === "" ? !this.options.strictClass : store.controller === this.options.controllerClass;
  }

  /** A store that is new, changed or not ready is tried at once; a ready one shows at its next read. */
  private consider(store: StoreRecord, previous: StoreRecord | undefined): void {
    if (!this.isOurs(store)) return;
    const changed = previous !== undefined && previous.generation !== store.generation;
    const isNew = previous === undefined && store.status.ready !== "True";
    if (changed || isNew) this.checks.set(store.key, 0);
  }

  private check(key: string): void {
    const store = this.cache.get(key);
    if (store === undefined || !this.working) return;
    this.tryOut(store).catch((error: unknown) => {
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.failed(store, error);
      this.checks.set(key, retryDelay({ when: "slow" }, failures, 0, Math.random()));
    });
  }

  private async tryOut(store: StoreRecord): Promise<void> {
    if (store.referent && store.problem === undefined) return this.report(store, REFERENT);
    const identity = await this.identities.of(store, store.namespace ?? "");
    await this.deps.vault.login(identity);
    this.succeeded(store);
  }

  private report(seen: StoreRecord, verdict: Verdict): void {
    const store = this.cache.get(seen.key);
    if (store === undefined || store.uid !== seen.uid || store.generation !== seen.generation || !this.working) return;
    if (this.reporting.has(store.key)) {
      this.unsaid.set(store.key, () => this.report(seen, verdict));
      return;
    }
    const { status } = store;
    if (status.ready === verdict.status && (verdict === REFERENT || same(status, verdict))) return;
    this.reporting.add(store.key);
    this.write(store, verdict)
      .catch((error: unknown) => {
        this.deps.log.warn("the condition of a store could not be written", {
          store: storeTitle(store),
          ...(error instanceof KeyturnError ? { code: error.code, cause: error.reason } : {}),
        });
      })
      .finally(() => {
        this.reporting.delete(store.key);
        const next = this.unsaid.get(store.key);
        this.unsaid.delete(store.key);
        next?.();
      });
  }

  private async write(store: StoreRecord, verdict: Verdict): Promise<void> {
    const { status, reason, message } = verdict;
    const kept = store.status.ready === status ? store.status.transitionTime : undefined;
    const condition = { type: "Ready", status, reason, message, lastTransitionTime: kept ?? rfc3339(Date.now()) };
    const answer = await this.deps.kube.patch(
      store.namespace === undefined ? CLUSTER_SECRET_STORES : SECRET_STORES,
      store.namespace,
      store.name,
      { status: { conditions: [condition], capabilities: "ReadOnly" } },
      { type: "merge", subresource: "status", fieldManager: "keyturn" },
    );
    this.upsert(storeRecord(answer));
    const target = { apiVersion: ESO_VERSION, kind: store.kind, name: store.name, uid: store.uid };
    this.deps.events.send(
      store.namespace === undefined ? target : { ...target, namespace: store.namespace },
      status === "True" ? "Normal" : "Warning",
      reason,
      message,
    );
  }

  private async labelsOf(namespace: string): Promise<Readonly<Record<string, string>>> {
    const kept = this.labels.get(namespace);
    if (kept !== undefined && performance.now() < kept.at + LABELS_KEPT) return kept.labels;
    const object = await this.deps.kube.get(NAMESPACES, undefined, namespace);
    const labels = object.metadata.labels ?? {};
    this.labels.set(namespace, { at: performance.now(), labels });
    return labels;
  }
}

function same(status: StoreRecord["status"], verdict: Verdict): boolean {
  return status.reason === verdict.reason && status.message === verdict.message;
}

function isInvalid(error: unknown): boolean {
  return error instanceof KeyturnError && error.code === "InvalidStore";
}

function verdictOf(error: unknown): Verdict {
  const cause = error instanceof KeyturnError ? error.message : "unexpected error, see the reconciler's log";
  const what = isInvalid(error) ? "unable to create client" : "unable to validate store";
  return { status: "False", reason: "InvalidProviderConfig", message: `${what}: ${cause}` };
}

function missing(key: string): KeyturnError {
  const [kind = "", ...path] = key.split("/");
  return new KeyturnError({
    code: "StoreMissing",
    object: `${kind} ${path.join("/")}`,
    cause: "does not exist",
    remedy: "create it or correct secretStoreRef",
  });
}

function denied(object: string, cause: string, remedy: string): KeyturnError {
  return new KeyturnError({ code: "Denied", object, cause, remedy });
}
