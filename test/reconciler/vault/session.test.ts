import { KeyturnError } from "../../../api";
import type { VaultError } from "../../../reconciler/vault";
import { eventually } from "../../bed/eventually";
import { failure, json } from "../http/fault-server";
import { clientOf, fakeVault, identityOf, PATH } from "./support";

const read = { kv: "v2" } as const;

describe("logins", () => {
  test("an approle login sends role id and secret id, trimmed", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    const login = {
      method: "appRole",
      mount: "/team/approle/",
      roleId: () => Promise.resolve("role\n"),
      secretId: () => Promise.resolve("secret\n"),
    } as const;
    await client.read(identityOf(vault, { login }), PATH, read);
    expect(vault.paths()[0]).toBe("POST /v1/auth/team/approle/login");
    expect(JSON.parse(vault.server.requests[0]?.body ?? "")).toEqual({ role_id: "role", secret_id: "secret" });
  });

  test("a token is used as it is, and asked for once", async () => {
    const vault = await fakeVault();
    vault.valid.add("static");
    let asked = 0;
    const login = { method: "token", token: () => Promise.resolve((asked++, "static\n")) } as const;
    const { client, audit } = clientOf();
    await client.read(identityOf(vault, { login }), PATH, read);
    await client.read(identityOf(vault, { login }), PATH, read);
    expect([asked, vault.logins, audit]).toEqual([1, 0, []]);
    expect(vault.server.requests[0]?.headers["x-vault-token"]).toBe("static");
  });

  test("two identities of one Vault have a login each; forgetting one makes it log in again", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    const [a, b] = [identityOf(vault, { id: "a" }), identityOf(vault, { id: "b" })];
    for (const identity of [a, b, a]) await client.read(identity, PATH, read);
    expect(vault.logins).toBe(2);
    client.forget("a");
    for (const identity of [a, b]) await client.read(identity, PATH, read);
    expect(vault.logins).toBe(3);
  });
});

describe("the life of a token", () => {
  test("is used to 2/3, then a new login is made in the background while the old token works", async () => {
    const vault = await fakeVault();
    vault.lease = 3;
    const { client } = clientOf();
    const identity = identityOf(vault);
    await client.read(identity, PATH, read);
    const tokens = (): unknown[] =>
      vault.server.requests.filter(({ method }) => method === "GET").map(({ headers }) => headers["x-vault-token"]);
    const started = performance.now();
    let lastWithOne = 0;
    await eventually(
      "a second login",
      async () => {
        const begun = performance.now() - started;
        await client.read(identity, PATH, read);
        if (vault.logins === 2) return true;
        lastWithOne = begun;
        return false;
      },
      Boolean,
      { every: 20 },
    );
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_750);
    // By the last read before it, so that a busy moment of this computer is not taken for a late login.
    expect(lastWithOne).toBeLessThanOrEqual(2_300);
    await client.read(identity, PATH, read);
    expect([tokens()[0], tokens().at(-1)]).toEqual(["canary-token-1", "canary-token-2"]);
  });

  test("a background login that fails leaves the old token working", async () => {
    const vault = await fakeVault();
    vault.lease = 4;
    const { client } = clientOf();
    await client.read(identityOf(vault), PATH, read);
    let failed = 0;
    vault.intercept = (request, response) => {
      if (!request.path.includes("/auth/")) return undefined;
      failed += 1;
      json(response, 500, { errors: [] });
      return true;
    };
    await eventually(
      "a failed login",
      async () => {
        await client.read(identityOf(vault), PATH, read);
        return failed > 0;
      },
      Boolean,
      { every: 20 },
    );
    await client.read(identityOf(vault), PATH, read);
    expect(failed).toBe(1);
  });

  test("a token without an end is kept", async () => {
    const vault = await fakeVault();
    vault.lease = 0;
    const { client } = clientOf();
    await client.read(identityOf(vault), PATH, read);
    await client.read(identityOf(vault), PATH, read);
    expect(vault.logins).toBe(1);
  });
});

describe("403", () => {
  test("of a revoked token: one new login for all reads under way, and they succeed", async () => {
    const vault = await fakeVault();
    const { client } = clientOf();
    const identity = identityOf(vault);
    await client.read(identity, PATH, read);
    vault.valid.clear();
    await Promise.all(Array.from({ length: 20 }, (_, index) => client.read(identity, `prod/data/${index}`, read)));
    expect(vault.logins).toBe(2);
    vault.valid.clear();
    await client.read(identity, PATH, read);
    expect(vault.logins).toBe(3);
  });

  test("of a forbidden path: one more login, then Forbidden, and no login for each further try", async () => {
    const vault = await fakeVault();
    vault.read = ({ path }) =>
      path.includes("/theirs/")
        ? [403, { errors: ["1 error occurred:\n\t* permission denied\n\n"] }]
        : [200, { data: { data: {} } }];
    const { client } = clientOf();
    const identity = identityOf(vault);
    const error = await failure<VaultError>(client.read(identity, "prod/data/theirs/a", read));
    expect([error.code, error.message]).toEqual([
      "VaultForbidden",
      `prod/data/theirs/a at ${identity.description}: permission denied (403) (allow this identity to read the path in its Vault policies)`,
    ]);
    expect(vault.logins).toBe(2);
    for (let index = 0; index < 20; index++) await failure(client.read(identity, `prod/data/theirs/${index}`, read));
    await client.read(identity, "prod/data/ours", read);
    expect(vault.logins).toBe(2);
    // A token revoked meanwhile is still noticed at once by a path that could be read.
    vault.valid.clear();
    await client.read(identity, "prod/data/ours", read);
    expect(vault.logins).toBe(3);
  });

  test("with a given token: the token is asked for again, and used when it is another one", async () => {
    const vault = await fakeVault();
    vault.valid.add("two");
    let token = "one";
    let asked = 0;
    const login = { method: "token", token: () => Promise.resolve((asked++, token)) } as const;
    const { client } = clientOf();
    expect((await failure<VaultError>(client.read(identityOf(vault, { login }), PATH, read))).code).toBe(
      "VaultForbidden",
    );
    expect([asked, vault.server.requests.length]).toEqual([2, 1]);
    token = "two";
    await client.read(identityOf(vault, { login }), PATH, read);
    expect(asked).toBe(3);
  });
});

describe("a refused login", () => {
  const refusing = async (status: number, body: unknown) => {
    const vault = await fakeVault();
    let tries = 0;
    vault.intercept = (request, response) => {
      if (!request.path.includes("/auth/")) return undefined;
      tries += 1;
      json(response, status, body);
      return true;
    };
    return { vault, tries: () => tries };
  };

  test.each([
    [400, { errors: ['invalid role name "payments"'] }, "invalid role name (400)"],
    [403, { errors: ["service account name not authorized"] }, "service account name not authorized (403)"],
    [403, { errors: ["permission denied"] }, "permission denied (403)"],
    [400, { errors: ['invalid secret_id "canary"'] }, "invalid secret_id (400)"],
    [200, { auth: null }, "the answer has no token"],
  ])("%i %j is LoginFailed with the identity and what Vault is known to say", async (status, body, reason) => {
    const { vault } = await refusing(status, body);
    const { client, audit } = clientOf();
    const identity = identityOf(vault);
    const error = await failure<VaultError>(client.read(identity, PATH, read));
    expect([error.code, error.object, error.reason]).toEqual([
      "VaultLoginFailed",
      `login at ${identity.description}`,
      reason,
    ]);
    expect(audit).toEqual([
      {
        event: "login",
        outcome: "failed",
        object: identity.description,
        identity: identity.description,
        code: "VaultLoginFailed",
      },
    ]);
  });

  test("is not tried again for each read: readers get the same error with the time that is left", async () => {
    const { vault, tries } = await refusing(400, { errors: ["invalid role name"] });
    const { client } = clientOf();
    const identity = identityOf(vault);
    const errors = [];
    for (let index = 0; index < 10; index++)
      errors.push(await failure<VaultError>(client.read(identity, `prod/data/${index}`, read)));
    expect(tries()).toBe(1);
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
    expect(errors[9]?.retryAfterMs).toBeGreaterThan(0);
    expect(errors[9]?.retryAfterMs).toBeLessThanOrEqual(1_000);
    vault.intercept = () => undefined;
    await eventually("the role was repaired", () => client.read(identity, PATH, read).then(() => true));
  });

  test("of which the fault is Vault's (500) is Unavailable", async () => {
    const { vault } = await refusing(500, { errors: ["canary"] });
    const error = await failure<VaultError>(clientOf().client.read(identityOf(vault), PATH, read));
    expect([error.code, error.reason]).toEqual(["VaultUnavailable", "answered 500"]);
  });

  test("for want of a credential says which and why", async () => {
    const vault = await fakeVault();
    const jwt = (): Promise<string> =>
      Promise.reject(
        new KeyturnError({
          code: "KubeNotFound",
          object: "create ServiceAccount pay/app token",
          cause: 'NotFound: serviceaccounts "app" not found',
          remedy: "create it",
        }),
      );
    const login = { method: "kubernetes", mount: "k8s", role: "r", jwt } as const;
    const error = await failure<VaultError>(clientOf().client.read(identityOf(vault, { login }), PATH, read));
    expect([error.code, error.reason, error.remedy]).toEqual([
      "VaultLoginFailed",
      'there is no ServiceAccount token: create ServiceAccount pay/app token: NotFound: serviceaccounts "app" not found',
      "create it",
    ]);
    expect(vault.server.requests).toHaveLength(0);
  });

  test("for an unknown reason keeps the foreign text out", async () => {
    const vault = await fakeVault();
    const login = { method: "token", token: () => Promise.reject(new Error("canary")) } as const;
    const error = await failure<VaultError>(clientOf().client.read(identityOf(vault, { login }), PATH, read));
    expect([error.code, error.reason]).toEqual(["VaultLoginFailed", "there is no token: it could not be read"]);
  });
});
