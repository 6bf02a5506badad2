import type { ExternalSecret, JsonRecord } from "../../../api";
import { externalSecretRecord } from "../../../reconciler/sync/record";
import { compileSpec, type CompiledSpec } from "../../../reconciler/sync/spec";
import { TEXT_KEPT } from "../../../reconciler/sync/template-spec";
import { externalSecret } from "./objects";

const compile = (template: unknown, spec: JsonRecord = {}, apiVersion = "external-secrets.io/v1"): CompiledSpec =>
  compileSpec({
    ...externalSecret({ spec: { target: { template }, ...spec } }),
    apiVersion,
  } as unknown as ExternalSecret);

describe("the template of a spec", () => {
  test.each(["external-secrets.io/v1", "external-secrets.io/v1beta1"])(
    "%s: every part with its place, in ESO's order",
    (version) => {
      const { problem, keys, template } = compile(
        {
          engineVersion: "v2",
          type: "kubernetes.io/dockerconfigjson",
          mergePolicy: "Replace",
          metadata: { labels: { team: "x" }, annotations: { note: "{{ now }}" }, finalizers: [] },
          data: { b: "{{ .password }}", a: "{{ uuidv4 }}" },
          templateFrom: [{ literal: "c: d", target: "data" }],
        },
        {},
        version,
      );
      expect(problem).toBeUndefined();
      expect(keys).toBeUndefined();
      const place = "spec.target.template";
      const decoding = "None";
      expect(template).toEqual({
        type: "kubernetes.io/dockerconfigjson",
        withFetched: false,
        random: true,
        keys: undefined,
        labels: ["team"],
        annotations: ["note"],
        parts: [
          {
            place: `${place}.templateFrom[0].literal`,
            into: "data",
            key: undefined,
            text: "c: d",
            decoding,
            random: false,
          },
          { place: `${place}.data.a`, into: "data", key: "a", text: "{{ uuidv4 }}", decoding, random: true },
          { place: `${place}.data.b`, into: "data", key: "b", text: "{{ .password }}", decoding, random: false },
          { place: `${place}.metadata.labels.team`, into: "labels", key: "team", text: "x", decoding, random: false },
          {
            place: `${place}.metadata.annotations.note`,
            into: "annotations",
            key: "note",
            text: "{{ now }}",
            decoding,
            random: true,
          },
        ],
      });
    },
  );

  test.each<[string, JsonRecord, readonly string[] | undefined]>([
    ["nothing but metadata keeps what was fetched", { metadata: { labels: { a: "b" } } }, ["password"]],
    ["data replaces it", { data: { config: "x" } }, ["config"]],
    ["mergePolicy Merge adds to it", { data: { config: "x" }, mergePolicy: "Merge" }, ["config", "password"]],
    [
      "a literal adds what only its text knows",
      { data: { config: "x" }, templateFrom: [{ literal: "a: b" }] },
      undefined,
    ],
    [
      "a literal of labels does not",
      { data: { config: "x" }, templateFrom: [{ literal: "a: b", target: "Labels" }] },
      ["config"],
    ],
  ])("the keys of the Secret: %s", (_name, template, keys) => {
    const spec = compile(template);
    expect([spec.problem, spec.keys]).toEqual([undefined, keys]);
  });

  test("with extract the fetched keys are known to the provider alone", () => {
    const extract = { dataFrom: [{ extract: { key: "p" } }] };
    expect(compile({ data: { a: "" } }, extract).keys).toEqual(["a"]);
    expect(compile({ data: { a: "" }, mergePolicy: "Merge" }, extract).keys).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ["another engine", { engineVersion: "v1" }, '.engineVersion "v1" is not supported: the engine is v2'],
    ["another merge policy", { mergePolicy: "Add" }, '.mergePolicy "Add" is not one of Replace, Merge'],
    ["finalizers", { metadata: { finalizers: ["a/b"] } }, ".metadata.finalizers is not supported yet"],
    [
      "a ConfigMap",
      { templateFrom: [{ configMap: { name: "x", items: [] } }] },
      ".templateFrom[0].configMap is not supported yet",
    ],
    [
      "a Secret",
      { templateFrom: [{ literal: "" }, { secret: { name: "x", items: [] } }] },
      ".templateFrom[1].secret is not supported yet",
    ],
    [
      "another target",
      { templateFrom: [{ literal: "", target: "spec.x" }] },
      '.templateFrom[0].target "spec.x" is not one of Data, Annotations, Labels',
    ],
    [
      "another decoding",
      { templateFrom: [{ literal: "", valuesDecodingStrategy: "Hex" }] },
      '.templateFrom[0].valuesDecodingStrategy "Hex" is not one of None, Base64, Base64URL, Auto',
    ],
    ["a bad key", { data: { "a b": "" } }, '.data.a b may only have letters, digits, "-", "_" and "."'],
    ["a value that is no text", { data: { a: 1 } }, ".data.a is not a string"],
    ["data that are no map", { data: [] }, ".data is not an object"],
    [
      "a bootstrap token",
      { type: "bootstrap.kubernetes.io/token" },
      '.type "bootstrap.kubernetes.io/token" is not allowed',
    ],
    [
      "a token of a ServiceAccount",
      {
        type: "kubernetes.io/service-account-token",
        metadata: { annotations: { "kubernetes.io/service-account.name": "x" } },
      },
      '.type "kubernetes.io/service-account-token" with annotation "kubernetes.io/service-account.name" is not allowed',
    ],
    [
      "the same through a literal",
      { type: "kubernetes.io/service-account-token", templateFrom: [{ literal: "", target: "ANNOTATIONS" }] },
      '.type "kubernetes.io/service-account-token" with templateFrom target "Annotations" is not allowed',
    ],
    [
      "a text that is no template",
      { data: { "config.yaml": "a: 1\nb: {{ .x | nothing }}" } },
      '.data.config.yaml: template "config.yaml" line 2, column 12: function "nothing" not defined',
    ],
    [
      "a literal that is no template",
      { templateFrom: [{ literal: "{{ if }}" }] },
      '.templateFrom[0].literal: template "spec.target.template.templateFrom[0].literal" line 1, column 7: missing value for if',
    ],
  ])("%s is refused by name before anything is read", (_name, template, problem) => {
    expect(compile(template).problem).toBe(`spec.target.template${problem}`);
    // A refusal is not forgotten when the same template is compiled again.
    expect(compile(template).problem).toBe(`spec.target.template${problem}`);
  });

  test("a template that is no object is refused, not read as none", () => {
    expect(compile("x").problem).toBe("spec.target.template is not an object");
    expect(compile(null).problem).toBe("spec.target.template is not an object");
  });

  test("long texts are not kept for every object, equal templates are kept once", () => {
    const long = { data: { a: "x".repeat(TEXT_KEPT + 1) } };
    expect(compile(long).template).toMatchObject({ keys: ["a"], parts: undefined });
    expect(compile({ data: { a: "y" } }).template).toBe(compile({ data: { a: "y" } }).template);
  });

  test("with a template, even an empty one, no label or annotation of the ExternalSecret goes to the Secret", () => {
    const metadata = { labels: { app: "shop" }, annotations: { note: "x" } };
    const record = externalSecretRecord(externalSecret({ metadata, spec: { target: { template: {} } } }));
    expect([record.labelKeys, record.annotationKeys, record.metadata]).toEqual([
      [],
      [],
      { labels: {}, annotations: {} },
    ]);
  });
});
