import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { Guard } from "./guard";
import type { BedError } from "./log-tail";
import { processStarted } from "./pid";
import { freePorts, Server, type ServerContext, type ServerSpec } from "./process";

// A server of two lines in place of the real ones: what counts here is how it is started, watched and stopped.
const LISTEN = `
  require("node:net").createServer().on("error", (error) => { console.error(error.message); process.exit(1); })
    .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("up"));`;

const spec = (script: string, changes: Partial<ServerSpec> = {}): ServerSpec => ({
  name: "little",
  command: process.execPath,
  ports: 1,
  args: (ports) => ["-e", script, ...ports.map(String)],
  ready: (_, log) => log().includes("up"),
  readyWithinMs: 90_000,
  ...changes,
});

describe("a server", () => {
  let guard: Guard;
  let context: ServerContext;
  let deaths: BedError[];
  let taken: NetServer | undefined;

  beforeEach(() => {
    guard = new Guard();
    deaths = [];
    context = { guard, died: (error) => deaths.push(error) };
  });
  afterEach(async () => {
    taken?.close();
    await guard.release();
    expect(existsSync(guard.dir)).toBe(false);
  });

  it("is ready, is stopped by its pid, and starts again on the same port", async () => {
    const server = await Server.start(spec(LISTEN), context);
    const [first, ports] = [server.pid, server.ports];
    expect(processStarted(first)).toBeDefined();
    await server.stop();
    expect(processStarted(first)).toBeUndefined();
    expect(server.pid).toBe(0);
    await server.start();
    expect([server.ports, processStarted(server.pid) === undefined]).toEqual([ports, false]);
    await server.kill();
    expect(deaths).toEqual([]);
  });

  it("that ignores SIGTERM is killed", async () => {
    const server = await Server.start(spec(`process.on("SIGTERM", () => 0); ${LISTEN}`, { graceMs: 100 }), context);
    const { pid } = server;
    await server.stop();
    expect(processStarted(pid)).toBeUndefined();
  });

  it("that exits is an error with its name, exit code and last lines", async () => {
    const script = `console.error("reading the flags"); console.error("unknown flag: --x"); process.exitCode = 3;`;
    await expect(Server.start(spec(script), context)).rejects.toThrow(
      /^little: ended with 3 after \d+\.\d s \(it was run from .*\)\n {2}\| reading the flags\n {2}\| unknown flag: --x$/,
    );
  });

  it("that does not get ready in time is an error with its last lines, and is ended", async () => {
    const script = `console.log("waiting for a friend", process.pid); setInterval(() => 0, 1000);`;
    const failure = Server.start(spec(script, { readyWithinMs: 4_000 }), context);
    await expect(failure).rejects.toThrow(/^little: did not get ready in 4 s .*\n {2}\| waiting for a friend \d+$/);
    const pid = Number(/friend (\d+)/.exec(readFileSync(join(guard.dir, "little.log"), "utf8"))?.[1]);
    expect(processStarted(pid)).toBeUndefined();
  });

  it("that cannot be run is an error that names the program", async () => {
    await expect(Server.start(spec("", { command: "/no/such/program" }), context)).rejects.toThrow(
      /^little: cannot be run: .*ENOENT \(it was run from \/no\/such\/program/,
    );
  });

  it("whose port was taken in between tries other ports", async () => {
    const listening = createServer();
    taken = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const busy = (listening.address() as AddressInfo).port;
    const tried: number[] = [];
    const args = ([port = 0]: readonly number[]) => {
      tried.push(tried.length === 0 ? busy : port);
      return ["-e", LISTEN, String(tried.at(-1))];
    };
    const script = spec("", { args });
    const server = await Server.start(script, context);
    expect(tried[0]).toBe(busy);
    expect(tried[1]).toBe(server.ports[0]);
    expect(tried).toHaveLength(2);
    await server.kill();
  });

  it("that dies later is reported once, with its last lines", async () => {
    const server = await Server.start(spec(`${LISTEN} setTimeout(() => process.exit(7), 3_000);`), context);
    while (deaths.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(deaths.map(({ object, reason }) => [object, reason.replace(/\d+\.\d/, "N")])).toEqual([
      ["little", "ended with 7 after N s"],
    ]);
    expect(server.pid).toBe(0);
  });

  it("stops starting when told to", async () => {
    const abort = new AbortController();
    const starting = Server.start(spec(`setInterval(() => 0, 1000);`), { ...context, signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 100);
    await expect(starting).rejects.toThrow("enough");
  });
});

describe("free ports", () => {
  it("are all different", async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
  });
});
