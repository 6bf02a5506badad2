import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually";
import { cleanLeftovers, Guard } from "./guard";
import { identify, isAlive, processStarted } from "./pid";

/** A process that leads its own group and does nothing. */
function idle(): number {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  child.unref();
  if (child.pid === undefined) throw new Error("sleep did not start");
  return child.pid;
}

describe("what a bed leaves behind", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "keyturn-guard-test-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is nothing after the release: added processes are killed and the folder is removed", async () => {
    const guard = new Guard(dir);
    const pid = idle();
    guard.add(pid);
    expect(readdirSync(dir)).toHaveLength(1);
    await guard.release();
    await eventually("the process has ended", () => processStarted(pid) === undefined);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("is nothing when its own process is killed hard: the watchdog cleans", async () => {
    const pid = idle();
    const script = `
      const { Guard } = require(${JSON.stringify(join(__dirname, "guard.ts"))});
      const guard = new Guard(${JSON.stringify(dir)});
      guard.add(${pid});
      console.log(guard.dir);
      setInterval(() => 0, 1000);`;
    const owner = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(owner.stdout, "data")) as [Buffer];
    const folder = line.toString().trim();
    expect([existsSync(folder), processStarted(pid) === undefined]).toEqual([true, false]);
    owner.kill("SIGKILL");
    await eventually("the process has ended", () => processStarted(pid) === undefined);
    await eventually("the folder is removed", () => !existsSync(folder));
  });

  it("is cleaned by the next start when the watchdog was killed too", async () => {
    const leftover = identify(idle());
    const innocent = identify(idle());
    const folder = join(dir, "keyturn-bed-dead");
    mkdirSync(folder);
    const owner = { ...identify(process.pid), started: "1" };
    // The second number was reused by somebody else's process since.
    const processes = [leftover, { ...innocent, started: "1" }];
    writeFileSync(join(folder, "processes.json"), JSON.stringify({ owner, processes }));
    expect(cleanLeftovers(dir)).toEqual([folder]);
    expect(existsSync(folder)).toBe(false);
    await eventually("the process has ended", () => !isAlive(leftover));
    expect(isAlive(innocent)).toBe(true);
    process.kill(innocent.pid, "SIGKILL");
  });

  it("is left alone while the bed runs, or may just be starting; other folders always", () => {
    const running = join(dir, "keyturn-bed-running");
    const starting = join(dir, "keyturn-bed-starting");
    const stranger = join(dir, "something-else");
    for (const folder of [running, starting, stranger]) mkdirSync(folder);
    writeFileSync(join(running, "processes.json"), JSON.stringify({ owner: identify(process.pid), processes: [] }));
    expect(cleanLeftovers(dir)).toEqual([]);
    utimesSync(starting, 0, 0);
    expect(cleanLeftovers(dir)).toEqual([starting]);
    expect(readdirSync(dir).sort()).toEqual(["keyturn-bed-running", "something-else"]);
  });
});
