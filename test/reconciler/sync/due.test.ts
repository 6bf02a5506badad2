import * as fc from "fast-check";
import { DueHeap, DueTimer } from "../../../reconciler/sync/due";

describe("the due heap", () => {
  test("gives keys in the order of their times and keeps one time per key", () => {
    const heap = new DueHeap(2);
    heap.set("a", 30);
    heap.set("b", 10);
    heap.set("c", 20);
    heap.set("b", 40);
    expect(heap.at("b")).toBe(40);
    expect(heap.next()).toBe(20);
    expect([heap.popDue(35), heap.popDue(35), heap.popDue(35)]).toEqual(["c", "a", undefined]);
    expect(heap.size).toBe(1);
  });

  test("law: it behaves as a map of times from which the earliest is taken", () => {
    const key = fc.integer({ min: 0, max: 30 }).map((number) => `k${number}`);
    const step = fc.oneof(
      fc.record({ op: fc.constant("set" as const), key, at: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ op: fc.constant("delete" as const), key }),
      fc.record({ op: fc.constant("pop" as const), at: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new DueHeap(1);
        const model = new Map<string, number>();
        for (const each of steps) {
          if (each.op === "set") {
            heap.set(each.key, each.at);
            model.set(each.key, each.at);
          } else if (each.op === "delete") {
            heap.delete(each.key);
            model.delete(each.key);
          } else {
            const least = Math.min(...model.values());
            const taken = heap.popDue(each.at);
            if (least > each.at) expect(taken).toBeUndefined();
            else {
              expect(model.get(taken ?? "")).toBe(least);
              model.delete(taken ?? "");
            }
          }
          expect(heap.size).toBe(model.size);
          expect(heap.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        }
      }),
    );
  });
});

describe("the due timer", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test("fires each key once at its time, the latest set counts", () => {
    const fired: string[] = [];
    const timer = new DueTimer((key) => fired.push(key));
    timer.set("late", 500);
    timer.set("early", 100);
    timer.set("moved", 50);
    timer.set("moved", 200);
    timer.set("dropped", 60);
    timer.delete("dropped");
    jest.advanceTimersByTime(150);
    expect(fired).toEqual(["early"]);
    jest.advanceTimersByTime(400);
    expect(fired).toEqual(["early", "moved", "late"]);
    expect(jest.getTimerCount()).toBe(0);
    timer.stop();
  });

  test("a time beyond setTimeout's 24.8 days does not fire early", () => {
    const fired: string[] = [];
    const timer = new DueTimer((key) => fired.push(key));
    timer.set("far", 3 * 2 ** 31);
    jest.advanceTimersByTime(2 ** 31);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(2 * 2 ** 31);
    expect(fired).toEqual(["far"]);
    timer.stop();
  });
});
