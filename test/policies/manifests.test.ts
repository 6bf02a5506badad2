import * as fc from "fast-check";
import { dump } from "js-yaml";
import { KeyturnError } from "../../api";
import { parseEnvironmentsText, parseManifests } from "../../policies";
import { environments } from "./fixtures";

function refusal(text: string, file = "a.yaml"): string {
  try {
    parseManifests(text, file);
  } catch (error) {
    if (error instanceof KeyturnError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("reading manifests", () => {
  test("documents are read with the lines they start at; empty ones are left out", () => {
    const { manifests, others } = parseManifests(
      "---\n---\n# only a comment\n---\n\napiVersion: v1\nkind: A\n---\nx: 1\n--- {apiVersion: v1, kind: B}\n",
      "a.yaml",
    );
    expect(manifests.map(({ object, source }) => [object, source?.line])).toEqual([
      [{ apiVersion: "v1", kind: "A" }, 6],
      [{ apiVersion: "v1", kind: "B" }, 10],
    ]);
    expect(others).toEqual([9]);
  });

  test("fields are found with line and column, through lists, other styles and after a byte order mark", () => {
    const text =
      "\uFEFFapiVersion: v1\r\nkind: A\r\nspec:\r\n  data:\r\n    - a: {b: c,\r\n         'd': e}\r\n    - \"f\": |\r\n        x\r\n        y\r\n      g: 1\r\n---\r\nnull\r\n---\r\napiVersion: v1\r\nkind: B\r\nspec: {x: [1, 2]}\r\n";
    const { manifests } = parseManifests(text, "a.yaml");
    const at = (index: number, ...path: (string | number)[]): string => {
      const found = manifests[index]?.source?.locate?.(path);
      return `${found?.line}:${found?.column}`;
    };
    expect(at(0, "spec", "data", 0, "a", "d")).toBe("6:11");
    expect(at(0, "spec", "data", 1, "g")).toBe("10:7");
    expect(at(0, "spec", "data", 1, "missing", "deeper")).toBe("7:7");
    expect(at(0, "spec", "data", 9)).toBe("4:3");
    expect(at(1, "spec", "x", 1)).toBe("16:15");
  });

  test("JSON is read, indented with tabs too", () => {
    const { manifests } = parseManifests('{\n\t"apiVersion": "v1",\n\t"kind": "A",\n\t"x": "\\u00e9\\/"\n}', "a.json");
    expect(manifests.map(({ object }) => object)).toEqual([{ apiVersion: "v1", kind: "A", x: "é/" }]);
  });

  test("merge keys bring their fields, so that none can hide there", () => {
    const { manifests } = parseManifests("x: &x {data: {a: eA==}}\napiVersion: v1\nkind: Secret\n<<: *x\n", "a.yaml");
    expect(manifests[0]?.object).toMatchObject({ data: { a: "eA==" } });
  });

  test("keyturn's own files beside manifests are neither objects nor strange", () => {
    const text =
      "apiVersion: keyturn.dev/v1alpha1\nkind: Access\ngrants: []\n---\napiVersion: keyturn.dev/v1alpha1\nkind: Environments\nenvironments: []\n";
    expect(parseManifests(text, "a.yaml")).toEqual({ manifests: [], others: [] });
  });

  test.each([
    [
      "a: 1\nb: 2\na: 3",
      "a.yaml:3:1: is not valid YAML: a key is used twice in one mapping (remove one of them; readers differ in which one they take)",
    ],
    ["a: *Canary", "a.yaml:1:5: is not valid YAML: unidentified alias (put the value in quotes if it is a text)"],
    ["a: !Canary x", "a.yaml:1:4: is not valid YAML: unknown scalar tag (put the value in quotes if it is a text)"],
    [
      'a: "Canary',
      "a.yaml:1:11: is not valid YAML: unexpected end of the stream within a double quoted scalar (correct the file; templates have to be rendered first)",
    ],
    [
      "a: Canary: x",
      "a.yaml:1:10: is not valid YAML: bad indentation of a mapping entry (correct the file; templates have to be rendered first)",
    ],
    [
      "{{ Canary }}: x\n",
      "a.yaml:1:1: is not valid YAML: object-based map does not support complex keys (correct the file; templates have to be rendered first)",
    ],
    [
      "a: [Canary\nb: 1",
      "a.yaml:2:1: is not valid YAML: deficient indentation (correct the file; templates have to be rendered first)",
    ],
    ["a: &a [*a]", "a.yaml: an alias refers to something that contains it (write the manifest without these aliases)"],
  ])("%j is refused with its place and without its text", (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test("aliases that stand for millions of values are refused without being written out", () => {
    const levels = "abcdefghi".split("");
    const bomb = levels.map((name, index) => {
      const inside = index === 0 ? '"x"' : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(inside).join(", ")}]`;
    });
    expect(refusal(bomb.join("\n"))).toBe(
      "a.yaml: its aliases stand for more than 1000000 values (write the manifest without these aliases)",
    );
  });

  test("very many aliases, and very deep nesting, are refused", () => {
    expect(refusal(`a: &a 1\nb: [${Array(2000).fill("*a").join(", ")}]`)).toContain(
      "is not valid YAML: aliases exceeded maxAliases",
    );
    expect(refusal(`a: ${"[".repeat(5000)}`)).toContain("is not valid YAML: nesting exceeded maxDepth");
  });

  test("no malformed text is answered with anything but one line that names the file and repeats no word of it", () => {
    const valid = dump({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "n" },
      stringData: { a: "CANARYCANARY", b: "*CANARY", c: "!CANARY x" },
    });
    fc.assert(
      fc.property(fc.nat(valid.length), fc.nat(12), fc.string({ maxLength: 6 }), (at, length, insert) => {
        const broken = valid.slice(0, at) + insert + valid.slice(at + length);
        try {
          parseManifests(broken, "a.yaml");
        } catch (error) {
          expect(error).toBeInstanceOf(KeyturnError);
          const { message } = error as KeyturnError;
          expect(message).toMatch(/^a\.yaml(:\d+:\d+)?: [^\n]+$/);
          expect(message).not.toMatch(/CANARY|ANARY/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("reading environments", () => {
  const document = { apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments };

  test("YAML and JSON give the same", () => {
    expect(parseEnvironmentsText(dump(document, { noRefs: true }), "e.yaml")).toEqual(environments);
    expect(parseEnvironmentsText(JSON.stringify(document), "e.json")).toEqual(environments);
  });

  test.each([
    [
      "",
      "e.yaml: is empty (an environments file is one keyturn.dev/v1alpha1 Environments document, see docs/environments.md)",
    ],
    [
      "a: 1\n---\nb: 1",
      "e.yaml: has more than one document (an environments file is one keyturn.dev/v1alpha1 Environments document, see docs/environments.md)",
    ],
    [
      "a: 1",
      "e.yaml: is not a keyturn.dev/v1alpha1 Environments document (write it with `cdk8s synth` or by hand, see docs/environments.md)",
    ],
  ])("%j is refused", (text, message) => {
    expect(() => parseEnvironmentsText(text, "e.yaml")).toThrow(message);
  });
});
