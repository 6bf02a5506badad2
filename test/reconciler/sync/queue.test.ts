import * as fc from "fast-check";
import { KeyedQueue, type Lane } from "../../../reconciler/sync/queue";

const drain = (queue: KeyedQueue): string[] => {
  const taken: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    taken.push(key);
    queue.done(key);
  }
  return taken;
};

describe("the keyed queue", () => {
  test("a key added twice is taken once, in the more urgent lane", () => {
    const queue = new KeyedQueue();
    queue.add("a/1", "initial");
    queue.add("a/2", "initial");
    queue.add("a/2", "change");
    queue.add("a/2", "due");
    expect(queue.waiting).toBe(2);
    expect(drain(queue)).toEqual(["a/2", "a/1"]);
  });

  test("a key added while it is processed runs once more afterwards, not at the same time", () => {
    const queue = new KeyedQueue();
    queue.add("a/1", "due");
    expect(queue.take()).toBe("a/1");
    queue.add("a/1", "due");
    queue.add("a/1", "change");
    expect(queue.take()).toBeUndefined();
    expect(queue.processing).toBe(1);
    queue.done("a/1");
    expect(queue.take()).toBe("a/1");
    queue.done("a/1");
    expect(queue.take()).toBeUndefined();
    expect(queue.processing).toBe(0);
  });

  test("namespaces take turns", () => {
    const queue = new KeyedQueue();
    for (const key of ["big/1", "big/2", "big/3", "small/1", "other/1"]) queue.add(key, "due");
    expect(drain(queue)).toEqual(["big/1", "small/1", "other/1", "big/2", "big/3"]);
  });

  test("a busy urgent lane does not starve the initial lane", () => {
    const queue = new KeyedQueue();
    queue.add("a/slow", "initial");
    const taken: string[] = [];
    for (let step = 0; step < 8; step += 1) {
      queue.add(`a/${step}`, "change");
      const key = queue.take();
      if (key === undefined) throw new Error("empty");
      taken.push(key);
      queue.done(key);
    }
    expect(taken).toContain("a/slow");
  });

  test("law: whatever the order of adds, takes and dones, no key is lost, doubled or taken while it is processed", () => {
    const key = fc.constantFrom("a/1", "a/2", "b/1", "b/2", "c/1");
    const lane = fc.constantFrom<Lane>("change", "due", "initial");
    const step = fc.oneof(
      fc.record({ op: fc.constant("add" as const), key, lane }),
      fc.record({ op: fc.constant("take" as const) }),
      fc.record({ op: fc.constant("done" as const), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new KeyedQueue();
        const waiting = new Set<string>();
        const processing = new Set<string>();
        const again = new Set<string>();
        const take = (): void => {
          const taken = queue.take();
          if (taken === undefined) return expect(waiting.size).toBe(0);
          expect(waiting.delete(taken)).toBe(true);
          expect(processing.has(taken)).toBe(false);
          processing.add(taken);
        };
        const done = (finished: string): void => {
          queue.done(finished);
          if (!processing.delete(finished)) return;
          if (again.delete(finished)) waiting.add(finished);
        };
        for (const each of steps) {
          if (each.op === "take") take();
          else if (each.op === "done") done(each.key);
          else {
            queue.add(each.key, each.lane);
            (processing.has(each.key) ? again : waiting).add(each.key);
          }
          expect(queue.waiting).toBe(waiting.size);
          expect(queue.processing).toBe(processing.size);
        }
        while (waiting.size + processing.size > 0) {
          for (const each of [...processing]) done(each);
          take();
        }
        expect(queue.take()).toBeUndefined();
      }),
    );
  });
});
