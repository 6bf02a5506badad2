import { bytesOf, textOf } from "../../../../reconciler/template/go/bytes";
import { marshal } from "../../../../reconciler/template/go/json";
import { messageOf, parseYamlMap } from "../../../../reconciler/template/yaml";

const read = (text: string): unknown => JSON.parse(textOf(marshal(parseYamlMap(bytesOf(text)), { html: false })));

function refused(text: string): string {
  try {
    parseYamlMap(bytesOf(text));
  } catch (error) {
    return messageOf(error);
  }
  return "read";
}

// The expected values were given by sigs.k8s.io/yaml 1.6.0.
describe("scalars are those of YAML 1.1", () => {
  test.each([
    ["y", true],
    ["Off", false],
    ["tRUE", "tRUE"],
    ["~", null],
    ["", null],
    ["010", 8],
    ["08", 8],
    ["0o17", 15],
    ["0x1F", 31],
    ["-0x10", -16],
    ["0b101", 5],
    ["0b-11", -3],
    ["1_000", 1000],
    ["0x", "0x"],
    ["1e3", 1000],
    [".5_0", 0.5],
    ["1e400", "1e400"],
    ["12:30", "12:30"],
    ["2001-01-01", "2001-01-01"],
    ["9007199254740993", 9007199254740992],
    ["18446744073709551616", 18446744073709552000],
    ["0xFFFFFFFFFFFFFFFF", 18446744073709552000],
    ["0x10000000000000000", "0x10000000000000000"],
    ["'1'", "1"],
    ["!!str 1", "1"],
    ["!!float 3", 3],
    ["!x 1", "1"],
    ["!!binary aGk=", "hi"],
    ["!!binary /w==", "\ufffd"],
    ["x#y # c", "x#y"],
    ["one\n  two\n\n  three", "one two\nthree"],
    ["|\n  one\n   two\n\n", "one\n two\n"],
    ["|+\n  one\n\n", "one\n\n"],
    [">-\n  one\n  two\n", "one two"],
    ['"\\x41\\u00e9\\N"', "Aé\u0085"],
    ["'it''s'", "it's"],
  ])("%s", (text, expected) => {
    expect(read(`a: ${text}`)).toEqual({ a: expected });
  });
});

describe("maps", () => {
  test("keys become strings, a float64 with the precision of a float32", () => {
    expect(read("1: a\n1.23456789: b\nn: c\n0x10: d\n.inf: e\n2001-01-01: f")).toEqual({
      "1": "a",
      "1.2345679": "b",
      false: "c",
      "16": "d",
      ".inf": "e",
      "2001-01-01": "f",
    });
  });

  test("of equal keys the last counts, and what it drops is not looked at", () => {
    expect(read("a: .nan\na: 1")).toEqual({ a: 1 });
    expect(read("a: {~: 1}\na: 2")).toEqual({ a: 2 });
  });

  test("a merge wins over what stands before it and loses to what stands behind", () => {
    expect(read("base: &b {x: 1}\na: {x: 2, <<: *b}\nc: {<<: *b, x: 3}")).toEqual({
      base: { x: 1 },
      a: { x: 1 },
      c: { x: 3 },
    });
  });

  test("of several merged maps the first wins", () => {
    expect(read("a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}")).toMatchObject({ c: { x: 1, z: 2 } });
  });

  test("__proto__ is a key like any other", () => {
    expect([...parseYamlMap("__proto__: {a: 1}").entries.keys()]).toEqual(["__proto__"]);
  });

  test("two uses of an anchor are two maps", () => {
    const { entries } = parseYamlMap("a: &x {k: 1}\nb: *x");
    expect(entries.get("a")).toEqual(entries.get("b"));
    expect(entries.get("a")).not.toBe(entries.get("b"));
  });
});

describe("where yaml.v2 is peculiar, so are we", () => {
  test("an empty flow collection is no key: the document ends behind it", () => {
    expect(read("{}: a")).toEqual({});
    expect(refused("k: {}: a")).toContain("mapping values are not allowed in this context");
  });

  test("a key may be 1,024 characters long", () => {
    expect(Object.keys(read(`${"é".repeat(1024)}: 1`) as object)).toEqual(["é".repeat(1024)]);
    expect(refused(`${"é".repeat(1025)}: 1`)).toContain("mapping values are not allowed in this context");
  });

  test("a second byte order mark hides the first character of the lines behind it", () => {
    expect(read("\ufeff? a\n? b\n")).toEqual({ a: null, b: null });
    expect(refused("\ufeff\ufeff? a\n? b\n")).toContain("line 1: did not find expected key");
  });
});

describe("documents", () => {
  test.each([[""], ["# c\n"], ["null"], ["---\n"]])("%j is an empty map", (text) => {
    expect(read(text)).toEqual({});
  });

  test("only the first counts, and behind it anything may stand", () => {
    expect(read("a: 1\n---\n{{{")).toEqual({ a: 1 });
    expect(read("{a: 1} trailing")).toEqual({ a: 1 });
  });

  test("a byte that is not UTF-8 counts up to the block of 512 bytes that the document ends in", () => {
    expect(() => parseYamlMap(`a: 1\n---\n${"x".repeat(200)}\xff`)).toThrow("invalid leading UTF-8 octet");
    expect(parseYamlMap(`a: 1\n---\n${"x".repeat(600)}\xff`).entries.get("a")).toBe(1);
  });

  test("UTF-16 is read by its byte order mark", () => {
    const little = Buffer.from("\ufeffa: é😀\n", "utf16le");
    expect(parseYamlMap(little.toString("latin1")).entries.get("a")).toBe(bytesOf("é😀"));
    expect(parseYamlMap(Buffer.from(little).swap16().toString("latin1")).entries.get("a")).toBe(bytesOf("é😀"));
  });

  test("lines may end in CR LF, CR, NEL", () => {
    expect(read("a: 1\r\nb: |\r\n  x\r\n  y\rc: 2\u0085d: 3")).toEqual({ a: 1, b: "x\ny\n", c: 2, d: 3 });
  });
});

describe("what is refused, in Go's words but for values", () => {
  test.each([
    ["a: 1\nb: c: d", "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context"],
    ["a: b: c", "error converting YAML to JSON: yaml: mapping values are not allowed in this context"],
    ["a: [1\nb", "error converting YAML to JSON: yaml: line 2: did not find expected ',' or ']'"],
    [
      "x: |\n\ta",
      "error converting YAML to JSON: yaml: line 2: found a tab character where an indentation space is expected",
    ],
    ["a: 'x\n", "error converting YAML to JSON: yaml: line 2: found unexpected end of stream"],
    [
      "- a",
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    ],
    ["a: \u007f", "error converting YAML to JSON: yaml: control characters are not allowed"],
    ["a: *secret", "error converting YAML to JSON: yaml: unknown anchor referenced"],
    ["a: &secret [*secret]", "error converting YAML to JSON: yaml: anchor value contains itself"],
    ["a: !!int secret", "error converting YAML to JSON: yaml: cannot decode !!str as a !!int"],
    ["[secret]: a", "error converting YAML to JSON: yaml: invalid map key"],
    ["~: secret", "error converting YAML to JSON: unsupported map key"],
    ["a: .inf", "error converting YAML to JSON: json: unsupported value"],
  ])("%j", (text, message) => {
    expect(refused(text)).toBe(message);
  });
});
