import { read, refusal } from "../contract/vault/answers";
import { open, type Opened } from "./open";

let opened: Opened;
beforeEach(async () => {
  opened = await open();
});
afterEach(() => opened.close());

const put = (path: string, body: object) => opened.vault.ask("PUT", `/v1/${path}`, { body });
const get = (path: string) => opened.vault.ask("GET", `/v1/${path}`);

describe("sealing", () => {
  test("a sealed Vault answers 503 to everything but its health, and has lost nothing when it is unsealed", async () => {
    await put("secret/data/app", { data: { k: "v" } });
    opened.sandbox.vault.seal();
    for (const path of ["secret/data/app", "sys/mounts", "auth/token/lookup-self", "sys/internal/ui/mounts/secret"])
      expect([path, ...refusal(await get(path))]).toEqual([path, 503, ["Vault is sealed"]]);
    expect(refusal(await opened.vault.ask("PUT", "/v1/auth/kubernetes/login", { body: {} }))).toEqual([
      503,
      ["Vault is sealed"],
    ]);
    const health = await get("sys/health");
    expect([health.status, read(health).sealed, read(health).standby]).toEqual([503, true, true]);
    const seal = await get("sys/seal-status");
    expect([seal.status, read(seal).sealed]).toEqual([200, true]);
    opened.sandbox.vault.unseal();
    expect(read(await get("secret/data/app")).data.data).toEqual({ k: "v" });
  });

  test("it can be sealed and unsealed over HTTP, as operators do", async () => {
    expect((await put("sys/seal", {})).status).toBe(204);
    expect((await get("secret/data/app")).status).toBe(503);
    expect((await put("sys/unseal", {})).status).toBe(400);
    const unsealed = await put("sys/unseal", { key: "anything" });
    expect([unsealed.status, read(unsealed).sealed]).toEqual([200, false]);
  });
});

describe("rate limits", () => {
  test("the next requests are 429 with Retry-After; health is not counted", async () => {
    opened.sandbox.vault.rateLimit(2, 7);
    expect((await get("sys/health")).status).toBe(200);
    for (let index = 0; index < 2; index += 1) {
      const limited = await get("secret/data/app");
      expect([...refusal(limited), limited.headers["retry-after"]]).toEqual([
        429,
        ['request path "secret/data/app": rate limit quota exceeded'],
        "7",
      ]);
    }
    expect((await get("secret/data/app")).status).toBe(404);
  });
});

describe("counting and auditing", () => {
  test("requests are counted by operation and mount", async () => {
    await put("secret/data/app", { data: { k: "v" } });
    await get("secret/data/app");
    await get("secret/metadata/?list=true");
    expect(Object.fromEntries(opened.sandbox.vault.requests())).toEqual({
      "list secret/": 1,
      "read secret/": 1,
      "update secret/": 1,
    });
    opened.sandbox.vault.resetRequests();
    expect(opened.sandbox.vault.requests().size).toBe(0);
  });

  test("a write is two audit entries: names, numbers and the new version in plain text, values hashed", async () => {
    await put("secret/data/app", { data: { password: "canary-5ab1" }, options: { cas: 0 } });
    const entries = opened.sandbox.vault.audit().slice(-2);
    const hash = expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) as unknown;
    const request = expect.objectContaining({
      operation: "create",
      path: "secret/data/app",
      mount_point: "secret/",
      mount_type: "kv",
      mount_class: "secret",
      client_token: hash,
      namespace: { id: "root" },
      data: { data: { password: hash }, options: { cas: 0 } },
      remote_address: "127.0.0.1",
    }) as unknown;
    expect(entries).toEqual([
      expect.objectContaining({ type: "request", request }),
      expect.objectContaining({
        type: "response",
        request,
        response: expect.objectContaining({
          data: expect.objectContaining({
            version: 1,
            created_time: expect.stringMatching(/Z$/) as unknown,
          }) as unknown,
        }) as unknown,
      }),
    ]);
    expect(JSON.stringify(opened.sandbox.vault.audit())).not.toContain("canary");
  });

  test("a refusal is audited with its error, and equal values have equal hashes", async () => {
    await opened.vault.ask("GET", "/v1/secret/data/app", { headers: { "X-Vault-Token": "s.canary-token" } });
    await put("secret/data/a", { data: { k: "same" } });
    await put("secret/data/b", { data: { k: "same" } });
    const entries = opened.sandbox.vault.audit();
    const refused = entries.filter(({ error }) => error !== undefined);
    expect(refused.map(({ type, error, request }) => [type, error, request.path])).toEqual([
      ["request", "permission denied", "secret/data/app"],
      ["response", "permission denied", "secret/data/app"],
    ]);
    expect(JSON.stringify(entries)).not.toContain("canary");
    const hashes = entries
      .filter(({ type }) => type === "request")
      .slice(-2)
      .map(({ request }) => (request["data"] as { data: { k: string } }).data.k);
    expect(hashes[0]).toBe(hashes[1]);
  });
});

describe("the kubernetes login", () => {
  test("works from the start with tokens of the sandbox's cluster, and stops with the ServiceAccount", async () => {
    await put("sys/policies/acl/app", { policy: 'path "secret/data/app" { capabilities = ["read"] }' });
    await put("auth/kubernetes/role/app", {
      bound_service_account_names: "default",
      bound_service_account_namespaces: "default",
      audience: "vault",
      token_policies: "app",
    });
    await put("secret/data/app", { data: { k: "v" } });
    const account = "/api/v1/namespaces/default/serviceaccounts/default";
    const requested = await opened.kube.ask("POST", `${account}/token`, {
      body: { spec: { audiences: ["vault"], expirationSeconds: 600 } },
    });
    const login = () => put("auth/kubernetes/login", { role: "app", jwt: requested.json.status.token });
    const { client_token: token } = read(await login()).auth;
    const secret = await opened.vault.ask("GET", "/v1/secret/data/app", { headers: { "X-Vault-Token": token } });
    expect(read(secret).data.data).toEqual({ k: "v" });
    await opened.kube.ask("DELETE", account);
    expect(refusal(await login())).toEqual([403, ["permission denied"]]);
  });
});
