import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { identify, isAlive, processStarted, signalProcess, type ProcessId } from "./pid";

const PREFIX = "keyturn-bed-";
const RECORD = "processes.json";

/** What a bed's folder says about itself, so that a later start can clean up when even the watchdog was killed. */
interface Record {
  readonly owner: ProcessId;
  readonly processes: readonly ProcessId[];
}

/**
 * Reads the process numbers from its standard input, the last line being the current list. The input ends when the bed's own
 * process ends, however it ended: then whatever is still listed is stopped and the folder removed.
 */
const WATCHDOG = `
trap '' INT TERM HUP
groups=
while read -r line; do groups=$line; done
if [ -n "$groups" ]; then
  kill -s TERM -- $groups 2>/dev/null
  sleep 1
  kill -s KILL -- $groups 2>/dev/null
fi
rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
`;

/**
 * The temporary folder of one bed and the promise that nothing outlives it: every process started for the bed is added here, each
 * the leader of its own process group, and a watchdog stops them when this process is killed hard.
 */
export class Guard {
  readonly dir: string;
  readonly #owner = identify(process.pid);
  readonly #processes = new Map<number, ProcessId>();
  readonly #watchdog: ChildProcessByStdio<Writable, null, null>;

  /** @param base where the folder is made */
  constructor(base: string = tmpdir()) {
    this.dir = mkdtempSync(join(base, PREFIX));
    chmodSync(this.dir, 0o700);
    this.#record();
    this.#watchdog = spawn("/bin/sh", ["-c", WATCHDOG, "keyturn-bed-watchdog", this.dir], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    // A watchdog that died is no reason to stop: the record in the folder is read by the next start.
    this.#watchdog.on("error", () => undefined);
    this.#watchdog.stdin.on("error", () => undefined);
    this.#watchdog.unref();
    (this.#watchdog.stdin as Writable & { unref?: () => void }).unref?.();
  }

  /** From now on the process group led by `pid` ends with this process. */
  add(pid: number): void {
    const started = processStarted(pid);
    if (started === undefined) return;
    this.#processes.set(pid, { pid, started });
    this.#tell();
  }

  /** The process has ended. */
  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#tell();
  }

  /** Kills what is left, removes the folder and ends the watchdog. */
  async release(): Promise<void> {
    for (const pid of this.#processes.keys()) signalProcess(-pid, "SIGKILL");
    this.#processes.clear();
    const ended = this.#watchdog.exitCode === null ? once(this.#watchdog, "exit") : Promise.resolve();
    this.#watchdog.ref();
    this.#watchdog.stdin.end("\n");
    removeFolder(this.dir);
    await ended;
  }

  #tell(): void {
    this.#record();
    this.#watchdog.stdin.write(`${[...this.#processes.keys()].map((pid) => -pid).join(" ")}\n`);
  }

  #record(): void {
    const record: Record = { owner: this.#owner, processes: [...this.#processes.values()] };
    if (!existsSync(this.dir)) return;
    // In place at once: a start that reads half a record would take this bed for a leftover.
    const file = join(this.dir, RECORD);
    writeFileSync(`${file}.new`, JSON.stringify(record));
    renameSync(`${file}.new`, file);
  }
}

/**
 * Stops the processes and removes the folders of beds whose own process is gone and whose watchdog was killed too. Returns the
 * folders removed. Folders of other users and of running beds are left alone.
 */
export function cleanLeftovers(base: string = tmpdir()): readonly string[] {
  const removed: string[] = [];
  for (const name of readdirSync(base)) {
    if (!name.startsWith(PREFIX)) continue;
    const dir = join(base, name);
    try {
      const record = readRecord(dir);
      if (record === undefined ? Date.now() - statSync(dir).mtimeMs < 60_000 : isAlive(record.owner)) continue;
      if (process.getuid !== undefined && statSync(dir).uid !== process.getuid()) continue;
      for (const leader of record?.processes ?? []) if (isAlive(leader)) signalProcess(-leader.pid, "SIGKILL");
      removeFolder(dir);
      removed.push(dir);
    } catch {
      // Not ours, or another start is cleaning the same folder.
    }
  }
  return removed;
}

function readRecord(dir: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, RECORD), "utf8")) as Record;
  } catch {
    return undefined;
  }
}

function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
