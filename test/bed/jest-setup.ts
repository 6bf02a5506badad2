import { startBed, type RunningBed } from ".";
import { readBed } from "./bed";
import { baoClient } from "./bao";
import { installCrds } from "./crds";
import { kubeClient } from "./kube";
import { BedError } from "./log-tail";

/** Where the setup leaves the bed for the teardown: both run in jest's main process, but as separately loaded modules. */
export interface BedHolder {
  keyturnBed?: RunningBed;
}

/** One bed for the whole run; with `KEYTURN_BED` set, the one that is already running. A failure here fails the run. */
export default async function setUp(): Promise<void> {
  try {
    await provideBed();
  } catch (error) {
    // Jest prints the stack; what happened and what to do is all that helps here.
    if (error instanceof BedError) error.stack = `${error.name}: ${error.message}`;
    throw error;
  }
}

async function provideBed(): Promise<void> {
  const progress = (line: string) => process.stderr.write(`bed: ${line}\n`);
  const given = process.env["KEYTURN_BED"];
  if (given !== undefined && given !== "") {
    await checkRunning(given);
    progress(`using the running one, KEYTURN_BED=${given}`);
    return;
  }
  const abort = new AbortController();
  const holder = globalThis as BedHolder;
  const interrupted = (signal: NodeJS.Signals) => {
    abort.abort(new Error(`stopped by ${signal}`));
    void (holder.keyturnBed?.stop() ?? Promise.resolve()).finally(() => {
      if (holder.keyturnBed !== undefined) process.exit(130);
    });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  const begun = performance.now();
  const bed = await startBed({ progress, signal: abort.signal, died: (error) => progress(error.message) });
  holder.keyturnBed = bed;
  process.env["KEYTURN_BED"] = bed.file;
  progress(`ready after ${((performance.now() - begun) / 1000).toFixed(1)} s in ${bed.dir}`);
}

async function checkRunning(file: string): Promise<void> {
  const bed = readBed(file);
  const kube = kubeClient(bed.kube);
  try {
    await kube.send("GET", "/readyz");
    await baoClient(bed.bao).send("GET", "sys/health");
  } catch (error) {
    throw new BedError({
      code: "NoBed",
      object: `KEYTURN_BED=${file}`,
      cause: `its servers do not answer: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "start `npm run bed` again, or unset KEYTURN_BED",
    });
  }
  await installCrds(kube);
}
