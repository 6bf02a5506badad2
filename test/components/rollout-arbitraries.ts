import fc from "fast-check";
import type { RolloutOptions, RolloutWindowSpec, WorkloadRef } from "keyturn";

const day = fc.constantFrom("Mon" as const, "Wed" as const, "Sat" as const, "Sun" as const);
const window: fc.Arbitrary<RolloutWindowSpec> = fc.record(
  {
    days: fc.uniqueArray(day, { minLength: 1 }),
    from: fc.constantFrom("00:00", "02:30", "22:00"),
    to: fc.constantFrom("04:00", "24:00"),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"),
  },
  { requiredKeys: ["from", "to"] },
);

/** How a workload is rolled; what it comes after is declared nowhere, so that no cycle comes of it. */
export const rolloutPolicy: fc.Arbitrary<Omit<RolloutOptions, "keys">> = fc.record(
  {
    windows: fc.array(window, { minLength: 1, maxLength: 3 }),
    approval: fc.constant("required" as const),
    after: fc.array(fc.record({ kind: fc.constant("DaemonSet" as const), name: fc.constantFrom("mesh", "agent") }), {
      minLength: 1,
      maxLength: 2,
    }),
    deadline: fc.constantFrom("30s", "5m", "1h30m"),
    strategy: fc.constantFrom("restart" as const, "none" as const),
  },
  { requiredKeys: [] },
);

export const rolledKind = fc.constantFrom("Deployment" as const, "StatefulSet" as const, "DaemonSet" as const);
export const consumerKind: fc.Arbitrary<WorkloadRef["kind"]> = fc.oneof(
  { weight: 3, arbitrary: rolledKind },
  { weight: 1, arbitrary: fc.constantFrom("CronJob" as const, "Job" as const) },
);
