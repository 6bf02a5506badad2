import { startBed } from ".";
import { isAlive, launchers } from "./pid";

/** `npm run bed`: the servers in the foreground, until Ctrl-C. */
async function main(): Promise<number> {
  const abort = new AbortController();
  const ended = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
    const parents = launchers();
    setInterval(() => {
      if (!parents.every(isAlive)) resolve("the end of the process that started it");
    }, 1_000);
  });
  void ended.then((why) => abort.abort(new Error(`stopped by ${why}`)));
  const begun = performance.now();
  const progress = (line: string) => process.stderr.write(`bed: ${line}\n`);

  let died = false;
  try {
    const running = await startBed({
      progress,
      signal: abort.signal,
      died: (error) => {
        died = true;
        progress(error.message);
        abort.abort(error);
      },
    });
    progress(`ready after ${seconds(begun)} s in ${running.dir}; Ctrl-C stops everything`);
    process.stdout.write(
      [
        `export KUBECONFIG=${running.kubeconfig}`,
        `export BAO_ADDR=${running.bao.address}`,
        `export BAO_CACERT=${running.bao.caFile}`,
        `export BAO_TOKEN=${running.bao.rootToken}`,
        `export KEYTURN_BED=${running.file}`,
        "",
      ].join("\n"),
    );
    await aborted(abort.signal);
    const stopping = performance.now();
    progress("stopping");
    await running.stop();
    progress(`stopped after ${seconds(stopping)} s, ${running.dir} is removed`);
    return died ? 1 : 0;
  } catch (error) {
    if (error instanceof Error) progress(error === abort.signal.reason ? error.message : describe(error));
    return abort.signal.aborted && !died ? 130 : 2;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function describe(error: Error): string {
  return process.env["DEBUG"] === undefined ? error.message : (error.stack ?? error.message);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

void main().then((code) => process.exit(code));
