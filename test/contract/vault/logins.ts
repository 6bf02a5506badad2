import type { Answer } from "../http";
import { freshNamespace, unique, type Target } from "../target";
import { ABSENT, capped, DENIED, freshMount, NO_TOKEN, read, refusal, tokenWith } from "./answers";

/** Tokens and the ways to get one. */
export function loginContract(open: () => Target): void {
  let [namespace, mount, policy] = ["", "", ""];
  const jwt = async (audience: string, of = namespace): Promise<string> => {
    const answer = await open().kube.ask("POST", `/api/v1/namespaces/${of}/serviceaccounts/default/token`, {
      body: { spec: { audiences: [audience], expirationSeconds: 600 } },
    });
    return answer.json.status.token;
  };
  const role = async (settings: object): Promise<string> => {
    const name = unique("role");
    const written = await open().vault.ask("PUT", `/v1/${open().kubernetesAuth}/role/${name}`, {
      body: {
        bound_service_account_names: ["default"],
        bound_service_account_namespaces: [namespace],
        token_policies: [policy],
        ...settings,
      },
    });
    expect(written.status).toBe(204);
    return name;
  };
  const login = async (body: object): Promise<Answer> =>
    open().vaultAs("").ask("POST", `/v1/${open().kubernetesAuth}/login`, { body });
  const create = async (body: object): Promise<Answer> => open().vault.ask("POST", "/v1/auth/token/create", { body });

  beforeAll(async () => {
    namespace = await freshNamespace(open());
    mount = await freshMount(open(), 2);
    await open().vault.ask("PUT", `/v1/${mount}/data/team/db`, { body: { data: { k: "v" } } });
    policy = unique("team");
    await open().vault.ask("PUT", `/v1/sys/policies/acl/${policy}`, {
      body: { policy: `path "${mount}/data/team/*" { capabilities = ["read"] }` },
    });
  });

  test("kubernetes: a ServiceAccount of the role gets a batch token that reads what the policy says", async () => {
    const name = await role({ audience: "vault", token_ttl: "20m", token_type: "batch" });
    const answer = await login({ role: name, jwt: await jwt("vault") });
    const { auth } = read(answer);
    expect([answer.status, auth]).toEqual([
      200,
      expect.objectContaining({
        accessor: "",
        policies: ["default", policy].sort(),
        token_policies: ["default", policy].sort(),
        lease_duration: 1200,
        renewable: false,
        token_type: "batch",
        orphan: true,
        metadata: expect.objectContaining({
          role: name,
          service_account_name: "default",
          service_account_namespace: namespace,
          service_account_secret_name: "",
        }) as unknown,
      }),
    ]);
    expect(auth.client_token).toMatch(/^b\./);
    const client = open().vaultAs(auth.client_token);
    expect(read(await client.ask("GET", `/v1/${mount}/data/team/db`)).data.data).toEqual({ k: "v" });
    expect(refusal(await client.ask("GET", `/v1/${mount}/data/other`))).toEqual(DENIED);
    expect(refusal(await client.ask("POST", "/v1/auth/token/renew-self", { body: {} }))).toEqual([
      400,
      ["batch tokens cannot be renewed"],
    ]);
    expect(refusal(await client.ask("POST", "/v1/auth/token/revoke-self"))).toEqual([
      400,
      ["batch tokens cannot be revoked"],
    ]);
    const self = read(await client.ask("GET", "/v1/auth/token/lookup-self")).data;
    expect(self).toMatchObject({
      display_name: `kubernetes-${namespace}-default`,
      path: "auth/kubernetes/login",
      type: "batch",
      creation_ttl: 1200,
      renewable: false,
      num_uses: 0,
    });
  });

  test("kubernetes: what does not fit the role is refused, and the answer says what", async () => {
    const name = await role({ audience: "vault" });
    const elsewhere = await role({ bound_service_account_namespaces: ["elsewhere"] });
    const other = await role({ bound_service_account_names: ["other"] });
    const good = await jwt("vault");
    const cases: readonly (readonly [object, readonly [number, string]])[] = [
      [
        { role: name, jwt: await jwt("other") },
        [403, "invalid audience (aud) claim: audience claim does not match any expected audience"],
      ],
      [{ role: elsewhere, jwt: good }, [403, "namespace not authorized"]],
      [{ role: other, jwt: good }, [403, "service account name not authorized"]],
      [{ role: "no-such-role", jwt: good }, [400, 'invalid role name "no-such-role"']],
      [{ jwt: good }, [400, "missing role"]],
      [{ role: name }, [400, "missing jwt"]],
      [{ role: name, jwt: "nonsense" }, [403, "permission denied"]],
      [{ role: name, jwt: `${good}x` }, [403, "permission denied"]],
    ];
    for (const [body, [status, error]] of cases) expect(refusal(await login(body))).toEqual([status, [error]]);
    const missing = await open()
      .vaultAs("")
      .ask("POST", "/v1/auth/no-such-method/login", { body: { role: name, jwt: good } });
    expect(refusal(missing)).toEqual(NO_TOKEN);
  });

  test("kubernetes: names and namespaces may end in *, and a role without an audience takes any", async () => {
    const name = await role({ bound_service_account_names: "def*", bound_service_account_namespaces: "contract-*" });
    const answer = await login({ role: name, jwt: await jwt("anything") });
    expect([answer.status, read(answer).auth.token_type]).toEqual([200, "service"]);
  });

  test("kubernetes: a role reads back as it was written; one without bounds is refused", async () => {
    const name = await role({ audience: "vault", token_ttl: "20m", token_max_ttl: 3600, token_type: "batch" });
    const path = `/v1/${open().kubernetesAuth}/role`;
    expect(read(await open().vault.ask("GET", `${path}/${name}`)).data).toMatchObject({
      alias_name_source: "serviceaccount_uid",
      audience: "vault",
      bound_service_account_names: ["default"],
      bound_service_account_namespaces: [namespace],
      token_policies: [policy],
      token_ttl: 1200,
      token_max_ttl: 3600,
      token_type: "batch",
    });
    expect(read(await open().vault.ask("GET", `${path}?list=true`)).data.keys).toContain(name);
    expect(refusal(await open().vault.ask("GET", `${path}/none`))).toEqual(ABSENT);
    const unbound = await open().vault.ask("PUT", `${path}/${unique("bad")}`, { body: { audience: "vault" } });
    expect(refusal(unbound)).toEqual([400, ['"bound_service_account_names" can not be empty']]);
    expect((await open().vault.ask("DELETE", `${path}/${name}`)).status).toBe(204);
    expect(refusal(await login({ role: name, jwt: await jwt("vault") }))).toEqual([
      400,
      [`invalid role name "${name}"`],
    ]);
  });

  test("a service token is renewed up to its limit, and ends when it is revoked", async () => {
    const name = await role({ token_ttl: "20m", token_max_ttl: "30m" });
    const begun = performance.now();
    const { auth } = read(await login({ role: name, jwt: await jwt("vault") }));
    expect([auth.renewable, auth.lease_duration, auth.client_token.slice(0, 2)]).toEqual([true, 1200, "s."]);
    const client = open().vaultAs(auth.client_token);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the limit counts from the login: a second of it has passed
    const renewed = read(await client.ask("POST", "/v1/auth/token/renew-self", { body: { increment: "2h" } }));
    const left = renewed.auth.lease_duration;
    expect(left).toBeLessThan(1800);
    expect(left).toBeGreaterThanOrEqual(1800 - Math.ceil((performance.now() - begun) / 1000));
    expect(renewed.warnings).toEqual([capped("2h", left)]);
    expect((await client.ask("POST", "/v1/auth/token/revoke-self")).status).toBe(204);
    expect(refusal(await client.ask("GET", "/v1/auth/token/lookup-self"))).toEqual(NO_TOKEN);
  });

  test("approle: a secret id works as often as its role says", async () => {
    const { vault } = open();
    const name = unique("approle");
    const path = `/v1/auth/approle/role/${name}`;
    await vault.ask("POST", path, { body: { token_policies: policy, token_ttl: "10m", secret_id_num_uses: 1 } });
    const roleId = read(await vault.ask("GET", `${path}/role-id`)).data["role_id"];
    const secretId = read(await vault.ask("POST", `${path}/secret-id`, { body: {} })).data["secret_id"];
    const enter = (body: object) => open().vaultAs("").ask("POST", "/v1/auth/approle/login", { body });
    const entered = await enter({ role_id: roleId, secret_id: secretId });
    expect([entered.status, read(entered).auth]).toEqual([
      200,
      expect.objectContaining({ lease_duration: 600, metadata: { role_name: name }, token_type: "service" }),
    ]);
    expect((await open().vaultAs(read(entered).auth.client_token).ask("GET", `/v1/${mount}/data/team/db`)).status).toBe(
      200,
    );
    const refused = [400, ["invalid role or secret ID"]];
    expect(refusal(await enter({ role_id: roleId, secret_id: secretId }))).toEqual(refused);
    expect(refusal(await enter({ role_id: "x", secret_id: "y" }))).toEqual(refused);
    expect(refusal(await enter({ role_id: roleId }))).toEqual([400, ["missing secret_id"]]);
  });

  test("userpass: a wrong password and an unknown user are refused alike", async () => {
    const user = unique("user");
    await open().vault.ask("POST", `/v1/auth/userpass/users/${user}`, {
      body: { password: "p", token_policies: policy },
    });
    const enter = (name: string, password: string) =>
      open().vaultAs("").ask("POST", `/v1/auth/userpass/login/${name}`, { body: { password } });
    expect(read(await enter(user, "p")).auth.metadata).toEqual({ username: user });
    for (const attempt of [await enter(user, "q"), await enter(unique("nobody"), "p")])
      expect(refusal(attempt)).toEqual([400, ["invalid username or password"]]);
  });

  test("token: create, use, limits", async () => {
    const answer = await create({ policies: [policy], ttl: "1h", num_uses: 2, display_name: "robot" });
    expect([answer.status, read(answer).auth]).toEqual([
      200,
      expect.objectContaining({
        lease_duration: 3600,
        renewable: true,
        num_uses: 2,
        token_type: "service",
        metadata: null,
      }),
    ]);
    const client = open().vaultAs(read(answer).auth.client_token);
    expect(read(await client.ask("GET", "/v1/auth/token/lookup-self")).data).toMatchObject({
      display_name: "token-robot",
      num_uses: 1,
      creation_ttl: 3600,
    });
    expect((await client.ask("GET", `/v1/${mount}/data/team/db`)).status).toBe(200);
    expect(refusal(await client.ask("GET", `/v1/${mount}/data/team/db`))).toEqual(NO_TOKEN);
  });

  test("token: one that is over is refused like one that never was", async () => {
    const { auth } = read(await create({ policies: [policy], ttl: "1s" }));
    const client = open().vaultAs(auth.client_token);
    await new Promise((resolve) => setTimeout(resolve, 1_300)); // the time is the thing tested
    expect(refusal(await client.ask("GET", `/v1/${mount}/data/team/db`))).toEqual(NO_TOKEN);
  });

  test("token: root never ends; a given id is kept; look-ups of others and revoking", async () => {
    const { vault } = open();
    const self = read(await vault.ask("GET", "/v1/auth/token/lookup-self")).data;
    expect(self).toMatchObject({
      display_name: "root",
      policies: ["root"],
      ttl: 0,
      expire_time: null,
      type: "service",
    });
    const id = unique("mytoken");
    expect(read(await create({ id, policies: [policy], ttl: "10m" })).auth.client_token).toBe(id);
    expect(read(await vault.ask("POST", "/v1/auth/token/lookup", { body: { token: id } })).data).toMatchObject({ id });
    expect((await vault.ask("POST", "/v1/auth/token/revoke", { body: { token: id } })).status).toBe(204);
    expect(refusal(await vault.ask("POST", "/v1/auth/token/lookup", { body: { token: id } }))).toEqual([
      403,
      ["bad token"],
    ]);
  });

  test("token: a child ends with its parent, and may not have more than it", async () => {
    const parent = await tokenWith(open(), 'path "auth/token/create" { capabilities = ["update"] }');
    const made = await open()
      .vaultAs(parent)
      .ask("POST", "/v1/auth/token/create", { body: { ttl: "5m", no_default_policy: true } });
    const child = read(made).auth.client_token;
    const more = await open()
      .vaultAs(parent)
      .ask("POST", "/v1/auth/token/create", { body: { policies: ["root"] } });
    expect([more.status, read(more).errors[0]]).toEqual([
      400,
      expect.stringContaining("child policies must be subset of parent"),
    ]);
    await open().vault.ask("POST", "/v1/auth/token/revoke", { body: { token: parent } });
    expect(refusal(await open().vaultAs(child).ask("POST", "/v1/auth/token/create", { body: {} }))).toEqual(NO_TOKEN);
  });

  test("token: durations that are none are 400; longer than the system allows is capped", async () => {
    expect((await create({ ttl: "abc" })).status).toBe(400);
    const begun = performance.now();
    const { auth, warnings } = read(await create({ policies: [policy], ttl: "100000h" }));
    // A second may begin while the token is made.
    expect(auth.lease_duration).toBeLessThanOrEqual(2_764_800);
    expect(auth.lease_duration).toBeGreaterThanOrEqual(2_764_800 - Math.ceil((performance.now() - begun) / 1000));
    expect(warnings?.[0]).toBe(capped("100000h", auth.lease_duration));
  });

  test("a token may also come as a bearer token", async () => {
    const { auth } = read(await create({ policies: [policy], ttl: "5m" }));
    const answer = await open()
      .vaultAs("")
      .ask("GET", `/v1/${mount}/data/team/db`, {
        headers: { Authorization: `Bearer ${auth.client_token}` },
      });
    expect(answer.status).toBe(200);
  });

  test("an auth method is enabled and disabled by its path", async () => {
    const { vault } = open();
    const path = unique("k8s");
    expect((await vault.ask("POST", `/v1/sys/auth/${path}`, { body: { type: "kubernetes" } })).status).toBe(204);
    expect(refusal(await vault.ask("POST", `/v1/sys/auth/${path}`, { body: { type: "kubernetes" } }))).toEqual([
      400,
      [`path is already in use at ${path}/`],
    ]);
    expect(read(await vault.ask("GET", "/v1/sys/auth")).data[`${path}/`]).toMatchObject({ type: "kubernetes" });
    await vault.ask("POST", `/v1/auth/${path}/role/r`, {
      body: { bound_service_account_names: "default", bound_service_account_namespaces: namespace },
    });
    const early = await open()
      .vaultAs("")
      .ask("POST", `/v1/auth/${path}/login`, { body: { role: "r", jwt: await jwt("vault") } });
    expect(refusal(early)).toEqual([500, ["could not load backend configuration"]]);
    expect((await vault.ask("DELETE", `/v1/sys/auth/${path}`)).status).toBe(204);
  });
}
