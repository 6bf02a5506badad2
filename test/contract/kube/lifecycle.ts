import { base64, causesOf, eventually, expectStatus, freshNamespace, MERGE, unique, type Target } from "../target";

/** How objects end: finalizers, owners, namespaces. */
export function lifecycleContract(open: () => Target): void {
  let namespace = "";
  const core = (plural: string, rest = ""): string => `/api/v1/namespaces/${namespace}/${plural}${rest}`;
  const make = async (plural: string, metadata: object, more: object = {}): Promise<{ uid: string; name: string }> => {
    const { status, json } = await open().kube.ask("POST", core(plural), { body: { metadata, ...more } });
    expect(status).toBe(201);
    return json.metadata;
  };
  const gone = (plural: string, name: string, milliseconds = 20_000): Promise<void> =>
    eventually(
      `${plural} ${name} is gone`,
      async () => expectStatus(await open().kube.ask("GET", core(plural, `/${name}`)), 404, "NotFound"),
      milliseconds,
    );
  const ownedBy = (
    owner: { uid: string; name: string },
    kind = "ConfigMap",
    apiVersion = "v1",
    more: object = {},
  ): object => ({
    apiVersion,
    kind,
    name: owner.name,
    uid: owner.uid,
    ...more,
  });
  const remove = (plural: string, name: string, propagationPolicy?: string) =>
    open().kube.ask("DELETE", core(plural, `/${name}`), {
      body: {
        kind: "DeleteOptions",
        apiVersion: "v1",
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      },
    });

  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("a finalizer holds a deleted object until it is taken away", async () => {
    const { kube } = open();
    await make("configmaps", { name: "held", finalizers: ["example.com/hold"] });
    const path = core("configmaps", "/held");
    const marked = await kube.ask("DELETE", path);
    expect([marked.status, marked.json.kind, marked.json.metadata.deletionGracePeriodSeconds]).toEqual([
      200,
      "ConfigMap",
      0,
    ]);
    expect(marked.json.metadata.deletionTimestamp).toMatch(/Z$/);
    const again = await kube.ask("DELETE", path);
    expect(again.json.metadata.resourceVersion).toBe(marked.json.metadata.resourceVersion);
    const more = await kube.ask("PATCH", path, {
      body: { metadata: { finalizers: ["example.com/hold", "example.com/more"] } },
      headers: MERGE,
    });
    expectStatus(more, 422, "Invalid");
    expect(causesOf(more)).toEqual(["metadata.finalizers: FieldValueForbidden"]);
    const freed = await kube.ask("PATCH", path, { body: { metadata: { finalizers: null } }, headers: MERGE });
    expect(freed.status).toBe(200);
    expectStatus(await kube.ask("GET", path), 404, "NotFound");
  });

  test("what an owner owned goes after it", async () => {
    const owner = await make("configmaps", { name: "owner" });
    await make("secrets", { name: "owned", ownerReferences: [ownedBy(owner)] }, { data: { a: base64("b") } });
    expect((await remove("configmaps", "owner")).json.status).toBe("Success");
    await gone("secrets", "owned");
  });

  test("a custom owner's Secret goes after it", async () => {
    const { kube } = open();
    const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
    const made = await kube.ask("POST", path, {
      body: { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name: "es" }, spec: {} },
    });
    const reference = ownedBy(made.json.metadata, "ExternalSecret", "external-secrets.io/v1", {
      controller: true,
      blockOwnerDeletion: true,
    });
    await make("secrets", { name: "synced", ownerReferences: [reference] });
    await kube.ask("DELETE", `${path}/es`);
    await gone("secrets", "synced");
  });

  test("with two owners an object stays until both are gone", async () => {
    const [a, b] = [await make("configmaps", { name: "owner-a" }), await make("configmaps", { name: "owner-b" })];
    await make("secrets", { name: "shared", ownerReferences: [ownedBy(a), ownedBy(b)] });
    await remove("configmaps", "owner-a");
    await eventually("the first reference is gone", async () => {
      const { json } = await open().kube.ask("GET", core("secrets", "/shared"));
      expect(json.metadata.ownerReferences).toEqual([ownedBy(b)]);
    });
    await remove("configmaps", "owner-b");
    await gone("secrets", "shared");
  });

  test("orphans stay, without the reference", async () => {
    const owner = await make("configmaps", { name: "parent" });
    await make("secrets", { name: "orphan", ownerReferences: [ownedBy(owner)] });
    await remove("configmaps", "parent", "Orphan");
    await gone("configmaps", "parent");
    const { status, json } = await open().kube.ask("GET", core("secrets", "/orphan"));
    expect([status, json.metadata.ownerReferences]).toEqual([200, undefined]);
  });

  test("in the foreground the dependents go first", async () => {
    const owner = await make("configmaps", { name: "front" });
    await make("secrets", {
      name: "behind",
      ownerReferences: [ownedBy(owner, "ConfigMap", "v1", { blockOwnerDeletion: true })],
      finalizers: ["example.com/hold"],
    });
    const marked = await remove("configmaps", "front", "Foreground");
    expect(marked.json.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await eventually("the dependent is being deleted", async () => {
      const { json } = await open().kube.ask("GET", core("secrets", "/behind"));
      expect(json.metadata.deletionTimestamp).toBeDefined();
    });
    expect((await open().kube.ask("GET", core("configmaps", "/front"))).status).toBe(200);
    await open().kube.ask("PATCH", core("secrets", "/behind"), {
      body: { metadata: { finalizers: null } },
      headers: MERGE,
    });
    await gone("configmaps", "front");
    await gone("secrets", "behind");
  });

  test("an object whose owner never existed goes", async () => {
    const nobody = { uid: "33333333-3333-4333-8333-333333333333", name: "nobody" };
    await make("secrets", { name: "stray", ownerReferences: [ownedBy(nobody)] });
    await gone("secrets", "stray");
  });

  test("a propagation policy that does not exist is 422", async () => {
    await make("configmaps", { name: "policy" });
    expectStatus(await remove("configmaps", "policy", "Sideways"), 422, "Invalid");
  });

  test("deleting a namespace deletes what is in it, and nothing new comes in meanwhile", async () => {
    const { kube } = open();
    const name = await freshNamespace(open());
    const path = `/api/v1/namespaces/${name}`;
    await kube.ask("POST", `${path}/secrets`, { body: { metadata: { name: "plain" } } });
    await kube.ask("POST", `${path}/configmaps`, {
      body: { metadata: { name: "held", finalizers: ["example.com/hold"] } },
    });
    const marked = await kube.ask("DELETE", path);
    expect([marked.status, marked.json.kind, marked.json.status.phase]).toEqual([200, "Namespace", "Terminating"]);
    const late = await kube.ask("POST", `${path}/secrets`, { body: { metadata: { name: "late" } } });
    expectStatus(late, 403, "Forbidden");
    expect(late.json.message).toBe(
      `secrets "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(late.json.details.causes[0]?.reason).toBe("NamespaceTerminating");
    await eventually("the Secret is gone", async () =>
      expect((await kube.ask("GET", `${path}/secrets/plain`)).status).toBe(404),
    );
    expect((await kube.ask("GET", path)).status).toBe(200);
    await kube.ask("PATCH", `${path}/configmaps/held`, { body: { metadata: { finalizers: null } }, headers: MERGE });
    await eventually("the namespace is gone", async () => expect((await kube.ask("GET", path)).status).toBe(404));
  });

  test("a namespace has its label and, before long, its ServiceAccount and the cluster's CA", async () => {
    const { kube } = open();
    const name = unique("furnished");
    const made = await kube.ask("POST", "/api/v1/namespaces", { body: { metadata: { name } } });
    expect([made.json.metadata.labels, made.json.status, made.json.spec]).toEqual([
      { "kubernetes.io/metadata.name": name },
      { phase: "Active" },
      { finalizers: ["kubernetes"] },
    ]);
    await eventually("its contents", async () => {
      const account = await kube.ask("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`);
      const authority = await kube.ask("GET", `/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`);
      expect([account.status, Object.keys(authority.json?.data ?? {})]).toEqual([200, ["ca.crt"]]);
    });
    await kube.ask("DELETE", `/api/v1/namespaces/${name}`);
  });

  test("a ServiceAccount's deletion answers with the account", async () => {
    await make("serviceaccounts", { name: "robot" });
    expect((await remove("serviceaccounts", "robot")).json.kind).toBe("ServiceAccount");
  });
}
