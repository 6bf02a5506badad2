import { Cache } from "../../../reconciler/sync/cache";

const record = (uid: string, resourceVersion: string) => ({ uid, resourceVersion });

describe("the cache of records", () => {
  test("takes what is newer or another object, whichever of watch and answer brings it first", () => {
    const cache = new Cache();
    expect(cache.apply("a", record("1", "9"))).toBe(true);
    expect(cache.apply("a", record("1", "9"))).toBe(false);
    expect(cache.apply("a", record("1", "8"))).toBe(false);
    expect(cache.apply("a", record("1", "10"))).toBe(true);
    expect(cache.apply("a", record("2", "7"))).toBe(true);
    expect(cache.get("a")).toEqual(record("2", "7"));
  });

  test("a late answer to a write does not bring back an object whose end the watch has told", () => {
    const cache = new Cache();
    cache.apply("a", record("1", "9"));
    expect(cache.remove("a", "1")).toBe(true);
    expect(cache.apply("a", record("1", "9"))).toBe(false);
    expect(cache.apply("a", record("1", "8"))).toBe(false);
    expect(cache.get("a")).toBeUndefined();
  });

  test("an object that left a watch's selection comes back with its next version, and a new one of the name at once", () => {
    const cache = new Cache();
    cache.apply("a", record("1", "9"));
    cache.remove("a", "1");
    expect(cache.apply("a", record("1", "12"))).toBe(true);
    cache.remove("a", "1");
    expect(cache.apply("a", record("2", "11"))).toBe(true);
  });

  test("the end of an earlier object of the name leaves the present one", () => {
    const cache = new Cache();
    cache.apply("a", record("1", "9"));
    cache.apply("a", record("2", "10"));
    expect(cache.remove("a", "1")).toBe(false);
    expect(cache.get("a")).toEqual(record("2", "10"));
  });
});
