import { secretKeyProblem, WORKLOAD_KINDS, type Problem, type WorkloadKind } from "../../api";
import { readAppSecret, type AppSecretDeclaration, type ResolvedAppSecret } from "./app-secret";
import type { Environment } from "./environment";
import { list, objectName, record, text } from "./fields";
import { didYouMean } from "./nearest";
import { Place } from "./problems";
import { quote } from "./secret-like";

/** A workload, in the namespace of the Secret. */
export interface WorkloadRef {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** How a workload uses a Secret. */
export interface RolloutOptions {
  /** The keys it uses: a change of another key does not roll it. Default: all keys. */
  readonly keys?: readonly string[];
}

/** A workload and the Secret keys it uses; plain data. */
export interface ConsumerDeclaration {
  readonly kind: "Consumer";
  readonly secret: AppSecretDeclaration;
  readonly workload: WorkloadRef;
  readonly options: RolloutOptions;
}

/** Declares that a workload uses an AppSecret and rolls when the used keys change. */
export function consumer(
  secret: AppSecretDeclaration,
  workload: WorkloadRef,
  options: RolloutOptions = {},
): ConsumerDeclaration {
  return { kind: "Consumer", secret, workload, options };
}

/** A consumer with everything derived. */
export interface ResolvedConsumer {
  readonly kind: "Consumer";
  readonly environment: Environment;
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly secret: string;
  /** Sorted; undefined means every key. */
  readonly keys: readonly string[] | undefined;
}

/** The consumer with everything derived, reporting what is wrong; undefined when its AppSecret is unusable. */
export function readConsumer(problems: Problem[], declaration: ConsumerDeclaration): ResolvedConsumer | undefined {
  // Problems of the AppSecret itself are reported where it is declared.
  const secret = readAppSecret([], declaration.secret);
  if (secret === undefined) return undefined;
  const place = Place.of(problems, "AppSecret", declaration.secret.id).at("rollout");
  const workload = record(place.at("workload"), declaration.workload) ?? {};
  place.at("workload").onlyFields(workload, ["kind", "name"]);
  const kind = readKind(place.at("workload").at("kind"), workload.kind);
  const name = objectName(place.at("workload").at("name"), workload.name) ?? "";
  const keys = readUsedKeys(place, declaration.options, secret);
  return {
    kind: "Consumer",
    environment: secret.environment,
    namespace: secret.namespace,
    workload: { kind, name },
    secret: secret.name,
    keys,
  };
}

function readKind(place: Place, value: unknown): WorkloadKind {
  const kind = WORKLOAD_KINDS.find((candidate) => candidate === value);
  if (kind === undefined) {
    const reason =
      value === "CronJob" || value === "Job"
        ? ` "${value}" needs none: its next pods start with the new Secret`
        : didYouMean(value, WORKLOAD_KINDS);
    place.report(`${quote(value)} cannot be rolled; ${WORKLOAD_KINDS.join(", ")} can${reason.replace(/^ /, ". ")}`);
  }
  return kind ?? "Deployment";
}

/** The used keys, each one a key of the Secret. */
export function readUsedKeys(
  place: Place,
  options: unknown,
  secret: Pick<ResolvedAppSecret, "secretKeys">,
): readonly string[] | undefined {
  const fields = record(place, options) ?? {};
  place.onlyFields(fields, ["keys"]);
  if (fields.keys === undefined) return undefined;
  const names = secret.secretKeys;
  const keys = list(place.at("keys"), fields.keys, (at, value) => {
    const key = text(at, value);
    const problem = key === undefined ? undefined : secretKeyProblem(key);
    if (problem !== undefined) at.report(`${quote(key)} ${problem}`);
    else if (key !== undefined && names?.includes(key) === false)
      at.report(`${quote(key)} is not a key of the Secret (${names.join(", ")})${didYouMean(key, names)}`);
    return key;
  });
  if (Array.isArray(fields.keys) && fields.keys.length === 0)
    place.at("keys").report("is empty; leave it out for all keys");
  return [...new Set(keys)].sort();
}
