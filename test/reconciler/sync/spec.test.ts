import { compileSpec } from "../../../reconciler/sync/spec";
import type { ExternalSecret, JsonRecord } from "../../../api";
import { externalSecret } from "./objects";

const compile = (spec: JsonRecord) => compileSpec(externalSecret({ spec }) as unknown as ExternalSecret);

describe("the compiled spec", () => {
  test("fills in ESO's defaults and resolves the stores", () => {
    const spec = compile({
      refreshInterval: undefined,
      dataFrom: [{ extract: { key: "/all", conversionStrategy: "Unicode" } }],
      data: [
        { secretKey: "a", remoteRef: { key: "p", version: "3", nullBytePolicy: "Fail" } },
        {
          secretKey: "b",
          remoteRef: { key: "q", property: "x" },
          sourceRef: { storeRef: { name: "shared", kind: "ClusterSecretStore" } },
        },
      ],
    });
    expect(spec).toEqual({
      problem: undefined,
      refreshPolicy: "Periodic",
      interval: 3_600_000,
      target: "db",
      creation: "Owner",
      template: undefined,
      keys: undefined,
      sources: [
        {
          place: "spec.dataFrom[0]",
          store: "SecretStore/payments/vault",
          key: "all",
          version: undefined,
          property: undefined,
          secretKey: undefined,
          unicodeKeys: true,
          refuseNul: false,
        },
        {
          place: "spec.data[0]",
          store: "SecretStore/payments/vault",
          key: "p",
          version: "3",
          property: undefined,
          secretKey: "a",
          unicodeKeys: false,
          refuseNul: true,
        },
        {
          place: "spec.data[1]",
          store: "ClusterSecretStore/shared",
          key: "q",
          version: undefined,
          property: "x",
          secretKey: "b",
          unicodeKeys: false,
          refuseNul: false,
        },
      ],
    });
  });

  const ref = { key: "p" };
  test.each<[string, JsonRecord, string]>([
    [
      "manifest",
      { target: { manifest: { apiVersion: "v1", kind: "ConfigMap" } } },
      "spec.target.manifest is not supported yet",
    ],
    ["immutable", { target: { immutable: true } }, "spec.target.immutable is not supported yet"],
    [
      "creationPolicy None",
      { target: { creationPolicy: "None" } },
      "spec.target.creationPolicy None is not supported yet",
    ],
    [
      "deletionPolicy Delete",
      { target: { deletionPolicy: "Delete" } },
      "spec.target.deletionPolicy Delete is not supported yet",
    ],
    ["sync windows", { syncWindows: { kind: "allow", windows: [] } }, "spec.syncWindows is not supported yet"],
    ["find", { dataFrom: [{ find: { name: { regexp: "x" } } }] }, "spec.dataFrom[0].find is not supported yet"],
    [
      "rewrite",
      { dataFrom: [{ extract: ref, rewrite: [{ merge: {} }] }] },
      "spec.dataFrom[0].rewrite is not supported yet",
    ],
    [
      "generators",
      { dataFrom: [{ sourceRef: { generatorRef: { kind: "Password", name: "x" } } }] },
      "spec.dataFrom[0].sourceRef.generatorRef is not supported yet",
    ],
    [
      "extract with property",
      { dataFrom: [{ extract: { key: "p", property: "x" } }] },
      "spec.dataFrom[0].extract.property is not supported yet",
    ],
    [
      "metadata",
      { data: [{ secretKey: "a", remoteRef: { key: "p", metadataPolicy: "Fetch" } }] },
      "spec.data[0].remoteRef.metadataPolicy Fetch is not supported yet",
    ],
    [
      "decoding",
      { data: [{ secretKey: "a", remoteRef: { key: "p", decodingStrategy: "Base64" } }] },
      "spec.data[0].remoteRef.decodingStrategy Base64 is not supported yet",
    ],
    [
      "a path out of its place",
      { data: [{ secretKey: "a", remoteRef: { key: "p/../q" } }] },
      'spec.data[0].remoteRef.key contains a "." or ".." segment',
    ],
    [
      "a bad key",
      { data: [{ secretKey: "a b", remoteRef: ref }] },
      'spec.data[0].secretKey may only have letters, digits, "-", "_" and "."',
    ],
    [
      "a key twice",
      {
        data: [
          { secretKey: "a", remoteRef: ref },
          { secretKey: "a", remoteRef: ref },
        ],
      },
      "spec.data has the secretKey a twice",
    ],
    ["nothing to read", { data: [] }, "spec needs data or dataFrom"],
    ["no store", { secretStoreRef: undefined }, "spec.data[0] has no store: set spec.secretStoreRef.name"],
    [
      "an interval of days",
      { refreshInterval: "1d" },
      'spec.refreshInterval is not a Go duration: write for example "5m", "1h30m" or "24h"; days do not exist',
    ],
    [
      "an unknown refresh policy",
      { refreshPolicy: "Never" },
      'spec.refreshPolicy "Never" is not one of Periodic, OnChange, CreatedOnce',
    ],
  ])("%s is refused by name, never ignored", (_name, spec, problem) => {
    expect(compile(spec).problem).toBe(problem);
  });

  test("what is not carried out comes first, in the order of the spec's list, then what is wrong", () => {
    const spec = {
      refreshPolicy: "Never",
      syncWindows: { kind: "allow", windows: [] },
      target: { deletionPolicy: "Delete", template: { metadata: { finalizers: ["a/b"] }, mergePolicy: "Add" } },
      dataFrom: [{ find: {} }, {}],
      data: [
        { secretKey: "a b", remoteRef: { key: "p", metadataPolicy: "Fetch" } },
        { secretKey: "c", remoteRef: { key: "..", decodingStrategy: "Rot13" } },
      ],
    };
    expect(compile(spec).problem?.split("; ")).toEqual([
      "spec.syncWindows is not supported yet",
      "spec.target.deletionPolicy Delete is not supported yet",
      "spec.dataFrom[0].find is not supported yet",
      "spec.data[0].remoteRef.metadataPolicy Fetch is not supported yet",
      "spec.data[1].remoteRef.decodingStrategy Rot13 is not supported yet",
      "spec.target.template.metadata.finalizers is not supported yet",
      'spec.refreshPolicy "Never" is not one of Periodic, OnChange, CreatedOnce',
      "spec.dataFrom[1] needs extract, find or sourceRef",
      'spec.data[0].secretKey may only have letters, digits, "-", "_" and "."',
      'spec.data[1].remoteRef.key contains a "." or ".." segment',
      'spec.target.template.mergePolicy "Add" is not one of Replace, Merge',
    ]);
  });

  test("an empty policy is the same as none", () => {
    const none = {
      data: [{ secretKey: "a", remoteRef: { key: "p" } }],
      dataFrom: [{ extract: { key: "q" } }],
      target: {},
    };
    const empty = {
      refreshPolicy: "",
      target: { creationPolicy: "", deletionPolicy: "" },
      data: [
        { secretKey: "a", remoteRef: { key: "p", metadataPolicy: "", decodingStrategy: "", conversionStrategy: "" } },
      ],
      dataFrom: [{ extract: { key: "q", property: "", conversionStrategy: "" }, rewrite: [] }],
    };
    expect(compile(empty)).toEqual(compile(none));
    expect(compile(none)).toMatchObject({ problem: undefined, creation: "Owner", refreshPolicy: "Periodic" });
  });

  test("the defaults that the CRD fills in are fine", () => {
    const target = { creationPolicy: "Owner", deletionPolicy: "Retain" };
    const remoteRef = { key: "p", conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" };
    expect(compile({ target, data: [{ secretKey: "a", remoteRef }] }).problem).toBeUndefined();
  });
});
