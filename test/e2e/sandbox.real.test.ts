import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../bed/eventually";
import { run } from "./processes";

// The README's first command, with the files that `npm run build:js` made. It needs none of the bed's servers.

const COMMAND = join(__dirname, "../../dist/cli/main.js");
let folder: string;
let env: NodeJS.ProcessEnv;
/** In a temporary folder of the command's own: other tests, and other people, run sandboxes at the same time. */
const leftovers = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith("keyturn-"));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keyturn-e2e-"));
  env = { ...process.env, TMPDIR: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("keyturn sandbox shows every step, really done, and leaves nothing behind", async () => {
  const { code, stdout, stderr } = await run(process.execPath, [COMMAND, "sandbox"], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect([...stdout.matchAll(/^ {2}✔ +[\d.]+ s {2}([^:]+)/gm)].map(([, step]) => step)).toEqual([
    "sandbox",
    "synthesize stacks/gitops",
    "check",
    "refuse a prod team pointed at a dev store",
    "Vault",
    "apply",
    "start the reconciler",
    "sync",
    "rotate",
    "roll",
    "audit",
  ]);
  expect(stdout).toMatch(/ENV001 SecretStore payments\/vault .*belongs to environment "prod"/);
  expect(stdout).toMatch(/Deployment checkout restarted with generation [0-9a-f]{8}… and is healthy/);
  expect(stdout).toMatch(
    /"event":"rollout","outcome":"ok","object":"Deployment payments\/checkout".*"code":"RolloutHealthy"/,
  );
  expect(leftovers()).toEqual([]);
});

test("Ctrl-C in the middle of it leaves nothing behind", async () => {
  const child = spawn(process.execPath, [COMMAND, "sandbox"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await eventually("the reconciler runs", () => output.includes("start the reconciler"));
  expect(leftovers()).toHaveLength(1);
  child.kill("SIGINT");
  await once(child, "close");
  expect(child.exitCode).toBe(130);
  expect(leftovers()).toEqual([]);
});
