import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { identify, isAlive, type ProcessId } from "./pid";

/** Who holds a lock. */
export interface LockOwner extends ProcessId {
  readonly host: string;
}

const BEAT_MS = 5_000;
/** A process of another host (a cache shared between containers) cannot be looked up: its lock is dead without a beat for so long. */
const SILENCE_MS = 60_000;

/**
 * True when the owner of a lock is gone. Same host: its process ended, or the number now belongs to another process. Other
 * host: the file was not touched for a minute. An unreadable owner counts as gone.
 */
export function isStale(
  owner: LockOwner | undefined,
  here: string,
  silentForMs: number,
  alive: (id: ProcessId) => boolean = isAlive,
): boolean {
  if (owner === undefined) return true;
  return owner.host === here ? !alive(owner) : silentForMs > SILENCE_MS;
}

/** The owner written in a lock file; undefined when the text is not one. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockOwner> | null;
    if (typeof value?.pid !== "number" || typeof value.started !== "string" || typeof value.host !== "string")
      return undefined;
    return { pid: value.pid, started: value.started, host: value.host };
  } catch {
    return undefined;
  }
}

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called about every half second while another process holds the lock. */
  readonly waiting?: (owner: LockOwner, waitedMs: number) => void;
}

/** Runs `work` while holding the lock file `path`; waits for a living owner, takes over from a dead one. */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const release = await acquire(path, options);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(path: string, options: LockOptions): Promise<() => void> {
  const own = `${path}.${randomUUID()}`;
  const text = JSON.stringify({ ...identify(process.pid), host: hostname() } satisfies LockOwner);
  const begun = performance.now();
  writeFileSync(own, text);
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      // link() is atomic and puts the whole content in place at once: nobody reads a half-written owner.
      if (tryLink(own, path)) break;
      const held = read(path);
      if (held !== undefined && isStale(held.owner, hostname(), held.silentForMs)) breakStale(path, held.text);
      else if (held?.owner !== undefined) {
        options.waiting?.(held.owner, performance.now() - begun);
        await delay(500, undefined, { signal: options.signal });
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
  const beat = setInterval(() => touch(path), BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    rmSync(path, { force: true });
  };
}

/** Moves the stale lock away before removing it, so that of two runs that saw it stale neither removes the other's new lock. */
function breakStale(path: string, seen: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, "utf8") !== seen) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(path: string): { text: string; owner: LockOwner | undefined; silentForMs: number } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return { text, owner: parseOwner(text), silentForMs: Date.now() - statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody removed the cache folder; the build that holds the lock will say so.
  }
}
