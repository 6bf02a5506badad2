import fc from "fast-check";
import { bytesOf, textOf } from "../../../../reconciler/template/go/bytes";
import { unmarshal } from "../../../../reconciler/template/go/json";
import { BYTE_SLICE, UINT8 } from "../../../../reconciler/template/go/type";
import { anyMap, anySlice, GoInteger, GoMap, GoSlice, type Value } from "../../../../reconciler/template/go/value";
import { parseYamlMap, printYaml } from "../../../../reconciler/template/yaml";

const valueOf = (json: unknown): Value => unmarshal(bytesOf(JSON.stringify(json))).value;
const printed = (json: unknown): string => textOf(printYaml(valueOf(json)));

// The expected texts were given by sigs.k8s.io/yaml 1.6.0.
describe("values are written as yaml.v2 does", () => {
  test("maps by keys in natural order, sequences in maps not indented", () => {
    expect(printed({ b: [1, { d: [], c: {} }], a10: 1, a9: null, "1": [["x"]] })).toBe(
      '"1":\n- - x\na9: null\na10: 1\nb:\n- 1\n- c: {}\n  d: []\n',
    );
  });

  test.each([
    ["yes", '"yes"'],
    ["", '""'],
    ["12:30", '"12:30"'],
    ["2001-02-28", '"2001-02-28"'],
    ["2001-02-30", "2001-02-30"],
    ["a: b", "'a: b'"],
    ["it's", "it's"],
    ["# it's", "'# it''s'"],
    ["a\tb", '"a\\tb"'],
    ["😀", '"\\U0001F600"'],
    ["é", "é"],
    ["a\nb", "|-\n  a\n  b"],
    ["a\nb\n", "|\n  a\n  b"],
    [" a\nb\n\n", "|2+\n   a\n  b\n"],
    ["a \nb", '"a \\nb"'],
    ["a\u2028b", "'a\u2028  b'"],
    ["\ufeffa b", '"\\uFEFF\\x61\\x20\\x62"'],
    ["a\u0085b", "a b"],
  ])("%j", (text, expected) => {
    expect(printed(text)).toBe(`${expected}\n`);
  });

  test("lines are folded at the first single space behind column 80", () => {
    expect(printed({ k: `${"word ".repeat(17)}end` })).toBe(`k: ${"word ".repeat(15)}word\n  word end\n`);
    expect(printed({ k: `${"x".repeat(90)} y  z w` })).toBe(`k: ${"x".repeat(90)}\n  y  z w\n`);
  });

  test("a space in column 80 is kept", () => {
    expect(printed(`${"x".repeat(80)} y`)).toBe(`${"x".repeat(80)} y\n`);
    expect(printed(`${"x".repeat(81)} y`)).toBe(`${"x".repeat(81)}\n  y\n`);
    expect(printed(`${"é".repeat(80)} y`)).toBe(`${"é".repeat(80)} y\n`);
  });

  test("a key of more than 128 bytes or of more than one line is marked by a question mark", () => {
    expect(printed({ ["k".repeat(129)]: { a: [1] } })).toBe(`? ${"k".repeat(129)}\n: a:\n  - 1\n`);
    expect(printed({ "a\nb": 1 })).toBe("? |-\n  a\n  b\n: 1\n");
  });

  test("numbers as their JSON is read", () => {
    const numbers = [5, -0, 0.1, 1e6, 1e20, 1e21, 1e-7, 1234567.5, 18446744073709549568, 18446744073709551616];
    expect(textOf(printYaml(anySlice(numbers)))).toBe(
      "- 5\n- 0\n- 0.1\n- 1000000\n- 1e+20\n- 1e+21\n- 1e-07\n- 1.2345675e+06\n- 18446744073709550000\n- 1.8446744073709552e+19\n",
    );
    expect(printYaml(9223372036854775807n)).toBe("9223372036854775807\n");
  });

  test("bytes as base64, nil maps and slices as null", () => {
    const bytes = new GoSlice(
      BYTE_SLICE,
      [104n, 105n].map((byte) => new GoInteger(UINT8, byte)),
    );
    expect(printYaml(anyMap([["a", bytes]]))).toBe("a: aGk=\n");
    expect(printYaml(anySlice([new GoSlice(BYTE_SLICE, [], true), new GoMap(anyMap().type, new Map(), true)]))).toBe(
      "- null\n- null\n",
    );
  });

  test("what yaml.v2 cannot read back from JSON is refused", () => {
    expect(() => printed("a\u007f")).toThrow("control characters are not allowed");
    expect(() => printed("\uffff")).toThrow("control characters are not allowed");
    expect(() => printed({ ["k".repeat(1100)]: 1 })).toThrow("did not find expected ',' or '}'");
    expect(() => printYaml(NaN)).toThrow();
    const loop = anyMap();
    loop.entries.set("self", loop);
    expect(() => printYaml(loop)).toThrow("contains itself");
  });

  test("keys without an order give the same text in whichever order they were set", () => {
    expect(printed({ "10": 1, "1a": 1, "2": 1 })).toBe(printed({ "2": 1, "1a": 1, "10": 1 }));
    const keys = ["2", "1a", "10"];
    const texts = [keys, [...keys].reverse()].map((order) => printYaml(anyMap(order.map((key) => [key, 1n]))));
    expect(texts[0]).toBe(texts[1]);
  });
});

const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "grapheme", maxLength: 12 }), fc.lorem());
const json = fc.jsonValue({ stringUnit: "grapheme", maxDepth: 4 });
/** Through JSON, NEL folds and some controls are refused. */
const isKept = (value: unknown): boolean => !/[\u007f-\u009f\ufffe\uffff]/.test(JSON.stringify(value));

describe("laws", () => {
  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.oneof(json, text), (value) => {
        fc.pre(isKept(value));
        const wanted = valueOf({ v: value });
        expect(parseYamlMap(printYaml(wanted))).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  test("the short way and Go's way through JSON write the same", () => {
    const bytes = new GoSlice(BYTE_SLICE, []);
    fc.assert(
      fc.property(fc.oneof(json, text), (value) => {
        fc.pre(isKept(value));
        const short = printYaml(anySlice([valueOf(value)]));
        // A slice of bytes has a JSON of its own, so that all is written by way of JSON.
        expect(printYaml(anySlice([valueOf(value), bytes]))).toBe(`${short}- ""\n`);
      }),
      { numRuns: 500 },
    );
  });
});
