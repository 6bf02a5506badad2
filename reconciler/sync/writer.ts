import {
  DATA_HASH_ANNOTATION,
  dataHash,
  fieldManager,
  KeyturnError,
  type KubernetesObject,
  type SecretData,
} from "../../api";
import { isKubeStatus } from "../kube/error";
import { EXTERNAL_SECRETS, SECRETS } from "../kube/resources";
import { isCurrent, targetState } from "./decide";
import type { SyncDeps } from "./deps";
import { sameNames } from "./intern";
import type { ManagedSecrets } from "./managed-secrets";
import { externalSecretRecord, metadataOf, type ExternalSecretRecord, type Metadata } from "./record";
import { secretRecord, type SecretRecord } from "./secret-record";
import { decideWrite, secretData } from "./write";
import type { RefusalMessage } from "./write-checks";

/** Attempts of one write that others got in between. */
const ATTEMPTS = 5;

/** A Secret that must not be written. */
export class WriteRefused extends KeyturnError {
  constructor(
    /** ESO's message for the condition. */
    readonly constant: RefusalMessage,
    record: ExternalSecretRecord,
    cause: string,
    remedy: string | undefined,
  ) {
    super({ code: "WriteRefused", object: record.title, cause, ...(remedy === undefined ? {} : { remedy }) });
  }
}

/** The ExternalSecret is not the one any more that was read. */
export class ChangedMeanwhile extends KeyturnError {
  constructor(record: ExternalSecretRecord) {
    super({ code: "ChangedMeanwhile", object: record.title, cause: "was changed meanwhile" });
  }
}

/** What became of a write. */
export type Written =
  | { readonly did: "create" | "update"; readonly keys: readonly string[] }
  | { readonly did: "nothing" }
  /** creationPolicy Merge without a Secret to merge into. */
  | { readonly did: "leave" };

/** Brings target Secrets in step, with as few calls as the situation needs: none when it is in step by its metadata. */
export class SecretWriter {
  constructor(
    private readonly deps: SyncDeps,
    private readonly secrets: ManagedSecrets,
  ) {}

  /** @throws WriteRefused, ChangedMeanwhile, KubeError */
  async write(record: ExternalSecretRecord, data: SecretData): Promise<Written> {
    const known = this.secrets.get(record.targetKey);
    if (known !== undefined && inStep(record, known, data)) return { did: "nothing" };
    const metadata = await this.metadataOf(record);
    // A Secret that is not managed is not known; creating tells whether there is one.
    const blind = known === undefined && record.spec.creation !== "Merge";
    let existing = blind ? undefined : await this.read(record);
    for (let attempt = 1; ; attempt += 1) {
      const action = decideWrite({ externalSecret: record, metadata, data, existing });
      try {
        switch (action.do) {
          case "nothing":
            if (existing !== undefined) this.note(record, existing);
            return { did: "nothing" };
          case "leave":
            return { did: "leave" };
          case "refuse":
            throw new WriteRefused(action.message, record, action.cause, action.remedy);
          case "create":
            this.note(record, await this.create(record, action.secret));
            return this.did(record, "create", action.keys);
          case "patch":
            this.note(record, await this.patch(record, action.patch));
            return this.did(record, "update", action.keys);
        }
      } catch (error) {
        const overtaken = isKubeStatus(error, 409) || (action.do === "patch" && isKubeStatus(error, 404));
        if (overtaken && attempt < ATTEMPTS) {
          existing = await this.read(record);
          continue;
        }
        this.failed(record, error);
        throw error;
      }
    }
  }

  /**
   * Reads a Secret whose metadata is not clear. True: it is as written, and stays so for this version; false: it has to be
   * written anew, or is gone.
   */
  async verify(record: ExternalSecretRecord): Promise<boolean> {
    const existing = await this.read(record);
    if (existing === undefined) {
      const known = this.secrets.get(record.targetKey);
      if (known !== undefined) this.secrets.remove(record.targetKey, known.uid);
      return false;
    }
    if (!(await this.isAsWritten(record, existing))) return false;
    this.note(record, existing);
    return true;
  }

  private async isAsWritten(record: ExternalSecretRecord, existing: KubernetesObject): Promise<boolean> {
    const data = secretData(existing);
    const { keys, creation } = record.spec;
    const hash = existing.metadata.annotations?.[DATA_HASH_ANNOTATION] === dataHash(data);
    if (!isCurrent(record)) return hash;
    if (creation !== "Owner") return hash && (keys ?? []).every((key) => data.has(key));
    const metadata = await this.metadataOf(record);
    if (decideWrite({ externalSecret: record, metadata, data, existing }).do !== "nothing") return false;
    return keys === undefined || sameNames(keys, [...data.keys()].sort());
  }

  private create(record: ExternalSecretRecord, secret: KubernetesObject): Promise<KubernetesObject> {
    return this.deps.kube.create(SECRETS, secret, { fieldManager: fieldManager(record.name) });
  }

  private patch(record: ExternalSecretRecord, patch: unknown): Promise<KubernetesObject> {
    return this.deps.kube.patch(SECRETS, record.namespace, record.spec.target, patch, {
      type: "merge",
      fieldManager: fieldManager(record.name),
    });
  }

  private async read(record: ExternalSecretRecord): Promise<KubernetesObject | undefined> {
    try {
      return await this.deps.kube.get(SECRETS, record.namespace, record.spec.target);
    } catch (error) {
      if (isKubeStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Remembers the Secret as right: it was just written, or read and found right. */
  private note(record: ExternalSecretRecord, secret: KubernetesObject): void {
    const right = secretRecord(secret);
    right.verified = true;
    this.secrets.apply(record.targetKey, right);
  }

  private async metadataOf(record: ExternalSecretRecord): Promise<Metadata> {
    if (record.metadata !== undefined) return record.metadata;
    const object = await this.deps.kube.get(EXTERNAL_SECRETS, record.namespace, record.name);
    if (externalSecretRecord(object).version !== record.version) throw new ChangedMeanwhile(record);
    return metadataOf(object);
  }

  private did(record: ExternalSecretRecord, did: "create" | "update", keys: readonly string[]): Written {
    this.deps.metrics.count("keyturn_secret_writes_total", { operation: did, outcome: "ok" });
    this.deps.audit.record({
      event: "secret-write",
      outcome: "ok",
      object: record.title,
      target: `Secret ${record.targetKey}`,
      keys,
    });
    return { did, keys };
  }

  private failed(record: ExternalSecretRecord, error: unknown): void {
    const refused = error instanceof WriteRefused;
    this.deps.metrics.count("keyturn_secret_writes_total", {
      operation: "update",
      outcome: refused ? "refused" : "failed",
    });
    this.deps.audit.record({
      event: "secret-write",
      outcome: refused ? "refused" : "failed",
      object: record.title,
      target: `Secret ${record.targetKey}`,
      ...(error instanceof KeyturnError ? { code: error.code } : {}),
    });
  }
}

/** True when the metadata alone tells that the Secret has this data and everything else that is wanted. */
function inStep(record: ExternalSecretRecord, target: SecretRecord, data: SecretData): boolean {
  const { creation } = record.spec;
  if ((creation !== "Owner" && creation !== "Orphan") || !isCurrent(record)) return false;
  if (target.dataHash !== dataHash(data)) return false;
  const names = [...data.keys()].sort();
  return (
    targetState({ externalSecret: record, target, knownKeys: names }) === "right" &&
    (target.verified || sameNames(names, target.keys))
  );
}
