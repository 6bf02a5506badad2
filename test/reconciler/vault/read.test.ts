import { inspect } from "node:util";
import { KeyturnError } from "../../../api";
import { JsonNumber, type VaultError, type VaultIdentity } from "../../../reconciler/vault";
import { closedPort, failure, inFlight, json, otherTls, tcpServer } from "../http/fault-server";
import { clientOf, fakeVault, identityOf, later, PATH, v2 } from "./support";

describe("a read", () => {
  test("logs in, reads below /v1/, and unwraps KV v2 with its version", async () => {
    const vault = await fakeVault();
    vault.read = () => [200, v2({ password: "p", __proto__x: 1 }, 7)];
    const { client, audit, counted } = clientOf();
    const identity = identityOf(vault, { namespace: "team-a", headers: { "X-Trace": "t", "X-Vault-Token": "theirs" } });
    const secret = await client.read(identity, PATH, { kv: "v2" });
    expect(secret.version).toBe(7);
    expect([...secret.data]).toEqual([
      ["password", "p"],
      ["__proto__x", new JsonNumber("1")],
    ]);
    expect(vault.paths()).toEqual(["POST /v1/auth/k8s-prod/login", `GET /v1/${PATH}`]);
    expect(JSON.parse(vault.server.requests[0]?.body ?? "")).toEqual({ role: "payments", jwt: "canary-jwt" });
    expect(vault.server.requests[1]?.headers).toMatchObject({
      "x-vault-token": "canary-token-1",
      "x-vault-namespace": "team-a",
      "x-vault-request": "true",
      "x-trace": "t",
      "user-agent": "keyturn/test",
    });
    expect(audit).toEqual([
      { event: "login", outcome: "ok", object: identity.description, identity: identity.description },
    ]);
    expect(counted("keyturn_vault_requests_total")).toEqual([
      'keyturn_vault_requests_total{kind="login",outcome="ok"} 1',
      'keyturn_vault_requests_total{kind="read",outcome="ok"} 1',
    ]);
  });

  test("of KV v1 takes data as it is; numbers keep their text and odd keys stay", async () => {
    const vault = await fakeVault();
    vault.intercept = (request, response) => {
      if (!request.path.startsWith("/v1/kv1/")) return undefined;
      response.end('{"data":{"n":12345678901234567890,"f":1.0,"e":1e400,"__proto__":{"a":[1]},"10":"ten","2":null}}');
      return true;
    };
    const { client } = clientOf();
    const { data, version } = await client.read(identityOf(vault), "kv1/app", { kv: "v1" });
    expect(version).toBeUndefined();
    expect(data.get("n")).toEqual(new JsonNumber("12345678901234567890"));
    expect(data.get("f")).toEqual(new JsonNumber("1.0"));
    expect(data.get("e")).toEqual(new JsonNumber("1e400"));
    expect(data.get("__proto__")).toEqual(new Map([["a", [new JsonNumber("1")]]]));
    expect([data.get("10"), data.get("2")]).toEqual(["ten", null]);
  });

  test("of one version asks for it, with each segment encoded", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    await client.read(identityOf(vault), "prod/data/a b/ü?x", { kv: "v2", version: "3" });
    expect(vault.paths()[1]).toBe("GET /v1/prod/data/a%20b/%C3%BC%3Fx?version=3");
  });

  test.each(["prod/data/../sys/x", "prod//x", "prod/data/.", ""])(
    "of the path %p is refused before anything is sent",
    async (path) => {
      const vault = await fakeVault();
      const { client } = clientOf();
      const error = await failure<VaultError>(client.read(identityOf(vault), path, { kv: "v2" }));
      expect([error.code, vault.server.requests.length]).toEqual(["VaultInvalid", 0]);
    },
  );

  test("login(...) logs in once and reads nothing", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    await client.login(identityOf(vault));
    await client.login(identityOf(vault));
    expect(vault.paths()).toEqual(["POST /v1/auth/k8s-prod/login"]);
  });
});

describe("what Vault answers", () => {
  const object = (vault: { server: { url: string } }): string =>
    `${PATH} at ${vault.server.url} as role payments (auth/k8s-prod)`;
  const cases: [string, "v1" | "v2", number, unknown, string, string][] = [
    [
      "404 without data",
      "v2",
      404,
      { errors: [] },
      "VaultNotFound",
      "there is no secret at this path (check the key and the mount of the store, or write the secret)",
    ],
    [
      "404 with a body: deleted or destroyed",
      "v2",
      404,
      { data: { data: null, metadata: { version: 3, deletion_time: "2026-01-01T00:00:00Z", destroyed: false } } },
      "VaultDeleted",
      "version 3 was deleted or destroyed (undelete it or write a new version)",
    ],
    [
      "no mount",
      "v2",
      404,
      { errors: ['no handler for route "canary/x". route entry not found.'] },
      "VaultNotFound",
      "there is nothing at this path: no handler for route, route entry not found (check the key and the mount of the store, or write the secret)",
    ],
    [
      "KV v2 read as v1",
      "v1",
      404,
      { data: null, warnings: ["Invalid path for a versioned K/V secrets engine. See the API docs"] },
      "VaultNotFound",
      "the mount is KV v2 (set version v2 in the store)",
    ],
    [
      "KV v1 read as v2",
      "v2",
      200,
      { data: { password: "canary-value" } },
      "VaultInvalid",
      "the answer has no field data.data: is the mount KV v1? (check the path, and version (v1 or v2) of the store)",
    ],
    [
      "no data",
      "v2",
      200,
      { auth: null },
      "VaultInvalid",
      "the answer has no field data: this is not a KV v2 secret (check the path, and version (v1 or v2) of the store)",
    ],
    [
      "400 with what was sent in it",
      "v2",
      400,
      { errors: ['bad "canary-value"'] },
      "VaultInvalid",
      "answered 400 (check the path, and version (v1 or v2) of the store)",
    ],
    [
      "500",
      "v2",
      500,
      { errors: ["internal: canary-value"] },
      "VaultUnavailable",
      "answered 500 (look into Vault's log)",
    ],
    ["412", "v2", 412, {}, "VaultUnavailable", "answered 412 (look into Vault's log)"],
    [
      "not JSON",
      "v2",
      200,
      "canary-value",
      "VaultInvalid",
      "the answer has no field data: this is not a KV v2 secret (check the path, and version (v1 or v2) of the store)",
    ],
  ];
  for (const [name, kv, status, body, code, text] of cases)
    test(name, async () => {
      const vault = await fakeVault();
      vault.read = () => [status, body];
      const { client } = clientOf();
      const error = await failure<VaultError>(client.read(identityOf(vault), PATH, { kv }));
      expect([error.code, error.message]).toEqual([code, `${object(vault)}: ${text}`]);
      expect([error.address, error.path]).toEqual([vault.server.url, PATH]);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
    });

  test("a body longer than 4 MiB is not taken", async () => {
    const vault = await fakeVault();
    vault.read = () => [200, v2({ a: "x".repeat(4 * 1_048_576) })];
    const { client } = clientOf();
    const error = await failure<VaultError>(client.read(identityOf(vault), PATH, { kv: "v2" }));
    expect([error.code, error.reason]).toEqual(["VaultInvalid", "its answer is longer than 4 MiB"]);
  });

  test("JSON nested without end is an invalid answer, not a crash", async () => {
    const vault = await fakeVault();
    vault.intercept = (request, response) => {
      if (!request.path.includes("/data/")) return undefined;
      response.end(`{"data":${"[".repeat(500_000)}${"]".repeat(500_000)}}`);
      return true;
    };
    const { client } = clientOf();
    expect((await failure<VaultError>(client.read(identityOf(vault), PATH, { kv: "v2" }))).code).toBe("VaultInvalid");
  });

  test("a redirect to the same host is followed once, another one is not", async () => {
    const vault = await fakeVault();
    let target = "/v1/prod/data/moved";
    vault.intercept = (request, response) => {
      if (!request.path.endsWith("/db")) return undefined;
      response.writeHead(307, { Location: target });
      response.end();
      return true;
    };
    const { client } = clientOf();
    expect((await client.read(identityOf(vault), PATH, { kv: "v2" })).data.get("password")).toBe("canary-value");
    target = "https://elsewhere.example.com/v1/x";
    const error = await failure<VaultError>(client.read(identityOf(vault), PATH, { kv: "v2" }));
    expect([error.code, error.reason]).toEqual(["VaultUnavailable", "answered with a redirect to another host (307)"]);
  });

  test("a closed connection under a read is read once more", async () => {
    const vault = await fakeVault();
    let reads = 0;
    vault.intercept = (request, response) => {
      if (!request.path.includes("/data/") || ++reads > 1) return undefined;
      response.destroy();
      return true;
    };
    const { client } = clientOf();
    await client.read(identityOf(vault), PATH, { kv: "v2" });
    expect(reads).toBe(2);
  });
});

describe("an address", () => {
  const read = (address: string, more: Partial<VaultIdentity> = {}): Promise<VaultError> =>
    failure(clientOf().client.read(identityOf({ server: { url: address } }, more), PATH, { kv: "v2" }));
  test.each([
    ["http://vault.example.com:8200", "is without TLS: tokens and secrets would travel in clear text (use https)"],
    ["https://169.254.169.254", "is link-local (give the address of a Vault)"],
    ["https://[fe80::1]:8200", "is link-local (give the address of a Vault)"],
    ["https://[::ffff:169.254.169.254]", "is link-local (give the address of a Vault)"],
    ["vault:8200", "is not an address (write it like https://vault.example.com:8200)"],
    ["https://vault:8200/?x=1", "has more than host, port and path (write it like https://vault.example.com:8200)"],
  ])("%s is refused before anything is sent", async (address, text) => {
    const error = await read(address);
    expect([error.code, error.message]).toEqual(["VaultInvalid", `Vault address ${address}: ${text}`]);
  });

  test("with a password in it is refused without showing it", async () => {
    expect((await read("https://user:canary@vault:8200")).message).toBe(
      "Vault address https://...@vault:8200: has more than host, port and path (write it like https://vault.example.com:8200)",
    );
  });

  test("http is fine on this computer, and a base path is kept", async () => {
    const vault = await fakeVault({ plain: true });
    const { client } = clientOf();
    await client.read(identityOf({ server: { url: `${vault.server.url}/` } }), PATH, { kv: "v2" });
    vault.intercept = (request, response) => {
      if (!request.path.startsWith("/vault/")) return undefined;
      json(response, 200, request.path.includes("login") ? { auth: { client_token: "t" } } : v2({}));
      return true;
    };
    await client.read(identityOf({ server: { url: `${vault.server.url}/vault` } }), PATH, { kv: "v2" });
    expect(vault.paths().at(-1)).toBe(`GET /vault/v1/${PATH}`);
  });

  test("a CA that is no PEM is told as such", async () => {
    expect((await read("https://127.0.0.1:8200", { ca: "canary" })).message).toBe(
      "Vault https://127.0.0.1:8200: its CA is not valid PEM (give the certificate of the CA, beginning with -----BEGIN CERTIFICATE-----)",
    );
  });

  test("a Vault with a certificate of another CA gets neither credential nor request", async () => {
    const vault = await fakeVault({ tls: otherTls });
    const error = await read(vault.server.url);
    expect([error.code, error.reason]).toEqual([
      "VaultUnreachable",
      "cannot be reached, its certificate is not signed by the configured CA",
    ]);
    expect(vault.server.requests).toHaveLength(0);
  });

  test("that refuses connections is unreachable, in one line", async () => {
    const port = await closedPort();
    expect((await read(`https://127.0.0.1:${port}`)).message).toBe(
      `Vault https://127.0.0.1:${port}: cannot be reached, connection refused` +
        " (check that it runs, the address and CA of the store, and the way to it (network policy, DNS))",
    );
  });

  test("that accepts and says nothing is unreachable after the limit for connecting", async () => {
    const silent = await tcpServer(() => undefined);
    later(silent.close);
    const { client } = clientOf({ connectTimeout: 100 });
    const identity = identityOf({ server: { url: `https://127.0.0.1:${silent.port}` } });
    const error = await failure<VaultError>(client.read(identity, PATH, { kv: "v2" }));
    expect([error.failure, error.reason]).toEqual(["Unreachable", "cannot be reached, no connection within 0.1 s"]);
  });
});

describe("sharing", () => {
  const slow = async () => {
    const vault = await fakeVault();
    let reads = 0;
    vault.intercept = (request, response) => {
      if (!request.path.includes("/data/")) return undefined;
      reads += 1;
      setTimeout(() => json(response, 200, v2({ n: String(reads) })), 20);
      return true;
    };
    return { vault, reads: () => reads };
  };

  test("reads of one path, version and identity at the same time are one request and one login", async () => {
    const { vault, reads } = await slow();
    const { client, counted } = clientOf();
    const identity = identityOf(vault);
    await Promise.all(Array.from({ length: 50 }, () => client.read(identity, PATH, { kv: "v2" })));
    expect([reads(), vault.logins]).toEqual([1, 1]);
    expect(counted("keyturn_vault_reads_shared_total")).toEqual(["keyturn_vault_reads_shared_total 49"]);
  });

  test("other versions, paths and identities are requests of their own", async () => {
    const { vault, reads } = await slow();
    const { client } = clientOf();
    const identity = identityOf(vault);
    await Promise.all([
      client.read(identity, PATH, { kv: "v2" }),
      client.read(identity, PATH, { kv: "v2", version: "1" }),
      client.read(identity, "prod/data/x", { kv: "v2" }),
      client.read({ ...identity, id: "other" }, PATH, { kv: "v2" }),
    ]);
    expect([reads(), vault.logins]).toEqual([4, 2]);
  });

  test("without maxAge nothing is kept; with it, answers younger than the reader's maxAge are taken", async () => {
    const { vault, reads } = await slow();
    const { client } = clientOf();
    const identity = identityOf(vault);
    const read = async (maxAge?: number): Promise<unknown> =>
      (await client.read(identity, PATH, { kv: "v2", ...(maxAge === undefined ? {} : { maxAge }) })).data.get("n");
    expect([await read(), await read(), reads()]).toEqual(["1", "2", 2]);
    expect([await read(10_000), await read(10_000), await read(0)]).toEqual(["3", "3", "4"]);
    // The newest answer was not asked to be kept, so none is.
    expect(await read(10_000)).toBe("5");
  });

  test("failures are not kept", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    vault.read = () => [404, { errors: [] }];
    await failure(client.read(identityOf(vault), PATH, { kv: "v2", maxAge: 10_000 }));
    vault.read = () => [200, v2({ a: "b" })];
    expect((await client.read(identityOf(vault), PATH, { kv: "v2", maxAge: 10_000 })).data.get("a")).toBe("b");
  });
});

test("at most 32 requests are in flight to one Vault, over at most 32 connections", async () => {
  const vault = await fakeVault();
  let now = 0;
  let most = 0;
  vault.intercept = (request, response) => {
    if (!request.path.includes("/data/")) return undefined;
    most = Math.max(most, ++now);
    setImmediate(() => {
      now -= 1;
      json(response, 200, v2({}));
    });
    return true;
  };
  const { client } = clientOf();
  const identity = identityOf(vault);
  await inFlight(200, 1_000, (index) => client.read(identity, `prod/data/p${index}`, { kv: "v2" }));
  expect(most).toBeGreaterThan(8);
  expect(most).toBeLessThanOrEqual(32);
  expect(vault.server.handshakes()).toBeLessThanOrEqual(32);
});

test("no error, audit line or metric holds a token, a jwt or a value", async () => {
  const vault = await fakeVault();
  const { client, audit, counted } = clientOf({ probe: { first: 10 } });
  const answers: [number, unknown][] = [
    [400, { errors: ['invalid secret_id "canary-value"', "canary-jwt"] }],
    [403, { errors: ["permission denied: canary-token-1"] }],
    [404, { errors: ["canary-value"] }],
    [429, { errors: ["canary-value"] }],
    [200, { data: { data: "canary-value" } }],
    [500, { errors: ["canary-value"] }],
  ];
  const shown: string[] = [];
  for (const [index, answer] of answers.entries()) {
    vault.read = () => answer;
    const error = await failure(client.read(identityOf(vault), `prod/data/${index}`, { kv: "v2" }));
    expect(error).toBeInstanceOf(KeyturnError);
    shown.push(inspect(error, { depth: 20, showHidden: true }));
  }
  for (const [status, body] of answers.slice(0, 4)) {
    vault.intercept = (_request, response) => (json(response, status, body), true);
    const identity = identityOf(vault, { id: `login-${status}` });
    shown.push(inspect(await failure(client.login(identity)), { depth: 20, showHidden: true }));
  }
  shown.push(JSON.stringify(audit), ...counted("keyturn"));
  expect(shown.join("\n")).not.toContain("canary");
  expect(audit.length).toBeGreaterThan(0);
});
