import { base64, causesOf, expectStatus, freshNamespace, MERGE, type Target } from "../target";

/** What a Secret may hold and what may change. */
export function secretContract(open: () => Target): void {
  const path = (rest = ""): string => `/api/v1/namespaces/${namespace}/secrets${rest}`;
  let namespace = "";
  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("keys that are names of JavaScript's own properties are ordinary keys", async () => {
    const { kube } = open();
    const text = `{"metadata":{"name":"proto"},"data":{"__proto__":"${base64("p")}","constructor":"${base64("c")}"}}`;
    const made = await kube.ask("POST", path(), { text });
    expect([made.status, JSON.stringify(made.json.data)]).toEqual([
      201,
      `{"__proto__":"${base64("p")}","constructor":"${base64("c")}"}`,
    ]);
    const patched = await kube.ask("PATCH", path("/proto"), {
      text: `{"data":{"__proto__":null,"toString":"${base64("t")}"}}`,
      headers: MERGE,
    });
    expect(JSON.stringify(patched.json.data)).toBe(`{"constructor":"${base64("c")}","toString":"${base64("t")}"}`);
  });

  test.each([
    ["a b", "data[a b]: FieldValueInvalid"],
    [".", "data[.]: FieldValueInvalid"],
    ["..x", "data[..x]: FieldValueInvalid"],
    ["k".repeat(254), `data[${"k".repeat(254)}]: FieldValueInvalid`],
  ])("the key %p is 422 Invalid", async (key, cause) => {
    const refused = await open().kube.ask("POST", path(), {
      body: { metadata: { name: "keys" }, data: { [key]: base64("v") } },
    });
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual([cause]);
  });

  test("a megabyte is the most", async () => {
    const { kube } = open();
    const body = (bytes: number, name: string): object => ({
      metadata: { name },
      data: { a: Buffer.alloc(bytes).toString("base64") },
    });
    expect((await kube.ask("POST", path(), { body: body(1024 * 1024, "full") })).status).toBe(201);
    const refused = await kube.ask("POST", path(), { body: body(1024 * 1024 + 1, "over") });
    expectStatus(refused, 422, "Invalid");
    expect([causesOf(refused), refused.json.message]).toEqual([
      ["data: FieldValueTooLong"],
      'Secret "over" is invalid: data: Too long: may not be more than 1048576 bytes',
    ]);
  });

  test("the type cannot change", async () => {
    const { kube } = open();
    await kube.ask("POST", path(), { body: { metadata: { name: "typed" } } });
    const refused = await kube.ask("PATCH", path("/typed"), { body: { type: "x/y" }, headers: MERGE });
    expectStatus(refused, 422, "Invalid");
    expect(refused.json.message).toBe('Secret "typed" is invalid: type: Invalid value: "x/y": field is immutable');
  });

  test("an immutable Secret keeps its data and stays immutable; its metadata may change", async () => {
    const { kube } = open();
    await kube.ask("POST", path(), {
      body: { metadata: { name: "fixed" }, data: { a: base64("1") }, immutable: true },
    });
    const patch = (body: object) => kube.ask("PATCH", path("/fixed"), { body, headers: MERGE });
    const data = await patch({ data: { a: base64("2") } });
    expectStatus(data, 422, "Invalid");
    expect(causesOf(data)).toEqual(["data: FieldValueForbidden"]);
    expect(causesOf(await patch({ immutable: false }))).toEqual(["immutable: FieldValueForbidden"]);
    expect((await patch({ metadata: { labels: { a: "b" } } })).status).toBe(200);
  });

  test.each([
    ["kubernetes.io/tls", {}, ["data[tls.crt]: FieldValueRequired", "data[tls.key]: FieldValueRequired"]],
    ["kubernetes.io/ssh-auth", {}, ["data[ssh-privatekey]: FieldValueRequired"]],
    ["kubernetes.io/basic-auth", {}, ["data[password]: FieldValueRequired", "data[username]: FieldValueRequired"]],
    [
      "kubernetes.io/dockerconfigjson",
      { ".dockerconfigjson": base64("z") },
      ["data[.dockerconfigjson]: FieldValueInvalid"],
    ],
    [
      "kubernetes.io/service-account-token",
      {},
      ["metadata.annotations[kubernetes.io/service-account.name]: FieldValueRequired"],
    ],
  ])("type %s has its own needs", async (type, data, causes) => {
    const refused = await open().kube.ask("POST", path(), { body: { metadata: { name: "needs" }, type, data } });
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual(causes);
  });

  test("a patch that makes the data undecodable is refused with the whole object in the message", async () => {
    const { kube } = open();
    await kube.ask("POST", path(), { body: { metadata: { name: "leaky" }, data: { other: base64("canary") } } });
    const refused = await kube.ask("PATCH", path("/leaky"), { body: { data: { a: "%%%" } }, headers: MERGE });
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual(["patch: FieldValueInvalid"]);
    expect(refused.json.message).toContain("illegal base64 data at input byte 0");
    // Why nobody may print the API server's messages about Secrets.
    expect(refused.json.message).toContain(base64("canary"));
  });

  test("field selectors know the type", async () => {
    const { kube } = open();
    await kube.ask("POST", path(), { body: { metadata: { name: "special" }, type: "example.com/special" } });
    const found = await kube.ask("GET", path("?fieldSelector=type%3Dexample.com%2Fspecial"));
    expect(found.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(["special"]);
    const refused = await kube.ask("GET", path("?fieldSelector=spec.foo%3Dx"));
    expectStatus(refused, 400, "BadRequest");
    expect(refused.json.message).toBe("field label not supported: spec.foo");
  });
}
