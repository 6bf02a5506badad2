import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process, safe against reuse of its number: `started` differs when another process got the same pid. */
export interface ProcessId {
  readonly pid: number;
  readonly started: string;
}

/** When the process began, as an opaque text to compare; undefined when there is none (or only a zombie). */
export function processStarted(pid: number): string | undefined {
  try {
    return process.platform === "linux"
      ? startedFromProc(readFileSync(`/proc/${pid}/stat`, "utf8"))
      : startedFromPs(pid);
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat; the command name in parentheses may itself hold spaces and parentheses. */
export function startedFromProc(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function startedFromPs(pid: number): string | undefined {
  const output = execFileSync("ps", ["-o", "stat=", "-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  return output === "" || output.startsWith("Z") ? undefined : output.slice(output.indexOf(" ")).trim();
}

/** The identity of a running process; throws when there is none. */
export function identify(pid: number): ProcessId {
  const started = processStarted(pid);
  if (started === undefined) throw new Error(`there is no process ${pid}`);
  return { pid, started };
}

/** True while this very process runs. */
export function isAlive(id: ProcessId): boolean {
  return processStarted(id.pid) === id.started;
}

/** Sends a signal to a process or, with a negative number, to a process group; a process that is gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * The processes that launched this one for `npm run`: the parent up to npm, or only the parent when npm is not among them.
 * When one of them is killed hard, nobody is left to stop this process with Ctrl-C.
 */
export function launchers(pid: number = process.ppid): readonly ProcessId[] {
  const chain: ProcessId[] = [];
  for (let next = pid; next > 1 && chain.length < 6;) {
    const started = processStarted(next);
    if (started === undefined) break;
    chain.push({ pid: next, started });
    const { parent, command } = ancestry(next);
    if (/\bnpm\b/.test(command)) return chain;
    next = parent;
  }
  return chain.slice(0, 1);
}

/** The parent of a process, and the program it runs (the first two words of its command line). */
function ancestry(pid: number): { readonly parent: number; readonly command: string } {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
      return {
        parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]),
        command: words.slice(0, 2).join(" "),
      };
    }
    const output = execFileSync("ps", ["-o", "ppid=", "-o", "args=", "-p", String(pid)], { encoding: "utf8" });
    const [parent, ...words] = output.trim().split(/\s+/);
    return { parent: Number(parent), command: words.slice(0, 2).join(" ") };
  } catch {
    return { parent: 0, command: "" };
  }
}
