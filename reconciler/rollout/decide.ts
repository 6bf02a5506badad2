import { isDeepStrictEqual } from "node:util";
import { HISTORY_LIMIT, type RolloutRecord, type SecretRolloutStatus } from "../../api";
import type { Consumer } from "./consumer";
import { gate } from "./gate";
import type { SecretUse } from "./references";

/** A Secret that a consumer uses and the reconciler manages, as it is now. */
export interface UsedSecret {
  readonly name: string;
  readonly keys: SecretUse;
  readonly dataHash: string;
}

export interface RolloutInput {
  readonly consumer: Consumer;
  /** `status` of its SecretRollout; undefined: never seen. */
  readonly record: SecretRolloutStatus | undefined;
  /** The used Secrets that exist, sorted by name. */
  readonly secrets: readonly UsedSecret[];
  /** The generation of exactly these, once the values have been read. */
  readonly generation: string | undefined;
  readonly keyId: string;
  /** Why no other rollout may begin: another consumer of one of the Secrets is being rolled, or has failed. */
  readonly blocked: string | undefined;
  /** The generation that was approved in its SecretRollout. */
  readonly approved: string | undefined;
  /** Why it has to wait for a workload that it comes after; asked only when it could begin. */
  readonly waitsFor: string | undefined;
  /** Milliseconds of the wall clock. */
  readonly now: number;
}

export type RolloutAction =
  /** As it should be; look again after so many milliseconds (undefined: only when something changes). */
  | { readonly do: "nothing"; readonly for?: number }
  /** The values have to be read to know the generation. */
  | { readonly do: "read" }
  /** Seen for the first time, or uses other keys than before: what it has now is taken as the start. Restarts nothing. */
  | { readonly do: "baseline"; readonly status: SecretRolloutStatus }
  /** The values it does not use have changed, or it recovered. */
  | { readonly do: "note"; readonly status: SecretRolloutStatus }
  /** A new generation that is held back. */
  | { readonly do: "hold"; readonly reason: string; readonly status: SecretRolloutStatus; readonly for?: number }
  | { readonly do: "roll"; readonly generation: string; readonly status: SecretRolloutStatus }
  | {
      readonly do: "finish";
      readonly outcome: "Healthy" | "Failed";
      readonly message: string;
      readonly status: SecretRolloutStatus;
    };

type Check = (input: RolloutInput) => RolloutAction | undefined;

//              ┌────────── same generation ──────────┐
//   first sight│                                     │healthy
//   ──────▶ Current ──new generation──▶ Waiting ──▶ Rolling ──deadline──▶ Failed ──newer generation──▶ Waiting
//              ▲         gate, budget      │           │                     │
//              └──────uses other keys──────┘           └──newer generation───┘becomes healthy ──▶ Current
const CHECKS: readonly Check[] = [whenRolling, whenFirstSeen, whenMissing, whenUsesChanged, whenUnread, whenRecovered];

/**
 * What to do with one consumer. Level-based: it compares the generation of the used keys now with the one the pods run with,
 * so that being away, restarting or seeing an event twice changes nothing.
 */
export function decide(input: RolloutInput): RolloutAction {
  for (const check of CHECKS) {
    const action = check(input);
    if (action !== undefined) return action;
  }
  return next(input);
}

/** While pods are being replaced only their health counts; a still newer generation replaces the rollout. */
function whenRolling(input: RolloutInput): RolloutAction | undefined {
  const { consumer, record, now } = input;
  if (record?.phase !== "Rolling") return undefined;
  const started = time(record.startedAt, now);
  const left = started + consumer.deadline - now;
  const stamped = consumer.stamped === record.generation;
  if (stamped && consumer.progress === "healthy")
    return finish(input, record, "Healthy", `all pods run with it after ${seconds(now - started)}`);
  if (!stamped)
    return finish(
      input,
      record,
      "Failed",
      "its generation was taken off the pod template by another writer; a GitOps tool has to ignore keyturn.dev/generation",
    );
  if (consumer.progress === "stuck")
    return finish(input, record, "Failed", "the Deployment exceeded its progress deadline");
  if (left <= 0) return finish(input, record, "Failed", `not healthy within ${seconds(consumer.deadline)}`);
  const calm = changed(input, record).length === 0 || record.keyId !== input.keyId;
  if (calm || consumer.held !== undefined) return { do: "nothing", for: left };
  if (input.generation === undefined) return { do: "read" };
  if (input.generation === record.generation || gate(input, input.generation) !== undefined)
    return { do: "nothing", for: left };
  return roll(input, withHistory(record, "Superseded", "a newer generation came", now), input.generation);
}

function whenFirstSeen(input: RolloutInput): RolloutAction | undefined {
  const { record, secrets, keyId } = input;
  if (record !== undefined && record.keyId === keyId) return undefined;
  // Pods cannot start before their Secrets are there: then is the first sight.
  if (secrets.length === 0) return { do: "nothing" };
  return baseline(input);
}

/** A recorded Secret that is gone: pods keep what they have. */
function whenMissing(input: RolloutInput): RolloutAction | undefined {
  const { consumer, record, secrets } = input;
  const gone = record?.secrets.find(
    ({ name }) => consumer.uses.has(name) && !secrets.some((each) => each.name === name),
  );
  if (record === undefined || gone === undefined) return undefined;
  if (record.phase === "Failed") return { do: "nothing" };
  return hold(input, record, record.generation, `Secret ${gone.name} is missing`, record.secrets);
}

/** Other keys, with unchanged values: that is a first sight again, unless the pods were still waiting for values. */
function whenUsesChanged(input: RolloutInput): RolloutAction | undefined {
  const { record } = input;
  if (record?.phase !== "Current" || sameUses(record.secrets, input.secrets)) return undefined;
  return changed(input, record).length === 0 ? baseline(input) : undefined;
}

function whenUnread(input: RolloutInput): RolloutAction | undefined {
  const { record } = input;
  if (record === undefined || (changed(input, record).length === 0 && sameUses(record.secrets, input.secrets)))
    return undefined;
  return input.generation === undefined ? { do: "read" } : undefined;
}

/** A failed rollout whose pods became healthy after all. */
function whenRecovered(input: RolloutInput): RolloutAction | undefined {
  const { consumer, record } = input;
  if (record?.phase !== "Failed" || consumer.stamped !== record.generation || consumer.progress !== "healthy")
    return undefined;
  return finish(input, record, "Healthy", "after its deadline");
}

/** The generation is known: is there something to roll, and may it begin? */
function next(input: RolloutInput): RolloutAction {
  const { consumer, record, now } = input;
  if (record === undefined) return { do: "nothing" };
  const wanted = input.generation ?? record.generation;
  // What the pods have, or would have had: a failed generation is not tried again.
  const has = record.phase === "Failed" ? record.generation : record.running;
  const secrets = recorded(input.secrets);
  if (wanted === has) {
    const status: SecretRolloutStatus =
      record.phase === "Failed"
        ? { ...record, secrets }
        : { ...without(record), phase: "Current", generation: wanted, secrets };
    return isDeepStrictEqual(status, record) ? { do: "nothing" } : { do: "note", status };
  }
  if (consumer.held !== undefined) return hold(input, record, wanted, consumer.held, secrets);
  // A crash between the stamp and the record.
  if (consumer.stamped === wanted) return roll(input, record, wanted);
  const closed = gate(input, wanted);
  if (closed !== undefined) return { ...hold(input, record, wanted, closed.reason, secrets), ...closed };
  if (input.blocked !== undefined) return hold(input, record, wanted, input.blocked, secrets);
  const ownFailure = record.phase === "Failed" && consumer.stamped === record.generation;
  if (ownFailure || consumer.progress === "healthy") return roll(input, record, wanted);
  if (consumer.progress !== "unavailable")
    return hold(input, record, wanted, "another change of its pod template is being rolled out", secrets);
  // The new values may be what the pods are waiting for.
  const left = time(waitingSince(record, wanted), now) + consumer.deadline - now;
  if (left <= 0) return roll(input, record, wanted);
  return { ...hold(input, record, wanted, "its pods are not all available", secrets), for: left };
}

function baseline(input: RolloutInput): RolloutAction {
  const { consumer, record, generation, keyId } = input;
  if (generation === undefined) return { do: "read" };
  const status: SecretRolloutStatus = {
    phase: "Current",
    workload: { kind: consumer.kind, name: consumer.name },
    keyId,
    generation,
    running: generation,
    secrets: recorded(input.secrets),
    ...(record?.history === undefined ? {} : { history: record.history }),
  };
  return { do: "baseline", status };
}

function hold(
  input: RolloutInput,
  record: SecretRolloutStatus,
  generation: string,
  reason: string,
  secrets: SecretRolloutStatus["secrets"],
): Extract<RolloutAction, { do: "hold" }> {
  const startedAt = waitingSince(record, generation) ?? new Date(input.now).toISOString();
  const status: SecretRolloutStatus = { ...without(record), phase: "Waiting", reason, generation, secrets, startedAt };
  return { do: "hold", reason, status };
}

function roll(input: RolloutInput, record: SecretRolloutStatus, generation: string): RolloutAction {
  const status: SecretRolloutStatus = {
    ...without(record),
    phase: "Rolling",
    generation,
    secrets: recorded(input.secrets),
    startedAt: new Date(input.now).toISOString(),
  };
  return { do: "roll", generation, status };
}

function finish(
  input: RolloutInput,
  record: SecretRolloutStatus,
  outcome: "Healthy" | "Failed",
  message: string,
): RolloutAction {
  const after = withHistory(record, outcome, message, input.now);
  const status: SecretRolloutStatus =
    outcome === "Healthy"
      ? { ...without(after), phase: "Current", running: record.generation }
      : { ...after, phase: "Failed", reason: message };
  return { do: "finish", outcome, message, status };
}

function withHistory(
  record: SecretRolloutStatus,
  outcome: RolloutRecord["outcome"],
  message: string,
  now: number,
): SecretRolloutStatus {
  const finishedAt = new Date(now).toISOString();
  const entry = {
    generation: record.generation,
    startedAt: record.startedAt ?? finishedAt,
    finishedAt,
    outcome,
    message,
  };
  return { ...record, history: [entry, ...(record.history ?? [])].slice(0, HISTORY_LIMIT) };
}

/** The record without what belongs to a phase. */
function without(record: SecretRolloutStatus): Omit<SecretRolloutStatus, "reason" | "startedAt"> {
  const { reason: _reason, startedAt: _startedAt, ...rest } = record;
  return rest;
}

/** Since when this generation waits. */
function waitingSince(record: SecretRolloutStatus, generation: string): string | undefined {
  return record.phase === "Waiting" && record.generation === generation ? record.startedAt : undefined;
}

/** Recorded Secrets, still used, whose data is another now. */
function changed({ secrets, consumer }: RolloutInput, record: SecretRolloutStatus): readonly string[] {
  return record.secrets
    .filter(({ name, dataHash }) => {
      const now = secrets.find((each) => each.name === name);
      return consumer.uses.has(name) && now !== undefined && now.dataHash !== dataHash;
    })
    .map(({ name }) => name);
}

function recorded(secrets: readonly UsedSecret[]): SecretRolloutStatus["secrets"] {
  return secrets.map(({ name, dataHash, keys }) => ({ name, dataHash, ...(keys === undefined ? {} : { keys }) }));
}

function sameUses(before: SecretRolloutStatus["secrets"], now: readonly UsedSecret[]): boolean {
  const uses = (list: readonly { readonly name: string; readonly keys?: SecretUse }[]): string =>
    JSON.stringify(list.map(({ name, keys }) => [name, keys ?? null]));
  return uses(before) === uses(now);
}

function time(text: string | undefined, absent: number): number {
  const value = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? absent : value;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
