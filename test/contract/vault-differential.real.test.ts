import fc from "fast-check";
import { realTarget } from "./real-target";
import { sandboxTarget } from "./sandbox-target";
import { unique, type Target } from "./target";
import { freshMount, read } from "./vault/answers";
import { allPaths, kv1Steps, kv2Steps, policies, policyText, type KvStep, type Rule } from "./vault/random";

let [real, sandbox]: readonly Target[] = [];
beforeAll(async () => {
  [real, sandbox] = [await realTarget(), await sandboxTarget()];
});
afterAll(async () => {
  await sandbox?.stop();
  await real?.stop();
});
const both = (): readonly [Target, Target] => [real as Target, sandbox as Target];
const settings = (runs: number): { numRuns: number; seed: number } => ({
  numRuns: Number(process.env["CONTRACT_RUNS"] ?? runs),
  seed: Number(process.env["CONTRACT_SEED"] ?? 20261124),
});

async function capabilities({ vault }: Target, sets: readonly (readonly Rule[])[]): Promise<unknown> {
  const names: string[] = [];
  for (const rules of sets) {
    const name = unique("random");
    names.push(name);
    const written = await vault.ask("PUT", `/v1/sys/policies/acl/${name}`, {
      body: { policy: policyText("m", rules) },
    });
    expect(written.status).toBe(204);
  }
  const made = await vault.ask("POST", "/v1/auth/token/create", {
    body: { policies: names, no_default_policy: true, ttl: "5m" },
  });
  const token = read(made).auth.client_token;
  const answer = await vault.ask("POST", "/v1/sys/capabilities", {
    body: { token, paths: allPaths.map((path) => `m/${path}`) },
  });
  expect(answer.status).toBe(200);
  for (const name of names) await vault.ask("DELETE", `/v1/sys/policies/acl/${name}`);
  return read(answer).data;
}

test("any policies grant the same capabilities on any path", async () => {
  await fc.assert(
    fc.asyncProperty(policies, async (sets) => {
      const [theirs, ours] = await Promise.all(both().map((target) => capabilities(target, sets)));
      expect(ours).toEqual(theirs);
    }),
    settings(60),
  );
}, 300_000);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Without ids and times. */
function comparable(text: string): unknown {
  if (text === "") return "";
  return JSON.parse(text, (key, value: unknown) => {
    if (key === "request_id") return "-";
    return typeof value === "string" && TIME.test(value) ? "time" : value;
  });
}

async function run(target: Target, version: 1 | 2, steps: readonly KvStep[]): Promise<readonly unknown[]> {
  const mount = await freshMount(target, version);
  const seen: unknown[] = [];
  for (const { method, path, body, headers } of steps) {
    const answer = await target.vault.ask(method, `/v1/${mount}/${path}`, {
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
    seen.push({
      step: `${method} ${path} ${JSON.stringify(body)}`,
      status: answer.status,
      answer: comparable(answer.text),
    });
  }
  await target.vault.ask("DELETE", `/v1/sys/mounts/${mount}`);
  return seen;
}

test.each([
  ["version 2", 2, kv2Steps],
  ["version 1", 1, kv1Steps],
] as const)(
  "any reads and writes of KV %s are answered the same",
  async (_, version, steps) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const [theirs, ours] = await Promise.all(both().map((target) => run(target, version, sequence)));
        expect(ours).toEqual(theirs);
      }),
      settings(40),
    );
  },
  300_000,
);
