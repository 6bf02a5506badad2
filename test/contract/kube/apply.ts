import type { Answer } from "../http";
import {
  APPLY,
  base64,
  causesOf,
  eventually,
  expectStatus,
  freshNamespace,
  JSON_PATCH,
  MERGE,
  STRATEGIC,
  type Target,
} from "../target";

/** Patches of every type; server-side apply and who owns which field. */
export function patchContract(open: () => Target): void {
  const secrets = (rest = ""): string => `/api/v1/namespaces/${namespace}/secrets${rest}`;
  let namespace = "";
  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  const apply = (name: string, manager: string, fields: object, query = ""): Promise<Answer> =>
    open().kube.ask("PATCH", secrets(`/${name}?fieldManager=${manager}${query}`), {
      body: { apiVersion: "v1", kind: "Secret", metadata: { name }, ...fields },
      headers: APPLY,
    });
  const owned = (answer: Answer): Record<string, unknown> =>
    Object.fromEntries(
      (answer.json.metadata.managedFields ?? []).map(
        (entry: { manager: string; operation: string; subresource?: string; fieldsV1: unknown }) => [
          `${entry.manager} ${entry.operation}${entry.subresource === undefined ? "" : ` ${entry.subresource}`}`,
          entry.fieldsV1,
        ],
      ),
    );

  test("a merge patch merges objects, replaces values and deletes with null", async () => {
    const { kube } = open();
    await kube.ask("POST", secrets(), {
      body: {
        metadata: { name: "merge", labels: { a: "1", b: "2" }, annotations: { x: "y" } },
        data: { k: base64("1"), l: base64("2") },
      },
    });
    const patched = await kube.ask("PATCH", secrets("/merge"), {
      body: { metadata: { labels: { a: null, c: "3" }, annotations: null }, data: { k: null, m: base64("3") } },
      headers: MERGE,
    });
    expect([patched.json.metadata.labels, patched.json.metadata.annotations, patched.json.data]).toEqual([
      { b: "2", c: "3" },
      undefined,
      { l: base64("2"), m: base64("3") },
    ]);
  });

  test.each([
    ["cut off", '{"metadata":', "error decoding patch: unexpected end of JSON input"],
    [
      "a list",
      "[]",
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    ],
  ])("a merge patch that is %s is 400 BadRequest", async (_, text, message) => {
    const { kube } = open();
    await kube.ask("POST", secrets(), { body: { metadata: { name: "badpatch" } } });
    const refused = await kube.ask("PATCH", secrets("/badpatch"), { text, headers: MERGE });
    expectStatus(refused, 400, "BadRequest");
    expect(refused.json.message).toBe(message);
  });

  test("a patch of an unknown type is 415, of something missing 404", async () => {
    const { kube } = open();
    await kube.ask("POST", secrets(), { body: { metadata: { name: "mediatype" } } });
    const headers = { "Content-Type": "application/json" };
    expectStatus(await kube.ask("PATCH", secrets("/mediatype"), { body: {}, headers }), 415, "UnsupportedMediaType");
    expectStatus(await kube.ask("PATCH", secrets("/missing"), { body: {}, headers: MERGE }), 404, "NotFound");
  });

  test("a JSON patch tests, adds and removes; what does not fit is 422", async () => {
    const { kube } = open();
    await kube.ask("POST", secrets(), { body: { metadata: { name: "json", labels: { a: "1" } } } });
    const patch = (operations: object) =>
      kube.ask("PATCH", secrets("/json"), { body: operations, headers: JSON_PATCH });
    const done = await patch([
      { op: "test", path: "/metadata/labels/a", value: "1" },
      { op: "add", path: "/metadata/labels/example.com~1b", value: "2" },
      { op: "remove", path: "/metadata/labels/a" },
    ]);
    expect(done.json.metadata.labels).toEqual({ "example.com/b": "2" });
    expectStatus(await patch([{ op: "test", path: "/metadata/name", value: "other" }]), 422, "Invalid");
    expectStatus(await patch([{ op: "remove", path: "/metadata/labels/a" }]), 422, "Invalid");
  });

  test("a strategic merge patch merges lists of built-in kinds by their keys", async () => {
    const { kube } = open();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await kube.ask("POST", path, { body: deployment("strategic") });
    const patched = await kube.ask("PATCH", `${path}/strategic`, {
      body: {
        spec: { template: { spec: { containers: [{ name: "c", env: [{ name: "B", value: "2" }] }] } } },
      },
      headers: STRATEGIC,
    });
    const [container] = patched.json.spec.template.spec.containers;
    expect([patched.json.spec.template.spec.containers.length, container?.image, new Set(container?.env)]).toEqual([
      1,
      "i",
      new Set([
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ]),
    ]);
  });

  test("apply creates with 201 and owns exactly the fields it sent", async () => {
    const made = await apply("ssa", "a", {
      metadata: { name: "ssa", labels: { l: "1" } },
      data: { a: base64("a"), b: base64("b") },
    });
    expect([made.status, made.json.type]).toEqual([201, "Opaque"]);
    expect(owned(made)).toEqual({
      "a Apply": { "f:data": { "f:a": {}, "f:b": {} }, "f:metadata": { "f:labels": { "f:l": {} } } },
    });
  });

  test("applying the same again changes nothing, not even the resourceVersion", async () => {
    const first = await apply("idle", "a", { data: { a: base64("a") } });
    const second = await apply("idle", "a", { data: { a: base64("a") } });
    expect([second.status, second.json.metadata]).toEqual([200, first.json.metadata]);
  });

  test("a field of another manager is a 409 with one cause per field; force takes it over", async () => {
    await apply("fight", "a", {
      metadata: { name: "fight", labels: { l: "1" } },
      data: { a: base64("a"), b: base64("b") },
    });
    const config = { metadata: { name: "fight", labels: { l: "2" } }, data: { a: base64("x"), c: base64("c") } };
    const refused = await apply("fight", "b", config);
    expectStatus(refused, 409, "Conflict");
    expect(causesOf(refused)).toEqual([".data.a: FieldManagerConflict", ".metadata.labels.l: FieldManagerConflict"]);
    expect(refused.json.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "a":\n- .data.a\n- .metadata.labels.l',
    );
    const forced = await apply("fight", "b", config, "&force=true");
    expect([forced.status, forced.json.data]).toEqual([200, { a: base64("x"), b: base64("b"), c: base64("c") }]);
    expect(owned(forced)).toEqual({
      "a Apply": { "f:data": { "f:b": {} } },
      "b Apply": { "f:data": { "f:a": {}, "f:c": {} }, "f:metadata": { "f:labels": { "f:l": {} } } },
    });
  });

  test("what a manager no longer applies goes, unless another owns it or nobody does", async () => {
    await apply("shrink", "a", { data: { a: base64("a"), both: base64("s") } });
    await apply("shrink", "b", { data: { both: base64("s") } });
    const shrunk = await apply("shrink", "a", {});
    expect([shrunk.json.data, shrunk.json.type, Object.keys(owned(shrunk))]).toEqual([
      { both: base64("s") },
      "Opaque",
      ["b Apply"],
    ]);
    const empty = await apply("shrink", "b", {});
    expect([empty.json.data, empty.json.metadata.managedFields]).toEqual([undefined, undefined]);
  });

  test("an update takes ownership, and applying against it is a conflict that names the update's version", async () => {
    await apply("updated", "a", { data: { a: base64("a"), b: base64("b") } });
    const updated = await open().kube.ask("PATCH", secrets("/updated?fieldManager=u"), {
      body: { data: { a: base64("u"), d: base64("d") } },
      headers: MERGE,
    });
    expect(owned(updated)).toEqual({
      "a Apply": { "f:data": { "f:b": {} } },
      "u Update": { "f:data": { "f:a": {}, "f:d": {} } },
    });
    const refused = await apply("updated", "a", { data: { a: base64("a"), b: base64("b") } });
    expectStatus(refused, 409, "Conflict");
    expect(refused.json.message).toBe('Apply failed with 1 conflict: conflict with "u" using v1: .data.a');
  });

  test("a create is owned by its manager: the query's, else the user agent's name", async () => {
    const { kube } = open();
    const named = await kube.ask("POST", secrets("?fieldManager=maker"), {
      body: { metadata: { name: "made-by", labels: { a: "b" } }, data: { k: base64("v") } },
    });
    expect(owned(named)).toEqual({
      "maker Update": {
        "f:data": { ".": {}, "f:k": {} },
        "f:metadata": { "f:labels": { ".": {}, "f:a": {} } },
        "f:type": {},
      },
    });
    const agent = await kube.ask("POST", secrets(), { body: { metadata: { name: "made-by-agent" } } });
    expect(Object.keys(owned(agent))).toEqual(["contract Update"]);
  });

  test("stringData is applied into data and owned as stringData", async () => {
    const made = await apply("plain", "a", { stringData: { q: "r" } });
    expect([made.json.data, owned(made)]).toEqual([
      { q: base64("r") },
      { "a Apply": { "f:stringData": { "f:q": {} } } },
    ]);
  });

  test.each([
    ["without a field manager", "/x", { apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }, 422],
    ["of another kind", "/x?fieldManager=a", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }, 400],
    ["without a kind", "/x?fieldManager=a", { metadata: { name: "x" } }, 400],
    ["without a name", "/x?fieldManager=a", { apiVersion: "v1", kind: "Secret" }, 400],
    [
      "with managedFields",
      "/x?fieldManager=a",
      { apiVersion: "v1", kind: "Secret", metadata: { name: "x", managedFields: [{ manager: "a" }] } },
      400,
    ],
    [
      "with an unknown field",
      "/x?fieldManager=a",
      { apiVersion: "v1", kind: "Secret", metadata: { name: "x" }, dat: {} },
      500,
    ],
  ])("apply %s is refused", async (_, path, body, status) => {
    const refused = await open().kube.ask("PATCH", secrets(path), { body, headers: APPLY });
    expect([refused.status, refused.json.kind, refused.json.code]).toEqual([status, "Status", status]);
  });

  test("apply checks a resourceVersion; force is for apply only", async () => {
    await apply("versioned", "a", {});
    const stale = await apply("versioned", "a", { metadata: { name: "versioned", resourceVersion: "1" } });
    expectStatus(stale, 409, "Conflict");
    const forced = await open().kube.ask("PATCH", secrets("/versioned?force=true"), { body: {}, headers: MERGE });
    expectStatus(forced, 422, "Invalid");
    expect(causesOf(forced)).toEqual(["force: FieldValueForbidden"]);
  });

  test("apply reads YAML", async () => {
    const made = await open().kube.ask("PATCH", secrets("/yaml?fieldManager=a"), {
      text: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: yaml\nstringData:\n  a: "b"\n`,
      headers: APPLY,
    });
    expect([made.status, made.json.data]).toEqual([201, { a: base64("b") }]);
  });

  test("lists with keys are owned by element: two managers share a container", async () => {
    const { kube } = open();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/shared`;
    const put = (manager: string, body: object) =>
      kube.ask("PATCH", `${path}?fieldManager=${manager}`, { body, headers: APPLY });
    const base = deployment("shared");
    await put("a", { ...base, spec: { ...base.spec, replicas: 0 } });
    const extra = (env: readonly object[], annotations: object): object => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shared" },
      spec: { template: { metadata: { annotations }, spec: { containers: [{ name: "c", env }] } } },
    });
    const both = await eventually("the second manager's turn", async () => {
      const answer = await put("b", extra([{ name: "B", value: "2" }], { z: "1" }));
      expect(answer.status).toBe(200);
      return answer;
    });
    expect(both.json.spec.template.spec.containers[0]?.env).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ]);
    expect(owned(both)["b Apply"]).toEqual({
      "f:spec": {
        "f:template": {
          "f:metadata": { "f:annotations": { "f:z": {} } },
          "f:spec": {
            "f:containers": {
              'k:{"name":"c"}': {
                ".": {},
                "f:env": { 'k:{"name":"B"}': { ".": {}, "f:name": {}, "f:value": {} } },
                "f:name": {},
              },
            },
          },
        },
      },
    });
    const left = await put("b", { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "shared" } });
    const template = left.json.spec.template;
    expect([template.spec.containers[0]?.env, template.metadata.annotations]).toEqual([
      [{ name: "A", value: "1" }],
      undefined,
    ]);
  });
}

function deployment(name: string): { readonly spec: object; readonly [field: string]: unknown } {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "c", image: "i", env: [{ name: "A", value: "1" }] }] },
      },
    },
  };
}
