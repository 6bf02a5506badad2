import { Breakers } from "../../../reconciler/sync/breaker";

const VAULT = "https://vault:8200";

describe("the breaker of a Vault that does not answer", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const setUp = () => {
    const woken: string[] = [];
    const breakers = new Breakers((key) => woken.push(key));
    return { woken, breakers, take: () => woken.splice(0) };
  };

  test("lets everything through while the server answers", () => {
    const { breakers } = setUp();
    expect(breakers.refusal(VAULT, "a/1")).toBeUndefined();
    breakers.answered(VAULT);
    expect(breakers.openCount).toBe(0);
  });

  test("one object probes after 1, 2, 4 .. 30 seconds, the others wait with the reason", () => {
    const { breakers, take } = setUp();
    breakers.failed(VAULT, "a/1", "refused");
    breakers.failed(VAULT, "a/2", "refused");
    expect(breakers.refusal(VAULT, "a/3")).toBe("refused");
    const pauses: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      let waited = 0;
      let woken = take();
      while (woken.length === 0) {
        jest.advanceTimersByTime(1000);
        waited += 1000;
        woken = take();
      }
      pauses.push(waited);
      expect(woken).toHaveLength(1);
      const [key = ""] = woken;
      expect(breakers.refusal(VAULT, `a/other-${probe}`)).toBe("refused");
      expect(breakers.refusal(VAULT, key)).toBeUndefined();
      expect(breakers.refusal(VAULT, key)).toBe("refused");
      breakers.failed(VAULT, key, "refused");
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    breakers.stop();
  });

  test("an answer wakes all that wait, once, and ends the probes", () => {
    const { breakers, take } = setUp();
    breakers.failed(VAULT, "a/1", "sealed");
    breakers.refusal(VAULT, "a/2");
    breakers.refusal(VAULT, "a/gone");
    breakers.forget("a/gone");
    breakers.answered(VAULT);
    expect(take()).toEqual(["a/1", "a/2"]);
    expect(breakers.refusal(VAULT, "a/2")).toBeUndefined();
    jest.advanceTimersByTime(120_000);
    expect(take()).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("a probe that never ends is replaced by another object's", () => {
    const { breakers, take } = setUp();
    breakers.failed(VAULT, "a/1", "refused");
    breakers.refusal(VAULT, "a/2");
    jest.advanceTimersByTime(1000);
    expect(take()).toEqual(["a/1"]);
    jest.advanceTimersByTime(30_000);
    expect(take()).toEqual(["a/2"]);
    expect(breakers.refusal(VAULT, "a/2")).toBeUndefined();
    breakers.stop();
  });

  test("other addresses are not concerned", () => {
    const { breakers } = setUp();
    breakers.failed(VAULT, "a/1", "refused");
    expect(breakers.refusal("https://other:8200", "a/1")).toBeUndefined();
    breakers.stop();
  });
});
