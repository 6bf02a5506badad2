import { formatRolloutWindows, rolloutName, untilWindow } from "../../api";
import type { RolloutInput } from "./decide";

/** Clocks are set: a window that opens sooner than was worked out is seen within the hour. */
const LOOK_AGAIN = 3_600_000;
/** A workload that is not rolled itself tells nobody when it becomes healthy. */
const ASK_AGAIN = 15_000;

/** Why a rollout may not begin yet, and after how many milliseconds to look again. */
export interface Closed {
  readonly reason: string;
  readonly for?: number;
}

/** What its own annotations ask for before a rollout may begin. */
export function gate(input: RolloutInput, wanted: string): Closed | undefined {
  const { consumer, approved, waitsFor, now } = input;
  const { approval, windows } = consumer.policy;
  if (approval !== undefined && approved !== wanted) {
    const record = rolloutName(consumer.kind, consumer.name);
    return { reason: `waits for approval: set spec.approval.generation of SecretRollout ${record} to ${wanted}` };
  }
  const wait = windows === undefined ? 0 : untilWindow(windows, now);
  if (windows !== undefined && wait > 0)
    return { reason: `outside its windows: ${formatRolloutWindows(windows)}`, for: Math.min(wait, LOOK_AGAIN) };
  return waitsFor === undefined ? undefined : { reason: waitsFor, for: ASK_AGAIN };
}
