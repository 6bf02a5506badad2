import {
  ESO_VERSION,
  EXTERNAL_SECRET_FINALIZER,
  KeyturnError,
  type KubernetesObject,
  type SecretData,
} from "../../api";
import { isKubeStatus } from "../kube/error";
import { EXTERNAL_SECRETS } from "../kube/resources";
import { decide, lateness, type DueInput, type SyncReason } from "./decide";
import type { SyncDeps, SyncOptions } from "./deps";
import type { Entry } from "./entry";
import type { Fetcher } from "./fetch";
import type { ManagedSecrets } from "./managed-secrets";
import type { ExternalSecretRecord } from "./record";
import { retryDelay, retryOf } from "./retry";
import { statusPatch, type Outcome } from "./status";
import type { Stores } from "./stores";
import { ChangedMeanwhile, WriteRefused, type SecretWriter, type Written } from "./writer";

/** ESO's message for everything that goes wrong before there is data. */
const NO_DATA = "could not get secret data from provider";
const SYNCED = "secret synced";
const LEFT = "secret will not be created due to CreationPolicy=Merge";
const RETAINED = "secret retained due to DeletionPolicy=Retain";
/** Decisions of one turn: verify, sync, wait, and one more of each when things move. */
const ROUNDS = 6;
/** Conflicts in a row after which the object backs off like any other failure. */
const CONFLICTS = 5;

export interface ReconcileHooks {
  /** A newer state of an ExternalSecret, from the answer to an own write. */
  readonly accept: (object: KubernetesObject) => void;
  /** A periodic read of the provider begins: others of the same paths may share it. */
  readonly reading: (record: ExternalSecretRecord) => void;
  /** The object waits for the Vault at the address. */
  readonly waiting: (key: string, address: string) => void;
}

/** Brings one ExternalSecret in step: gathers, decides, acts, until there is nothing to do now. */
export class Reconciler {
  constructor(
    private readonly deps: SyncDeps,
    private readonly options: SyncOptions,
    private readonly parts: {
      readonly stores: Stores;
      readonly secrets: ManagedSecrets;
      readonly fetcher: Fetcher;
      readonly writer: SecretWriter;
    },
    private readonly hooks: ReconcileHooks,
  ) {}

  /** @returns milliseconds after which to look again; undefined: only when something changes. Does not throw for its object's sake. */
  async reconcile(entry: Entry): Promise<number | undefined> {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (this.isForeign(entry.record)) return undefined;
      const action = decide(this.input(entry, false));
      switch (action.do) {
        case "wait":
          return action.for;
        case "release":
          await this.release(entry);
          return entry.heldUntil === undefined ? undefined : entry.heldUntil - Date.now();
        case "refuse":
          return this.refuse(entry, action.problem);
        case "verify":
          await this.verify(entry);
          break;
        case "sync":
          await this.sync(entry, action.because);
          break;
      }
    }
    return 1000;
  }

  input(entry: Entry, shared: boolean): DueInput {
    return {
      externalSecret: entry.record,
      target: this.parts.secrets.get(entry.record.targetKey),
      checked: entry.checkedVersion === "" ? undefined : { at: entry.checkedAt, version: entry.checkedVersion },
      knownKeys: entry.knownKeys,
      heldUntil: entry.heldUntil,
      wanted: entry.wanted,
      shared: shared || entry.shared,
      now: Date.now(),
    };
  }

  /** Another operator's: one of its stores has another class, or (with --strict-class) none says that it is ours. */
  private isForeign(record: ExternalSecretRecord): boolean {
    const owners = record.spec.sources.map((source) => this.parts.stores.ownerOf(source.store));
    return owners.includes("other") || (this.options.strictClass && !owners.includes("ours"));
  }

  private async sync(entry: Entry, because: SyncReason): Promise<void> {
    const { record } = entry;
    const started = Date.now();
    if (because === "interval" && !entry.shared) this.hooks.reading(record);
    const repair = entry.repair || because === "Secret missing" || because === "Secret changed";
    const late = because === "interval" && !entry.shared ? lateness(this.input(entry, false)) : undefined;
    entry.wanted = entry.repair = entry.shared = false;
    const failed = (constant: string, error: unknown): Promise<void> => {
      // What was asked for is still wanted after the pause.
      entry.wanted = because === "wanted";
      return this.fail(entry, record, constant, error);
    };
    let data: SecretData;
    try {
      data = await this.parts.fetcher.fetch(record, {
        fresh: because === "new version" || because === "wanted",
        insist: because === "new version",
      });
    } catch (error) {
      return failed(NO_DATA, error);
    }
    let written: Written;
    try {
      written = data.size === 0 ? { did: "nothing", names: [] } : await this.parts.writer.write(record, data);
    } catch (error) {
      return failed(error instanceof WriteRefused ? error.constant : "could not update secret", error);
    }
    entry.succeeded(record, started, written.names);
    if (repair && written.did !== "nothing") entry.repaired(Date.now());
    if (written.did === "create" || written.did === "update") {
      entry.unreported = true;
      const created = written.did === "create";
      this.event(record, "Normal", created ? "Created" : "Updated", created ? "secret created" : "secret updated");
    }
    if (late !== undefined)
      this.deps.metrics.observe("keyturn_refresh_lateness_seconds", (late + Date.now() - started) / 1000);
    const left = written.did === "leave";
    await this.report(entry, record, {
      ready: "True",
      reason: left ? "SecretMissing" : "SecretSynced",
      message: left ? LEFT : data.size === 0 ? RETAINED : SYNCED,
      refreshed: started,
      binding: left || data.size === 0 ? undefined : record.spec.target,
      wrote: entry.unreported,
    });
  }

  private async verify(entry: Entry): Promise<void> {
    const { record } = entry;
    try {
      if (!(await this.parts.writer.verify(record))) entry.wanted = entry.repair = true;
    } catch (error) {
      await this.fail(entry, record, "could not update secret", error);
    }
  }

  private async refuse(entry: Entry, problem: string): Promise<number | undefined> {
    const { record } = entry;
    const message = `${NO_DATA}: ${problem}`;
    await this.reportFailure(entry, record, message);
    return entry.heldUntil === undefined ? undefined : Math.max(0, entry.heldUntil - Date.now());
  }

  /** Takes ESO's finalizer off an object that is being deleted: once ESO is gone nobody else would. */
  private async release(entry: Entry): Promise<void> {
    const { namespace, name, uid } = entry.record;
    try {
      const object = await this.deps.kube.get(EXTERNAL_SECRETS, namespace, name);
      const finalizers = object.metadata.finalizers ?? [];
      if (object.metadata.uid !== uid || !finalizers.includes(EXTERNAL_SECRET_FINALIZER)) return;
      await this.deps.kube.patch(
        EXTERNAL_SECRETS,
        namespace,
        name,
        {
          metadata: {
            resourceVersion: object.metadata.resourceVersion,
            finalizers: finalizers.filter((finalizer) => finalizer !== EXTERNAL_SECRET_FINALIZER),
          },
        },
        { type: "merge", fieldManager: "keyturn" },
      );
      entry.heldUntil = undefined;
    } catch (error) {
      if (!isKubeStatus(error, 404)) this.hold(entry, error);
    }
  }

  private async fail(entry: Entry, record: ExternalSecretRecord, constant: string, error: unknown): Promise<void> {
    this.hold(entry, error);
    this.deps.metrics.count("controller_runtime_reconcile_errors_total", { controller: "externalsecret" });
    if (isMovement(error) && entry.failures < CONFLICTS) return;
    if (!(error instanceof KeyturnError)) this.unexpected(record, error);
    const words = error instanceof KeyturnError ? error.message : "unexpected error, see the reconciler's log";
    await this.reportFailure(entry, record, `${constant}: ${words}`);
  }

  /** Nothing more for this object until its retry is due. */
  private hold(entry: Entry, error: unknown): void {
    entry.failures += 1;
    this.deps.metrics.count("workqueue_retries_total", { name: "externalsecret" });
    const calm = isMovement(error) && entry.failures >= CONFLICTS;
    const retry = calm ? { when: "backoff" as const } : isMovement(error) ? { when: "now" as const } : retryOf(error);
    if (retry.when === "recovery") this.hooks.waiting(entry.record.key, retry.address);
    entry.heldUntil = Date.now() + retryDelay(retry, entry.failures, entry.record.spec.interval, Math.random());
  }

  private async reportFailure(entry: Entry, record: ExternalSecretRecord, message: string): Promise<void> {
    const changed = record.status.message !== message;
    if (changed) {
      this.event(record, "Warning", "UpdateFailed", message);
      this.deps.log.warn("an ExternalSecret could not be synced", { object: record.title, cause: message });
    }
    const outcome = { refreshed: undefined, binding: undefined, wrote: false } as const;
    await this.report(entry, record, { ready: "False", reason: "SecretSyncedError", message, ...outcome });
  }

  private async report(entry: Entry, record: ExternalSecretRecord, outcome: Outcome): Promise<void> {
    // The status may have been written meanwhile; the version is the one that was worked on.
    const current = entry.record.version === record.version ? entry.record : record;
    const patch = statusPatch(current, outcome, Date.now());
    if (patch === undefined) return;
    try {
      const { namespace, name } = record;
      const options = { type: "merge", subresource: "status", fieldManager: "keyturn" } as const;
      const answer = await this.deps.kube.patch(EXTERNAL_SECRETS, namespace, name, patch, options);
      entry.unreported = false;
      this.hooks.accept(answer);
    } catch (error) {
      if (isKubeStatus(error, 404)) return;
      this.hold(entry, error);
      this.deps.log.warn("the status of an ExternalSecret could not be written", {
        object: record.title,
        ...(error instanceof KeyturnError ? { code: error.code, cause: error.reason } : {}),
      });
    }
  }

  private event(record: ExternalSecretRecord, type: "Normal" | "Warning", reason: string, message: string): void {
    const { namespace, name, uid } = record;
    this.deps.events.send(
      { apiVersion: ESO_VERSION, kind: "ExternalSecret", namespace, name, uid },
      type,
      reason,
      message,
    );
  }

  private unexpected(record: ExternalSecretRecord, error: unknown): void {
    this.deps.metrics.count("controller_runtime_reconcile_panics_total", { controller: "externalsecret" });
    this.deps.log.error("unexpected error", {
      object: record.title,
      code: error instanceof Error ? error.name : "unknown",
    });
    // The message may quote data; the frames do not.
    if (error instanceof Error) this.deps.log.debug("unexpected error", { cause: frames(error) });
  }
}

/** Somebody else was faster: not a failure of the object. */
function isMovement(error: unknown): boolean {
  return error instanceof ChangedMeanwhile || isKubeStatus(error, 409);
}

function frames(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join(" ");
}
