import type { KubernetesObject } from "../../../api";
import { eventually } from "../../contract/target";
import { Proxy, Run, Tenant, type World } from "../world";

const HASH = "reconcile.external-secrets.io/data-hash";

/** What the reconciler does with ExternalSecrets, on the sandbox and on the real servers. */
export function syncSuite(world: () => World): void {
  let tenant: Tenant;
  let run: Run;

  beforeEach(async () => {
    tenant = await Tenant.create(world());
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
  });
  afterEach(() => run.stop());

  const restart = async (): Promise<void> => {
    await run.stop();
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
  };

  /** Waits until the reconciler has done what it had to do: an object made now has been synced, and its event, the last in line, sent. */
  const settled = async (): Promise<void> => {
    const name = `settled-${Math.random().toString(36).slice(2, 8)}`;
    await tenant.apply(
      tenant.externalSecret(name, { data: [{ secretKey: "a", remoteRef: { key: "app/ready", property: "probe" } }] }),
    );
    await tenant.untilReady(name, "True");
    await eventually("its event", async () => expect(await tenant.events(name)).not.toEqual([]));
    await tenant.delete("ExternalSecret", name);
  };

  test("creates the Secret as ESO would, says so in status, event and audit", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(tenant.store(), tenant.externalSecret("db", {}, { labels: { app: "shop" } }));
    await tenant.untilReady("db", "True", "secret synced");
    const secret = await tenant.get<
      KubernetesObject & { type: string; metadata: { managedFields: { manager: string; operation: string }[] } }
    >("Secret", "db");
    expect(secret).toMatchObject({
      type: "Opaque",
      data: { password: Buffer.from("one").toString("base64") },
      metadata: {
        labels: { app: "shop", "reconcile.external-secrets.io/managed": "true" },
        ownerReferences: [{ kind: "ExternalSecret", name: "db", controller: true, blockOwnerDeletion: true }],
      },
    });
    expect(secret?.metadata.managedFields).toMatchObject([
      { manager: "externalsecrets.external-secrets.io/db", operation: "Update" },
    ]);
    const object = await tenant.get("ExternalSecret", "db");
    expect(object?.status).toMatchObject({ binding: { name: "db" } });
    expect(object?.metadata.finalizers).toBeUndefined();
    await eventually("the event", async () =>
      expect(await tenant.events("db")).toContainEqual(
        expect.objectContaining({ type: "Normal", reason: "Created", message: "secret created" }),
      ),
    );
    expect(run.audit).toContainEqual({
      event: "read",
      outcome: "ok",
      object: `ExternalSecret ${tenant.namespace}/db`,
      identity: expect.stringContaining(`as role ${tenant.role} (auth/kubernetes`) as string,
      path: `${tenant.mount}/app/db`,
      version: 1,
      keys: ["password"],
    });
    expect(run.audit).toContainEqual({
      event: "secret-write",
      outcome: "ok",
      object: `ExternalSecret ${tenant.namespace}/db`,
      target: `Secret ${tenant.namespace}/db`,
      keys: ["password"],
    });
    await eventually("the store's condition", async () =>
      expect(await tenant.ready("vault", "SecretStore")).toMatchObject({ status: "True", reason: "Valid" }),
    );
  });

  test("keys of one path are one read and one audit line that names them", async () => {
    await tenant.put("app/db", { password: "one", user: "u" });
    const from = (secretKey: string) => ({ secretKey, remoteRef: { key: "app/db", property: secretKey } });
    await tenant.apply(tenant.store(), tenant.externalSecret("pair", { data: [from("user"), from("password")] }));
    await tenant.untilData("pair", { password: "one", user: "u" });
    const reads = run.audit.filter(({ event, object }) => event === "read" && object.endsWith("/pair"));
    expect(reads.map(({ path, keys }) => ({ path, keys }))).toEqual([
      { path: `${tenant.mount}/app/db`, keys: ["password", "user"] },
    ]);
  });

  test("a rotation is written with one patch; refreshes without a change write nothing and read nothing but Vault", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(tenant.store(), tenant.externalSecret("db", { refreshInterval: "1s" }));
    await tenant.untilData("db", { password: "one" });
    await tenant.put("app/db", { password: "two" });
    await tenant.untilData("db", { password: "two" });
    await settled();
    await world().mark();
    await eventually("three refreshes", async () =>
      expect(await world().vaultReads(`${tenant.mount}/data/app/db`)).toBeGreaterThanOrEqual(3),
    );
    expect(await world().requests(tenant.namespace)).toEqual({});
  });

  test("stopping and starting writes nothing and gets no Secret", async () => {
    await tenant.put("app/db", { password: "one", user: "u" });
    await tenant.apply(
      tenant.store(),
      tenant.externalSecret("db", {}, { labels: { app: "shop" }, annotations: { note: "x" } }),
      tenant.externalSecret("all", { data: undefined, dataFrom: [{ extract: { key: "app/db" } }] }),
    );
    await tenant.untilData("db", { password: "one" });
    await tenant.untilData("all", { password: "one", user: "u" });
    await settled();
    await run.stop();
    await world().mark();
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await eventually("all objects have been looked at", async () =>
      expect(await run.metrics()).toMatch(/controller_runtime_reconcile_total\{[^}]*externalsecret[^}]*\} [2-9]/),
    );
    const {
      "list externalsecrets": _a,
      "list secretstores": _b,
      "list secretrollouts": _c,
      ...rest
    } = await world().requests(tenant.namespace);
    expect(rest).toEqual({});
  });

  test("drift is repaired from Vault: changed and removed keys, a deleted Secret, the managed label, the data hash", async () => {
    await tenant.put("app/db", { password: "one", user: "u" });
    const data = [
      { secretKey: "password", remoteRef: { key: "app/db", property: "password" } },
      { secretKey: "user", remoteRef: { key: "app/db", property: "user" } },
    ];
    await tenant.apply(tenant.store(), tenant.externalSecret("db", { data }, { labels: { app: "shop" } }));
    const right = { password: "one", user: "u" };
    await tenant.untilData("db", right);
    const repaired = async (what: string): Promise<void> =>
      eventually(what, async () => {
        const secret = await tenant.get("Secret", "db");
        expect(await tenant.data("db")).toEqual(right);
        expect(secret?.metadata.labels).toMatchObject({ app: "shop", "reconcile.external-secrets.io/managed": "true" });
        expect(secret?.metadata.annotations?.[HASH]).toMatch(/^[0-9a-f]{56}$/);
      });
    await tenant.patch("Secret", "db", { data: { password: "eA==" } });
    await repaired("changed key");
    await tenant.patch("Secret", "db", { data: { user: null } });
    await repaired("removed key");
    await tenant.patch("Secret", "db", { data: { extra: "eA==" } });
    await repaired("added key");
    await tenant.patch("Secret", "db", { metadata: { labels: { app: "other" } } });
    await repaired("changed label");
    await tenant.patch("Secret", "db", { metadata: { annotations: { [HASH]: null } } });
    await repaired("removed hash");
    await tenant.patch("Secret", "db", { metadata: { labels: { "reconcile.external-secrets.io/managed": null } } });
    await repaired("removed managed label");
    await tenant.delete("Secret", "db");
    await repaired("deleted Secret");
    expect((await tenant.ready("db"))?.status).toBe("True");
  });

  test("a Secret whose fields changed hands while nobody looked is read once, not at every look", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(tenant.store(), tenant.externalSecret("db", { refreshInterval: "1s" }));
    await tenant.untilData("db", { password: "one" });
    await settled();
    await run.stop();
    for (const password of ["eA==", "b25l"]) await tenant.patch("Secret", "db", { data: { password } });
    await world().mark();
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await eventually("four refreshes", async () =>
      expect(await world().vaultReads(`${tenant.mount}/data/app/db`)).toBeGreaterThanOrEqual(4),
    );
    const requests = await world().requests(tenant.namespace);
    expect([requests["get secrets"], requests["patch secrets"]]).toEqual([1, undefined]);
  });

  test("a missing path, a missing property, a refused path: the cause in words, the Secret stays, no value", async () => {
    await tenant.put("app/db", { password: "CANARY-one" });
    await tenant.apply(tenant.store(), tenant.externalSecret("db"));
    await tenant.untilData("db", { password: "CANARY-one" });
    const ask = async (key: string, property: string, message: RegExp): Promise<void> => {
      await tenant.patch("ExternalSecret", "db", {
        spec: { data: [{ secretKey: "password", remoteRef: { key, property } }] },
      });
      const text = await tenant.untilReady("db", "False", message);
      expect(text).not.toContain("CANARY");
      expect(await tenant.data("db")).toEqual({ password: "CANARY-one" });
    };
    await ask("app/nothing", "x", /^could not get secret data from provider: .*app\/nothing.*no secret at this path/);
    await ask("app/db", "pasword", /^could not get secret data from provider: .*app\/db has no property "pasword"/);
    await tenant.put("other/db", { password: "CANARY-two" });
    await ask("other/db", "password", /^could not get secret data from provider: .*other\/db.*permission denied/);
    expect((await tenant.ready("db"))?.reason).toBe("SecretSyncedError");
    await eventually("the event", async () =>
      expect(await tenant.events("db")).toContainEqual(
        expect.objectContaining({ type: "Warning", reason: "UpdateFailed" }),
      ),
    );
    expect(JSON.stringify([run.log, run.audit, await tenant.events("db")])).not.toContain("CANARY");
    // Once allowed, a touched object recovers at once.
    await tenant.allow(`${tenant.mount}/data/app/*`, `${tenant.mount}/data/other/*`);
    await tenant.patch("ExternalSecret", "db", { metadata: { annotations: { "force-sync": "1" } } });
    await tenant.untilData("db", { password: "CANARY-two" });
    await tenant.untilReady("db", "True", "secret synced");
  });

  test("Vault away: the Secret stays, the condition says why; back again: everything recovers by itself", async () => {
    const proxy = await new Proxy(world().vault.address).up();
    try {
      await tenant.put("app/db", { password: "one" });
      await tenant.apply(
        tenant.store({ server: proxy.address }),
        tenant.externalSecret("db", { refreshInterval: "1s" }),
      );
      await tenant.untilData("db", { password: "one" });
      await proxy.down();
      await tenant.untilReady(
        "db",
        "False",
        /^could not get secret data from provider: .*cannot be reached|connection/,
      );
      expect(await tenant.data("db")).toEqual({ password: "one" });
      await eventually("the store says so", async () =>
        expect(await tenant.ready("vault", "SecretStore")).toMatchObject({
          status: "False",
          reason: "InvalidProviderConfig",
        }),
      );
      await tenant.put("app/db", { password: "two" });
      await proxy.up();
      await tenant.untilData("db", { password: "two" });
      await tenant.untilReady("db", "True", "secret synced");
      await eventually("the store too", async () =>
        expect(await tenant.ready("vault", "SecretStore")).toMatchObject({ status: "True", reason: "Valid" }),
      );
    } finally {
      await proxy.down();
    }
  });

  test("a store that comes late, or is corrected, syncs its ExternalSecrets at once", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(tenant.externalSecret("db"));
    await tenant.untilReady("db", "False", `SecretStore ${tenant.namespace}/vault: does not exist`);
    await tenant.apply(tenant.store({ vault: { path: "nowhere" } }));
    await tenant.untilReady("db", "False", /permission denied/);
    await tenant.patch("SecretStore", "vault", { spec: { provider: { vault: { path: tenant.mount } } } });
    await tenant.untilData("db", { password: "one" });
  });

  test("a Secret that is not ours loses no key; the annotation takes it over", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", namespace: tenant.namespace },
      stringData: { theirs: "x" },
    });
    await tenant.apply(tenant.store(), tenant.externalSecret("db"));
    await tenant.untilReady("db", "False", "could not update secret: ");
    expect((await tenant.ready("db"))?.message).toContain("theirs would be lost");
    expect(await tenant.data("db")).toEqual({ theirs: "x" });
    await tenant.patch("ExternalSecret", "db", { metadata: { annotations: { "keyturn.dev/adopt": "true" } } });
    await tenant.untilData("db", { password: "one" });
  });

  test("two ExternalSecrets cannot own one Secret", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(tenant.store(), tenant.externalSecret("db"));
    await tenant.untilReady("db", "True");
    await tenant.apply(tenant.externalSecret("thief", { target: { name: "db" } }));
    await tenant.untilReady("thief", "False", "target is owned by another ExternalSecret: ");
    expect((await tenant.ready("db"))?.status).toBe("True");
  });

  test("two ExternalSecrets that merge fill one Secret together, and leave it alone when nothing changed", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.put("app/api", { token: "t" });
    const target = { name: "both", creationPolicy: "CreateOrMerge" };
    const data = [{ secretKey: "token", remoteRef: { key: "app/api", property: "token" } }];
    await tenant.apply(
      tenant.store(),
      tenant.externalSecret("first", { target, refreshInterval: "1s" }),
      tenant.externalSecret("second", { target, data, refreshInterval: "1s" }),
    );
    await tenant.untilData("both", { password: "one", token: "t" });
    await tenant.put("app/api", { token: "u" });
    await tenant.untilData("both", { password: "one", token: "u" });
    await settled();
    await world().mark();
    await eventually("three refreshes of each", async () => {
      expect(await world().vaultReads(`${tenant.mount}/data/app/db`)).toBeGreaterThanOrEqual(3);
      expect(await world().vaultReads(`${tenant.mount}/data/app/api`)).toBeGreaterThanOrEqual(3);
    });
    const writes = Object.keys(await world().requests(tenant.namespace)).filter((key) => !/^(?:get|list) /.test(key));
    expect(writes).toEqual([]);
    expect(await tenant.data("both")).toEqual({ password: "one", token: "u" });
    await tenant.delete("ExternalSecret", "second");
    await settled();
    expect(await tenant.data("both")).toMatchObject({ password: "one" });
  });

  test("moving from ESO: a Secret with the same hash is adopted without a write; ESO's finalizer does not block deletion", async () => {
    await tenant.put("app/db", { password: "one" });
    const finalizers = ["externalsecrets.external-secrets.io/externalsecret-cleanup"];
    await tenant.apply(tenant.store(), tenant.externalSecret("db", {}, { finalizers }));
    await tenant.untilReady("db", "True");
    const before = (await tenant.get("Secret", "db"))?.metadata.resourceVersion;
    await restart();
    await settled();
    expect((await tenant.get("Secret", "db"))?.metadata.resourceVersion).toBe(before);
    await tenant.delete("ExternalSecret", "db");
    await eventually("gone", async () => expect(await tenant.get("ExternalSecret", "db")).toBeUndefined());
  });

  test("what is not supported is refused by name and leaves others alone", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(
      tenant.store(),
      tenant.externalSecret("find", { data: undefined, dataFrom: [{ find: { name: { regexp: ".*" } } }] }),
      tenant.externalSecret("template", {
        target: { template: { templateFrom: [{ configMap: { name: "texts", items: [{ key: "a" }] } }] } },
      }),
      tenant.externalSecret("good"),
    );
    await tenant.untilReady("find", "False", "spec.dataFrom[0].find is not supported yet");
    await tenant.untilReady("template", "False", "spec.target.template.templateFrom[0].configMap is not supported yet");
    await tenant.untilData("good", { password: "one" });
    expect(await tenant.data("template")).toBeUndefined();
  });

  test("a store of another class is not ours, in silence", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.apply(
      tenant.store({ name: "theirs", spec: { controller: "eso" } }),
      tenant.externalSecret("theirs", { secretStoreRef: { name: "theirs" } }),
      tenant.store({ spec: { controller: "" } }),
      tenant.externalSecret("unclaimed"),
    );
    await tenant.untilReady("unclaimed", "True");
    expect(await tenant.ready("theirs")).toBeUndefined();
    expect(await tenant.ready("theirs", "SecretStore")).toBeUndefined();
    await run.stop();
    run = await new Run(world(), { namespaces: [tenant.namespace], strictClass: true }).start();
    await tenant.apply(
      tenant.externalSecret("later"),
      tenant.store({ name: "ours" }),
      tenant.externalSecret("mine", { secretStoreRef: { name: "ours" } }),
    );
    await tenant.untilReady("mine", "True");
    expect(await tenant.ready("later")).toBeUndefined();
  });

  test("with environments: a foreign path and a foreign Vault are refused before any call to Vault", async () => {
    await tenant.put("app/db", { password: "one" });
    await tenant.put("app2/db", { password: "two" });
    await run.stop();
    run = await new Run(world(), {
      namespaces: [tenant.namespace],
      environments: [
        {
          name: "prod",
          vault: {
            address: world().vault.address,
            kv: { mount: tenant.mount, version: 2 },
            login: { kubernetes: { mount: "kubernetes" } },
          },
          teams: [{ name: "payments", namespaces: [tenant.namespace], serviceAccount: "default", prefixes: ["app"] }],
        },
      ],
    }).start();
    await world().mark();
    const read = (key: string) => ({ data: [{ secretKey: "password", remoteRef: { key, property: "password" } }] });
    await tenant.apply(
      tenant.store(),
      tenant.externalSecret("own"),
      tenant.externalSecret("foreign", read("app2/db")),
      tenant.store({ name: "elsewhere", server: "https://vault.dev.example.com:8200" }),
      tenant.externalSecret("elsewhere", { secretStoreRef: { name: "elsewhere" } }),
    );
    await tenant.untilReady("own", "True");
    await tenant.untilReady(
      "foreign",
      "False",
      `${tenant.mount}/app2/db is outside what team "payments" may read in environment "prod"`,
    );
    await tenant.untilReady(
      "elsewhere",
      "False",
      'https://vault.dev.example.com:8200 is not the one of environment "prod"',
    );
    expect(await world().vaultReads(`${tenant.mount}/data/app2/db`)).toBe(0);
    expect(run.audit).toContainEqual(expect.objectContaining({ event: "read", outcome: "refused", path: "app2/db" }));
  });

  test("with environments: an extra grant is read until its last day; after it the Secret stays as it is", async () => {
    await tenant.put("app/db", { password: "one" });
    const started = async (until: string) => {
      await run.stop();
      run = await new Run(world(), {
        namespaces: [tenant.namespace],
        environments: [
          {
            name: "prod",
            vault: {
              address: world().vault.address,
              kv: { mount: tenant.mount, version: 2 },
              login: { kubernetes: { mount: "kubernetes" } },
            },
            teams: [
              {
                name: "payments",
                namespaces: [tenant.namespace],
                serviceAccount: "default",
                prefixes: ["own"],
                alsoReads: [{ path: "app/db", reason: "PAY-12", until }],
              },
            ],
          },
        ],
      }).start();
    };
    await started("9999-12-31");
    const data = [{ secretKey: "password", remoteRef: { key: "app/db", property: "password" } }];
    await tenant.apply(tenant.store(), tenant.externalSecret("lent", { data, refreshInterval: "1s" }));
    await tenant.untilReady("lent", "True");
    const before = await tenant.get("Secret", "lent");
    await started("2026-01-31");
    await tenant.untilReady(
      "lent",
      "False",
      `${tenant.mount}/app/db is read by an extra grant of team "payments" (app/db) that ended on 2026-01-31`,
    );
    expect(await tenant.get("Secret", "lent")).toEqual(before);
  });

  test("ten ExternalSecrets of one path cost one read when they are created together", async () => {
    await tenant.put("app/db", { password: "one" });
    await run.stop();
    const names = Array.from({ length: 10 }, (_, index) => `copy-${index}`);
    await tenant.apply(tenant.store(), ...names.map((name) => tenant.externalSecret(name)));
    await world().mark();
    const begun = performance.now();
    // One after the other, so that it is the answer that is shared and not the request.
    run = await new Run(world(), { namespaces: [tenant.namespace], concurrency: 1 }).start();
    for (const name of names) await tenant.untilReady(name, "True");
    // An answer is shared for two seconds, which a busy computer may need more than once for ten Secrets.
    const most = 1 + Math.floor((performance.now() - begun) / 2_000);
    const reads = await world().vaultReads(`${tenant.mount}/data/app/db`);
    expect(reads).toBeGreaterThanOrEqual(1);
    expect(reads).toBeLessThanOrEqual(most);
  });
}
