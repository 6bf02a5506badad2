import {
  ROLLOUT_AFTER,
  ROLLOUT_APPROVAL,
  ROLLOUT_DEADLINE,
  ROLLOUT_STRATEGY,
  ROLLOUT_WINDOW,
  type Problem,
} from "../../api";
import { rolloutPlace, type ResolvedConsumer, type WorkloadRef } from "./consumer";
import type { POLICY_FIELDS } from "./rollout-options";

const FIELDS: ReadonlyMap<string, (typeof POLICY_FIELDS)[number]> = new Map([
  [ROLLOUT_AFTER, "after"],
  [ROLLOUT_APPROVAL, "approval"],
  [ROLLOUT_DEADLINE, "deadline"],
  [ROLLOUT_STRATEGY, "strategy"],
  [ROLLOUT_WINDOW, "windows"],
]);

/** What an annotation of a workload says, and where that was declared; undefined: the annotation was there. */
export interface Said {
  readonly value: string;
  readonly by: string | undefined;
}

/** Reports that a rollout says one thing of a workload for which something else was said before. */
export function reportTwoRollouts(
  problems: Problem[],
  id: string,
  workload: string,
  annotation: string,
  value: string,
  before: Said,
): void {
  const field = FIELDS.get(annotation) ?? annotation;
  const where =
    before.by === undefined ? `its annotation ${annotation}` : `AppSecret "${before.by}" › rollout.${field}`;
  rolloutPlace(problems, id)
    .at(field)
    .report(`of ${workload} is "${value}", and in ${where} it is "${before.value}"; a workload has one`);
}

/** `Deployment "checkout"`. */
export function workloadTitle({ kind, name }: { readonly kind: string; readonly name: unknown }): string {
  return typeof name === "string" && name !== "" ? `${kind} "${name}"` : kind;
}

/** What only shows when rollouts are seen together: two that say different things of one workload, and cycles of their order. */
export function checkRollouts(problems: Problem[], consumers: readonly ResolvedConsumer[]): void {
  if (consumers.length === 0) return;
  const sorted = [...consumers].sort((a, b) => compare(sortKey(a), sortKey(b)));
  const workloads = new Map<string, Map<string, Said>>();
  const order = new Map<string, Step>();
  for (const consumer of sorted) {
    const { workload, policy } = consumer;
    const key = keyOf(consumer, workload);
    const said = workloads.get(key) ?? new Map<string, Said>();
    workloads.set(key, said);
    for (const [annotation, value] of Object.entries(consumer.annotations)) {
      const before = said.get(annotation);
      if (before === undefined) said.set(annotation, { value, by: consumer.id });
      else if (before.value !== value)
        reportTwoRollouts(problems, consumer.id, workloadTitle(workload), annotation, value, before);
    }
    if (policy.after !== undefined && !order.has(key))
      order.set(key, { consumer, next: policy.after.map((other) => keyOf(consumer, other)).sort() });
  }
  for (const cycle of cyclesOf(order)) {
    const [first] = cycle;
    if (first === undefined) continue;
    rolloutPlace(problems, first.id)
      .at("after")
      .report(
        `of ${workloadTitle(first.workload)} is a cycle: ${namesOf([...cycle, first])}; each would wait for the next for ever`,
      );
  }
}

interface Step {
  readonly consumer: ResolvedConsumer;
  /** Keys of the workloads it comes after. */
  readonly next: readonly string[];
}

/** Each cycle once, found in order of names; workloads that no consumer declares wait for nothing. */
function cyclesOf(order: ReadonlyMap<string, Step>): readonly (readonly ResolvedConsumer[])[] {
  const done = new Set<string>();
  const found: ResolvedConsumer[][] = [];
  for (const start of [...order.keys()].sort()) {
    // A walk in depth without recursion: a chain may be as long as there are workloads.
    const path: { readonly key: string; readonly step: Step; at: number }[] = [];
    const depths = new Map<string, number>();
    const enter = (key: string): void => {
      const step = order.get(key);
      if (step === undefined || done.has(key)) return;
      const depth = depths.get(key);
      if (depth !== undefined) found.push(path.slice(depth).map(({ step: { consumer } }) => consumer));
      else depths.set(key, path.push({ key, step, at: 0 }) - 1);
    };
    enter(start);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.step.next[last.at++];
      if (next !== undefined) enter(next);
      else {
        done.add(last.key);
        path.pop();
      }
    }
  }
  return found;
}

/** `checkout → ledger → checkout`, with kinds where a name alone would mean two workloads. */
function namesOf(consumers: readonly ResolvedConsumer[]): string {
  const kinds = new Set(consumers.map(({ workload: { kind } }) => kind));
  const named = ({ workload: { kind, name } }: ResolvedConsumer): string =>
    kinds.size === 1 ? name : `${kind.toLowerCase()}/${name}`;
  return consumers.map(named).join(" → ");
}

function keyOf({ environment, namespace }: ResolvedConsumer, { kind, name }: WorkloadRef): string {
  return JSON.stringify([environment.name, namespace, kind, name]);
}

function sortKey(consumer: ResolvedConsumer): string {
  const { id, secret, keys, annotations, workload } = consumer;
  return JSON.stringify([keyOf(consumer, workload), id, secret, keys ?? [], annotations]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
