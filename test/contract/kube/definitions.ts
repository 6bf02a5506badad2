import { crds } from "../../../api/crds";
import type { Answer } from "../http";
import { APPLY, causesOf, eventually, expectStatus, freshNamespace, unique, type Target } from "../target";
import { installProbe, probeDefinition } from "./probe";

/** Definitions of custom kinds, and what their schemas do, by the example of a kind of the contract's own. */
export function definitionContract(open: () => Target): void {
  const group = "contract.example.com";
  let namespace = "";
  const probes = (rest = ""): string => `/apis/${group}/v1/namespaces/${namespace}/probes${rest}`;

  beforeAll(async () => {
    namespace = await freshNamespace(open());
    await installProbe(open());
  });

  test("every definition of keyturn is accepted, established and served", async () => {
    const { kube } = open();
    for (const crd of crds) {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
      const { status, json } = await kube.ask("GET", path);
      expect([
        status,
        json.status.conditions.map((c: { type: string; status: string }) => `${c.type}=${c.status}`),
      ]).toEqual([200, ["NamesAccepted=True", "Established=True"]]);
      expect(json.status.acceptedNames.plural).toBe(crd.spec.names["plural"]);
    }
    const lists = ["external-secrets.io/v1/externalsecrets", "external-secrets.io/v1beta1/externalsecrets"];
    for (const path of [...lists, "external-secrets.io/v1/clustersecretstores", "keyturn.dev/v1alpha1/secretrollouts"])
      expect((await kube.ask("GET", `/apis/${path}`)).status).toBe(200);
  });

  test("discovery lists the kind with its names, verbs and subresources", async () => {
    const { json } = await open().kube.ask("GET", "/apis/external-secrets.io/v1");
    expect(json).toMatchObject({ kind: "APIResourceList", groupVersion: "external-secrets.io/v1" });
    const resources = json.resources as readonly { name: string; verbs: readonly string[]; [key: string]: unknown }[];
    const found = resources.find(({ name }) => name === "externalsecrets");
    expect(found).toMatchObject({
      singularName: "externalsecret",
      namespaced: true,
      kind: "ExternalSecret",
      shortNames: ["es"],
    });
    expect([...(found?.verbs ?? [])].sort()).toEqual([
      "create",
      "delete",
      "deletecollection",
      "get",
      "list",
      "patch",
      "update",
      "watch",
    ]);
    expect(resources.find(({ name }) => name === "externalsecrets/status")).toMatchObject({
      namespaced: true,
      verbs: ["get", "patch", "update"],
    });
    const groups = await open().kube.ask("GET", "/apis/external-secrets.io");
    expect(groups.json).toMatchObject({
      kind: "APIGroup",
      name: "external-secrets.io",
      preferredVersion: { groupVersion: "external-secrets.io/v1", version: "v1" },
    });
  });

  test("a kind comes with its definition and goes with it, objects and all", async () => {
    const { kube } = open();
    const name = `coming${unique("x").replaceAll("-", "")}s`;
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const definition = {
      ...probeDefinition,
      metadata: { name: `${name}.${group}` },
      spec: { ...probeDefinition.spec, scope: "Cluster", names: { kind: "Coming", plural: name } },
    };
    const served = async (): Promise<number> => (await kube.ask("GET", `/apis/${group}/v1/${name}`)).status;
    const come = async (): Promise<void> => {
      expect((await kube.ask("POST", definitions, { body: definition })).status).toBe(201);
      await eventually("it is served", async () => expect(await served()).toBe(200));
    };
    expect(await served()).toBe(404);
    await come();
    const object = { apiVersion: `${group}/v1`, kind: "Coming", metadata: { name: "one" }, spec: { i: 3 } };
    const made = await kube.ask("POST", `/apis/${group}/v1/${name}`, { body: object });
    expect([made.status, made.json.metadata.namespace, made.json.spec]).toEqual([201, undefined, { i: 3, nd: "x" }]);
    await kube.ask("DELETE", `${definitions}/${name}.${group}`);
    await eventually("it is gone", async () => expect(await served()).toBe(404));
    await come();
    expect((await kube.ask("GET", `/apis/${group}/v1/${name}`)).json.items).toEqual([]);
    await kube.ask("DELETE", `${definitions}/${name}.${group}`);
  });

  test("nothing for properties in an applied definition means that there are none", async () => {
    const { kube } = open();
    const name = `bare${unique("x").replaceAll("-", "")}s`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}.${group}`;
    const schema = { openAPIV3Schema: { type: "object", properties: null } };
    const definition = {
      ...probeDefinition,
      metadata: { name: `${name}.${group}` },
      spec: {
        ...probeDefinition.spec,
        names: { kind: "Bare", plural: name },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    };
    const made = await kube.ask("PATCH", `${path}?fieldManager=contract`, { body: definition, headers: APPLY });
    expect([made.status, (made.json.spec as unknown as typeof definition.spec).versions[0]?.schema]).toEqual([
      201,
      { openAPIV3Schema: { type: "object" } },
    ]);
    await kube.ask("DELETE", path);
  });

  test("a pattern of a definition is Go's, and one that Go does not take is refused", async () => {
    const { kube } = open();
    const kind = `patterned${unique("x").replaceAll("-", "")}`;
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const define = (pattern: string): Promise<Answer> =>
      kube.ask("POST", definitions, {
        body: {
          ...probeDefinition,
          metadata: { name: `${kind}s.${group}` },
          spec: {
            ...probeDefinition.spec,
            names: { kind: "Patterned", plural: `${kind}s` },
            versions: [
              {
                name: "v1",
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: "object",
                    properties: { spec: { type: "object", properties: { s: { type: "string", pattern } } } },
                  },
                },
              },
            ],
          },
        },
      });
    const refused = await define("(?=a)");
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused).join("\n")).toContain("properties[s].pattern");
    expect((await define("(?i)^A\\z")).status).toBe(201);
    const write = (s: string): Promise<Answer> =>
      kube.ask("POST", `/apis/${group}/v1/namespaces/${namespace}/${kind}s`, {
        body: { apiVersion: `${group}/v1`, kind: "Patterned", metadata: { name: unique("one") }, spec: { s } },
      });
    await eventually("it is served", async () => expect((await write("a")).status).toBe(201));
    expectStatus(await write("ab"), 422, "Invalid");
    await kube.ask("DELETE", `${definitions}/${kind}s.${group}`);
  });

  test("a definition's scope decides where its objects live", async () => {
    const { kube } = open();
    const store = "/apis/external-secrets.io/v1/clustersecretstores";
    const name = unique("store");
    const nowhere = { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name }, spec: {} };
    const made = await kube.ask("POST", store, {
      body: {
        apiVersion: "external-secrets.io/v1",
        kind: "ClusterSecretStore",
        metadata: { name },
        spec: { provider: { vault: { server: "https://vault.example.com" } } },
      },
    });
    expect([made.status, made.json.metadata.namespace]).toEqual([201, undefined]);
    expect(
      (await kube.ask("GET", `/apis/external-secrets.io/v1/namespaces/${namespace}/clustersecretstores`)).status,
    ).toBe(404);
    expect((await kube.ask("POST", "/apis/external-secrets.io/v1/externalsecrets", { body: nowhere })).status).toBe(
      404,
    );
    await kube.ask("DELETE", `${store}/${name}`);
  });

  const probe = (spec: unknown): Promise<Answer> =>
    open().kube.ask("POST", probes("?dryRun=All"), {
      body: { apiVersion: `${group}/v1`, kind: "Probe", metadata: { name: unique("probe") }, spec },
    });

  test.each([
    [{ s: "a" }, ["spec.s: FieldValueInvalid"]],
    [{ s: "abcd" }, ["spec.s: FieldValueTooLong"]],
    [{ i: 1 }, ["spec.i: FieldValueInvalid"]],
    [{ i: 5 }, ["spec.i: FieldValueInvalid"]],
    [{ n: "x" }, ["spec.n: FieldValueTypeInvalid"]],
    [{ b: "x" }, ["spec.b: FieldValueTypeInvalid"]],
    [{ l: [] }, ["spec.l: FieldValueInvalid"]],
    [{ l: ["a", "b", "c"] }, ["spec.l: FieldValueTooMany"]],
    [{ l: [1] }, ["spec.l[0]: FieldValueTypeInvalid"]],
    [{ l: [null] }, ["spec.l[0]: FieldValueTypeInvalid"]],
    [{ l: {} }, ["spec.l: FieldValueTypeInvalid"]],
    [{ st: ["a", "a"] }, ["spec.st[1]: FieldValueDuplicate"]],
    [{ mp: [{ k: "a" }, { k: "a" }] }, ["spec.mp[1]: FieldValueDuplicate"]],
    [{ mp: [{}] }, ["spec.mp[0].k: FieldValueRequired"]],
    [{ o: {} }, ["spec.o: FieldValueInvalid"]],
    [{ o: { a: "b", c: "d" } }, ["spec.o: FieldValueTooMany"]],
    [{ o: { a: 1 } }, ["spec.o.a: FieldValueTypeInvalid"]],
    [{ ios: true }, ["spec.ios: FieldValueTypeInvalid"]],
    [{ ios: 1.5 }, ["spec.ios: FieldValueTypeInvalid"]],
    [{ any: [] }, ["spec.any: FieldValueTypeInvalid"]],
    [{ dt: "x" }, ["spec.dt: FieldValueTypeInvalid"]],
    [{ by: "%%" }, ["spec.by: FieldValueTypeInvalid"]],
    [{ one: { a: "x", c: "y" } }, ["<nil>: FieldValueInvalid"]],
    [{ e: 3 }, ["spec.e: FieldValueNotSupported"]],
    [[], ["spec: FieldValueTypeInvalid"]],
  ])("the schema refuses %j", async (spec, causes) => {
    const refused = await probe(spec);
    expectStatus(refused, 422, "Invalid");
    expect(causesOf(refused)).toEqual(causes);
  });

  test.each([
    [
      { mp: [{ k: "a" }, { k: "b" }] },
      {
        mp: [
          { k: "a", v: "dv" },
          { k: "b", v: "dv" },
        ],
        nd: "x",
      },
    ],
    [{ ios: "x" }, { ios: "x", nd: "x" }],
    [{ ios: 3 }, { ios: 3, nd: "x" }],
    [{ any: { x: { y: [1, null] } } }, { any: { x: { y: [1, null] } }, nd: "x" }],
    [{ nul: null }, { nul: null, nd: "x" }],
    [{ nd: null }, { nd: "x" }],
    [{ s: null, l: null, o: null }, { nd: "x" }],
    [
      { zz: 1, i: 2.0 },
      { i: 2, nd: "x" },
    ],
  ])("the schema takes %j and makes %j of it", async (spec, stored) => {
    const made = await probe(spec);
    expect([made.status, made.json.spec]).toEqual([201, stored]);
  });

  test("lists with keys in the schema are owned by element", async () => {
    const { kube } = open();
    const name = unique("keyed");
    const apply = (manager: string, mp: readonly object[]) =>
      kube.ask("PATCH", `${probes(`/${name}`)}?fieldManager=${manager}`, {
        body: { apiVersion: `${group}/v1`, kind: "Probe", metadata: { name }, spec: { mp } },
        headers: APPLY,
      });
    await apply("a", [{ k: "1", v: "x" }]);
    const both = await apply("b", [{ k: "2", v: "y" }]);
    expect([both.status, both.json.spec.mp]).toEqual([
      200,
      [
        { k: "1", v: "x" },
        { k: "2", v: "y" },
      ],
    ]);
    const left = await apply("a", []);
    expect(left.json.spec.mp).toEqual([{ k: "2", v: "y" }]);
  });
}
