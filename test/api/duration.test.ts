import fc from "fast-check";
import { formatDuration, isDuration, parseDuration } from "../../api";

describe("Go durations", () => {
  test.each([
    ["1h0m0s", 3_600_000],
    ["24h", 86_400_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
    ["300ms", 300],
    ["0", 0],
    ["-1s", -1000],
    [".5s", 500],
    ["+2m", 120_000],
    ["1h1.5s", 3_601_500],
    ["250us", 0.25],
    ["250µs", 0.25],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "5", "1d", "1 h", "h", "1h 5m", "5m5", "∞", "."])("%p is refused", (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => parseDuration(text)).toThrow(/is not a Go duration \(write for example "5m"/);
  });

  test.each([
    [3_600_000, "1h0m0s"],
    [300_000, "5m0s"],
    [90_500, "1m30.5s"],
    [1500, "1.5s"],
    [300, "300ms"],
    [0, "0s"],
    [-1000, "-1s"],
  ])("%d ms is written %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)),
    );
  });
});
