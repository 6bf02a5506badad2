import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { baoClient } from "../bao";
import { bed } from "../bed";
import { kubeClient } from "../kube";
import { pulumiStack, type PulumiStack } from "./stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones; a test makes several.
jest.setTimeout(900_000);

const PASSWORD = `canary-${randomBytes(8).toString("hex")}`;
const id = `pulumi-${randomBytes(4).toString("hex")}`;

interface Live {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly data: Readonly<Record<string, string>>;
}

/** One stack through its life; the tests build on one another. */
describe("the real Pulumi engine on the bed's servers", () => {
  const kube = kubeClient(bed().kube);
  const bao = baoClient(bed().bao);
  const settings = `/api/v1/namespaces/${id}/configmaps/settings`;
  let stack: PulumiStack;
  const outputs: string[] = [];
  const run = async (...args: string[]) => {
    const done = await stack.run(args);
    outputs.push(done.stdout, done.stderr);
    return done;
  };

  beforeAll(async () => {
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "fixture/program"),
      config: { id, ca: readFileSync(bed().kube.caFile, "utf8") },
      secrets: { password: PASSWORD },
    });
  });

  it("previews every resource as a creation and writes nothing", async () => {
    const { code, stdout } = await run("preview");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("+ 13 to create") as string });
    expect(stdout).toContain("accessor    : [unknown]");
    expect(stdout).toContain('secretName  : "secret"');
    expect((await kube.request("GET", `/api/v1/namespaces/${id}`)).status).toBe(404);
    expect((await bao.request("GET", `sys/policies/acl/${id}`)).status).toBe(404);
  });

  it("creates what the program declares", async () => {
    const { code, stdout, stderr } = await run("up", "--yes", "--skip-preview");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("+ 13 created");

    const live = await kube.send<Live>("GET", settings);
    expect(live.data).toEqual({ greeting: "hello" });
    expect(live.metadata.managedFields.map(({ operation }) => operation)).toEqual(["Apply"]);
    expect(live.metadata.managedFields[0]?.manager).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
    const secret = await kube.send<Live>("GET", `/api/v1/namespaces/${id}/secrets/secret`);
    expect(Buffer.from(secret.data["password"] ?? "", "base64").toString("utf8")).toBe(PASSWORD);
    const maps = await kube.send<{ items: readonly Live[] }>("GET", `/api/v1/namespaces/${id}/configmaps`);
    expect(maps.items.map(({ metadata }) => metadata.name)).toContainEqual(
      expect.stringMatching(/^autonamed-[0-9a-f]{8}$/),
    );
    const widget = await kube.send("GET", `/apis/${id}.keyturn.test/v1/namespaces/${id}/widgets/widget`);
    expect(widget).toMatchObject({ spec: { size: 3 } });

    const { data: mounts } = await bao.send<{ data: Record<string, unknown> }>("GET", "sys/mounts");
    expect(mounts[`${id}/`]).toMatchObject({ type: "kv", options: { version: "2" }, description: "a mount of a test" });
    expect((await bao.send<{ data: { policy: string } }>("GET", `sys/policies/acl/${id}`)).data.policy).toBe(
      `path "${id}/data/hello" { capabilities = ["read"] }\n`,
    );
    const { data: methods } = await bao.send<{ data: Record<string, unknown> }>("GET", "sys/auth");
    expect(methods[`kubernetes-${id}/`]).toMatchObject({ type: "kubernetes", config: { max_lease_ttl: 3600 } });
    const { data: quotas } = await bao.send<{ data: { keys: readonly string[] } }>(
      "GET",
      "sys/quotas/rate-limit?list=true",
    );
    // Named by the engine; other tests' stacks may have some as well.
    const named = quotas.keys.filter((name) => name.startsWith("quota-"));
    const found = await Promise.all(named.map((name) => bao.request<object>("GET", `sys/quotas/rate-limit/${name}`)));
    expect(found.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({
        data: expect.objectContaining({ path: `${id}/`, rate: 1000, interval: 2 }) as unknown,
      }),
    );
    expect(await bao.send("GET", `auth/kubernetes-${id}/config`)).toMatchObject({
      data: { kubernetes_host: "https://127.0.0.1:6443" },
    });
    expect(await bao.send("GET", `auth/kubernetes-${id}/role/reader`)).toMatchObject({
      data: { audience: `vault-${id}`, bound_service_account_namespaces: [id], token_policies: [id], token_ttl: 600 },
    });
  });

  it("keeps secrets encrypted in state", async () => {
    const state = await stack.state();
    expect(state).toContain('"ciphertext"');
    expect(state).not.toContain(PASSWORD);
    expect(state).not.toContain(Buffer.from(PASSWORD).toString("base64"));
  });

  it("proposes no change afterwards, neither from state nor from the servers", async () => {
    expect((await run("preview", "--expect-no-changes")).code).toBe(0);
    expect((await run("preview", "--expect-no-changes", "--refresh")).code).toBe(0);
    const refresh = await run("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    expect(refresh.code).toBe(0);
  });

  it("replaces a ConfigMap whose data changes and updates what can change in place", async () => {
    const before = await kube.send<Live>("GET", settings);
    await stack.configure({ greeting: "goodbye", size: "4", description: "" });
    const preview = await run("preview");
    expect(preview.stdout).toMatch(/\+- *kubernetes:core\/v1:ConfigMap settings replace.*\n/);
    const { code, stdout } = await run("up", "--yes", "--skip-preview");
    expect(code).toBe(0);
    expect(stdout).toContain("~ 3 updated");
    expect(stdout).toContain("+-1 replaced");
    const after = await kube.send<Live>("GET", settings);
    expect(after.data).toEqual({ greeting: "goodbye" });
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  });

  it("finds with --refresh what others changed, and takes it back from kubectl", async () => {
    const widget = `/apis/${id}.keyturn.test/v1/namespaces/${id}/widgets/widget`;
    await kube.send("PATCH", `${widget}?fieldManager=kubectl-edit`, { spec: { size: 9 } });
    await bao.send("PUT", `sys/policies/acl/${id}`, { policy: `path "*" { capabilities = ["sudo"] }` });
    await bao.send("DELETE", `auth/kubernetes-${id}/role/reader`);

    expect((await run("preview", "--expect-no-changes")).code).toBe(0);
    const seen = await run("preview", "--refresh", "--expect-no-changes", "--diff");
    expect(seen.code).not.toBe(0);
    expect(seen.stdout).toMatch(/size *: 9 => 4/);
    expect(seen.stdout).toContain(`path "*" { capabilities = ["sudo"] }`);
    expect(seen.stdout).toContain("+ vault:kubernetes/authBackendRole:AuthBackendRole: (create)");

    expect((await run("up", "--yes", "--skip-preview", "--refresh")).code).toBe(0);
    expect(await kube.send("GET", widget)).toMatchObject({ spec: { size: 4 } });
    expect((await bao.send<{ data: { policy: string } }>("GET", `sys/policies/acl/${id}`)).data.policy).toBe(
      `path "${id}/data/goodbye" { capabilities = ["read"] }\n`,
    );
    expect((await bao.request("GET", `auth/kubernetes-${id}/role/reader`)).status).toBe(200);
  });

  it("fails at preview, in the API server's words, for a field that the schema does not have", async () => {
    await stack.configure({ bogus: "colour" });
    const { code, stdout } = await run("preview");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/error: .*\.spec\.colour: field not declared in schema/);
    await stack.run(["config", "rm", "bogus"]);
  });

  it("refuses to take fields from another manager, and names it", async () => {
    const widget = `/apis/${id}.keyturn.test/v1/namespaces/${id}/widgets/widget?fieldManager=someone&force=true`;
    await kube.send(
      "PATCH",
      widget,
      { apiVersion: `${id}.keyturn.test/v1`, kind: "Widget", metadata: { name: "widget" }, spec: { size: 7 } },
      "application/apply-patch+yaml",
    );
    const { code, stdout } = await run("up", "--yes", "--skip-preview", "--refresh");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /had an apply conflict: .*conflict with "someone".*\.spec\.size \(set the annotation pulumi\.com\/patchForce/s,
    );
  });

  it("destroys everything and waits until the namespace is gone", async () => {
    const { code, stdout } = await run("destroy", "--yes", "--skip-preview");
    expect(code).toBe(0);
    expect(stdout).toContain("- 13 deleted");
    expect((await kube.request("GET", `/api/v1/namespaces/${id}`)).status).toBe(404);
    expect((await bao.request("GET", `sys/policies/acl/${id}`)).status).toBe(404);
    const { data: mounts } = await bao.send<{ data: Record<string, unknown> }>("GET", "sys/mounts");
    expect(Object.keys(mounts)).not.toContain(`${id}/`);
  });

  it("has shown no secret in any of this", () => {
    expect(outputs.length).toBeGreaterThan(10);
    for (const text of outputs) expect(text).not.toContain(PASSWORD);
  });
});
