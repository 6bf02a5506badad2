import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyturnError } from "../../../api";
import { createAudit, createMetrics, type AuditEntry, type Log } from "../../../reconciler/observe";
import { eventually } from "../../bed/eventually";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "keyturn-audit-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry: AuditEntry = {
  event: "secret-write",
  outcome: "ok",
  object: "ExternalSecret pay/db",
  keys: ["password"],
  target: "Secret pay/db",
  version: 3,
};
const lines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test("lines are appended to the file, in order, and are all there after close", async () => {
  const target = join(folder, "audit.jsonl");
  writeFileSync(target, '{"before":true}\n');
  const metrics = createMetrics();
  const audit = createAudit({ target, metrics });
  for (let version = 0; version < 5_000; version++) audit.record({ ...entry, version });
  await audit.close();
  const written = lines(target);
  expect(written).toHaveLength(5_001);
  expect(written[0]).toEqual({ before: true });
  expect(written.slice(1).map(({ version }) => version)).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  expect(written[1]).toEqual({
    time: expect.stringMatching(/Z$/) as string,
    ...entry,
    version: 0,
  });
  expect(metrics.render()).toContain('keyturn_audit_lines_total{outcome="written"} 5000');
});

test("a new file can be read by its owner only", async () => {
  const target = join(folder, "audit.jsonl");
  await createAudit({ target }).close();
  expect(statSync(target).mode & 0o777).toBe(0o600);
});

test("only the fields of an audit line are written", async () => {
  const target = join(folder, "audit.jsonl");
  const audit = createAudit({ target });
  audit.record({ ...entry, value: "canary", token: "canary" } as AuditEntry);
  await audit.close();
  expect(readFileSync(target, "utf8")).not.toContain("canary");
});

test("a folder that does not exist is one clear error", () => {
  const target = join(folder, "no", "audit.jsonl");
  const make = (): unknown => createAudit({ target });
  expect(make).toThrow(KeyturnError);
  expect(make).toThrow(
    `--audit ${target}: cannot be written: its folder does not exist (give a file in a writable folder, or --audit stdout)`,
  );
  expect(() => createAudit({ target: folder })).toThrow(`--audit ${folder}: cannot be written: is a directory`);
});

test("a full disk delays lines and loses none that fit the buffer; what does not is counted and told once", async () => {
  const told: string[] = [];
  const metrics = createMetrics();
  const audit = createAudit({
    target: "/dev/full",
    capacity: 10,
    retryAfter: 10,
    closeWithin: 50,
    metrics,
    log: { ...quiet, error: (message, fields) => told.push(`${message} ${fields?.code}`) },
  });
  audit.record(entry);
  await eventually("told", () => told.length > 0);
  for (let index = 0; index < 15; index++) audit.record(entry);
  expect(told).toEqual(["the audit log cannot be written ENOSPC"]);
  expect(metrics.render()).toContain('keyturn_audit_lines_total{outcome="dropped"} 5');
  await audit.close();
  expect(metrics.render()).toContain('keyturn_audit_lines_total{outcome="dropped"} 16');
});

test("stdout takes the lines of a process that ends, also through a slow pipe, and a reader that goes away does not crash it", async () => {
  const script = join(folder, "writer.ts");
  writeFileSync(
    script,
    `import { createAudit } from ${JSON.stringify(join(__dirname, "../../../reconciler/observe/audit"))};
     const audit = createAudit({ target: "stdout", closeWithin: 60_000 });
     for (let version = 0; version < 20_000; version++) audit.record({ event: "read", outcome: "ok", object: "o".repeat(50), version });
     void audit.close().then(() => console.error("closed"));`,
  );
  const tsx = join(__dirname, "../../../node_modules/tsx/dist/cli.mjs");
  const output = execFileSync("sh", ["-c", '"$0" "$1" "$2" | (sleep 0.3; cat)', process.execPath, tsx, script], {
    encoding: "utf8",
    maxBuffer: 64 * 1_048_576,
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(output.trim().split("\n")).toHaveLength(20_000);

  const child = spawn(process.execPath, [tsx, script], { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = (await once(child, "exit")) as [number];
  expect([code, errors.join("")]).toEqual([0, "closed\n"]);
});

test("a file made unreadable after the start does not matter: it is open", async () => {
  const target = join(folder, "audit.jsonl");
  const audit = createAudit({ target });
  chmodSync(target, 0o000);
  audit.record(entry);
  await audit.close();
  chmodSync(target, 0o600);
  expect(lines(target)).toHaveLength(1);
});
