import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bed } from "../bed";
import { pulumiStack, type PulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

describe("a policy pack in a folder", () => {
  const pack = join(__dirname, "fixture/pack");
  let stack: PulumiStack;

  beforeAll(async () => {
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "fixture/program"),
      name: "staging",
      config: { id: `pulumi-${randomBytes(4).toString("hex")}`, ca: readFileSync(bed().kube.caFile, "utf8") },
      secrets: { password: "not-used" },
    });
  });

  it("lets a preview pass that keeps its rules", async () => {
    const { code, stdout } = await stack.run(["preview", "--policy-pack", pack]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("+ 13 to create") as string });
    expect(stdout).toContain("fixture-pack@v0.0.1");
  });

  it("fails a preview that breaks a mandatory rule, and knows organization, project, stack and config", async () => {
    await stack.configure({ greeting: "oi", rude: "oi" });
    const { code, stdout } = await stack.run(["preview", "--policy-pack", pack]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("[mandatory]  greeting-is-polite  (kubernetes:core/v1:ConfigMap: settings)");
    expect(stdout).toContain("organization/fixture/staging: the greeting is rude");
  });

  it("that cannot start fails the preview with a reason", async () => {
    const { code, stdout, stderr } = await stack.run([
      "preview",
      "--policy-pack",
      join(__dirname, "fixture/broken-pack"),
    ]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("this pack is broken on purpose");
  });
});
