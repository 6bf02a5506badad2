import {
  formatRolloutPolicy,
  secretKeyProblem,
  WORKLOAD_KINDS,
  type Problem,
  type RolloutPolicy,
  type WorkloadKind,
} from "../../api";
import { readAppSecret, type AppSecretDeclaration, type ResolvedAppSecret } from "./app-secret";
import type { Environment } from "./environment";
import { list, objectName, record, text } from "./fields";
import { didYouMean } from "./nearest";
import { outputsIn } from "./outputs";
import { Place } from "./problems";
import { POLICY_FIELDS, readPolicy, type RolloutOptions } from "./rollout-options";
import { quote } from "./secret-like";
import { noSecret } from "./target";

/** Kinds whose next pods start with the new Secret anyway: nothing of them is rolled. */
export type RunKind = "CronJob" | "Job";
export const RUN_KINDS: readonly RunKind[] = ["CronJob", "Job"];

/** Kinds of workloads that may use a Secret. */
export type ConsumerKind = WorkloadKind | RunKind;
export const CONSUMER_KINDS: readonly ConsumerKind[] = [...WORKLOAD_KINDS, ...RUN_KINDS];

/** A workload, in the namespace of the Secret. */
export interface WorkloadRef {
  readonly kind: ConsumerKind;
  readonly name: string;
}

/** A workload and the Secret keys it uses; plain data. */
export interface ConsumerDeclaration {
  readonly kind: "Consumer";
  readonly secret: AppSecretDeclaration;
  readonly workload: WorkloadRef;
  readonly options: RolloutOptions;
}

/**
 * Declares that a workload uses an AppSecret, and how it rolls when the used keys change. CronJobs and Jobs are not rolled: their next pods
 * start with the new Secret.
 */
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
  /** Of the AppSecret, for messages. */
  readonly id: string;
  readonly environment: Environment;
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly secret: string;
  /** Sorted; undefined means every key. */
  readonly keys: readonly string[] | undefined;
  readonly policy: RolloutPolicy;
  /** The annotations that say the policy. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What options of a rollout come to. */
export type ResolvedRollout = Pick<ResolvedConsumer, "keys" | "policy" | "annotations">;

/** What the options of a rollout are read with. */
export type RolledSecret = Pick<ResolvedAppSecret, "secretKeys" | "environment"> &
  Partial<Pick<ResolvedAppSecret, "creationPolicy" | "manifest">>;

/** The consumer with everything derived, reporting what is wrong; undefined when its AppSecret is unusable. */
export function readConsumer(problems: Problem[], declaration: ConsumerDeclaration): ResolvedConsumer | undefined {
  // Problems of the AppSecret itself are reported where it is declared.
  const secret = readAppSecret([], declaration.secret);
  if (secret === undefined) return undefined;
  const place = rolloutPlace(problems, declaration.secret.id);
  const outputs = [
    outputsIn(place.at("workload"), { spec: declaration.workload }),
    outputsIn(place, { spec: declaration.options }),
  ];
  if (outputs.includes(true)) return undefined;
  const workload = readWorkloadRef(place.at("workload"), declaration.workload);
  const rollout = readRollout(place, declaration.options, secret);
  if (isRun(workload.kind)) refusePolicy(place, declaration.options, workload.kind);
  return {
    kind: "Consumer",
    id: declaration.secret.id,
    environment: secret.environment,
    namespace: secret.namespace,
    workload,
    secret: secret.name,
    ...rollout,
  };
}

/** The options that also mean something where nothing is rolled. */
export function keysOf(options: RolloutOptions): RolloutOptions {
  return options.keys === undefined ? {} : { keys: options.keys };
}

/** Where the options of a rollout are: `AppSecret "db" › rollout`. */
export function rolloutPlace(problems: Problem[], id: string): Place {
  return Place.of(problems, "AppSecret", id).at("rollout");
}

export function isRun(kind: ConsumerKind): kind is RunKind {
  return (RUN_KINDS as readonly string[]).includes(kind);
}

function readWorkloadRef(place: Place, value: unknown): WorkloadRef {
  const fields = record(place, value) ?? {};
  place.onlyFields(fields, ["kind", "name"]);
  const kind = CONSUMER_KINDS.find((candidate) => candidate === fields.kind);
  if (kind === undefined)
    place
      .at("kind")
      .report(
        `${quote(fields.kind)} is not one of ${CONSUMER_KINDS.join(", ")}${didYouMean(fields.kind, CONSUMER_KINDS)}`,
      );
  return { kind: kind ?? "Deployment", name: objectName(place.at("name"), fields.name) ?? "" };
}

/** Reports options that say how a workload is rolled which is not. */
export function refusePolicy(place: Place, options: unknown, kind: RunKind): void {
  const fields = (options ?? {}) as Readonly<Record<string, unknown>>;
  for (const field of POLICY_FIELDS)
    if (fields[field] !== undefined)
      place.at(field).report(`has no meaning for a ${kind}: its next pods start with the new Secret; leave it out`);
}

/** The options of a rollout with everything derived, reporting what is wrong with them. */
export function readRollout(place: Place, options: unknown, secret: RolledSecret): ResolvedRollout {
  if (outputsIn(place, { spec: options })) return { keys: undefined, policy: {}, annotations: {} };
  const nothing = noSecret(secret);
  if (nothing !== undefined) place.report(`has nothing to roll for: ${nothing}`);
  const fields = record(place, options) ?? {};
  place.onlyFields(fields, ["keys", ...POLICY_FIELDS]);
  const policy = readPolicy(place, fields, secret.environment);
  return {
    keys: readUsedKeys(place.at("keys"), fields.keys, secret.secretKeys),
    policy,
    annotations: formatRolloutPolicy(policy),
  };
}

/** The used keys, each one a key of the Secret. */
function readUsedKeys(
  place: Place,
  value: unknown,
  names: readonly string[] | undefined,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const keys = list(place, value, (at, key) => readUsedKey(at, key, names));
  if (Array.isArray(value) && value.length === 0) place.report("is empty; leave it out for all keys");
  return [...new Set(keys)].sort();
}

/** A key of the Secret; the names are those it has, where they are known. */
export function readUsedKey(place: Place, value: unknown, names: readonly string[] | undefined): string | undefined {
  const key = text(place, value);
  const problem = key === undefined ? undefined : secretKeyProblem(key);
  if (problem !== undefined) place.report(`${quote(key)} ${problem}`);
  else if (key !== undefined && names?.includes(key) === false)
    place.report(`${quote(key)} is not a key of the Secret (${names.join(", ")})${didYouMean(key, names)}`);
  return key;
}
