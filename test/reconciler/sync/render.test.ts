import type { JsonRecord } from "../../../api";
import { decode } from "../../../reconciler/sync/decoding";
import { render, type Extent, type Rendered } from "../../../reconciler/sync/render";
import { compileTemplateSpec } from "../../../reconciler/sync/template-spec";
import { bytes } from "./objects";

const FETCHED = { user: "ann", password: "p:w" };
/** 2026-11-25T10:00:00Z, and the random bytes 0, 1, 2 ... */
const world = {
  now: 1_795_600_800_000_000_000n,
  random: (size: number) => Uint8Array.from({ length: size }, (_, i) => i),
};

function rendering(template: JsonRecord, fetched: Readonly<Record<string, string>> = FETCHED, extent: Extent = "all") {
  const spec = compileTemplateSpec(template, (path, message) => {
    throw new Error(`${path} ${message}`);
  });
  if (spec?.parts === undefined) throw new Error("not compiled");
  return render(spec, spec.parts, bytes(fetched), world, extent);
}

const texts = (rendered: Rendered) => ({
  data: Object.fromEntries([...rendered.data].map(([key, value]) => [key, Buffer.from(value).toString()])),
  labels: Object.fromEntries(rendered.labels),
  annotations: Object.fromEntries(rendered.annotations),
});

function made(...args: Parameters<typeof rendering>) {
  const result = rendering(...args);
  if ("problem" in result) throw new Error(result.problem);
  return { ...texts(result.rendered), random: result.rendered.random };
}

describe("rendering a template", () => {
  test("data, labels and annotations are rendered; what was fetched stays out", () => {
    expect(
      made({
        data: {
          ".dockerconfigjson": '{"auths":{"r.example.com":{"auth":"{{ printf "%s:%s" .user .password | b64enc }}"}}}',
        },
        metadata: { labels: { user: "{{ .user }}" }, annotations: { note: "{{ .user | upper }} é" } },
      }),
    ).toMatchObject({
      data: { ".dockerconfigjson": '{"auths":{"r.example.com":{"auth":"YW5uOnA6dw=="}}}' },
      labels: { user: "ann" },
      annotations: { note: "ANN é" },
    });
  });

  test("later ones win: fetched data, literals in their order, data", () => {
    const template = {
      mergePolicy: "Merge",
      templateFrom: [{ literal: "a: first\nuser: first" }, { literal: "a: second\nb: second" }],
      data: { b: "third" },
    };
    expect(made(template).data).toEqual({ user: "first", password: "p:w", a: "second", b: "third" });
  });

  test("a literal is YAML 1.1 with keys and values, for data, labels or annotations", () => {
    const literal = "port: 5432\non: yes\nuser: {{ .user }}";
    expect(made({ templateFrom: [{ literal }] })).toMatchObject({
      data: { port: "5432", true: "true", user: "ann" },
      labels: {},
    });
    expect(made({ templateFrom: [{ literal, target: "labels" }] })).toMatchObject({
      data: {},
      labels: { port: "5432" },
    });
    expect(made({ templateFrom: [{ literal, target: "Annotations" }] })).toMatchObject({
      annotations: { user: "ann" },
    });
  });

  test("data made of __proto__ and of bytes that are no text arrive whole", () => {
    const template = { data: JSON.parse('{"__proto__": "{{ .user }}"}') as JsonRecord };
    const spec = compileTemplateSpec(template, () => undefined);
    const result = render(spec!, spec!.parts!, new Map([["user", Buffer.from([0xff, 0x00])]]), world);
    expect("rendered" in result && [...result.rendered.data]).toEqual([["__proto__", Buffer.from([0xff, 0x00])]]);
  });

  test("values of a literal are decoded as asked", () => {
    const literal = "a: aGk=\nb: aGk=";
    expect(made({ templateFrom: [{ literal, valuesDecodingStrategy: "Base64" }] }).data).toEqual({ a: "hi", b: "hi" });
    expect(rendering({ templateFrom: [{ literal: "a: CANARY", valuesDecodingStrategy: "Base64" }] })).toEqual({
      problem: "spec.target.template.templateFrom[0].literal: the rendered text has a value that is not Base64",
      limit: false,
    });
  });

  test.each<[string, JsonRecord, string]>([
    [
      "data that do not fit, with the line",
      { data: { "config.yaml": "a: 1\nb:\n  {{ .password | fromJson | toJson }}{{ .missing }}" } },
      '.data.config.yaml: template "config.yaml" line 3, column 41: map has no entry for key "missing"',
    ],
    [
      "a function that refuses",
      { data: { a: "{{ fail .password }}" } },
      '.data.a: template "a" line 1, column 4: in "fail": ',
    ],
    [
      "a literal that is no YAML",
      { templateFrom: [{ literal: "{{ .password }}: [" }] },
      ".templateFrom[0].literal: the rendered text is not a map of texts: ",
    ],
    [
      "a literal with a value that is no text",
      { templateFrom: [{ literal: "a: [1]" }] },
      ".templateFrom[0].literal: the rendered text is not a map of texts: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array",
    ],
    [
      "a rendered key that no Secret can have",
      { templateFrom: [{ literal: "'{{ .password }}': x" }] },
      '.templateFrom[0].literal: the rendered text has a key that may only have letters, digits, "-", "_" and "."',
    ],
    ["a label", { metadata: { labels: { a: "{{ .password.x }}" } } }, ".metadata.labels.a: template "],
  ])("%s is a problem that names the place and holds no value", (_name, template, words) => {
    const result = rendering(template, { password: "CANARY 9" });
    expect(result).toMatchObject({ limit: false });
    expect("problem" in result && result.problem).toContain(`spec.target.template${words}`);
    expect(JSON.stringify(result)).not.toMatch(/CANARY/);
  });

  test("a template beyond its bounds ends, and says so", () => {
    const text = "{{ range until 1000000 }}{{ range until 1000000 }}x{{ end }}{{ end }}";
    const result = rendering({ data: { a: text } });
    expect(result).toMatchObject({ limit: true });
    expect("problem" in result && result.problem).toContain("spec.target.template.data.a: template");
  });

  test("what random templates made is named, unless a steady one came later", () => {
    const template = {
      templateFrom: [{ literal: "a: {{ randAlphaNum 4 }}\nb: {{ .user }}" }],
      data: { b: "{{ .user }}", c: "{{ now | unixEpoch }}" },
      metadata: { annotations: { id: "{{ uuidv4 }}" } },
    };
    const { data, annotations, random } = made(template);
    expect(random).toEqual({ data: new Set(["a", "c"]), labels: new Set(), annotations: new Set(["id"]) });
    expect([Object.keys(data), data.b, data.c, Object.keys(annotations)]).toEqual([
      ["a", "b", "c"],
      "ann",
      "1795600800",
      ["id"],
    ]);
    expect(made(template, FETCHED, "steady")).toEqual({
      data: { b: "ann" },
      labels: {},
      annotations: {},
      random: { data: new Set(), labels: new Set(), annotations: new Set() },
    });
  });
});

test.each<[Parameters<typeof decode>[1], string, string | undefined]>([
  ["None", "aGk=", "aGk="],
  ["Base64", "aGk=", "hi"],
  ["Base64", "a\r\nGk=\n", "hi"],
  ["Base64", "aGk", undefined],
  ["Base64", "_-8=", undefined],
  ["Base64URL", "_-8=", "\xff\xef"],
  ["Base64URL", "/+8=", undefined],
  ["Auto", "/+8=", "\xff\xef"],
  ["Auto", "_-8=", "\xff\xef"],
  ["Auto", "test", "\xb5\xeb-"],
  ["Auto", "not base64!", "not base64!"],
])("the strategy %s makes of %j what Go makes of it", (strategy, text, result) => {
  expect(decode(text, strategy)).toBe(result);
});
