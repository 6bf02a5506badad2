import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { request, send } from "../bao";
import { bed } from "../bed";
import { request as kubeRequest, send as kubeSend, uniqueNamespace } from "../kube";
import { pulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

describe("pulumi import", () => {
  it("reads what is on the servers, and destroy then deletes it", async () => {
    const namespace = await uniqueNamespace("pulumi");
    const name = `imported-${randomBytes(4).toString("hex")}`;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await kubeSend("POST", path, { metadata: { name }, data: { key: "value" } });
    await send("PUT", `sys/policies/acl/${name}`, { policy: 'path "a" { capabilities = ["read"] }' });
    const stack = await pulumiStack(bed(), { source: join(__dirname, "fixture/program") });
    const quietly = ["--yes", "--generate-code=false", "--protect=false", "--skip-preview"];

    for (const resource of [
      ["kubernetes:core/v1:ConfigMap", "map", `${namespace}/${name}`],
      ["vault:index/policy:Policy", "policy", name],
    ]) {
      const { code, stdout } = await stack.run(["import", ...resource, ...quietly]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("= 1 imported") as string });
    }
    const state = JSON.parse(await stack.state()) as {
      deployment: { resources: readonly { type: string; inputs?: Record<string, unknown> }[] };
    };
    const inputs = new Map(state.deployment.resources.map((resource) => [resource.type, resource.inputs]));
    expect(inputs.get("kubernetes:core/v1:ConfigMap")).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data: { key: "value" },
    });
    expect(inputs.get("vault:index/policy:Policy")).toEqual({ name, policy: 'path "a" { capabilities = ["read"] }' });

    expect((await stack.run(["destroy", "--yes", "--skip-preview"])).code).toBe(0);
    expect((await kubeRequest("GET", `${path}/${name}`)).status).toBe(404);
    expect((await request("GET", `sys/policies/acl/${name}`)).status).toBe(404);
  });

  it("of what does not exist says so", async () => {
    const stack = await pulumiStack(bed(), { source: join(__dirname, "fixture/program") });
    const { code, stdout } = await stack.run([
      "import",
      "vault:index/mount:Mount",
      "mount",
      "no-such-mount",
      "--yes",
      "--skip-preview",
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("resource 'no-such-mount' does not exist");
  });
});
