import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memory } from "./proc";

/** What a measured process says about itself, as its last line. */
export interface Measured {
  /** Of the work, without the start of Node and the imports. */
  readonly seconds: number;
  /** Of the whole process, user and system. */
  readonly cpuSeconds: number;
  /** MiB, VmHWM. */
  readonly peakMiB: number;
  /** MiB of JavaScript heap that the result keeps, after a collection. */
  readonly liveMiB: number;
}

export function measured(work: () => object): void {
  const start = performance.now();
  const result = work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage();
  const peakMiB = memory(process.pid).peak;
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const liveMiB = process.memoryUsage().heapUsed / 2 ** 20;
  const own: Measured = { seconds, cpuSeconds: (user + system) / 1e6, peakMiB, liveMiB };
  console.log(JSON.stringify(own));
  kept.push(result);
}

/** What a result is kept alive by. */
const kept: object[] = [];

/** `COUNT FOLDER` of the command line. */
export function given(): { readonly count: number; readonly outdir: string } {
  const [count = "", outdir = ""] = process.argv.slice(2);
  return { count: Number(count), outdir };
}
