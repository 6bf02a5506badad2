import {
  ADOPT,
  compare,
  DATA_HASH_ANNOTATION,
  fieldManager,
  MANAGED_LABEL,
  secretKeyProblem,
  type KubernetesObject,
  type OwnerReference,
  type SecretData,
} from "../../api";
import type { ExternalSecretRecord, Metadata } from "./record";
import { managedFields } from "./secret-record";

export interface WriteInput {
  readonly externalSecret: ExternalSecretRecord;
  /** Labels and annotations the Secret gets: the ExternalSecret's, or what its template made. */
  readonly metadata: Metadata;
  /** What the provider gave or the template made of it, by key of the Secret. */
  readonly data: SecretData;
  /** Type of the Secret; empty: as it is, `Opaque` for a new one. */
  readonly type: string;
  /** The whole Secret as it is; undefined: there is none. */
  readonly existing: KubernetesObject | undefined;
}

/** One look at the situation, for the checks. */
export interface Situation extends WriteInput {
  readonly wanted: SecretData;
  readonly present: SecretData;
}

/** ESO's messages for a Secret that cannot be written (reference/eso.md 2.10). */
export type RefusalMessage =
  | "could not update secret"
  | "could not update secret, target is immutable"
  | "failed to take ownership of target secret"
  | "target is owned by another ExternalSecret";

export interface Refusal {
  readonly do: "refuse";
  readonly message: RefusalMessage;
  readonly cause: string;
  readonly remedy?: string;
}

type Check = (situation: Situation) => Refusal | undefined;

/** Before any write; the first that objects is reported. */
const CHECKS: readonly Check[] = [badKeys, tooLarge, ownedByOther, otherType, wouldLoseKeys, immutable];

/** Why the Secret may not be written, or undefined. */
export function refusalOf(situation: Situation): Refusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(situation);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The Secret limit of Kubernetes: the bytes of all values together. */
const LARGEST = 1024 * 1024;

function badKeys({ data }: Situation): Refusal | undefined {
  for (const key of data.keys()) {
    const problem = secretKeyProblem(key);
    if (problem !== undefined)
      return {
        do: "refuse",
        message: "could not update secret",
        cause: `the key ${JSON.stringify(key.slice(0, 60))} ${problem}`,
        remedy: "name the key with spec.data[].secretKey",
      };
  }
  return undefined;
}

function tooLarge({ wanted }: Situation): Refusal | undefined {
  let size = 0;
  for (const value of wanted.values()) size += value.byteLength;
  if (size <= LARGEST) return undefined;
  return {
    do: "refuse",
    message: "could not update secret",
    cause: `the values have ${size} bytes together, a Secret holds at most ${LARGEST}`,
    remedy: "split it into several ExternalSecrets",
  };
}

function ownedByOther({ externalSecret, existing }: Situation): Refusal | undefined {
  const owner = existing === undefined ? undefined : controllerOf(existing);
  if (owner === undefined || owner.uid === externalSecret.uid) return undefined;
  if (isExternalSecret(owner)) {
    // The same name with another uid: the ExternalSecret was deleted and made again, its Secret not yet collected.
    if (owner.name === externalSecret.name) return undefined;
    return {
      do: "refuse",
      message: "target is owned by another ExternalSecret",
      cause: `Secret ${externalSecret.targetKey} belongs to ExternalSecret ${owner.name}`,
      remedy: "give one of them another spec.target.name",
    };
  }
  if (externalSecret.spec.creation !== "Owner") return undefined;
  return {
    do: "refuse",
    message: "failed to take ownership of target secret",
    cause: `Secret ${externalSecret.targetKey} is controlled by ${owner.kind} ${owner.name}`,
    remedy: "choose another spec.target.name, or creationPolicy Merge",
  };
}

/** The API server would refuse the change: a Secret's type is fixed when it is created. */
function otherType({ externalSecret, existing, type }: Situation): Refusal | undefined {
  if (existing === undefined || type === "") return undefined;
  const present = typeof existing.type === "string" && existing.type !== "" ? existing.type : "Opaque";
  if (present === type) return undefined;
  return {
    do: "refuse",
    message: "could not update secret",
    cause: `Secret ${externalSecret.targetKey} has the type ${present}, which cannot change, and spec.target.template.type is ${type}`,
    remedy: "delete the Secret, then it is written anew; or correct the type",
  };
}

function wouldLoseKeys({ externalSecret, existing, present, wanted }: Situation): Refusal | undefined {
  if (existing === undefined || isManaged(externalSecret, existing)) return undefined;
  if (externalSecret.adopt) return undefined;
  const lost = [...present.keys()].filter((key) => !wanted.has(key)).sort(compare);
  if (lost.length === 0) return undefined;
  return {
    do: "refuse",
    message: "could not update secret",
    cause: `Secret ${externalSecret.targetKey} exists already and its ${lost.length === 1 ? "key" : "keys"} ${lost.join(", ")} would be lost`,
    remedy: `add the keys to spec.data, or annotate the ExternalSecret with ${ADOPT}: "true"`,
  };
}

function immutable({ externalSecret, existing, present, wanted }: Situation): Refusal | undefined {
  if (existing?.immutable !== true || sameData(present, wanted)) return undefined;
  return {
    do: "refuse",
    message: "could not update secret, target is immutable",
    cause: `Secret ${externalSecret.targetKey} is immutable and its data would change`,
    remedy: "delete the Secret, then it is written anew",
  };
}

/** Whether the Secret is already this ExternalSecret's or was made by ESO: then its data may be replaced. */
function isManaged(externalSecret: ExternalSecretRecord, existing: KubernetesObject): boolean {
  return (
    existing.metadata.labels?.[MANAGED_LABEL] === "true" ||
    controllerOf(existing)?.uid === externalSecret.uid ||
    managedFields(existing).some(
      (entry) =>
        entry.manager === fieldManager(externalSecret.name) && entry.annotations.includes(DATA_HASH_ANNOTATION),
    )
  );
}

export function isExternalSecret(owner: OwnerReference): boolean {
  return owner.kind === "ExternalSecret" && owner.apiVersion.startsWith("external-secrets.io/");
}

function controllerOf(secret: KubernetesObject): OwnerReference | undefined {
  return secret.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

function sameData(a: SecretData, b: SecretData): boolean {
  return (
    a.size === b.size &&
    [...a].every(([key, value]) => {
      const other = b.get(key);
      return other !== undefined && Buffer.compare(value, other) === 0;
    })
  );
}
