import { createServer, type Server } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../reconciler/run";
import { startSandbox, type Sandbox } from "../../sandbox";

/** Runs the program until it ends by itself. */
async function run(...argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = { stdout: "", stderr: "" };
  const code = await main(argv, {
    environment: {},
    stdout: (text) => (out.stdout += text),
    stderr: (text) => (out.stderr += text),
  });
  return { code, ...out };
}

describe("the program that cannot start says why in one line and ends with 2", () => {
  let dir: string;
  let sandbox: Sandbox;
  const quiet = ["--metrics-address=0", "--health-address=0", "--log-level=error"];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "keyturn-main-"));
    sandbox = await startSandbox({ crds: [] });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(dir, { recursive: true });
  });

  const kubeconfig = (server: string): string => {
    const file = join(dir, `kubeconfig-${Math.random()}`);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "x",
      contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
      clusters: [{ name: "x", cluster: { server } }],
      users: [{ name: "x", user: { token: "CANARY-token" } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };

  test("wrong flag", async () => {
    expect(await run("--nope")).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: --nope: is not a flag of the reconciler (see --help)\n",
    });
  });

  test("kubeconfig that is not there", async () => {
    const { code, stderr } = await run("--kubeconfig=/nowhere");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "error: kubeconfig /nowhere: does not exist (give a readable file with --kubeconfig or KUBECONFIG)\n",
    });
  });

  test("API server that does not answer", async () => {
    const { code, stderr } = await run(`--kubeconfig=${kubeconfig("https://127.0.0.1:1")}`, ...quiet);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: Kubernetes API https:\/\/127.0.0.1:1: cannot be reached, connection refused \(.*\)\n$/,
    );
  });

  test("cluster without the CRDs", async () => {
    const { code, stderr } = await run(`--kubeconfig=${sandbox.cluster.kubeconfigFile(dir)}`, ...quiet);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: Kubernetes API .*: does not have externalsecrets.external-secrets.io\/v1 \(install .*\)\n$/,
    );
  });

  test("with --debug the stack follows; without, never", async () => {
    const { stderr } = await run("--kubeconfig=/nowhere", "--debug");
    expect(stderr).toContain("\n    at ");
  });

  test("help and version end with 0", async () => {
    expect((await run("--help")).code).toBe(0);
    expect(await run("--version")).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      stderr: "",
    });
  });

  test("a metrics address in use", async () => {
    const whole = await startSandbox();
    const server = await new Promise<Server>((resolve) => {
      const listening = createServer().listen(0, "127.0.0.1", () => resolve(listening));
    });
    try {
      const { port } = server.address() as { port: number };
      const config = whole.cluster.kubeconfigFile(dir);
      const { code, stderr } = await run(
        `--kubeconfig=${config}`,
        `--metrics-address=127.0.0.1:${port}`,
        "--audit",
        join(dir, "audit"),
      );
      expect(code).toBe(2);
      expect(stderr).toMatch(
        new RegExp(`^error: --metrics-address 127.0.0.1:${port}: port ${port} is in use \\(.*\\)\\n$`),
      );
    } finally {
      server.close();
      await whole.stop();
    }
  });
});
