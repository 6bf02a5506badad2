import { readFileSync } from "node:fs";

/** CPU seconds (user and system) a process has used, from /proc. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export interface Memory {
  /** MiB */
  readonly rss: number;
  /** MiB of anonymous pages: what the process itself costs, without the shared pages of its binary. */
  readonly anonymous: number;
  /** MiB, highest RSS so far. */
  readonly peak: number;
}

/** Memory of a process, from /proc. */
export function memory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return {
    rss: mib(status, /^VmRSS:\s+(\d+) kB/m),
    anonymous: mib(rollup, /^Anonymous:\s+(\d+) kB/m),
    peak: mib(status, /^VmHWM:\s+(\d+) kB/m),
  };
}

function mib(text: string, pattern: RegExp): number {
  return Math.round(Number(pattern.exec(text)?.[1] ?? Number.NaN) / 102.4) / 10;
}
