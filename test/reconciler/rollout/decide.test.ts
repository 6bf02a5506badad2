import * as fc from "fast-check";
import { WEEKDAYS, type SecretRolloutStatus } from "../../../api";
import type { Consumer } from "../../../reconciler/rollout/consumer";
import { decide, type RolloutAction, type RolloutInput, type UsedSecret } from "../../../reconciler/rollout/decide";
import type { Progress } from "../../../reconciler/rollout/progress";

const NOW = Date.parse("2026-11-24T12:00:00.000Z");
const iso = (offset: number): string => new Date(NOW + offset).toISOString();

const consumer = (parts: Partial<Consumer> = {}): Consumer => ({
  kind: "Deployment",
  namespace: "payments",
  name: "checkout",
  uid: "u",
  resourceVersion: "5",
  uses: new Map([["db", ["password"]]]),
  stamped: undefined,
  progress: "healthy",
  deadline: 600_000,
  policy: {},
  held: undefined,
  ...parts,
});
const db = (dataHash: string, keys: UsedSecret["keys"] = ["password"]): UsedSecret => ({ name: "db", keys, dataHash });
const current: SecretRolloutStatus = {
  phase: "Current",
  workload: { kind: "Deployment", name: "checkout" },
  keyId: "key",
  generation: "g1",
  running: "g1",
  secrets: [{ name: "db", dataHash: "h1", keys: ["password"] }],
};
const act = (parts: Partial<RolloutInput> = {}): RolloutAction =>
  decide({
    consumer: consumer(),
    record: current,
    secrets: [db("h1")],
    generation: undefined,
    keyId: "key",
    blocked: undefined,
    approved: undefined,
    waitsFor: undefined,
    now: NOW,
    ...parts,
  });
const changed = { secrets: [db("h2")], generation: "g2" };

describe("first sight", () => {
  test("reads the values and takes them as the start; nothing is restarted", () => {
    expect(act({ record: undefined })).toEqual({ do: "read" });
    expect(act({ record: undefined, generation: "g1" })).toEqual({ do: "baseline", status: current });
  });

  test("waits while none of the Secrets is there", () => {
    expect(act({ record: undefined, secrets: [] })).toEqual({ do: "nothing" });
  });

  test("generations made with another key cannot be compared: first sight again", () => {
    expect(act({ keyId: "other" })).toEqual({ do: "read" });
    expect(act({ keyId: "other", generation: "x1" })).toMatchObject({
      do: "baseline",
      status: { running: "x1", keyId: "other" },
    });
  });

  test("uses other keys than before, with unchanged values: first sight again", () => {
    const secrets = [db("h1", ["password", "user"])];
    expect(act({ secrets })).toEqual({ do: "read" });
    expect(act({ secrets, generation: "g9" })).toMatchObject({
      do: "baseline",
      status: { generation: "g9", running: "g9" },
    });
  });

  test("a Secret that appears later is a first sight of that Secret", () => {
    const uses = new Map([
      ["db", ["password"]],
      ["late", undefined],
    ]);
    const secrets = [db("h1"), { name: "late", keys: undefined, dataHash: "l1" }];
    expect(act({ consumer: consumer({ uses }), secrets, generation: "g9" })).toMatchObject({ do: "baseline" });
  });
});

describe("a change", () => {
  test("equal data hashes need no look at the values", () => {
    expect(act()).toEqual({ do: "nothing" });
  });

  test("another hash: the values are read", () => {
    expect(act({ secrets: [db("h2")] })).toEqual({ do: "read" });
  });

  test("in keys it does not use: noted, not rolled", () => {
    expect(act({ secrets: [db("h2")], generation: "g1" })).toEqual({
      do: "note",
      status: { ...current, secrets: [{ name: "db", dataHash: "h2", keys: ["password"] }] },
    });
  });

  test("in used keys: rolled", () => {
    expect(act(changed)).toEqual({
      do: "roll",
      generation: "g2",
      status: {
        ...current,
        phase: "Rolling",
        generation: "g2",
        secrets: [{ name: "db", dataHash: "h2", keys: ["password"] }],
        startedAt: iso(0),
      },
    });
  });

  test("back to the value the pods run with: nothing to roll any more", () => {
    const waiting: SecretRolloutStatus = {
      ...current,
      phase: "Waiting",
      generation: "g2",
      reason: "x",
      startedAt: iso(-1),
      secrets: [{ name: "db", dataHash: "h2", keys: ["password"] }],
    };
    expect(act({ record: waiting, generation: "g1" })).toEqual({ do: "note", status: current });
  });

  test("a crash between the stamp and the record is made up for", () => {
    expect(act({ ...changed, consumer: consumer({ stamped: "g2", progress: "moving" }) })).toMatchObject({
      do: "roll",
      generation: "g2",
    });
  });
});

describe("what holds a rollout back", () => {
  test.each<[string, Partial<RolloutInput>, string]>([
    ["its own annotations", { consumer: consumer({ held: "not supported yet" }) }, "not supported yet"],
    ["another consumer", { blocked: "waits for Deployment a" }, "waits for Deployment a"],
    [
      "another rollout of its own",
      { consumer: consumer({ progress: "moving" }) },
      "another change of its pod template is being rolled out",
    ],
    [
      "pods that are not available",
      { consumer: consumer({ progress: "unavailable" }) },
      "its pods are not all available",
    ],
  ])("%s", (_name, parts, reason) => {
    expect(act({ ...changed, ...parts })).toMatchObject({
      do: "hold",
      reason,
      status: { phase: "Waiting", reason, generation: "g2", running: "g1", startedAt: iso(0) },
    });
  });

  test("a Secret that is gone: the pods keep what they have", () => {
    expect(act({ secrets: [] })).toMatchObject({
      do: "hold",
      reason: "Secret db is missing",
      status: { generation: "g1" },
    });
  });

  test("waiting, it remembers since when and needs no more reads", () => {
    const first = act({ ...changed, consumer: consumer({ progress: "moving" }) });
    if (first.do !== "hold") throw new Error(first.do);
    const later = act({
      record: first.status,
      secrets: [db("h2")],
      consumer: consumer({ progress: "moving" }),
      now: NOW + 5000,
    });
    expect(later).toEqual(first);
    expect(act({ record: first.status, secrets: [db("h2")], now: NOW + 9000 })).toMatchObject({
      do: "roll",
      generation: "g2",
    });
  });

  test("unavailable pods wait no longer than the deadline: the new values may be the cure", () => {
    const record: SecretRolloutStatus = {
      ...current,
      phase: "Waiting",
      generation: "g2",
      startedAt: iso(-600_000),
      secrets: [{ name: "db", dataHash: "h2", keys: ["password"] }],
    };
    const parts = { record, secrets: [db("h2")], consumer: consumer({ progress: "unavailable" }) };
    expect(act({ ...parts, now: NOW - 1 })).toMatchObject({ do: "hold", for: 1 });
    expect(act(parts)).toMatchObject({ do: "roll" });
  });
});

describe("what its own annotations ask for before it begins", () => {
  const gated = (policy: Consumer["policy"], parts: Partial<RolloutInput> = {}): RolloutAction =>
    act({ ...changed, consumer: consumer({ policy }), ...parts });
  const window = { days: WEEKDAYS, from: "02:00", to: "04:00", timeZone: "UTC" };

  test("approval: of this very generation", () => {
    const reason = "waits for approval: set spec.approval.generation of SecretRollout deployment-checkout to g2";
    expect(gated({ approval: "required" })).toMatchObject({ do: "hold", reason, status: { reason, phase: "Waiting" } });
    expect(gated({ approval: "required" }, { approved: "g1" })).toMatchObject({ do: "hold", reason });
    expect(gated({ approval: "required" }, { approved: "g2" })).toMatchObject({ do: "roll", generation: "g2" });
  });

  test("a window: looked at again when it opens, and once an hour, because clocks are set", () => {
    const at = (time: string): RolloutAction =>
      gated({ windows: [window] }, { now: Date.parse(`2026-11-24T${time}Z`) });
    expect(at("12:00:00")).toMatchObject({
      do: "hold",
      reason: "outside its windows: 02:00-04:00 UTC",
      for: 3_600_000,
    });
    expect(at("01:59:30")).toMatchObject({ do: "hold", for: 30_000 });
    expect(at("02:00:00")).toMatchObject({ do: "roll" });
    expect(at("04:00:00")).toMatchObject({ do: "hold" });
  });

  test("workloads it comes after", () => {
    expect(gated({}, { waitsFor: "waits for x" })).toMatchObject({ do: "hold", reason: "waits for x", for: 15_000 });
  });

  test("approval is asked for first, so that it can be given before the window opens", () => {
    const both = gated({ approval: "required", windows: [window] }, { waitsFor: "waits for x" });
    expect(both).toMatchObject({ do: "hold", reason: expect.stringContaining("approval") as string });
    expect(gated({ windows: [window] }, { waitsFor: "waits for x" })).toMatchObject({
      reason: "outside its windows: 02:00-04:00 UTC",
    });
  });

  test("a rollout that has begun goes on, and a newer generation does not slip in with it", () => {
    const rolling: SecretRolloutStatus = { ...current, phase: "Rolling", generation: "g2", startedAt: iso(-60_000) };
    const parts = { record: rolling, secrets: [db("h3")], generation: "g3" };
    const stamped = { stamped: "g2", progress: "moving" } as const;
    expect(act({ ...parts, consumer: consumer({ ...stamped, policy: { windows: [window] } }) })).toEqual({
      do: "nothing",
      for: 540_000,
    });
    expect(act({ ...parts, consumer: consumer({ ...stamped, policy: {} }) })).toMatchObject({ do: "roll" });
    // A crash between the stamp and the record: it has begun.
    const crashed = consumer({ stamped: "g2", progress: "moving", policy: { windows: [window] } });
    expect(act({ ...changed, consumer: crashed })).toMatchObject({ do: "roll" });
  });
});

describe("a rollout under way", () => {
  const rolling: SecretRolloutStatus = {
    ...current,
    phase: "Rolling",
    generation: "g2",
    startedAt: iso(-60_000),
    secrets: [{ name: "db", dataHash: "h2", keys: ["password"] }],
  };
  const during = (parts: Partial<Consumer>, more: Partial<RolloutInput> = {}): RolloutAction =>
    act({ record: rolling, secrets: [db("h2")], consumer: consumer({ stamped: "g2", ...parts }), ...more });

  test("waits for health until the deadline", () => {
    expect(during({ progress: "moving" })).toEqual({ do: "nothing", for: 540_000 });
  });

  test("healthy: the pods run with the generation, and history says so", () => {
    expect(during({ progress: "healthy" })).toEqual({
      do: "finish",
      outcome: "Healthy",
      message: "all pods run with it after 60 s",
      status: {
        phase: "Current",
        workload: current.workload,
        keyId: "key",
        generation: "g2",
        running: "g2",
        secrets: rolling.secrets,
        history: [
          {
            generation: "g2",
            startedAt: iso(-60_000),
            finishedAt: iso(0),
            outcome: "Healthy",
            message: "all pods run with it after 60 s",
          },
        ],
      },
    });
  });

  test.each<[string, Partial<Consumer>, Partial<RolloutInput>, string]>([
    ["the deadline is over", { progress: "moving", deadline: 60_000 }, {}, "not healthy within 60 s"],
    ["the Deployment gave up", { progress: "stuck" }, {}, "the Deployment exceeded its progress deadline"],
    [
      "somebody took the stamp off",
      { stamped: undefined },
      {},
      "its generation was taken off the pod template by another writer",
    ],
  ])("%s: failed", (_name, parts, more, message) => {
    const action = during(parts, more);
    expect(action).toMatchObject({
      do: "finish",
      outcome: "Failed",
      status: { phase: "Failed", running: "g1", generation: "g2" },
    });
    expect(action.do === "finish" && action.message).toContain(message);
  });

  test("a still newer generation replaces it", () => {
    const more = { secrets: [db("h3")] };
    expect(during({ progress: "moving" }, more)).toEqual({ do: "read" });
    expect(during({ progress: "moving" }, { ...more, generation: "g3" })).toMatchObject({
      do: "roll",
      generation: "g3",
      status: { phase: "Rolling", running: "g1", history: [{ generation: "g2", outcome: "Superseded" }] },
    });
    expect(during({ progress: "moving" }, { ...more, generation: "g2" })).toEqual({ do: "nothing", for: 540_000 });
  });

  test("history keeps the last ten", () => {
    const history = Array.from({ length: 10 }, (_, index) => ({
      generation: `old${index}`,
      startedAt: iso(-index),
      outcome: "Healthy" as const,
    }));
    const action = during({ progress: "healthy" }, { record: { ...rolling, history } });
    expect(action.do === "finish" && action.status.history?.map(({ generation }) => generation)).toEqual([
      "g2",
      ...Array.from({ length: 9 }, (_, index) => `old${index}`),
    ]);
  });

  const failed: SecretRolloutStatus = { ...rolling, phase: "Failed", reason: "not healthy within 60 s" };
  test("a failed generation is not tried again", () => {
    expect(
      act({ record: failed, secrets: [db("h2")], consumer: consumer({ stamped: "g2", progress: "stuck" }) }),
    ).toEqual({ do: "nothing" });
  });

  test("a newer generation is, though the pods of the failed one are still not healthy", () => {
    const parts = { record: failed, secrets: [db("h3")], consumer: consumer({ stamped: "g2", progress: "stuck" }) };
    expect(act(parts)).toEqual({ do: "read" });
    expect(act({ ...parts, generation: "g3" })).toMatchObject({ do: "roll", generation: "g3" });
    expect(act({ ...parts, generation: "g1" })).toMatchObject({ do: "roll", generation: "g1" });
  });

  test("a failed one whose pods become healthy after all is current", () => {
    expect(act({ record: failed, secrets: [db("h2")], consumer: consumer({ stamped: "g2" }) })).toMatchObject({
      do: "finish",
      outcome: "Healthy",
      status: { phase: "Current", running: "g2" },
    });
  });
});

describe("laws", () => {
  interface World {
    value: number;
    unused: number;
    present: boolean;
    progress: Progress;
    stamped: string | undefined;
    record: SecretRolloutStatus | undefined;
    rolls: string[];
    open: boolean;
  }
  const step = fc.oneof(
    fc.record({ set: fc.constant("value" as const), to: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ set: fc.constant("unused" as const), to: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ set: fc.constant("present" as const), to: fc.boolean() }),
    fc.record({ set: fc.constant("open" as const), to: fc.boolean() }),
    fc.record({
      set: fc.constant("progress" as const),
      to: fc.constantFrom<Progress>("healthy", "moving", "unavailable", "stuck"),
    }),
  );

  /** Decides and acts until there is nothing to do; returns how many turns that took. */
  const settle = (world: World): number => {
    for (let turn = 0; turn < 10; turn += 1) {
      const input: RolloutInput = {
        consumer: consumer({ stamped: world.stamped, progress: world.progress }),
        record: world.record,
        secrets: world.present ? [db(`h${world.value}-${world.unused}`)] : [],
        generation: undefined,
        keyId: "key",
        blocked: undefined,
        approved: undefined,
        waitsFor: world.open ? undefined : "waits for Deployment payments/ledger, which does not exist",
        now: NOW,
      };
      let action = decide(input);
      if (action.do === "read") action = decide({ ...input, generation: `g${world.value}` });
      if (action.do === "nothing") return turn;
      if (action.do === "read") throw new Error("reads twice");
      if (action.do === "roll") {
        world.rolls.push(action.generation);
        world.stamped = action.generation;
        world.progress = "moving";
      }
      if (JSON.stringify(world.record) === JSON.stringify(action.status) && action.do === "hold") return turn;
      world.record = action.status;
    }
    throw new Error("does not settle");
  };

  test("whatever happens, it settles, never rolls at first sight, behind a closed gate, or what the pods already have", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world: World = {
          value: 1,
          unused: 1,
          present: true,
          progress: "healthy",
          stamped: undefined,
          record: undefined,
          rolls: [],
          open: true,
        };
        settle(world);
        expect(world.rolls).toEqual([]);
        let running = "g1";
        for (const each of steps) {
          const before = world.rolls.length;
          Object.assign(world, { [each.set]: each.to });
          settle(world);
          const rolled = world.rolls.slice(before);
          expect(rolled.length).toBeLessThanOrEqual(world.open ? 1 : 0);
          for (const generation of rolled) {
            expect(generation).toBe(`g${world.value}`);
            expect(generation).not.toBe(running);
            running = generation;
          }
        }
        // In the end everything is well: the pods get what is there.
        world.present = true;
        world.open = true;
        world.progress = "healthy";
        settle(world);
        world.progress = "healthy";
        settle(world);
        world.progress = "healthy";
        settle(world);
        expect(world.record).toMatchObject({
          phase: "Current",
          running: `g${world.value}`,
          generation: `g${world.value}`,
        });
      }),
      { numRuns: 500 },
    );
  });
});
