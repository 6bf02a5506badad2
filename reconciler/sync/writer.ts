import {
  DATA_HASH_ANNOTATION,
  dataHash,
  fieldManager,
  KeyturnError,
  TEMPLATE_INPUTS,
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
import { metadataHash, secretRecord, type SecretRecord } from "./secret-record";
import { isMadeFrom } from "./template-inputs";
import type { Templates, TemplateWish, Wanted } from "./templates";
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
export interface Written {
  /** `leave`: creationPolicy Merge without a Secret to merge into. */
  readonly did: "create" | "update" | "nothing" | "leave";
  /** The keys that the Secret has of this ExternalSecret, sorted. */
  readonly names: readonly string[];
}

/** What a sync wants. The metadata of an ExternalSecret without a template is asked for only when it is needed. */
type Wish = { readonly kind: "plain"; readonly data: SecretData } | TemplateWish;

/** Brings target Secrets in step, with as few calls as the situation needs: none when it is in step by its metadata. */
export class SecretWriter {
  constructor(
    private readonly deps: SyncDeps,
    private readonly secrets: ManagedSecrets,
    private readonly templates: Templates,
  ) {}

  /**
   * @param fetched what the provider gave
   * @throws WriteRefused, ChangedMeanwhile, KubeError; KeyturnError when the template fails
   */
  async write(record: ExternalSecretRecord, fetched: SecretData): Promise<Written> {
    const wish = await this.wish(record, fetched);
    const known = this.secrets.get(record.targetKey);
    const names = known === undefined ? undefined : namesInStep(record, known, wish);
    if (names !== undefined) return { did: "nothing", names };
    const given = await this.given(record, wish);
    // A Secret that is not managed is not known; creating tells whether there is one.
    const blind = known === undefined && record.spec.creation !== "Merge";
    let existing = blind ? undefined : await this.read(record);
    for (let attempt = 1; ; attempt += 1) {
      const wanted = await given(existing);
      const action = decideWrite({ externalSecret: record, existing, ...wanted });
      const names = sortedKeys(wanted.data);
      try {
        switch (action.do) {
          case "nothing":
            if (existing !== undefined) this.note(record, existing, wanted.metadata);
            return { did: "nothing", names };
          case "leave":
            return { did: "leave", names };
          case "refuse":
            throw new WriteRefused(action.message, record, action.cause, action.remedy);
          case "create":
            this.note(record, await this.create(record, action.secret), wanted.metadata);
            this.did(record, "create", action.keys);
            return { did: "create", names };
          case "patch":
            this.note(record, await this.patch(record, action.patch), wanted.metadata);
            this.did(record, "update", action.keys);
            return { did: "update", names };
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
    const metadata = await this.metadataIfAsWritten(record, existing);
    if (metadata === undefined) return false;
    this.note(record, existing, metadata);
    return true;
  }

  /** The metadata the Secret was found right with; undefined: it is not as written, or only the provider's data can tell. */
  private async metadataIfAsWritten(
    record: ExternalSecretRecord,
    existing: KubernetesObject,
  ): Promise<Metadata | undefined> {
    const data = secretData(existing);
    const { keys, creation, template } = record.spec;
    const { labels = {}, annotations = {} } = existing.metadata;
    if (annotations[DATA_HASH_ANNOTATION] !== dataHash(data)) return undefined;
    const there = { labels, annotations };
    if (!isCurrent(record)) return there;
    if (creation !== "Owner") return (keys ?? []).every((key) => data.has(key)) ? there : undefined;
    // What a template makes of labels and annotations is known when it is rendered.
    if (template !== undefined && !(template.labels?.length === 0 && template.annotations?.length === 0))
      return undefined;
    const own = await this.metadataOf(record);
    const mark = template?.random === true ? annotations[TEMPLATE_INPUTS] : undefined;
    const metadata =
      mark === undefined ? own : { ...own, annotations: { ...own.annotations, [TEMPLATE_INPUTS]: mark } };
    const type = template?.type ?? "";
    if (decideWrite({ externalSecret: record, metadata, data, type, existing }).do !== "nothing") return undefined;
    return keys === undefined || sameNames(keys, sortedKeys(data)) ? metadata : undefined;
  }

  private async wish(record: ExternalSecretRecord, fetched: SecretData): Promise<Wish> {
    const { template } = record.spec;
    if (template === undefined) return { kind: "plain", data: fetched };
    return this.templates.wish(record, template, fetched, {
      current: isCurrent(record),
      moved: (object) => assertSame(record, object),
    });
  }

  /** How a wish becomes what is wanted of the Secret that is there. */
  private async given(
    record: ExternalSecretRecord,
    wish: Wish,
  ): Promise<(existing: KubernetesObject | undefined) => Promise<Wanted>> {
    if (wish.kind === "random") return wish.wanted;
    const wanted =
      wish.kind === "rendered" ? wish.wanted : { data: wish.data, metadata: await this.metadataOf(record), type: "" };
    return async () => wanted;
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
  private note(record: ExternalSecretRecord, secret: KubernetesObject, metadata: Metadata): void {
    const right = secretRecord(secret);
    const known = this.secrets.get(record.targetKey);
    // The cache keeps the record it has of this version.
    const same = known?.uid === right.uid && known.resourceVersion === right.resourceVersion;
    const kept = same ? known : right;
    kept.verified = true;
    kept.verifiedMetadata = record.spec.template === undefined ? "" : metadataHash(metadata);
    if (!same) this.secrets.apply(record.targetKey, right);
  }

  private async metadataOf(record: ExternalSecretRecord): Promise<Metadata> {
    if (record.metadata !== undefined) return record.metadata;
    const object = await this.deps.kube.get(EXTERNAL_SECRETS, record.namespace, record.name);
    assertSame(record, object);
    return metadataOf(object);
  }

  private did(record: ExternalSecretRecord, did: "create" | "update", keys: readonly string[]): void {
    this.deps.metrics.count("keyturn_secret_writes_total", { operation: did, outcome: "ok" });
    this.deps.audit.record({
      event: "secret-write",
      outcome: "ok",
      object: record.title,
      target: `Secret ${record.targetKey}`,
      keys,
    });
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

/** @throws ChangedMeanwhile */
function assertSame(record: ExternalSecretRecord, object: KubernetesObject): void {
  if (externalSecretRecord(object).version !== record.version) throw new ChangedMeanwhile(record);
}

/**
 * The keys of the Secret when its metadata alone tells that it has everything that is wanted; undefined: it has to be read or
 * written.
 */
function namesInStep(record: ExternalSecretRecord, target: SecretRecord, wish: Wish): readonly string[] | undefined {
  const { creation, template } = record.spec;
  if ((creation !== "Owner" && creation !== "Orphan") || !isCurrent(record)) return undefined;
  const data = wish.kind === "plain" ? wish.data : wish.kind === "rendered" ? wish.wanted.data : undefined;
  const names = data === undefined ? (record.spec.keys ?? target.keys) : sortedKeys(data);
  if (targetState({ externalSecret: record, target, knownKeys: names }) !== "right") return undefined;
  if (data !== undefined && target.dataHash !== dataHash(data)) return undefined;
  if (!target.verified && !sameNames(names, target.keys)) return undefined;
  switch (wish.kind) {
    case "plain":
      return names;
    case "rendered": {
      const hash = target.verified ? target.verifiedMetadata : target.ownMetadata;
      return metadataHash(wish.wanted.metadata) === hash ? names : undefined;
    }
    case "random": {
      if (!isMadeFrom(target.templateInputs, wish.inputs)) return undefined;
      // Which names a literal made shows only in the Secret.
      const open = [record.spec.keys, template?.labels, template?.annotations].includes(undefined);
      return open && !target.verified ? undefined : names;
    }
  }
}

function sortedKeys(data: SecretData): readonly string[] {
  return [...data.keys()].sort();
}
