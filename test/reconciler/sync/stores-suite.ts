import type { JsonRecord, KubernetesObject } from "../../../api";
import { eventually, unique } from "../../contract/target";
import { Run, Tenant, type World } from "../world";

/** How stores reach a Vault: every login, both KV versions, both providers, cluster-wide stores. */
export function storesSuite(world: () => World): void {
  let tenant: Tenant;
  let run: Run;

  beforeEach(async () => {
    tenant = await Tenant.create(world());
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await tenant.put("app/db", { password: "one" });
  });
  afterEach(() => run.stop());

  const ca = (): string => Buffer.from(world().vault.ca).toString("base64");
  const secret = (name: string, stringData: Record<string, string>): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: tenant.namespace },
    stringData,
  });
  const withAuth = (auth: JsonRecord): KubernetesObject => tenant.store({ vault: { auth } });
  const answer = async (method: string, path: string, body?: unknown): Promise<JsonRecord> => {
    const { status, json, text } = await world().target.vault.ask(
      method,
      `/v1/${path}`,
      body === undefined ? {} : { body },
    );
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return json as unknown as JsonRecord;
  };
  const token = async (): Promise<string> => {
    const { auth } = await answer("POST", "auth/token/create", { policies: [tenant.role], ttl: "20m" });
    return (auth as { client_token: string }).client_token;
  };

  test("tokenSecretRef: a token from a Secret; a corrected one is taken", async () => {
    await tenant.apply(
      secret("vault-token", { token: "wrong" }),
      withAuth({ tokenSecretRef: { name: "vault-token", key: "token" } }),
      tenant.externalSecret("db"),
    );
    await tenant.untilReady("db", "False", /permission denied/);
    await tenant.patch("Secret", "vault-token", { stringData: { token: `${await token()}\n` } });
    await tenant.patch("ExternalSecret", "db", { metadata: { annotations: { "force-sync": "1" } } });
    await tenant.untilData("db", { password: "one" });
  });

  test("appRole: role id in the store or in a Secret", async () => {
    await answer("POST", "sys/auth/approle", { type: "approle" }).catch(() => undefined);
    await answer("POST", `auth/approle/role/${tenant.role}`, { token_policies: [tenant.role] });
    const { data: role } = await answer("GET", `auth/approle/role/${tenant.role}/role-id`);
    const { data: id } = await answer("POST", `auth/approle/role/${tenant.role}/secret-id`, {});
    const roleId = (role as { role_id: string }).role_id;
    await tenant.apply(
      secret("approle", { id: roleId, secret: (id as { secret_id: string }).secret_id }),
      withAuth({ appRole: { roleId, secretRef: { name: "approle", key: "secret" } } }),
      tenant.externalSecret("db"),
    );
    await tenant.untilData("db", { password: "one" });
    const roleRef = { name: "approle", key: "id" };
    await tenant.apply(
      {
        ...withAuth({ appRole: { roleRef, secretRef: { name: "approle", key: "secret" } } }),
        metadata: { name: "second", namespace: tenant.namespace },
      },
      tenant.externalSecret("db2", { secretStoreRef: { name: "second" } }),
    );
    await tenant.untilData("db2", { password: "one" });
  });

  test("kubernetes with a token from a Secret", async () => {
    const path = `/api/v1/namespaces/${tenant.namespace}/serviceaccounts/default/token`;
    const { json } = await world().target.kube.ask("POST", path, {
      body: { spec: { audiences: ["vault"], expirationSeconds: 600 } },
    });
    const jwt = (json as unknown as { status: { token: string } }).status.token;
    await tenant.apply(
      secret("jwt", { token: jwt }),
      withAuth({ kubernetes: { mountPath: "kubernetes", role: tenant.role, secretRef: { name: "jwt" } } }),
      tenant.externalSecret("db"),
    );
    await tenant.untilData("db", { password: "one" });
  });

  test("a login that is refused is the store's condition too", async () => {
    await tenant.apply(
      withAuth({
        kubernetes: {
          mountPath: "kubernetes",
          role: "nobody",
          serviceAccountRef: { name: "default", audiences: ["vault"] },
        },
      }),
      tenant.externalSecret("db"),
    );
    await tenant.untilReady("db", "False", /^could not get secret data from provider: login at .* as role nobody /);
    await eventually("the store", async () =>
      expect(await tenant.ready("vault", "SecretStore")).toMatchObject({
        status: "False",
        reason: "InvalidProviderConfig",
        message: expect.stringMatching(/^unable to validate store: login at .* as role nobody /) as string,
      }),
    );
  });

  test("a store that nothing uses is validated as well", async () => {
    await tenant.apply(tenant.store());
    await eventually("valid", async () =>
      expect(await tenant.ready("vault", "SecretStore")).toMatchObject({ status: "True", message: "store validated" }),
    );
    await tenant.apply(tenant.store({ name: "ldap", vault: { auth: { ldap: { username: "x" } } } }));
    await eventually("refused", async () =>
      expect(await tenant.ready("ldap", "SecretStore")).toMatchObject({
        status: "False",
        message: expect.stringContaining(
          "auth.ldap is not supported yet: use kubernetes, appRole or tokenSecretRef",
        ) as string,
      }),
    );
  });

  test("openBao, and KV v1", async () => {
    const mount = unique("kv1");
    await answer("POST", `sys/mounts/${mount}`, { type: "kv", options: { version: "1" } });
    await tenant.allow(`${tenant.mount}/data/app/*`, `${mount}/app/*`);
    await answer("POST", `${mount}/app/db`, { password: "first version" });
    const { provider } = tenant.store().spec as { provider: { vault: JsonRecord } };
    const store = (name: string, openBao: JsonRecord): KubernetesObject => ({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name, namespace: tenant.namespace },
      spec: { provider: { openBao } },
    });
    await tenant.apply(
      store("bao", provider.vault),
      store("v1", { ...provider.vault, path: mount, version: "v1" }),
      tenant.externalSecret("two", { secretStoreRef: { name: "bao" } }),
      tenant.externalSecret("one", { secretStoreRef: { name: "v1" } }),
    );
    await tenant.untilData("two", { password: "one" });
    await tenant.untilData("one", { password: "first version" });
  });

  test("the CA from a ConfigMap; a SecretStore stays in its namespace", async () => {
    const path = `/api/v1/namespaces/${tenant.namespace}/configmaps`;
    const created = await world().target.kube.ask("POST", path, {
      body: { metadata: { name: "ca" }, data: { "ca.crt": world().vault.ca } },
    });
    expect(created.status).toBe(201);
    const from = (namespace?: string): JsonRecord => ({
      caBundle: undefined,
      caProvider: { type: "ConfigMap", name: "ca", key: "ca.crt", ...(namespace === undefined ? {} : { namespace }) },
    });
    await tenant.apply(
      tenant.store({ vault: from() }),
      tenant.externalSecret("db"),
      tenant.store({ name: "foreign", vault: from("default") }),
      tenant.externalSecret("foreign", { secretStoreRef: { name: "foreign" } }),
      tenant.store({ name: "untrusted", vault: { caBundle: undefined } }),
      tenant.externalSecret("untrusted", { secretStoreRef: { name: "untrusted" } }),
      tenant.store({ name: "garbage", vault: { caBundle: Buffer.from("no PEM").toString("base64") } }),
      tenant.externalSecret("garbage", { secretStoreRef: { name: "garbage" } }),
    );
    await tenant.untilData("db", { password: "one" });
    await tenant.untilReady("foreign", "False", 'caProvider names namespace "default"');
    await tenant.untilReady("untrusted", "False", /cannot be trusted|not signed by the configured CA|certificate/);
    await tenant.untilReady("garbage", "False", "caBundle is not a PEM certificate");
  });

  test("a ClusterSecretStore serves the namespaces its conditions name, each with its own ServiceAccount", async () => {
    const name = unique("shared");
    const cluster = async (conditions: readonly JsonRecord[]): Promise<void> => {
      const { provider } = tenant.store().spec as { provider: JsonRecord };
      const body = {
        apiVersion: "external-secrets.io/v1",
        kind: "ClusterSecretStore",
        metadata: { name },
        spec: { controller: "keyturn", provider, conditions },
      };
      const created = await world().target.kube.ask("POST", "/apis/external-secrets.io/v1/clustersecretstores", {
        body,
      });
      if (created.status !== 201) throw new Error(created.text);
    };
    const secretStoreRef = { kind: "ClusterSecretStore", name };
    try {
      await tenant.apply(tenant.externalSecret("db", { secretStoreRef }));
      await tenant.untilReady("db", "False", `ClusterSecretStore ${name}: does not exist`);
      await cluster([{ namespaces: ["elsewhere"] }]);
      await tenant.untilReady(
        "db",
        "False",
        `using cluster store "${name}" is not allowed from namespace "${tenant.namespace}": denied by spec.condition`,
      );
      const conditions = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": tenant.namespace } } }];
      await world().target.kube.ask("PATCH", `/apis/external-secrets.io/v1/clustersecretstores/${name}`, {
        body: { spec: { conditions } },
        headers: { "Content-Type": "application/merge-patch+json" },
      });
      await tenant.untilData("db", { password: "one" });
      await eventually("the store's condition", async () => {
        const path = `/apis/external-secrets.io/v1/clustersecretstores/${name}`;
        const { json } = await world().target.kube.ask("GET", path);
        expect((json as unknown as JsonRecord).status).toMatchObject({
          conditions: [{ type: "Ready", status: "True" }],
        });
      });
    } finally {
      await world().target.kube.ask("DELETE", `/apis/external-secrets.io/v1/clustersecretstores/${name}`);
    }
  });

  test("no credential is in any log, audit line, event or condition", async () => {
    const credential = await token();
    await tenant.apply(
      secret("vault-token", { token: credential }),
      withAuth({ tokenSecretRef: { name: "vault-token", key: "token" } }),
      tenant.externalSecret("db"),
      tenant.externalSecret("bad", { data: [{ secretKey: "a", remoteRef: { key: "other/x" } }] }),
    );
    await tenant.untilReady("db", "True");
    await tenant.untilReady("bad", "False");
    const said = JSON.stringify([
      run.log,
      run.audit,
      await tenant.events("db"),
      await tenant.events("bad"),
      await tenant.get("ExternalSecret", "bad"),
      await run.metrics(),
    ]);
    expect(said).not.toContain(credential);
    expect(said).not.toContain(ca());
  });
}
