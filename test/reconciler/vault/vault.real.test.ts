import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { connect, type KubeClient } from "../../../reconciler/kube";
import { createVaultClient, type VaultClient, type VaultError, type VaultIdentity } from "../../../reconciler/vault";
import { bed } from "../../bed";
import { baoClient, send, uniqueMount } from "../../bed/bao";
import { eventually } from "../../bed/eventually";
import { createServiceAccount, uniqueNamespace } from "../../bed/kube";
import { closedPort, failure } from "../http/fault-server";

const AUDIENCE = "vault-bed";
let kube: KubeClient;
let namespace: string;
let client: VaultClient;
const v2 = { kv: "v2" } as const;

beforeAll(async () => {
  kube = connect({ kubeconfig: bed().kubeconfig, version: "test" });
  namespace = await uniqueNamespace("vault");
  await createServiceAccount(namespace, "app");
});
afterAll(() => kube.close());
beforeEach(() => (client = createVaultClient({ version: "test" })));
afterEach(() => client.close());

/** A role of the kubernetes login for ServiceAccount `app`, that may read the paths. */
async function role(paths: readonly string[], more: object = {}): Promise<string> {
  const name = `role-${randomBytes(4).toString("hex")}`;
  const policy = paths.map((path) => `path "${path}" { capabilities = ["read"] }`).join("\n");
  await send("PUT", `sys/policies/acl/${name}`, { policy });
  await send("POST", `auth/kubernetes/role/${name}`, {
    bound_service_account_names: ["app"],
    bound_service_account_namespaces: [namespace],
    audience: AUDIENCE,
    token_policies: [name],
    token_no_default_policy: true,
    ...more,
  });
  return name;
}

function identity(name: string, audience = AUDIENCE): VaultIdentity {
  const { address, caFile } = bed().bao;
  return {
    id: `${name}/${audience}`,
    description: `${address} as role ${name} (auth/kubernetes)`,
    address,
    ca: readFileSync(caFile, "utf8"),
    login: {
      method: "kubernetes",
      mount: "kubernetes",
      role: name,
      jwt: async () =>
        (await kube.requestToken(namespace, "app", { audiences: [audience], expirationSeconds: 600 })).token,
    },
  };
}

const code = async (promise: Promise<unknown>): Promise<string> => {
  const error = await failure<VaultError>(promise);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
  return `${error.code}: ${error.reason}`;
};

test("a kubernetes login reads KV v2, its versions, and what was deleted", async () => {
  const mount = await uniqueMount(2);
  for (const value of ["one", "two"]) await send("POST", `${mount}/data/app`, { data: { password: value } });
  const me = identity(await role([`${mount}/data/app`]));
  const newest = await client.read(me, `${mount}/data/app`, v2);
  expect([newest.version, newest.data.get("password")]).toEqual([2, "two"]);
  const first = await client.read(me, `${mount}/data/app`, { kv: "v2", version: "1" });
  expect([first.version, first.data.get("password")]).toEqual([1, "one"]);
  expect(await code(client.read(me, `${mount}/data/app`, { kv: "v2", version: "9" }))).toBe(
    "VaultNotFound: there is no secret at this path",
  );
  await send("DELETE", `${mount}/data/app`);
  expect(await code(client.read(me, `${mount}/data/app`, v2))).toBe("VaultDeleted: version 2 was deleted or destroyed");
  await send("POST", `${mount}/destroy/app`, { versions: [1] });
  expect(await code(client.read(me, `${mount}/data/app`, { kv: "v2", version: "1" }))).toBe(
    "VaultDeleted: version 1 was deleted or destroyed",
  );
});

test("KV v1, and each version read as the other", async () => {
  const [one, two] = [await uniqueMount(1), await uniqueMount(2)];
  await send("PUT", `${one}/app`, { password: "p" });
  await send("POST", `${two}/data/app`, { data: { password: "p" } });
  const me = identity(await role([`${one}/*`, `${two}/*`]));
  const secret = await client.read(me, `${one}/app`, { kv: "v1" });
  expect([...secret.data]).toEqual([["password", "p"]]);
  expect(secret.version).toBeUndefined();
  expect(await code(client.read(me, `${two}/app`, { kv: "v1" }))).toBe("VaultNotFound: the mount is KV v2");
  expect(await code(client.read(me, `${one}/app`, v2))).toBe(
    "VaultInvalid: the answer has no field data.data: is the mount KV v1?",
  );
});

test("another team's path is forbidden, a mount that is not there is not found", async () => {
  const mount = await uniqueMount(2);
  await send("POST", `${mount}/data/theirs`, { data: { password: "canary" } });
  const me = identity(await role([`${mount}/data/ours`, "nosuchmount/*"]));
  expect(await code(client.read(me, `${mount}/data/theirs`, v2))).toBe("VaultForbidden: permission denied (403)");
  expect(await code(client.read(me, `${mount}/data/ours`, v2))).toBe("VaultNotFound: there is no secret at this path");
  expect(await code(client.read(me, "nosuchmount/data/x", v2))).toBe(
    "VaultNotFound: there is nothing at this path: no handler for route, route entry not found",
  );
});

test("logins that are refused say why, without the token that was sent", async () => {
  expect(await code(client.login(identity("no-such-role")))).toBe("VaultLoginFailed: invalid role name (400)");
  const name = await role(["none"]);
  expect(await code(client.login(identity(name, "other-audience")))).toMatch(/^VaultLoginFailed: .*\(\d{3}\)$/);
  const stranger = await role(["none"], { bound_service_account_names: ["someone-else"] });
  expect(await code(client.login(identity(stranger)))).toBe(
    "VaultLoginFailed: service account name not authorized (403)",
  );
});

test("a batch token is used past its 2/3 without a failed read", async () => {
  const mount = await uniqueMount(2);
  await send("POST", `${mount}/data/app`, { data: { password: "p" } });
  const me = identity(await role([`${mount}/data/app`], { token_type: "batch", token_ttl: "4s" }));
  const until = performance.now() + 9_000;
  while (performance.now() < until) await client.read(me, `${mount}/data/app`, v2);
});

test("an approle login; a revoked token is replaced by one new login", async () => {
  const mount = await uniqueMount(2);
  await send("POST", `${mount}/data/app`, { data: { password: "p" } });
  const name = await role([`${mount}/data/app`]);
  // A mount of its own, so that revoking its tokens touches no other test.
  await send("POST", `sys/auth/${name}`, { type: "approle" });
  await send("POST", `auth/${name}/role/app`, { token_policies: [name] });
  const roleId = (await send<{ data: { role_id: string } }>("GET", `auth/${name}/role/app/role-id`)).data.role_id;
  const made = await send<{ data: { secret_id: string } }>("POST", `auth/${name}/role/app/secret-id`);
  let logins = 0;
  const approle = (secret: string): VaultIdentity => ({
    ...identity(name),
    id: secret,
    login: {
      method: "appRole",
      mount: name,
      roleId: () => Promise.resolve(roleId),
      secretId: () => Promise.resolve((logins++, secret)),
    },
  });
  const me = approle(made.data.secret_id);
  const read = async (): Promise<unknown> => (await client.read(me, `${mount}/data/app`, v2)).data.get("password");
  expect([await read(), await read(), logins]).toEqual(["p", "p", 1]);
  await send("POST", `sys/leases/revoke-prefix/auth/${name}/login`);
  expect([await read(), await read(), logins]).toEqual(["p", "p", 2]);
  expect(await code(client.login(approle("canary")))).toMatch(/^VaultLoginFailed: .*invalid.*\(40[03]\)$/);
});

test("a quota is a rate limit, not a refusal", async () => {
  const mount = await uniqueMount(2);
  await send("POST", `${mount}/data/app`, { data: { password: "p" } });
  const me = identity(await role([`${mount}/data/app`]));
  await client.login(me);
  await send("POST", `sys/quotas/rate-limit/${mount}`, { path: mount, rate: 1, interval: "10m" });
  const results: string[] = [];
  for (let index = 0; index < 3; index++)
    results.push(
      await client.read(me, `${mount}/data/app`, v2).then(
        () => "ok",
        (error: VaultError) => error.code,
      ),
    );
  expect(results).toEqual(["ok", "VaultRateLimited", "VaultRateLimited"]);
  await send("DELETE", `sys/quotas/rate-limit/${mount}`);
});

describe("an OpenBao of its own", () => {
  let folder: string;
  let bao: ChildProcess;
  let unsealKey = "";
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "keyturn-bao-"));
    port = await closedPort();
    const args = ["server", "-dev", "-dev-tls", `-dev-tls-cert-dir=${folder}`, "-dev-root-token-id=root"];
    bao = spawn(bed().binaries.bao, [...args, `-dev-listen-address=127.0.0.1:${port}`], {
      env: { ...process.env, HOME: folder },
      stdio: ["ignore", "pipe", "ignore"],
    });
    bao.stdout?.on("data", (chunk: Buffer) => (unsealKey ||= /Unseal Key: (\S+)/.exec(chunk.toString())?.[1] ?? ""));
    await eventually("it runs", () => unsealKey !== "");
  });
  afterAll(() => {
    bao.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  test("is sealed, unsealed and killed: told as what it is, probed, and used again without a new login", async () => {
    const address = `https://127.0.0.1:${port}`;
    const caFile = join(folder, "vault-ca.pem");
    const admin = baoClient({ address, caFile, rootToken: "root" });
    await eventually("KV", () => admin.send("POST", "secret/data/app", { data: { password: "p" } }));
    let tokens = 0;
    const me: VaultIdentity = {
      id: "root",
      description: `${address} with a token`,
      address,
      ca: readFileSync(caFile, "utf8"),
      login: { method: "token", token: () => Promise.resolve((tokens++, "root")) },
    };
    const told: string[] = [];
    const own = createVaultClient({
      version: "test",
      probe: { first: 200, cap: 1_000 },
      onDown: (_address, error) => told.push(error.code),
      onUp: () => told.push("up"),
    });
    await own.read(me, "secret/data/app", v2);
    await admin.send("POST", "sys/seal");
    expect(await code(own.read(me, "secret/data/app", v2))).toMatch(/^VaultSealed: is sealed or not ready: .*\(503\)$/);
    await admin.send("POST", "sys/unseal", { key: unsealKey }, { token: "" });
    await eventually("up", () => told.includes("up"));
    const secret = await eventually("read", () => own.read(me, "secret/data/app", v2));
    expect([secret.data.get("password"), tokens]).toEqual(["p", 1]);
    bao.kill("SIGKILL");
    await eventually(
      "gone",
      async () => (await failure<VaultError>(own.read(me, "secret/data/app", v2))).failure === "Unreachable",
    );
    expect(told).toEqual(["VaultSealed", "up", "VaultUnreachable"]);
    own.close();
  });
});
