import { createPublicKey, randomBytes, type JsonWebKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  appSecret,
  consumer,
  environment,
  jsonObject,
  literal,
  plan,
  planFiles,
  platform,
  reconciler,
  store,
  team,
  teamAccess,
  type Declaration,
  type Plan,
} from "keyturn";
import { parseEnvironments, type KubernetesObject } from "../../api";
import { runReconciler } from "../../reconciler/start";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { installCrds } from "../bed/crds";
import { eventually } from "../bed/eventually";
import { call } from "../bed/http";
import { kubeClient, request, requestToken, send } from "../bed/kube";
import { companyOf } from "./arbitraries";
import { apply, applyAll, pathOf, writeVault } from "./bed";
import { monitoringCrds } from "./foreign-crds";

/** In every name: other tests use the same servers at the same time. */
const run = randomBytes(3).toString("hex");
const namespaces = new Set<string>();
async function namespace(name: string): Promise<void> {
  if (namespaces.has(name)) return;
  namespaces.add(name);
  await request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

describe("whatever is declared", () => {
  const samples = fc.sample(companyOf(`x${run}`), { numRuns: 32, seed: 20261124 });
  beforeAll(() => installCrds(kubeClient(bed().kube), monitoringCrds));

  it("is every field of an ExternalSecret, here", () => {
    const all = samples.flatMap(({ declarations }) => plan(declarations).manifests);
    const text = JSON.stringify(all.filter(({ kind }) => kind === "ExternalSecret"));
    const fields = [
      ...["extract", "find", "tags", "name", "regexp", "transform", "merge", "priority", "version", "nullBytePolicy"],
      ...["syncWindows", "immutable", "type", "finalizers", "labels", "templateFrom", "literal", "configMap", "secret"],
      ...["valuesDecodingStrategy", "templateAs"],
    ];
    for (const field of fields) expect([field, text.includes(`"${field}":`)]).toEqual([field, true]);
    for (const value of [
      "Fetch",
      "Unicode",
      "Base64",
      "Base64URL",
      "Auto",
      "OnChange",
      "CreatedOnce",
      "Merge",
      "KeysAndValues",
    ])
      expect([value, text.includes(`"${value}"`)]).toEqual([value, true]);
  });

  it("a real API server accepts every manifest, field by field", async () => {
    for (const { declarations } of samples) {
      const { manifests } = plan(declarations);
      for (const { metadata } of manifests) if (metadata.namespace !== undefined) await namespace(metadata.namespace);
      await applyAll(manifests, { dryRun: true });
    }
  });

  it("a real API server accepts the CRDs and the whole reconciler", async () => {
    const prod = environment(`prod-${run}`, {
      vault: {
        address: "https://v:8200",
        kv: { mount: "kv" },
        login: { kubernetes: { mount: "k" } },
        ca: { configMap: { name: "ca", key: "k" } },
      },
      reconciler: { namespace: `keyturn-${run}` },
    });
    await namespace(`keyturn-${run}`);
    await namespace(`payments-${run}`);
    const teams = [team(prod, "payments", { namespaces: [`payments-${run}`] })];
    for (const scope of ["declared", "cluster"] as const) {
      const declared = reconciler("r", {
        environment: prod,
        teams,
        bundle: "x".repeat(900_000),
        scope,
        clusterStores: true,
      });
      await applyAll(plan([declared]).manifests, { dryRun: true });
    }
  });

  it("nothing is defaulted into ExternalSecrets, SecretStores and RBAC: what is applied is what is read back", async () => {
    const kinds = ["ExternalSecret", "SecretStore", "Role", "RoleBinding", "ServiceAccount"];
    for (const { declarations, environments } of samples.slice(0, 20)) {
      // One environment after the other, as in clusters of their own; of several clusters of one, the first.
      for (const { name } of environments) {
        const own = plan(declarations).manifests.filter(
          ({ kind, metadata: { annotations } }) =>
            kinds.includes(kind) &&
            annotations?.["keyturn.dev/environment"] === name &&
            annotations["keyturn.dev/cluster"] !== "us",
        );
        await applyAll(own);
        for (const object of own) {
          const { metadata, status: _, ...rest } = (await request<KubernetesObject>("GET", pathOf(object))).body;
          expect(rest).toEqual(withoutMetadata(object));
          expect(metadata.annotations).toEqual(object.metadata.annotations);
          expect(metadata.labels).toEqual(object.metadata.labels);
        }
      }
    }
  });

  it("a real OpenBao accepts every mount, login method, policy and role, and keeps the policies as they are written", async () => {
    for (const [index, { declarations }] of samples.entries()) {
      for (const documents of plan(declarations).vault) {
        const tenant = `${run}-${index}-${documents.environment}-${documents.vault}`;
        await bao.send("POST", `sys/namespaces/${tenant}`, {});
        await writeVault(documents, `${tenant}/`);
        for (const policy of documents.policies) {
          const { data } = await bao.send<{ data: { policy: string } }>(
            "GET",
            `${tenant}/sys/policies/acl/${policy.name}`,
          );
          for (const { path } of policy.rules) expect(data.policy).toContain(`path "${path}" {`);
        }
      }
    }
  });

  it("a team logs in by JWT for its own ServiceAccount, namespace and audience only", async () => {
    const name = `jwt-${run}`;
    const space = `jwt-pay-${run}`;
    const { server, caFile, token } = bed().kube;
    const headers = { authorization: `Bearer ${token}`, accept: "application/jwk-set+json" };
    const jwks = await call<{ readonly keys: readonly JsonWebKey[] }>(server, caFile, {
      method: "GET",
      path: "/openid/v1/jwks",
      headers,
    });
    const publicKeys = jwks.body.keys.map((key) =>
      createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString(),
    );
    const prod = environment(name, {
      vault: { address: bed().bao.address, kv: { mount: name }, login: { jwt: { mount: name, tokenTtl: "5m" } } },
      reconciler: { install: false },
    });
    const owner = team(prod, "pay", { namespaces: [space] });
    const declared = plan([
      platform("p", { environment: prod, jwt: { keys: { publicKeys } } }),
      teamAccess("a", { team: owner }),
      appSecret("db", { team: owner, keys: { A: "db#a" } }),
    ]);
    await namespace(space);
    await applyAll(declared.manifests.filter(({ kind }) => kind === "ServiceAccount"));
    for (const documents of declared.vault) await writeVault(documents);
    const login = async (account: string, audiences: readonly string[]) =>
      bao.request<{ readonly auth: { readonly client_token: string } }>(
        "POST",
        `auth/${name}/login`,
        { role: `keyturn-${name}-pay`, jwt: await requestToken(space, account, audiences) },
        { token: "" },
      );
    const { body, status } = await login("keyturn-pay", [`vault-${name}`]);
    expect([status, body]).toMatchObject([
      200,
      { auth: { token_type: "batch", lease_duration: 300, policies: [`keyturn-${name}-pay`] } },
    ]);
    expect((await login("keyturn-pay", ["vault-other"])).status).toBe(400);
    await request("POST", `/api/v1/namespaces/${space}/serviceaccounts`, { metadata: { name: "other" } });
    expect((await login("other", [`vault-${name}`])).status).toBe(400);
  });

  it.each([1, 2] as const)(
    "a find on KV v%s lists and reads below its path, in folders too, and nothing beside it",
    async (version) => {
      const mount = `find${version}-${run}`;
      const owner = team(
        environment(`find${version}-${run}`, {
          vault: { address: bed().bao.address, kv: { mount, version }, login: { token: { secret: "t", key: "t" } } },
          reconciler: { install: false },
        }),
        "shop",
        { namespaces: ["shop"] },
      );
      const [documents] = plan([
        platform("p", { environment: owner.environment }),
        teamAccess("access", { team: owner, prefixes: [{ prefix: "shop/flags", reason: "flags come and go" }] }),
        // An exact path that is also a folder must not hide the list of the prefix.
        appSecret("one", { team: owner, keys: { A: "flags/a#v" } }),
        appSecret("all", {
          team: owner,
          from: [{ find: { path: "flags", ...(version === 2 ? { tags: { t: "1" } } : {}) } }],
        }),
        ...(version === 2
          ? [appSecret("meta", { team: owner, keys: { A: { path: "meta", whole: true, metadataPolicy: "Fetch" } } })]
          : []),
      ]).vault;
      if (documents === undefined) throw new Error("a plan without a Vault");
      await writeVault(documents);
      const data = version === 2 ? `${mount}/data` : mount;
      const metadata = version === 2 ? `${mount}/metadata` : mount;
      await eventually(
        "the KV mount",
        () => bao.request("POST", `${data}/shop/flags/a`, version === 2 ? { data: { v: "1" } } : { v: "1" }),
        ({ status }) => status < 300,
      );
      for (const path of ["shop/flags/a/b", "shop/flags2/c", "shop/meta", "other/d"])
        await bao.send("POST", `${data}/${path}`, version === 2 ? { data: { v: "1" } } : { v: "1" });
      const { auth } = await bao.send<{ auth: { client_token: string } }>("POST", "auth/token/create", {
        policies: documents.policies.map(({ name }) => name),
        no_default_policy: true,
      });
      const status = async (path: string) =>
        (await bao.request("GET", path, undefined, { token: auth.client_token })).status;
      for (const folder of ["shop/flags", "shop/flags/", "shop/flags/a/"])
        expect([folder, await status(`${metadata}/${folder}?list=true`)]).toEqual([folder, 200]);
      for (const folder of ["", "shop/", "shop/flags2/", "other/"])
        expect([folder, await status(`${metadata}/${folder}?list=true`)]).toEqual([folder, 403]);
      for (const path of ["shop/flags/a", "shop/flags/a/b"]) expect(await status(`${data}/${path}`)).toBe(200);
      for (const path of ["shop/flags2/c", "shop/meta", "other/d"]) expect(await status(`${data}/${path}`)).toBe(403);
      if (version === 2) {
        for (const path of ["shop/flags/a/b", "shop/meta"]) expect(await status(`${metadata}/${path}`)).toBe(200);
        for (const path of ["shop/flags2/c", "other/d"]) expect(await status(`${metadata}/${path}`)).toBe(403);
      }
    },
  );

  function withoutMetadata({ metadata: _, ...rest }: KubernetesObject): Readonly<Record<string, unknown>> {
    return rest;
  }
});

describe("a declared company on the real servers", () => {
  const payments = { namespace: `payments-${run}`, name: "payments" };
  const shop = { namespace: `shop-${run}`, name: "shop" };
  const system = `keyturn-${run}`;
  const caPem = () => readFileSync(bed().bao.caFile, "utf8");
  let declared: Plan;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "keyturn-real-"));
    declared = plan(declarations());
    for (const name of [payments.namespace, shop.namespace, system]) await namespace(name);
    const [documents] = declared.vault;
    if (documents === undefined) throw new Error("a plan without a Vault");
    await writeVault(documents);
    await eventually(
      "the KV mount",
      () => bao.request("GET", `${mount()}/config`),
      ({ status }) => status === 200,
    );
    await bao.send("POST", `${mount()}/data/payments/db`, {
      data: { username: "checkout", password: "canary-of-payments" },
    });
    await bao.send("POST", `${mount()}/data/payments/a%231`, { data: { pins: ["0", 'canary-of "1"'] } });
    await bao.send("POST", `${mount()}/data/shop/search`, { data: { key: "canary-of-shop" } });
    await applyAll(
      declared.manifests.filter(({ kind }) => kind !== "Deployment" && kind !== "CustomResourceDefinition"),
    );
    const token = await requestToken(system, "keyturn");
    for (const { namespace: space } of [payments, shop])
      await eventually(
        `the reconciler's rights in ${space} are in force`,
        () => request("GET", `/api/v1/namespaces/${space}/secrets?limit=1`, undefined, undefined, { token }),
        ({ status }) => status === 200,
      );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("lets each team read its own paths and nothing else", async () => {
    const token = await login(payments);
    const read = async (path: string, as: string) =>
      (await bao.request("GET", `${mount()}/${path}`, undefined, { token: as })).status;
    expect(await read("data/payments/db", token)).toBe(200);
    expect(await read("data/payments/other", token)).toBe(403);
    expect(await read("data/payments", token)).toBe(403);
    expect(await read("metadata/payments/db", token)).toBe(403);
    expect(await read("data/shop/search", token)).toBe(403);
    expect(await read("data/shop/search", await login(shop))).toBe(200);
    const write = await bao.request("POST", `${mount()}/data/payments/db`, { data: {} }, { token });
    expect(write.status).toBe(403);
  });

  it("logs in for the declared ServiceAccount, namespace and audience only, with a batch token of 20 minutes", async () => {
    const ours = await requestToken(payments.namespace, "keyturn-payments", audiences());
    const { body } = await tryLogin("payments", ours);
    expect(body).toMatchObject({
      auth: { token_type: "batch", lease_duration: 1200, policies: [`keyturn-${envName()}-payments`] },
    });
    expect((await tryLogin("shop", ours)).status).toBe(403);
    const other = await requestToken(payments.namespace, "default", audiences());
    expect((await tryLogin("payments", other)).status).toBe(403);
    const wrong = await requestToken(payments.namespace, "keyturn-payments", ["vault-other", audiences()[1] ?? ""]);
    expect((await tryLogin("payments", wrong)).status).toBeGreaterThanOrEqual(400);
  });

  it("is enough for the reconciler, running with the declared rights, to fill the Secrets", async () => {
    const environments = planFiles(declared).get("environments.json") ?? "";
    const running = await runReconciler(
      {
        kubeconfig: await kubeconfigOf("keyturn"),
        namespaces: [payments.namespace, shop.namespace],
        environments: parseEnvironments(JSON.parse(environments), "environments.json"),
        leaderElect: true,
        metricsAddress: "0",
        healthAddress: "0",
        audit: join(folder, "audit.log"),
        logLevel: "error",
      },
      { environment: { POD_NAMESPACE: system, POD_NAME: "r" } },
    );
    try {
      const secret = await eventually(
        "the Secret of payments",
        () =>
          send<{ readonly data: Record<string, string> }>(
            "GET",
            `/api/v1/namespaces/${payments.namespace}/secrets/app-db-secret`,
          ),
        ({ data }) => data.PASSWORD !== undefined,
      );
      expect(Buffer.from(secret.data.PASSWORD ?? "", "base64").toString()).toBe("canary-of-payments");
      const config = Buffer.from(secret.data["config.json"] ?? "", "base64").toString();
      expect(JSON.parse(config)).toEqual({ pin: 'canary-of "1"', port: 1, user: "checkout" });
      const ready = async (name: string, space: string) => {
        const { status } = await send<{
          readonly status?: { readonly conditions?: readonly { readonly status: string; readonly message: string }[] };
        }>("GET", `/apis/external-secrets.io/v1/namespaces/${space}/externalsecrets/${name}`);
        return status?.conditions?.[0];
      };
      await eventually(
        "Ready",
        () => ready("app-db-secret", payments.namespace),
        (condition) => condition?.status === "True",
      );

      // Somebody edits the manifest by hand to reach another team's path.
      const thief = declared.manifests.find(
        ({ kind, metadata }) => kind === "ExternalSecret" && metadata.namespace === shop.namespace,
      );
      const stolen = JSON.parse(JSON.stringify(thief).replaceAll("shop/search", "payments/db")) as KubernetesObject;
      await apply({ ...stolen, metadata: { ...stolen.metadata, name: "stolen" } });
      const refused = await eventually(
        "the refusal",
        () => ready("stolen", shop.namespace),
        (condition) => condition?.status === "False",
      );
      expect(refused?.message).toContain('payments/db is outside what team "shop" may read');
    } finally {
      await running.stop();
    }
    expect(readFileSync(join(folder, "audit.log"), "utf8")).not.toContain("canary-of");
  });

  it("gives the reconciler no right beyond its namespaces and the teams' ServiceAccounts", async () => {
    const token = await requestToken(system, "keyturn");
    const may = async (attributes: object): Promise<boolean> => {
      const review = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: attributes },
      };
      const { body } = await request<{ readonly status: { readonly allowed: boolean } }>(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        review,
        undefined,
        { token },
      );
      return body.status.allowed;
    };
    expect(await may({ verb: "list", resource: "secrets", namespace: payments.namespace })).toBe(true);
    expect(await may({ verb: "list", resource: "secrets", namespace: system })).toBe(false);
    expect(await may({ verb: "get", resource: "secrets", name: "keyturn-generation-key", namespace: system })).toBe(
      true,
    );
    expect(await may({ verb: "get", resource: "secrets", name: "other", namespace: system })).toBe(false);
    expect(await may({ verb: "get", resource: "secrets", namespace: "kube-system" })).toBe(false);
    expect(await may({ verb: "list", resource: "secrets" })).toBe(false);
    const account = {
      verb: "create",
      resource: "serviceaccounts",
      subresource: "token",
      namespace: payments.namespace,
    };
    expect(await may({ ...account, name: "keyturn-payments" })).toBe(true);
    expect(await may({ ...account, name: "default" })).toBe(false);
    expect(await may({ verb: "create", resource: "pods", namespace: payments.namespace })).toBe(false);
  });

  function declarations(): readonly Declaration[] {
    const prod = environment(envName(), {
      vault: {
        address: bed().bao.address,
        kv: { mount: mount() },
        // The bed's OpenBao is outside the cluster and has no reviewer token for this mount.
        login: { kubernetes: { mount: authMount(), reviewer: "client" } },
        ca: { pem: caPem() },
      },
      reconciler: { namespace: system },
    });
    const teams = [payments, shop].map(({ name, namespace: space }) => team(prod, name, { namespaces: [space] }));
    const [first, second] = teams;
    if (first === undefined || second === undefined) throw new Error("two teams");
    const db = appSecret("db", {
      team: first,
      name: "app-db-secret",
      keys: { USER: "db#username", PASSWORD: "db#password", PIN: "a\\#1#pins.1" },
      template: {
        ...jsonObject("config.json", { user: "USER", pin: "PIN", port: literal(1) }),
        mergePolicy: "Merge",
      },
      staleFor: "5s",
    });
    return [
      platform("vault", {
        environment: prod,
        kubernetes: { host: bed().kube.server, ca: readFileSync(bed().kube.caFile, "utf8") },
      }),
      ...teams.flatMap((owner) => [
        teamAccess(`${owner.name}-access`, { team: owner }),
        store(`${owner.name}-store`, { team: owner }),
      ]),
      db,
      consumer(db, { kind: "Deployment", name: "checkout" }),
      appSecret("search", { team: second, keys: { KEY: "search#key" }, staleFor: "5s" }),
      reconciler("r", { environment: prod, teams, bundle: "0", createNamespace: false }),
    ];
  }

  function envName(): string {
    return `prod-${run}`;
  }
  function mount(): string {
    return `kv-${run}`;
  }
  function authMount(): string {
    return `k8s-${run}`;
  }
  function audiences(): readonly string[] {
    return [`vault-${envName()}`, "https://kubernetes.default.svc.cluster.local"];
  }
  function tryLogin(name: string, jwt: string) {
    return bao.request<{ readonly auth: { readonly client_token: string } }>(
      "POST",
      `auth/${authMount()}/login`,
      { role: `keyturn-${envName()}-${name}`, jwt },
      { token: "" },
    );
  }
  async function login({
    name,
    namespace: space,
  }: {
    readonly name: string;
    readonly namespace: string;
  }): Promise<string> {
    const { body } = await tryLogin(name, await requestToken(space, `keyturn-${name}`, audiences()));
    return body.auth.client_token;
  }
  /** A kubeconfig with the rights of a ServiceAccount and no more. */
  async function kubeconfigOf(serviceAccount: string): Promise<string> {
    const { server, caFile } = bed().kube;
    const path = join(folder, `${serviceAccount}.kubeconfig`);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "bed",
      clusters: [{ name: "bed", cluster: { server, "certificate-authority": caFile } }],
      users: [{ name: "bed", user: { token: await requestToken(system, serviceAccount) } }],
      contexts: [{ name: "bed", context: { cluster: "bed", user: "bed" } }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }
});
