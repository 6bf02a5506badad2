import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bed } from "../bed";
import { eventually } from "../eventually";
import { pulumiStack, type PulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

/** Command lines of the processes that belong to a stack's CLI: language host, providers, program. */
function processesOf(stack: PulumiStack): readonly string[] {
  const own = dirname(stack.cwd);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const [line, env] = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
        return env?.includes(`PULUMI_HOME=${own}`) ? [(line ?? "").replaceAll("\0", " ").trim()] : [];
      } catch {
        return [];
      }
    });
}

describe("the processes of a Pulumi run", () => {
  let stack: PulumiStack;

  beforeAll(async () => {
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "fixture/program"),
      config: {
        id: `pulumi-${randomBytes(4).toString("hex")}`,
        ca: readFileSync(bed().kube.caFile, "utf8"),
        hold: "true",
      },
      secrets: { password: "not-used" },
    });
  });

  /** Starts a preview of a program that never ends, and waits until every process is there. */
  async function holdingPreview(signal?: AbortSignal) {
    let pid = 0;
    const run = stack.run(["preview"], { started: (started) => (pid = started), ...(signal && { signal }) });
    await eventually(
      "the preview runs",
      () => processesOf(stack).map((line) => /pulumi-(language|resource)-\w+\.cjs|cmd\/run/.exec(line)?.[0]),
      (running) =>
        ["pulumi-language-nodejs.cjs", "pulumi-resource-kubernetes.cjs", "pulumi-resource-vault.cjs", "cmd/run"].every(
          (wanted) => running.includes(wanted),
        ),
    );
    return { pid, run };
  }

  it("end when the CLI is interrupted", async () => {
    const interrupt = new AbortController();
    const { run } = await holdingPreview(interrupt.signal);
    interrupt.abort();
    expect((await run).code).toBe(1);
    await eventually(
      "no process is left",
      () => processesOf(stack),
      (left) => left.length === 0,
    );
  });

  it("end when the CLI is killed and can tell them nothing", async () => {
    const { pid, run } = await holdingPreview();
    process.kill(pid, "SIGKILL");
    expect((await run).code).toBe(137);
    await eventually(
      "no process is left",
      () => processesOf(stack),
      (left) => left.length === 0,
    );
  });

  it("end with a run that ends by itself", async () => {
    await stack.configure({ hold: "false" });
    expect((await stack.run(["preview"])).code).toBe(0);
    expect(processesOf(stack)).toEqual([]);
  });
});
