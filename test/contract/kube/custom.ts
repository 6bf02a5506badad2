import type { Answer } from "../http";
import { APPLY, causesOf, expectStatus, freshNamespace, MERGE, STRATEGIC, type Target } from "../target";

/** Objects of custom kinds, by the example of ExternalSecret. */
export function customContract(open: () => Target): void {
  let namespace = "";
  const externalSecrets = (rest = "", version = "v1"): string =>
    `/apis/external-secrets.io/${version}/namespaces/${namespace}/externalsecrets${rest}`;
  const externalSecret = (name: string, spec: object = {}, version = "v1"): object => ({
    apiVersion: `external-secrets.io/${version}`,
    kind: "ExternalSecret",
    metadata: { name },
    spec: { secretStoreRef: { name: "store" }, data: [{ secretKey: "a", remoteRef: { key: "p" } }], ...spec },
  });
  const create = (name: string, spec: object = {}): Promise<Answer> =>
    open().kube.ask("POST", externalSecrets(), { body: externalSecret(name, spec) });
  const merge = (path: string, body: object): Promise<Answer> =>
    open().kube.ask("PATCH", path, { body, headers: MERGE });

  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("defaults are filled in, unknown fields dropped, generation starts at 1", async () => {
    const made = await create("defaulted", { bogus: 1, target: {} });
    expect([made.status, made.json.spec, made.json.metadata.generation, made.json.status]).toEqual([
      201,
      {
        secretStoreRef: { name: "store" },
        data: [{ secretKey: "a", remoteRef: { key: "p" } }],
        refreshInterval: "1h0m0s",
        target: { creationPolicy: "Owner", deletionPolicy: "Retain" },
      },
      1,
      undefined,
    ]);
  });

  test("strict validation names the unknown field", async () => {
    const refused = await open().kube.ask("POST", externalSecrets("?fieldValidation=Strict"), {
      body: externalSecret("strict", { bogus: 1 }),
    });
    expectStatus(refused, 400, "BadRequest");
    expect(refused.json.message).toContain('strict decoding error: unknown field "spec.bogus"');
  });

  test("what the schema refuses is 422 Invalid with a cause per field", async () => {
    const refused = await create("wrong", {
      data: [{ secretKey: "a b", remoteRef: {} }],
      target: { creationPolicy: "Foo", name: 5 },
      refreshInterval: 7,
    });
    expectStatus(refused, 422, "Invalid");
    expect(refused.json.details).toMatchObject({ name: "wrong", group: "external-secrets.io", kind: "ExternalSecret" });
    expect(causesOf(refused)).toEqual([
      "spec.data[0].remoteRef.key: FieldValueRequired",
      "spec.data[0].secretKey: FieldValueInvalid",
      "spec.refreshInterval: FieldValueTypeInvalid",
      "spec.target.creationPolicy: FieldValueNotSupported",
      "spec.target.name: FieldValueTypeInvalid",
    ]);
    const patched = await merge(externalSecrets("/defaulted"), { spec: { refreshInterval: 5 } });
    expectStatus(patched, 422, "Invalid");
    expect(patched.json.message).toBe(
      'ExternalSecret.external-secrets.io "defaulted" is invalid: spec.refreshInterval: Invalid value: "integer": spec.refreshInterval in body must be of type string: "integer"',
    );
  });

  test("apiVersion and kind are needed and must fit", async () => {
    const { kube } = open();
    const bare = await kube.ask("POST", externalSecrets(), { body: { metadata: { name: "bare" }, spec: {} } });
    expectStatus(bare, 400, "BadRequest");
    const other = await kube.ask("POST", externalSecrets(), { body: externalSecret("other", {}, "v1beta1") });
    expectStatus(other, 400, "BadRequest");
    expect(other.json.message).toBe(
      "the API version in the data (external-secrets.io/v1beta1) does not match the expected API version (external-secrets.io/v1)",
    );
  });

  test("both served versions show the same object", async () => {
    const { kube } = open();
    const made = await kube.ask("POST", externalSecrets("", "v1beta1"), {
      body: externalSecret("twofold", {}, "v1beta1"),
    });
    expect([made.status, made.json.apiVersion]).toEqual([201, "external-secrets.io/v1beta1"]);
    const read = await kube.ask("GET", externalSecrets("/twofold"));
    expect([read.json.apiVersion, read.json.metadata.uid, read.json.spec]).toEqual([
      "external-secrets.io/v1",
      made.json.metadata.uid,
      made.json.spec,
    ]);
  });

  test("generation counts changes of the spec only", async () => {
    await create("generation");
    const generation = async (answer: Promise<Answer>): Promise<number> => (await answer).json.metadata.generation;
    const path = externalSecrets("/generation");
    expect(await generation(merge(path, { metadata: { annotations: { a: "b" } } }))).toBe(1);
    expect(await generation(merge(path, { spec: { refreshInterval: "5m" } }))).toBe(2);
    expect(await generation(merge(`${path}/status`, { status: { refreshTime: "2026-01-01T00:00:00Z" } }))).toBe(2);
    expect(await generation(merge(path, { spec: { refreshInterval: "5m" } }))).toBe(2);
  });

  test("status and the rest are written apart", async () => {
    const made = await create("apart");
    const status = { refreshTime: "2026-01-01T00:00:00Z", conditions: [{ type: "Ready", status: "True" }] };
    const path = externalSecrets("/apart");
    const written = await merge(`${path}/status`, {
      status,
      spec: { refreshInterval: "5m" },
      metadata: { labels: { x: "y" } },
    });
    expect([written.status, written.json.status, written.json.spec, written.json.metadata.labels]).toEqual([
      200,
      status,
      made.json.spec,
      undefined,
    ]);
    const main = await merge(path, {
      status: { refreshTime: "2027-01-01T00:00:00Z" },
      metadata: { labels: { x: "y" } },
    });
    expect([main.json.status, main.json.metadata.labels]).toEqual([status, { x: "y" }]);
    const idle = await merge(`${path}/status`, { status: { refreshTime: status.refreshTime } });
    expect(idle.json.metadata.resourceVersion).toBe(main.json.metadata.resourceVersion);
    const wrong = await merge(`${path}/status`, { status: { refreshTime: "yesterday" } });
    expectStatus(wrong, 422, "Invalid");
    expect(causesOf(wrong)).toEqual(["status.refreshTime: FieldValueTypeInvalid"]);
    expectStatus(await merge(externalSecrets("/none/status"), { status: {} }), 404, "NotFound");
    const read = await open().kube.ask("GET", `${path}/status`);
    expect(read.json.metadata.uid).toBe(made.json.metadata.uid);
  });

  test("status can be raced safely: an old resourceVersion is refused", async () => {
    const made = await create("race");
    const path = externalSecrets("/race/status");
    const { resourceVersion } = made.json.metadata;
    expect((await merge(path, { metadata: { resourceVersion }, status: { syncedResourceVersion: "1" } })).status).toBe(
      200,
    );
    expectStatus(
      await merge(path, { metadata: { resourceVersion }, status: { syncedResourceVersion: "2" } }),
      409,
      "Conflict",
    );
  });

  test("a PUT needs the resourceVersion", async () => {
    const made = await create("replaced");
    const { kube } = open();
    const bare = await kube.ask("PUT", externalSecrets("/replaced"), { body: externalSecret("replaced") });
    expectStatus(bare, 422, "Invalid");
    expect(causesOf(bare)).toEqual(["metadata.resourceVersion: FieldValueInvalid"]);
    const body = { ...made.json, spec: { ...made.json.spec, refreshInterval: "1m" } };
    const put = await kube.ask("PUT", externalSecrets("/replaced"), { body });
    expect([put.status, put.json.spec.refreshInterval, put.json.metadata.generation]).toEqual([200, "1m", 2]);
    expectStatus(await kube.ask("PUT", externalSecrets("/replaced"), { body }), 409, "Conflict");
  });

  test("apply keeps status and the rest apart as well, and refuses undeclared fields and types", async () => {
    const { kube } = open();
    const apply = (path: string, manager: string, fields: object) =>
      kube.ask("PATCH", `${externalSecrets(path)}?fieldManager=${manager}`, {
        body: { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", ...fields },
        headers: APPLY,
      });
    const status = { refreshTime: "2026-01-01T00:00:00Z" };
    const metadata = { name: "applied", labels: { q: "r" } };
    const made = await apply("/applied", "a", { metadata, spec: { refreshInterval: "1h" }, status });
    expect([made.status, made.json.status]).toEqual([201, undefined]);
    expect(made.json.metadata.managedFields).toMatchObject([
      {
        manager: "a",
        operation: "Apply",
        fieldsV1: { "f:metadata": { "f:labels": { "f:q": {} } }, "f:spec": { "f:refreshInterval": {} } },
      },
    ]);
    const written = await apply("/applied/status", "s", {
      metadata: { name: "applied", labels: { q: "t" } },
      spec: { refreshInterval: "2h" },
      status,
    });
    expect([written.json.status, written.json.spec.refreshInterval, written.json.metadata.labels]).toEqual([
      status,
      "1h",
      { q: "r" },
    ]);
    expect(written.json.metadata.managedFields).toMatchObject([
      { manager: "a" },
      { manager: "s", operation: "Apply", subresource: "status", fieldsV1: { "f:status": { "f:refreshTime": {} } } },
    ]);
    expectStatus(await apply("/no-such/status", "s", { metadata: { name: "no-such" } }), 404, "NotFound");
    const undeclared = await apply("/applied", "a", { metadata: { name: "applied" }, spec: { bogus: 1 } });
    expect([undeclared.status, undeclared.json.message]).toEqual([
      500,
      "failed to create typed patch object (/applied; external-secrets.io/v1, Kind=ExternalSecret): .spec.bogus: field not declared in schema",
    ]);
    const mistyped = await apply("/applied", "a", { metadata: { name: "applied" }, spec: { refreshInterval: 1 } });
    expect([mistyped.status, mistyped.json.message]).toEqual([
      500,
      expect.stringContaining(".spec.refreshInterval: expected string"),
    ]);
  });

  test("a strategic merge patch is 415", async () => {
    await create("strategic");
    const refused = await open().kube.ask("PATCH", externalSecrets("/strategic"), { body: {}, headers: STRATEGIC });
    expectStatus(refused, 415, "UnsupportedMediaType");
  });

  test("objects are selected by the fields their definition names", async () => {
    const { kube } = open();
    await create("select-a", { secretStoreRef: { name: "alpha" } });
    await create("select-b", { secretStoreRef: { name: "beta" } });
    const names = async (selector: string): Promise<readonly string[]> => {
      const { json } = await kube.ask("GET", externalSecrets(`?fieldSelector=${encodeURIComponent(selector)}`));
      return json.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    };
    expect(await names("spec.secretStoreRef.name=alpha")).toEqual(["select-a"]);
    expect(await names("spec.secretStoreRef.name=beta,metadata.name!=select-b")).toEqual([]);
    expect(await names("metadata.name=select-b")).toEqual(["select-b"]);
    const refused = await kube.ask("GET", externalSecrets("?fieldSelector=spec.foo%3Dx"));
    expectStatus(refused, 400, "BadRequest");
    expect(refused.json.message).toBe("field label not supported: spec.foo");
  });
}
