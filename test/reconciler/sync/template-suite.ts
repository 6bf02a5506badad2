import type { JsonRecord, KubernetesObject } from "../../../api";
import { eventually } from "../../contract/target";
import { Run, Tenant, type World } from "../world";

const HASH = "reconcile.external-secrets.io/data-hash";
const MARK = "keyturn.dev/template-inputs";

/** What the reconciler does with `spec.target.template`, on the sandbox and on the real servers. */
export function templateSuite(world: () => World): void {
  let tenant: Tenant;
  let run: Run;

  beforeEach(async () => {
    tenant = await Tenant.create(world());
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await tenant.put("app/db", { user: "ann", password: "one" });
    await tenant.apply(tenant.store());
  });
  afterEach(() => run.stop());

  const restart = async (): Promise<void> => {
    await run.stop();
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
  };

  const make = async (name: string, template: JsonRecord, spec: JsonRecord = {}, version = "v1"): Promise<void> => {
    const object = tenant.externalSecret(
      name,
      {
        data: undefined,
        dataFrom: [{ extract: { key: "app/db" } }],
        refreshInterval: "1s",
        target: { template },
        ...spec,
      },
      { labels: { own: "x" }, annotations: { own: "x" } },
    );
    const apiVersion = `external-secrets.io/${version}`;
    const path = `/apis/${apiVersion}/namespaces/${tenant.namespace}/externalsecrets`;
    const answer = await world().target.kube.ask("POST", path, { body: { ...object, apiVersion } });
    expect([answer.status, answer.status === 201 ? "" : answer.text]).toEqual([201, ""]);
  };

  const secret = async (name: string): Promise<KubernetesObject> => {
    const found = await tenant.get("Secret", name);
    if (found === undefined) throw new Error(`Secret ${name} does not exist`);
    return found;
  };

  /** Awaits `count` reads of Vault from now on. */
  const refreshes = async (count: number): Promise<void> => {
    const path = `${tenant.mount}/data/app/db`;
    const before = await world().vaultReads(path);
    await eventually(`${count} refreshes`, async () =>
      expect(await world().vaultReads(path)).toBeGreaterThanOrEqual(before + count),
    );
  };

  /** Until the status says of the present version that it is synced: nothing is written after that. */
  const reported = async (name: string): Promise<void> => {
    await tenant.untilReady(name, "True", "secret synced");
    await eventually(`${name} is reported`, async () => {
      const object = await tenant.get<{ metadata: { generation: number }; status: { syncedResourceVersion: string } }>(
        "ExternalSecret",
        name,
      );
      expect(object?.status.syncedResourceVersion.split("-")[0]).toBe(String(object?.metadata.generation));
    });
  };

  const quietly = async (count: number): Promise<void> => {
    await world().mark();
    await refreshes(count);
    expect(await world().requests(tenant.namespace)).toEqual({});
  };

  test("a docker config: type, data, labels and annotations are the template's, and refreshes ask the API server for nothing", async () => {
    await make("pull", {
      type: "kubernetes.io/dockerconfigjson",
      metadata: { labels: { user: "{{ .user }}" }, annotations: { note: "of {{ .user | upper }}" } },
      data: {
        ".dockerconfigjson": '{"auths":{"r.example.com":{"auth":"{{ printf "%s:%s" .user .password | b64enc }}"}}}',
      },
    });
    await tenant.untilData("pull", { ".dockerconfigjson": '{"auths":{"r.example.com":{"auth":"YW5uOm9uZQ=="}}}' });
    const { metadata, type } = await secret("pull");
    expect(type).toBe("kubernetes.io/dockerconfigjson");
    expect(metadata.labels).toEqual({
      user: "ann",
      "reconcile.external-secrets.io/managed": "true",
      "reconcile.external-secrets.io/created-by": expect.stringMatching(/^[0-9a-f]{56}$/) as unknown,
    });
    expect(metadata.annotations).toEqual({
      note: "of ANN",
      [HASH]: expect.stringMatching(/^[0-9a-f]{56}$/) as unknown,
    });
    await reported("pull");
    await quietly(3);
    await restart();
    await refreshes(1);
    await quietly(2);
    await tenant.put("app/db", { user: "bob", password: "two" });
    await tenant.untilData("pull", { ".dockerconfigjson": '{"auths":{"r.example.com":{"auth":"Ym9iOnR3bw=="}}}' });
    expect((await secret("pull")).metadata.labels?.user).toBe("bob");
  });

  test("a label or annotation that alone depends on Vault follows it, and is repaired", async () => {
    await make("db", { metadata: { annotations: { user: "{{ .user }}" } }, data: { password: "{{ .password }}" } });
    await tenant.untilData("db", { password: "one" });
    await reported("db");
    await tenant.put("app/db", { user: "bob", password: "one" });
    const becomes = async (user: string): Promise<void> =>
      eventually(`the annotation is ${user}`, async () =>
        expect((await secret("db")).metadata.annotations?.user).toBe(user),
      );
    await becomes("bob");
    await tenant.patch("Secret", "db", { metadata: { annotations: { user: "mallory" } } });
    await becomes("bob");
  });

  test("v1beta1; a literal with keys and values, merged with what was fetched", async () => {
    await make(
      "env",
      {
        mergePolicy: "Merge",
        templateFrom: [{ literal: "PORT: 5432\nURL: pg://{{ .user }}" }, { literal: "tier: db", target: "Labels" }],
      },
      {},
      "v1beta1",
    );
    await tenant.untilData("env", { user: "ann", password: "one", PORT: "5432", URL: "pg://ann" });
    expect((await secret("env")).metadata.labels).toMatchObject({ tier: "db" });
    await reported("env");
    await quietly(3);
  });

  test("creationPolicy Merge adds what the template made to a Secret of somebody else", async () => {
    const theirs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "theirs", namespace: tenant.namespace },
      stringData: { a: "b" },
    };
    await tenant.apply(theirs);
    await make(
      "add",
      { data: { user: "{{ .user }}" } },
      { target: { name: "theirs", creationPolicy: "Merge", template: { data: { user: "{{ .user }}" } } } },
    );
    await tenant.untilData("theirs", { a: "b", user: "ann" });
  });

  test("a template that fails says where in the condition, without a value; the last good Secret stays", async () => {
    await tenant.put("app/db", { user: "ann", password: "CANARY-one" });
    await make("db", { data: { "config.yaml": "password: {{ .password }}" } });
    await tenant.untilData("db", { "config.yaml": "password: CANARY-one" });
    const ask = async (text: string, message: RegExp): Promise<void> => {
      await tenant.patch("ExternalSecret", "db", { spec: { target: { template: { data: { "config.yaml": text } } } } });
      await tenant.untilReady("db", "False", message);
      expect(await tenant.data("db")).toEqual({ "config.yaml": "password: CANARY-one" });
    };
    const place = "spec\\.target\\.template\\.data\\.config\\.yaml: template .config\\.yaml.";
    await ask(
      "a: b\n{{ fail .password }}",
      new RegExp(
        `^could not update secret: ExternalSecret ${tenant.namespace}/db: ${place} line 2, column 4: in .fail.`,
      ),
    );
    await ask("{{ .password.x }}", new RegExp(`^could not update secret: .*${place} line 1, column`));
    await ask("{{ if }}", new RegExp(`^could not get secret data from provider: ${place} line 1, column`));
    const said = JSON.stringify([
      run.log,
      run.audit,
      await tenant.events("db"),
      (await tenant.get("ExternalSecret", "db"))?.status,
    ]);
    expect(said).toContain("config.yaml");
    expect(said).not.toContain("CANARY");
    await ask("{{ fail .password }}", /line 1, column 4: in .fail./);
    await tenant.patch("ExternalSecret", "db", {
      spec: { target: { template: { data: { "config.yaml": "{{ .user }}" } } } },
    });
    await tenant.untilData("db", { "config.yaml": "ann" });
    await tenant.untilReady("db", "True", "secret synced");
  });

  test("another type of a Secret that exists is refused with both types named", async () => {
    await make("db", { data: { a: "{{ .user }}" } });
    await tenant.untilData("db", { a: "ann" });
    await tenant.patch("ExternalSecret", "db", { spec: { target: { template: { type: "example.com/own" } } } });
    await tenant.untilReady(
      "db",
      "False",
      /^could not update secret: .*has the type Opaque, which cannot change.*example\.com\/own/,
    );
    await tenant.delete("Secret", "db");
    await eventually("written anew", async () =>
      expect((await tenant.get("Secret", "db"))?.type).toBe("example.com/own"),
    );
  });

  test("a random template is rendered once: it stays over refreshes and restarts, and changes with an input or the template", async () => {
    const template = {
      metadata: { annotations: { id: "{{ uuidv4 }}" } },
      data: { session: "{{ randAlphaNum 32 }}", login: '{{ htpasswd .user .password "" }}', user: "{{ .user }}" },
    };
    await make("app", template);
    await reported("app");
    const first = await secret("app");
    expect(await tenant.data("app")).toEqual({
      session: expect.stringMatching(/^[0-9A-Za-z]{32}$/) as unknown,
      login: expect.stringMatching(/^ann:\$2a\$/) as unknown,
      user: "ann",
    });
    expect(first.metadata.annotations?.[MARK]).toMatch(
      /^[0-9a-f]{8}\.[0-9a-f]{32}\.[0-9a-f]{32} annotations\/id,data\/login,data\/session$/,
    );
    await quietly(3);
    await restart();
    await refreshes(2);
    await quietly(2);
    expect((await secret("app")).metadata.resourceVersion).toBe(first.metadata.resourceVersion);

    // A touched object is looked at again, and that is all.
    await tenant.patch("ExternalSecret", "app", { metadata: { annotations: { "force-sync": "1" } } });
    await reported("app");
    await world().mark();
    await refreshes(2);
    expect((await secret("app")).metadata.resourceVersion).toBe(first.metadata.resourceVersion);

    await tenant.put("app/db", { user: "ann", password: "two" });
    const second = await changed("app", first);
    await tenant.patch("ExternalSecret", "app", {
      spec: { target: { template: { data: { session: "{{ randAlphaNum 33 }}" } } } },
    });
    await changed("app", second);
    expect((await tenant.data("app"))?.session).toMatch(/^[0-9A-Za-z]{33}$/);
    await reported("app");
    await world().mark();
    await refreshes(1);
    await quietly(2);
  });

  /** Until every random value of the Secret is another one. */
  const changed = async (name: string, before: KubernetesObject): Promise<KubernetesObject> =>
    eventually(`${name} is made anew`, async () => {
      const after = await secret(name);
      const values = (of: KubernetesObject): JsonRecord => of.data as JsonRecord;
      for (const key of ["session", "login"]) expect(values(after)[key]).not.toBe(values(before)[key]);
      expect(after.metadata.annotations?.id).not.toBe(before.metadata.annotations?.id);
      return after;
    });

  test("of an edited Secret only the edited random value is lost; what else was edited is repaired", async () => {
    await make("app", { data: { session: "{{ randAlphaNum 32 }}", user: "{{ .user }}" } });
    await reported("app");
    const first = await tenant.data("app");
    await tenant.patch("Secret", "app", {
      data: { user: "eA==", extra: "eA==" },
      metadata: { labels: { extra: "x" } },
    });
    await tenant.untilData("app", { ...first });
    await tenant.patch("Secret", "app", { data: { session: "eA==" } });
    await eventually("another session", async () => {
      const { session, user } = (await tenant.data("app")) ?? {};
      expect([session, user]).toEqual([expect.stringMatching(/^[0-9A-Za-z]{32}$/), "ann"]);
      expect(session).not.toBe(first?.session);
    });
  });

  test("a Secret that ESO made with a random template keeps its values and gets the annotation", async () => {
    await make("app", { data: { session: "{{ randAlphaNum 32 }}", user: "{{ .user }}" } });
    await reported("app");
    const before = await tenant.data("app");
    await run.stop();
    await tenant.patch("Secret", "app", { metadata: { annotations: { [MARK]: null } } });
    await restart();
    await eventually("the annotation", async () =>
      expect((await secret("app")).metadata.annotations?.[MARK]).toMatch(/data\/session$/),
    );
    expect(await tenant.data("app")).toEqual(before);
    await world().mark();
    await refreshes(1);
    await quietly(2);
  });

  test("random keys of a literal, and a template too long to be kept, stay as well", async () => {
    const literal = `a: {{ randNumeric 20 | quote }}\n{{/* ${"x".repeat(5000)} */}}`;
    await make("app", { templateFrom: [{ literal }], data: { user: "{{ .user }}" } });
    await reported("app");
    const first = await secret("app");
    await restart();
    await refreshes(2);
    await world().mark();
    await refreshes(3);
    const { "get externalsecrets": texts, ...rest } = await world().requests(tenant.namespace);
    expect(texts).toBeGreaterThanOrEqual(2);
    expect(rest).toEqual({});
    expect(await secret("app")).toEqual(first);
  });
}
