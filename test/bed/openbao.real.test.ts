import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { request, send, uniqueMount } from "./bao";
import { baoAuditMark, baoRequestsSince } from "./bao-audit";
import { bed } from "./bed";
import { createServiceAccount, requestToken, uniqueNamespace } from "./kube";

interface Login {
  readonly auth: { readonly client_token: string; readonly policies: readonly string[] };
}

async function boundRole(namespace: string, path: string, audience: string): Promise<string> {
  const name = `role-${randomBytes(4).toString("hex")}`;
  await send("PUT", `sys/policies/acl/${name}`, { policy: `path "${path}" { capabilities = ["read"] }` });
  await send("POST", `auth/kubernetes/role/${name}`, {
    bound_service_account_names: ["app"],
    bound_service_account_namespaces: [namespace],
    audience,
    token_policies: [name],
    token_no_default_policy: true,
  });
  return name;
}

const login = (role: string, jwt: string) =>
  request<Login>("POST", "auth/kubernetes/login", { role, jwt }, { token: "" });

describe("OpenBao of the bed", () => {
  it("has KV version 1 at kv1/ and version 2 at secret/", async () => {
    const { data } = await send<{
      readonly data: Record<string, { type: string; options: { version: string } | null }>;
    }>("GET", "sys/mounts");
    expect([data["kv1/"]?.type, data["kv1/"]?.options?.version]).toEqual(["kv", "1"]);
    expect([data["secret/"]?.type, data["secret/"]?.options?.version]).toEqual(["kv", "2"]);
  });

  it("gives a test its own mounts, ready at once", async () => {
    const [v1, v2] = [await uniqueMount(1), await uniqueMount(2)];
    await send("PUT", `${v1}/app`, { user: "a" });
    expect(await send("GET", `${v1}/app`)).toMatchObject({ data: { user: "a" } });
    await send("PUT", `${v2}/data/app`, { data: { user: "b" } });
    expect(await send("GET", `${v2}/data/app`)).toMatchObject({
      data: { data: { user: "b" }, metadata: { version: 1 } },
    });
  });

  it("logs in the ServiceAccount a role is bound to, and its token reads only what the policy says", async () => {
    const namespace = await uniqueNamespace("login");
    await createServiceAccount(namespace, "app");
    const mount = await uniqueMount(2);
    await send("PUT", `${mount}/data/app`, { data: { user: "a" } });
    await send("PUT", `${mount}/data/other`, { data: { user: "b" } });
    const role = await boundRole(namespace, `${mount}/data/app`, "vault-bed");

    const { status, body } = await login(role, await requestToken(namespace, "app", ["vault-bed"]));
    expect([status, body.auth.policies]).toEqual([200, [role]]);
    const token = body.auth.client_token;
    expect((await request("GET", `${mount}/data/app`, undefined, { token })).status).toBe(200);
    expect((await request("GET", `${mount}/data/other`, undefined, { token })).status).toBe(403);
  });

  it("refuses another ServiceAccount, another audience and a token that the API server did not sign", async () => {
    const namespace = await uniqueNamespace("login");
    await createServiceAccount(namespace, "app");
    await createServiceAccount(namespace, "stranger");
    const role = await boundRole(namespace, "secret/data/app", "vault-bed");
    const good = await requestToken(namespace, "app", ["vault-bed"]);
    const [head = "", claims = ""] = good.split(".");

    expect((await login(role, await requestToken(namespace, "stranger", ["vault-bed"]))).status).toBe(403);
    expect((await login(role, await requestToken(namespace, "app", ["another"]))).status).toBe(403);
    expect((await login(role, `${head}.${claims}.${"A".repeat(342)}`)).status).toBe(403);
    expect((await login(role, good)).status).toBe(200);
  });

  it("writes each request to its audit file, without values", async () => {
    const mount = await uniqueMount(2);
    const value = randomBytes(12).toString("hex");
    await send("PUT", `${mount}/data/app`, { data: { password: value } });
    const mark = await baoAuditMark();
    await send("GET", `${mount}/data/app`);
    await request("GET", `${mount}/data/app`, undefined, { token: "no-such-token" });
    const requests = await baoRequestsSince(mark, { path: `${mount}/data/app` });
    expect(requests).toEqual([
      { operation: "read", path: `${mount}/data/app`, user: "root", error: "" },
      {
        operation: "read",
        path: `${mount}/data/app`,
        user: "",
        error: expect.stringContaining("permission denied") as string,
      },
    ]);
    expect(readFileSync(bed().bao.auditLog, "utf8")).not.toContain(value);
  });

  it("is reached only over TLS that its own CA vouches for", async () => {
    const failure = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
      const attempt = httpsRequest(`${bed().bao.address}/v1/sys/health`, { ca: readFileSync(bed().kube.caFile) });
      attempt.on("error", resolve);
      attempt.on("response", () => reject(new Error("the wrong CA was accepted")));
      attempt.end();
    });
    expect(failure.code).toMatch(
      /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    );
  });
});
