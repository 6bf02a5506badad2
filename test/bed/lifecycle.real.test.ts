import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startBed, type RunningBed } from ".";
import { baoClient } from "./bao";
import { readBed } from "./bed";
import { eventually } from "./eventually";
import { kubeClient } from "./kube";
import type { BedError } from "./log-tail";
import { processStarted, signalProcess } from "./pid";

const running = (pids: readonly number[]) => pids.filter((pid) => processStarted(pid) !== undefined);

describe("a bed of one's own", () => {
  const deaths: BedError[] = [];
  let own: RunningBed;
  beforeAll(async () => {
    own = await startBed({ died: (error) => deaths.push(error) });
  });
  afterAll(async () => {
    await own.stop();
  });

  it("keeps OpenBao's data over a crash and is sealed afterwards", async () => {
    const bao = baoClient(own.bao);
    await bao.send("PUT", "secret/data/app", { data: { user: "a" } });
    await own.servers.openbao.kill();
    await own.servers.openbao.start();
    expect((await bao.request("GET", "secret/data/app")).status).toBe(503);
    await bao.send("PUT", "sys/unseal", { key: own.bao.unsealKey });
    const { body } = await eventually(
      "the value",
      () => bao.request("GET", "secret/data/app"),
      ({ status }) => status === 200,
    );
    expect(body["data"]).toMatchObject({ data: { user: "a" } });
    expect(deaths).toEqual([]);
  });

  it("keeps the cluster's objects over a restart of the API server", async () => {
    const kube = kubeClient(own.kube);
    await kube.send("POST", "/api/v1/namespaces/default/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kept" },
    });
    await own.servers["kube-apiserver"].stop();
    await expect(kube.request("GET", "/readyz")).rejects.toThrow("ECONNREFUSED");
    await own.servers["kube-apiserver"].start();
    expect((await kube.request("GET", "/api/v1/namespaces/default/configmaps/kept")).status).toBe(200);
  });

  it("reports a server that dies, with its name and last lines", async () => {
    process.kill(own.servers.kwok.pid, "SIGKILL");
    const [death] = await eventually(
      "the report",
      () => deaths,
      ({ length }) => length > 0,
    );
    expect(death?.object).toBe("kwok");
    expect(death?.message).toMatch(/^kwok: ended with SIGKILL after .*\n {2}\| /);
  });

  it("leaves no process and no folder when it is stopped", async () => {
    const pids = Object.values(own.servers)
      .map(({ pid }) => pid)
      .filter((pid) => pid > 0);
    expect(running(pids)).toHaveLength(4);
    await own.stop();
    expect(running(pids)).toEqual([]);
    expect(existsSync(own.dir)).toBe(false);
  });
});

describe("npm run bed", () => {
  /** Starts it and waits for what it prints. */
  async function start(): Promise<{ pid: number; exports: Map<string, string>; exit: Promise<number | null> }> {
    const env = { ...process.env };
    delete env["KEYTURN_BED"];
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "main.ts")], { env, detached: true });
    let [output, log] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
    await eventually(
      "the exports",
      () => `${output}${log}`,
      () => output.includes("KEYTURN_BED="),
    );
    const exports = new Map<string, string>();
    for (const [, name = "", value = ""] of output.matchAll(/^export (\w+)=(.+)$/gm)) exports.set(name, value);
    return { pid: child.pid ?? 0, exports, exit };
  }

  it("prints what kubectl and bao need, and stops everything on Ctrl-C", async () => {
    const { pid, exports, exit } = await start();
    const bed = readBed(exports.get("KEYTURN_BED") ?? "");
    expect([...exports]).toEqual([
      ["KUBECONFIG", bed.kubeconfig],
      ["BAO_ADDR", bed.bao.address],
      ["BAO_CACERT", bed.bao.caFile],
      ["BAO_TOKEN", bed.bao.rootToken],
      ["KEYTURN_BED", join(bed.dir, "bed.json")],
    ]);
    signalProcess(pid, "SIGINT");
    expect(await exit).toBe(0);
    expect(running(Object.values(bed.pids))).toEqual([]);
    expect(existsSync(bed.dir)).toBe(false);
  });

  it("leaves nothing behind when it is killed hard", async () => {
    const { pid, exports } = await start();
    const bed = readBed(exports.get("KEYTURN_BED") ?? "");
    const pids = Object.values(bed.pids);
    expect(running(pids)).toHaveLength(5);
    signalProcess(pid, "SIGKILL");
    await eventually(
      "all servers have ended",
      () => running(pids),
      ({ length }) => length === 0,
    );
    await eventually("the folder is removed", () => !existsSync(bed.dir));
  });
});
