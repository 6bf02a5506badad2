import {
  ROLLOUT_STRATEGIES,
  timeZoneProblem,
  unsupportedRollout,
  WEEKDAYS,
  windowTimeProblem,
  WORKLOAD_KINDS,
  type RolledWorkload,
  type RolloutPolicy,
  type RolloutStrategy,
  type RolloutWindow,
  type Weekday,
} from "../../api";
import type { Environment } from "./environment";
import { duration, list, objectName, oneOf, record, text } from "./fields";
import { didYouMean } from "./nearest";
import type { Place } from "./problems";
import { quote } from "./secret-like";

/** When a rollout may start: on these days, from one time of day to another, by the wall clock of a time zone. */
export interface RolloutWindowSpec {
  /** Default: every day. */
  readonly days?: readonly Weekday[];
  /** `"02:00"`. */
  readonly from: string;
  /** `"04:00"`, not included; up to `"24:00"`. Before `from`: on the next day. */
  readonly to: string;
  /** IANA name like `"Europe/Berlin"`. Default `"UTC"`. */
  readonly timeZone?: string;
}

/**
 * How a workload is rolled when the keys it uses change. Everything but `keys` is of the workload: where it uses several Secrets, it is
 * enough to say it with one of them, and what two of them say has to be the same.
 */
export interface RolloutOptions {
  /** The keys it uses: a change of another key does not roll it. Default: all keys. */
  readonly keys?: readonly string[];
  /** When a rollout may start; one that has started goes on. Default: always. */
  readonly windows?: readonly RolloutWindowSpec[];
  /** `"required"`: each rollout waits until its generation is approved in the SecretRollout. Default: none needed. */
  readonly approval?: "required";
  /**
   * Workloads of the namespace that have to be healthy, and done with their own rollout, first. They need not be declared: one that does
   * not exist in the cluster is waited for. Default: none.
   */
  readonly after?: readonly RolledWorkload[];
  /** Go duration within which its pods have to be healthy. Default: the Deployment's `progressDeadlineSeconds`, else `10m`. */
  readonly deadline?: string;
  /**
   * `"restart"`: its pods are replaced; `"none"`: changes are recorded, and pods take them when they start next. Default `"restart"`.
   */
  readonly strategy?: Exclude<RolloutStrategy, "versioned">;
}

const CARRIED_OUT = ROLLOUT_STRATEGIES.filter((strategy) => unsupportedRollout({ strategy }) === undefined);

/** Fields that say how a workload is rolled, in contrast to what it uses. */
export const POLICY_FIELDS = ["windows", "approval", "after", "deadline", "strategy"] as const;

/** The policy in options, reporting what is wrong with it, and what keyturn's reconciler would not carry out where it is to run. */
export function readPolicy(
  place: Place,
  fields: Readonly<Record<string, unknown>>,
  environment: Environment,
): RolloutPolicy {
  const read = <T>(field: (typeof POLICY_FIELDS)[number], reader: (at: Place, value: unknown) => T): T | undefined => {
    const value = fields[field] === undefined ? undefined : reader(place.at(field), fields[field]);
    if (value !== undefined && environment.reconciler.install && unsupportedRollout({ [field]: value }) !== undefined)
      place
        .at(field)
        .report("is not carried out by keyturn's reconciler yet: it would never roll the workload; leave it out");
    return value;
  };
  const windows = read("windows", (at, value) => filled(at, value, readWindow));
  const approval = read("approval", (at, value) => oneOf(at, value, ["required"] as const));
  const after = read("after", (at, value) => filled(at, value, readWorkload));
  const deadline = read("deadline", duration);
  const strategy = read("strategy", (at, value) =>
    oneOf(at, value, value === "versioned" ? ROLLOUT_STRATEGIES : CARRIED_OUT),
  );
  return {
    ...(windows === undefined ? {} : { windows }),
    ...(approval === undefined ? {} : { approval }),
    ...(after === undefined ? {} : { after }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

function filled<T>(
  place: Place,
  value: unknown,
  read: (place: Place, value: unknown) => T | undefined,
): readonly T[] | undefined {
  const entries = list(place, value, read);
  if (Array.isArray(value) && value.length === 0) place.report("is empty; leave it out");
  return entries.length === 0 ? undefined : entries;
}

function readWindow(place: Place, value: unknown): RolloutWindow | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["days", "from", "to", "timeZone"]);
  const days = fields.days === undefined ? WEEKDAYS : filled(place.at("days"), fields.days, readDay);
  const from = readTime(place.at("from"), fields.from, false);
  const to = readTime(place.at("to"), fields.to, true);
  if (from !== undefined && from === to)
    place.at("to").report('is the time of from; a whole day is "00:00" to "24:00"');
  const timeZone = fields.timeZone === undefined ? "UTC" : readTimeZone(place.at("timeZone"), fields.timeZone);
  if (days === undefined || from === undefined || to === undefined || timeZone === undefined) return undefined;
  return { days: WEEKDAYS.filter((day) => days.includes(day)), from, to, timeZone };
}

function readDay(place: Place, value: unknown): Weekday | undefined {
  const day = WEEKDAYS.find((each) => each === value);
  if (day === undefined)
    place.report(`${quote(value)} is not a day (${WEEKDAYS.join(", ")})${didYouMean(value, WEEKDAYS)}`);
  return day;
}

function readTime(place: Place, value: unknown, end: boolean): string | undefined {
  const time = text(place, value);
  const problem = time === undefined ? undefined : windowTimeProblem(time, end);
  if (problem !== undefined) place.report(`${quote(time)} ${problem}`);
  return problem === undefined ? time : undefined;
}

function readTimeZone(place: Place, value: unknown): string | undefined {
  const name = text(place, value);
  const problem = name === undefined ? undefined : timeZoneProblem(name);
  if (problem !== undefined)
    place.report(`${quote(name)} ${problem}${didYouMean(name, ["UTC", ...Intl.supportedValuesOf("timeZone")])}`);
  return problem === undefined ? name : undefined;
}

/** A workload that can be rolled. */
export function readWorkload(place: Place, value: unknown): RolledWorkload | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["kind", "name"]);
  const kind = WORKLOAD_KINDS.find((each) => each === fields.kind);
  if (kind === undefined)
    place
      .at("kind")
      .report(
        `${quote(fields.kind)} cannot be waited for; ${WORKLOAD_KINDS.join(", ")} can` +
          didYouMean(fields.kind, WORKLOAD_KINDS),
      );
  const name = objectName(place.at("name"), fields.name);
  return kind === undefined || name === undefined ? undefined : { kind, name };
}
