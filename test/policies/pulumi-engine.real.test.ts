import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bed } from "../bed";
import { kubeClient } from "../bed/kube";
import { pulumiStack, type PulumiStack } from "../bed/pulumi/stack";
import { buildPolicies } from "./built";
import { prod, dev } from "./fixtures";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

describe("the policy pack under the real Pulumi engine", () => {
  const namespace = `policies-${randomBytes(4).toString("hex")}`;
  const environments = [{ ...prod, teams: [{ ...prod.teams[0], namespaces: [namespace] }] }, dev];
  let built: string;
  let stack: PulumiStack;

  beforeAll(async () => {
    built = await buildPolicies();
    writeFileSync(
      join(built, "config.json"),
      JSON.stringify(
        Object.fromEntries(
          ["keyturn-resources", "keyturn-resources-advice", "keyturn-stack", "keyturn-stack-advice"].map((policy) => [
            policy,
            { environments },
          ]),
        ),
      ),
    );
    await kubeClient(bed().kube).send("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "pulumi-program"),
      config: { namespace, server: prod.vault.address, key: "payments/db" },
    });
  });
  afterAll(() => rmSync(built, { recursive: true }));

  async function preview(): Promise<{ readonly code: number | null; readonly output: string }> {
    const pack = join(built, "policies/pulumi/pack");
    const { code, stdout, stderr } = await stack.run([
      "preview",
      "--policy-pack",
      pack,
      "--policy-pack-config",
      join(built, "config.json"),
    ]);
    return { code, output: stdout + stderr };
  }

  test("lets a right stack pass", async () => {
    const { code, output } = await preview();
    expect(output).toContain("keyturn@v0.1.0");
    expect(output).not.toContain("[mandatory]");
    expect(code).toBe(0);
  });

  test("passes what is not known yet, and says so", async () => {
    await stack.run(["config", "rm", "key"]);
    const { code, output } = await preview();
    expect(output).toContain("STO006 unknown at spec.data[0].remoteRef.key: the key is not known yet");
    expect(code).toBe(0);
  });

  test("refuses a store of another environment, a path outside the team and a literal Secret at preview, without the value", async () => {
    await stack.configure({ server: dev.vault.address, key: "billing/db" }, { password: "CanaryCanary" });
    const { code, output } = await preview();
    expect(code).not.toBe(0);
    expect(output).toContain("[mandatory]  keyturn-resources  (kubernetes:external-secrets.io/v1:SecretStore: vault)");
    expect(output).toContain('ENV001 spec.provider.vault.server: is the Vault of environment "dev"');
    expect(output).toContain("STO006 spec.data[0].remoteRef.key: (not shown) is outside what team");
    expect(output).toContain('SEC001 stringData: has the value of "password"');
    expect(output).not.toContain("Canary");
  });
});
