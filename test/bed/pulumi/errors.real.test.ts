import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baoClient } from "../bao";
import { bed } from "../bed";
import { createServiceAccount, requestToken, uniqueNamespace } from "../kube";
import { pulumiStack, type PulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

const PASSWORD = `canary-${randomBytes(8).toString("hex")}`;

/** The error lines of a run, as the CLI lists them under Diagnostics. */
function diagnostics(stdout: string): readonly string[] {
  const [, part = ""] = stdout.split("Diagnostics:\n");
  return part.split("\n").filter((line) => line.startsWith("    "));
}

describe("an error of a server", () => {
  const id = `pulumi-${randomBytes(4).toString("hex")}`;
  let stack: PulumiStack;

  beforeAll(async () => {
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "fixture/program"),
      config: { id, ca: readFileSync(bed().kube.caFile, "utf8") },
      secrets: { password: PASSWORD },
    });
  });

  it("403 of Vault is one line that names the call and no token", async () => {
    const { auth } = await baoClient(bed().bao).send<{ auth: { client_token: string } }>("POST", "auth/token/create", {
      policies: ["default"],
      no_default_policy: false,
    });
    const env = { VAULT_TOKEN: auth.client_token };
    const { code, stdout, stderr } = await stack.run(["up", "--yes", "--skip-preview", "--target", `**Mount::mount`], {
      env,
    });
    expect(code).not.toBe(0);
    expect(diagnostics(stdout)).toContain(`    error: POST sys/mounts/${id}: 403 permission denied`);
    expect(stdout + stderr).not.toContain(auth.client_token);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*\.cjs/);
  });

  it("403 of Kubernetes is one line in the API server's words, at preview already", async () => {
    const namespace = await uniqueNamespace("pulumi");
    await createServiceAccount(namespace, "nobody");
    const kubeconfig = join(bed().dir, `pulumi/${namespace}.kubeconfig`);
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigFor(await requestToken(namespace, "nobody"))));
    const { code, stdout } = await stack.run(["preview", "--target", "**Namespace::namespace"], {
      env: { KUBECONFIG: kubeconfig },
    });
    expect(code).not.toBe(0);
    expect(diagnostics(stdout)).toContain(
      `    error: Preview failed: namespaces "${id}" is forbidden: User "system:serviceaccount:${namespace}:nobody" cannot patch resource "namespaces" in API group "" in the namespace "${id}"`,
    );
  });

  it("a server that does not answer is named with its address", async () => {
    const env = { VAULT_ADDR: "https://127.0.0.1:1" };
    const vault = await stack.run(["up", "--yes", "--skip-preview", "--target", "**Mount::mount"], { env });
    expect(vault.code).not.toBe(0);
    expect(diagnostics(vault.stdout)).toContain(
      "    error: vault at https://127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1",
    );
    const kube = await stack.run(["preview", "--target", "**Namespace::namespace"], {
      env: { KUBECONFIG: "/nowhere" },
    });
    expect(kube.code).not.toBe(0);
    expect(kube.stdout).toContain("kubeconfig: /nowhere does not exist; set the provider's kubeconfig or KUBECONFIG");
  });

  it("that quotes a secret input is shown without it", async () => {
    const label = `${PASSWORD} is no label`;
    await stack.configure({}, { label });
    const { code, stdout, stderr } = await stack.run([
      "up",
      "--yes",
      "--skip-preview",
      "--target",
      "**ConfigMap::settings",
      "--target",
      "**Namespace::namespace",
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/metadata\.labels: Invalid value: "\[secret\]"/);
    expect(stdout + stderr).not.toContain([...PASSWORD].reverse().join(""));
    expect((await stack.run(["destroy", "--yes", "--skip-preview"])).code).toBe(0);
  });

  it("an audit device that OpenBao refuses is refused in its words", async () => {
    await stack.configure({ audit: "true" });
    const { code, stdout } = await stack.run(["up", "--yes", "--skip-preview", "--target", "**Audit::audit"]);
    expect(code).not.toBe(0);
    expect(diagnostics(stdout)).toContainEqual(
      expect.stringMatching(/^ {4}error: POST sys\/audit\/file: 400 cannot enable audit device via API/),
    );
  });

  it("an object that others made is not taken over in silence", async () => {
    const namespace = await uniqueNamespace("pulumi");
    await stack.configure({ id: namespace });
    const { code, stdout } = await stack.run(["up", "--yes", "--skip-preview", "--target", "**Namespace::namespace"]);
    await stack.configure({ id });
    expect(code).not.toBe(0);
    expect(diagnostics(stdout)).toContain(
      `    error: Namespace ${namespace} already exists; import it, or set the provider's upsertExistingObjects`,
    );
  });

  function kubeconfigFor(token: string): object {
    const { server, caFile } = bed().kube;
    return {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "bed", cluster: { server, "certificate-authority": caFile } }],
      users: [{ name: "nobody", user: { token } }],
      contexts: [{ name: "bed", context: { cluster: "bed", user: "nobody" } }],
      "current-context": "bed",
    };
  }
});
