import {
  APPLY,
  base64,
  causesOf,
  eventually,
  expectStatus,
  freshNamespace,
  MERGE,
  unique,
  type Target,
} from "../target";

/** Creating, reading, replacing and deleting objects; how refusals look. */
export function objectContract(open: () => Target): void {
  const secrets = (namespace: string, rest = ""): string => `/api/v1/namespaces/${namespace}/secrets${rest}`;
  let namespace = "";
  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("a created object comes back with what the server decides, and reads the same afterwards", async () => {
    const { kube } = open();
    const created = await kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "made", labels: { a: "b" } }, data: { k: base64("v") }, stringData: { s: "plain" } },
    });
    expect(created.status).toBe(201);
    const { metadata, ...rest } = created.json;
    expect(rest).toEqual({
      kind: "Secret",
      apiVersion: "v1",
      data: { k: base64("v"), s: base64("plain") },
      type: "Opaque",
    });
    expect(metadata).toMatchObject({ name: "made", namespace, labels: { a: "b" } });
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata.resourceVersion).toMatch(/^\d+$/);
    expect(metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(metadata.generation).toBeUndefined();
    const read = await kube.ask("GET", secrets(namespace, "/made"));
    expect(read.json).toEqual(created.json);
  });

  test("what is not there is 404 NotFound with the plural and the name", async () => {
    const missing = await open().kube.ask("GET", secrets(namespace, "/nope"));
    expect(missing.json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'secrets "nope" not found',
      reason: "NotFound",
      details: { name: "nope", kind: "secrets" },
      code: 404,
    });
    for (const path of ["/apis/external-secrets.io/v2/foo", "/apis/none.example.com/v1/foos"]) {
      const unserved = await open().kube.ask("GET", path);
      expect([unserved.status, unserved.text]).toEqual([404, "404 page not found\n"]);
    }
    for (const path of ["/api/v1/foos", "/apis/apps/v1/foos"]) {
      const unserved = await open().kube.ask("GET", path);
      expectStatus(unserved, 404, "NotFound");
      expect(unserved.json.message).toBe("the server could not find the requested resource");
    }
  });

  test("creating twice is 409 AlreadyExists", async () => {
    const { kube } = open();
    const body = { metadata: { name: "twice" } };
    await kube.ask("POST", secrets(namespace), { body });
    const again = await kube.ask("POST", secrets(namespace), { body });
    expectStatus(again, 409, "AlreadyExists");
    expect(again.json.message).toBe('secrets "twice" already exists');
    expect(again.json.details).toEqual({ name: "twice", kind: "secrets" });
  });

  test("an old resourceVersion is 409 Conflict, for PUT and merge patch alike, and writes nothing", async () => {
    const { kube } = open();
    const first = await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "raced" } } });
    const { resourceVersion } = first.json.metadata;
    await kube.ask("PATCH", secrets(namespace, "/raced"), { body: { data: { a: base64("1") } }, headers: MERGE });
    const put = await kube.ask("PUT", secrets(namespace, "/raced"), {
      body: { metadata: { name: "raced", resourceVersion }, data: {} },
    });
    const patch = await kube.ask("PATCH", secrets(namespace, "/raced"), {
      body: { metadata: { resourceVersion }, data: { a: base64("2") } },
      headers: MERGE,
    });
    for (const answer of [put, patch]) {
      expectStatus(answer, 409, "Conflict");
      expect(answer.json.message).toBe(
        'Operation cannot be fulfilled on secrets "raced": the object has been modified; please apply your changes to the latest version and try again',
      );
      expect(answer.json.details).toEqual({ name: "raced", kind: "secrets" });
    }
    const now = await kube.ask("GET", secrets(namespace, "/raced"));
    expect(now.json.data).toEqual({ a: base64("1") });
  });

  test("a foreign uid in a patch is refused, the object's own is accepted", async () => {
    const { kube } = open();
    const { json } = await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "owned" } } });
    const patch = (uid: string) =>
      kube.ask("PATCH", secrets(namespace, "/owned"), {
        body: { metadata: { uid, labels: { x: "y" } } },
        headers: MERGE,
      });
    const foreign = await patch("11111111-1111-4111-8111-111111111111");
    expectStatus(foreign, 422, "Invalid");
    expect(causesOf(foreign)).toEqual(["metadata.uid: FieldValueInvalid"]);
    expect((await patch(json.metadata.uid)).status).toBe(200);
  });

  test("a PUT of a built-in kind needs no resourceVersion and replaces the whole object", async () => {
    const { kube } = open();
    await kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "put", labels: { a: "b" } }, data: { a: base64("1") } },
    });
    const put = await kube.ask("PUT", secrets(namespace, "/put"), {
      body: { metadata: { name: "put" }, data: { b: base64("2") } },
    });
    expect([put.status, put.json.data, put.json.metadata.labels, put.json.type]).toEqual([
      200,
      { b: base64("2") },
      undefined,
      "Opaque",
    ]);
  });

  test("a change that changes nothing keeps the resourceVersion", async () => {
    const { kube } = open();
    const made = await kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "same" }, data: { a: base64("1") } },
    });
    const patched = await kube.ask("PATCH", secrets(namespace, "/same"), {
      body: { data: { a: base64("1") } },
      headers: MERGE,
    });
    expect(patched.json.metadata.resourceVersion).toBe(made.json.metadata.resourceVersion);
  });

  test("generateName gives distinct names", async () => {
    const { kube } = open();
    const make = () => kube.ask("POST", secrets(namespace), { body: { metadata: { generateName: "gen-" } } });
    const [a, b] = [await make(), await make()];
    expect(a.json.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
    expect(a.json.metadata.name).not.toBe(b.json.metadata.name);
  });

  test("dryRun=All answers as if it wrote and writes nothing", async () => {
    const { kube } = open();
    const dry = await kube.ask("POST", secrets(namespace, "?dryRun=All"), {
      body: { metadata: { name: "dry" }, stringData: { a: "b" } },
    });
    expect([dry.status, dry.json.data, dry.json.metadata.resourceVersion]).toEqual([
      201,
      { a: base64("b") },
      undefined,
    ]);
    expectStatus(await kube.ask("GET", secrets(namespace, "/dry")), 404, "NotFound");
    await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "wet" } } });
    const patched = await kube.ask("PATCH", secrets(namespace, "/wet?dryRun=All"), {
      body: { metadata: { labels: { a: "b" } } },
      headers: MERGE,
    });
    expect(patched.json.metadata.labels).toEqual({ a: "b" });
    const applied = await kube.ask("PATCH", secrets(namespace, "/dry?dryRun=All&fieldManager=m"), {
      body: { apiVersion: "v1", kind: "Secret", metadata: { name: "dry" } },
      headers: APPLY,
    });
    expect(applied.status).toBe(201);
    expect((await kube.ask("GET", secrets(namespace, "/wet"))).json.metadata.labels).toBeUndefined();
    await kube.ask("DELETE", secrets(namespace, "/wet?dryRun=All"));
    expect((await kube.ask("GET", secrets(namespace, "/wet"))).status).toBe(200);
    expectStatus(
      await kube.ask("POST", secrets(namespace, "?dryRun=Some"), { body: { metadata: { name: "x" } } }),
      422,
      "Invalid",
    );
  });

  test("names and namespaces that do not fit the URL are 400 BadRequest", async () => {
    const { kube } = open();
    await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "fit" } } });
    const rename = await kube.ask("PATCH", secrets(namespace, "/fit"), {
      body: { metadata: { name: "x" } },
      headers: MERGE,
    });
    expectStatus(rename, 400, "BadRequest");
    expect(rename.json.message).toBe("the name of the object (x) does not match the name on the URL (fit)");
    const elsewhere = await kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "y", namespace: "other" } },
    });
    expectStatus(elsewhere, 400, "BadRequest");
    expect(elsewhere.json.message).toBe(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
    const versioned = await kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "z", resourceVersion: "1" } },
    });
    expect(versioned.json.message).toBe("resourceVersion should not be set on objects to be created");
  });

  test("a namespace that does not exist is 404, about the namespace", async () => {
    const missing = await open().kube.ask("POST", secrets("no-such-namespace"), { body: { metadata: { name: "x" } } });
    expectStatus(missing, 404, "NotFound");
    expect(missing.json.message).toBe('namespaces "no-such-namespace" not found');
  });

  test.each([
    ["Bad_Name", "metadata.name: FieldValueInvalid"],
    [undefined, "metadata.name: FieldValueRequired"],
    ["a".repeat(254), "metadata.name: FieldValueInvalid"],
  ])("the name %p is 422 Invalid", async (name, cause) => {
    const refused = await open().kube.ask("POST", secrets(namespace), { body: { metadata: { name } } });
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual([cause]);
    expect(refused.json.details.kind).toBe("Secret");
  });

  test("bad labels and annotations are 422 Invalid, all together", async () => {
    const refused = await open().kube.ask("POST", secrets(namespace), {
      body: { metadata: { name: "labels", labels: { "a b": "c", d: "e f" }, annotations: { "q r": "x" } } },
    });
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual([
      "metadata.annotations: FieldValueInvalid",
      "metadata.labels: FieldValueInvalid",
    ]);
  });

  test.each([
    ["cut off", '{"kind":', "unexpected end of JSON input"],
    ["a list", "[]", "the object provided is unrecognized (must be of type Secret)"],
    [
      "another kind",
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"}}',
      'ConfigMap in version "v1" cannot be handled as a Secret',
    ],
    [
      "labels that are numbers",
      '{"metadata":{"name":"x","labels":{"a":1}}}',
      "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      "a value that is not base64",
      '{"metadata":{"name":"x"},"data":{"a":"%%%"}}',
      "illegal base64 data at input byte 0",
    ],
  ])("a body with %s is 400 BadRequest", async (_, text, message) => {
    const refused = await open().kube.ask("POST", secrets(namespace), { text });
    expectStatus(refused, 400, "BadRequest");
    expect(refused.json.message).toContain(message);
  });

  test("unknown fields are dropped with a warning, or refused when asked to be strict", async () => {
    const { kube } = open();
    const body = { metadata: { name: "unknown", foo: 1 }, dat: {} };
    const strict = await kube.ask("POST", secrets(namespace, "?fieldValidation=Strict"), { body });
    expectStatus(strict, 400, "BadRequest");
    expect(strict.json.message).toBe(
      'Secret in version "v1" cannot be handled as a Secret: strict decoding error: unknown field "metadata.foo", unknown field "dat"',
    );
    const lenient = await kube.ask("POST", secrets(namespace), { body });
    expect([lenient.status, lenient.json.dat, lenient.json.metadata.foo]).toEqual([201, undefined, undefined]);
    expect(String(lenient.headers.warning)).toContain('299 - "unknown field \\"dat\\""');
    const silent = await kube.ask("POST", secrets(namespace, "?fieldValidation=Ignore"), {
      body: { ...body, metadata: { name: "silent" } },
    });
    expect([silent.status, silent.headers.warning]).toEqual([201, undefined]);
  });

  test("deleting answers a Success status with the uid; preconditions are checked first", async () => {
    const { kube } = open();
    const { json } = await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "gone" } } });
    for (const preconditions of [{ uid: "22222222-2222-4222-8222-222222222222" }, { resourceVersion: "1" }]) {
      const refused = await kube.ask("DELETE", secrets(namespace, "/gone"), {
        body: { kind: "DeleteOptions", apiVersion: "v1", preconditions },
      });
      expectStatus(refused, 409, "Conflict");
      expect(refused.json.details).toEqual({ name: "gone", kind: "Secret" });
    }
    const deleted = await kube.ask("DELETE", secrets(namespace, "/gone"), {
      body: { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid: json.metadata.uid } },
    });
    expect([deleted.status, deleted.json]).toEqual([
      200,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "gone", kind: "secrets", uid: json.metadata.uid },
      },
    ]);
    expectStatus(await kube.ask("DELETE", secrets(namespace, "/gone")), 404, "NotFound");
  });

  test("deleting a collection deletes what the selector names", async () => {
    const { kube } = open();
    for (const name of ["batch-a", "batch-b"])
      await kube.ask("POST", secrets(namespace), { body: { metadata: { name, labels: { batch: "1" } } } });
    await kube.ask("POST", secrets(namespace), { body: { metadata: { name: "batch-c" } } });
    const deleted = await kube.ask("DELETE", secrets(namespace, "?labelSelector=batch%3D1"));
    expect([deleted.status, deleted.json.kind]).toEqual([200, "SecretList"]);
    await eventually("the batch is gone", async () => {
      const left = await kube.ask("GET", secrets(namespace, "?labelSelector=batch"));
      expect(left.json.items).toEqual([]);
    });
    expect((await kube.ask("GET", secrets(namespace, "/batch-c"))).status).toBe(200);
  });

  test("methods that make no sense are 405", async () => {
    const { kube } = open();
    expectStatus(await kube.ask("POST", secrets(namespace, "/x"), { body: {} }), 405, "MethodNotAllowed");
    expectStatus(await kube.ask("PUT", secrets(namespace), { body: {} }), 405, "MethodNotAllowed");
  });

  test("a Lease keeps MicroTimes, refuses other times, and is created by a PUT when it is missing", async () => {
    const { kube } = open();
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const spec = { holderIdentity: "me", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.123456Z" };
    const made = await kube.ask("POST", leases, { body: { metadata: { name: "lease" }, spec } });
    expect([made.status, made.json.spec]).toEqual([201, spec]);
    const coarse = await kube.ask("POST", leases, {
      body: { metadata: { name: "coarse" }, spec: { ...spec, renewTime: "2026-01-01T00:00:00.123Z" } },
    });
    expectStatus(coarse, 400, "BadRequest");
    const name = unique("put-lease");
    expect((await kube.ask("PUT", `${leases}/${name}`, { body: { metadata: { name }, spec } })).status).toBe(201);
    const released = await kube.ask("PUT", `${leases}/lease`, {
      body: { ...made.json, spec: { ...spec, holderIdentity: "", leaseDurationSeconds: 1 } },
    });
    expect([released.status, released.json.spec.holderIdentity]).toEqual([200, ""]);
  });

  test("an Event needs the namespace of its object", async () => {
    const { kube } = open();
    const event = (about: string) =>
      kube.ask("POST", `/api/v1/namespaces/${namespace}/events`, {
        body: {
          metadata: { generateName: "e-" },
          involvedObject: { kind: "Secret", namespace: about, name: "x" },
          reason: "Tested",
          message: "m",
          type: "Normal",
          count: 1,
          firstTimestamp: "2026-01-01T00:00:00.5Z",
        },
      });
    const made = await event(namespace);
    expect([made.status, made.json.firstTimestamp, made.json.eventTime]).toEqual([201, "2026-01-01T00:00:00Z", null]);
    const refused = await event("other");
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual(["involvedObject.namespace: FieldValueInvalid"]);
  });
}
