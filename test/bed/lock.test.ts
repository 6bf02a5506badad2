import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isStale, parseOwner, withLock, type LockOwner } from "./lock";
import { identify, isAlive, startedFromProc } from "./pid";

const here = "this-host";
const owner = (host: string): LockOwner => ({ pid: 42, started: "1000", host });

describe("a lock is stale", () => {
  it.each([
    ["when its process has ended", owner(here), 0, false, true],
    ["not while its process runs, however long", owner(here), 3_600_000, true, false],
    ["when its owner cannot be read", undefined, 0, true, true],
    ["not when another host touched it a moment ago", owner("other"), 10_000, false, false],
    ["when another host has been silent for over a minute", owner("other"), 61_000, true, true],
  ])("%s", (_, held, silentForMs, alive, expected) => {
    expect(isStale(held, here, silentForMs, () => alive)).toBe(expected);
  });

  it("when its number now belongs to a process that started at another time", () => {
    const reused = { ...identify(process.pid), started: "1", host: here };
    expect(isStale(reused, here, 0)).toBe(true);
    expect(isStale({ ...identify(process.pid), host: here }, here, 0)).toBe(false);
  });
});

describe("the owner of a lock", () => {
  it("is read from the file, and is nobody when the text is not an owner", () => {
    expect(parseOwner(JSON.stringify(owner(here)))).toEqual(owner(here));
    for (const text of ["", "{", "null", "[]", '{"pid":1}', '{"pid":"1","started":"2","host":"h"}'])
      expect([text, parseOwner(text)]).toEqual([text, undefined]);
  });
});

describe("a process", () => {
  it("is told apart by its start time, even with a name full of spaces and parentheses; a zombie is none", () => {
    const rest = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 20";
    expect(startedFromProc(`42 (a b) c) S ${rest}`)).toBe("777");
    expect(startedFromProc(`42 (a b) c) Z ${rest}`)).toBeUndefined();
  });

  it("is alive only as itself", () => {
    const self = identify(process.pid);
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, started: `${self.started}0` })).toBe(false);
  });
});

describe("withLock", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "keyturn-lock-test-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("lets one work at a time and leaves no file behind, also after a failure", async () => {
    const lock = join(dir, "lock");
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)]);
    expect(most).toBe(1);
    await expect(withLock(lock, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(readdirSync(dir)).toEqual([]);
  });

  it("takes over from a dead owner", async () => {
    const lock = join(dir, "lock");
    writeFileSync(lock, JSON.stringify({ pid: process.pid, started: "1", host: hostname() }));
    const held = await withLock(lock, async () => parseOwner(readFileSync(lock, "utf8")));
    expect(held).toEqual({ ...identify(process.pid), host: hostname() });
    expect(existsSync(lock)).toBe(false);
  });

  it("stops waiting for a living owner when told to", async () => {
    const lock = join(dir, "lock");
    const text = JSON.stringify({ ...identify(process.ppid), host: hostname() });
    writeFileSync(lock, text);
    const abort = new AbortController();
    const waited: number[] = [];
    const waiting = (living: LockOwner) => {
      waited.push(living.pid);
      abort.abort(new Error("enough"));
    };
    await expect(withLock(lock, async () => undefined, { signal: abort.signal, waiting })).rejects.toThrow();
    expect(waited).toEqual([process.ppid]);
    expect(readdirSync(dir)).toEqual(["lock"]);
    expect(readFileSync(lock, "utf8")).toBe(text);
  });
});
