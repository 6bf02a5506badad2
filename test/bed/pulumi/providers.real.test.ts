import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "../bao";
import { bed } from "../bed";
import { request as kubeRequest } from "../kube";
import { pulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

describe("a provider that is given its settings by the program", () => {
  it("reaches the servers with a kubeconfig's content and a token that state keeps encrypted", async () => {
    const id = `pulumi-${randomBytes(4).toString("hex")}`;
    const { bao, kube, kubeconfig } = bed();
    const stack = await pulumiStack(bed(), {
      source: join(__dirname, "fixture/program"),
      config: { id, ca: readFileSync(kube.caFile, "utf8"), explicit: "true", address: bao.address, caFile: bao.caFile },
      secrets: { password: "not-used", kubeconfig: readFileSync(kubeconfig, "utf8"), token: bao.rootToken },
    });
    const env = { KUBECONFIG: "", VAULT_ADDR: "", VAULT_TOKEN: "", VAULT_CACERT: "" };
    const only = ["--target", "**Namespace::namespace", "--target", "**Mount::mount", "--target", "**providers**"];
    const up = await stack.run(["up", "--yes", "--skip-preview", ...only], { env });
    expect({ code: up.code, stdout: up.stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("created") as string,
    });
    expect((await kubeRequest("GET", `/api/v1/namespaces/${id}`)).status).toBe(200);
    expect((await request("GET", `sys/mounts/${id}/tune`)).status).toBe(200);

    const state = await stack.state();
    expect(state).not.toContain(bao.rootToken);
    expect(state).not.toContain("client-key-data");
    expect(up.stdout).not.toContain(bao.rootToken);
    expect((await stack.run(["destroy", "--yes", "--skip-preview"], { env })).code).toBe(0);
    expect((await kubeRequest("GET", `/api/v1/namespaces/${id}`)).status).toBe(404);
  });
});
