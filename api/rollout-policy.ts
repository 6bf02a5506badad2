import { ROLLOUT_AFTER, ROLLOUT_APPROVAL, ROLLOUT_DEADLINE, ROLLOUT_STRATEGY, ROLLOUT_WINDOW } from "./annotations";
import { formatDuration, isDuration, parseDuration } from "./duration";
import { objectNameProblem } from "./names";
import { formatRolloutWindows, parseRolloutWindows, type RolloutWindow } from "./rollout-window";
import { WORKLOAD_KINDS, type WorkloadKind } from "./secret-rollout";

/** `restart`: pods are replaced. `versioned`: Secrets with the version in their names. `none`: changes are recorded only. */
export type RolloutStrategy = "restart" | "versioned" | "none";
export const ROLLOUT_STRATEGIES: readonly RolloutStrategy[] = ["restart", "versioned", "none"];

/** A workload of the same namespace. */
export interface RolledWorkload {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** How a workload is rolled, as its annotations say; undefined where they say nothing. */
export interface RolloutPolicy {
  /** At least one. */
  readonly windows?: readonly RolloutWindow[];
  readonly approval?: "required";
  /** At least one. */
  readonly after?: readonly RolledWorkload[];
  /** Milliseconds. */
  readonly deadline?: number;
  readonly strategy?: RolloutStrategy;
}

/** The annotations that say it, in order of their names; equal policies give equal bytes. */
export function formatRolloutPolicy(policy: RolloutPolicy): Readonly<Record<string, string>> {
  const { windows, approval, after, deadline, strategy } = policy;
  return {
    ...(after === undefined ? {} : { [ROLLOUT_AFTER]: formatRolloutAfter(after) }),
    ...(approval === undefined ? {} : { [ROLLOUT_APPROVAL]: approval }),
    ...(deadline === undefined ? {} : { [ROLLOUT_DEADLINE]: formatDuration(deadline) }),
    ...(strategy === undefined ? {} : { [ROLLOUT_STRATEGY]: strategy }),
    ...(windows === undefined ? {} : { [ROLLOUT_WINDOW]: formatRolloutWindows(windows) }),
  };
}

/**
 * Reads the annotations of a workload.
 * @returns a text: which of them cannot be read, and why
 */
export function parseRolloutPolicy(annotations: Readonly<Record<string, string>>): RolloutPolicy | string {
  const window = annotations[ROLLOUT_WINDOW];
  const windows = window === undefined ? undefined : parseRolloutWindows(window);
  if (typeof windows === "string") return `${ROLLOUT_WINDOW} ${windows}`;
  const approval = annotations[ROLLOUT_APPROVAL];
  if (approval !== undefined && approval !== "required")
    return `${ROLLOUT_APPROVAL} is not required, the only value it has`;
  const written = annotations[ROLLOUT_AFTER];
  const after = written === undefined ? undefined : parseRolloutAfter(written);
  if (typeof after === "string") return `${ROLLOUT_AFTER} ${after}`;
  const deadline = annotations[ROLLOUT_DEADLINE];
  if (deadline !== undefined && !(isDuration(deadline) && parseDuration(deadline) > 0))
    return `${ROLLOUT_DEADLINE} is not a duration such as 5m`;
  const strategy = annotations[ROLLOUT_STRATEGY];
  const known = ROLLOUT_STRATEGIES.find((each) => each === strategy);
  if (strategy !== undefined && known === undefined)
    return `${ROLLOUT_STRATEGY} is not one of ${ROLLOUT_STRATEGIES.join(", ")}`;
  return {
    ...(windows === undefined ? {} : { windows }),
    ...(approval === undefined ? {} : { approval }),
    ...(after === undefined ? {} : { after }),
    ...(deadline === undefined ? {} : { deadline: parseDuration(deadline) }),
    ...(known === undefined ? {} : { strategy: known }),
  };
}

/** Writes `deployment/ledger,statefulset/queue`; sorted. */
export function formatRolloutAfter(after: readonly RolledWorkload[]): string {
  return [...new Set(after.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`))].sort().join(",");
}

/** A list of `kind/name`, as kubectl writes workloads; a text says why it is not one. */
function parseRolloutAfter(text: string): readonly RolledWorkload[] | string {
  const workloads: RolledWorkload[] = [];
  for (const entry of text.split(",").map((each) => each.trim())) {
    const [type = "", name = "", ...more] = entry.split("/");
    const kind = WORKLOAD_KINDS.find((each) => each.toLowerCase() === type.toLowerCase());
    if (kind === undefined || more.length > 0 || objectNameProblem(name) !== undefined)
      return "is not a list like deployment/ledger,statefulset/queue";
    workloads.push({ kind, name });
  }
  return workloads;
}

/**
 * What keyturn's reconciler does not carry out yet of a policy: it would hold such a workload back for ever, and say so. The one list of it,
 * so that declarations are refused for exactly that.
 */
export function unsupportedRollout({ strategy }: RolloutPolicy): string | undefined {
  return strategy === "versioned" ? `${ROLLOUT_STRATEGY} versioned` : undefined;
}
