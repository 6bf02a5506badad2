import { extractedBytes, goJson, queriedBytes, valueBytes } from "../../../reconciler/template/value";
import { JsonNumber, type Json } from "../../../reconciler/vault/types";

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();
const n = (source: string): JsonNumber => new JsonNumber(source);

describe("bytes of a value", () => {
  test.each<[string, Json, string]>([
    ["a string is raw", 'pa<ss>&"\n', 'pa<ss>&"\n'],
    ["a large integer keeps its digits", n("12345678901234567890"), "12345678901234567890"],
    ["a number keeps its text", n("1.0"), "1.0"],
    ["true", true, "true"],
    ["null is empty", null, ""],
    ["an array", ["a", n("1.50"), null, false], '["a",1.50,null,false]'],
    [
      "an object has Go's key order and escapes",
      new Map<string, Json>([
        ["b", "<&>"],
        ["10", n("1")],
        ["9", "\u2028\b\u0001\\"],
        ["__proto__", "x"],
        ["é", new Map()],
        ["a", []],
      ]),
      '{"10":1,"9":"\\u2028\\b\\u0001\\\\","__proto__":"x","a":[],"b":"\\u003c\\u0026\\u003e","é":{}}',
    ],
  ])("%s", (_name, value, expected) => {
    expect(text(valueBytes(value))).toBe(expected);
  });

  test("goJson sorts keys by UTF-8 bytes, not by UTF-16 units", () => {
    expect(
      goJson(
        new Map([
          ["\u{1F600}", null],
          ["\uFF5E", null],
        ]),
      ),
    ).toBe('{"\uFF5E":null,"\u{1F600}":null}');
  });

  test.each([
    ["1.0", "1"],
    ["2.50", "2.5"],
    ["12345678901234567890", "12345678901234567000"],
    ["1e21", "1000000000000000000000"],
    ["1.5e-9", "0.0000000015"],
    ["-1.25e22", "-12500000000000000000000"],
    ["-0", "-0"],
    ["5432", "5432"],
  ])("extract prints the number %s as float64 without exponent: %s", (source, expected) => {
    expect(text(extractedBytes(n(source)))).toBe(expected);
  });

  test("numbers inside an extracted object are printed as Go marshals float64", () => {
    expect(text(extractedBytes([n("1.0"), n("1e21"), n("1e-7"), n("0.000001")]))).toBe("[1,1e+21,1e-7,0.000001]");
  });

  test("what is beyond float64 cannot be extracted, alone or within a value, but is kept by name", () => {
    expect(extractedBytes(n("1e400"))).toBeUndefined();
    expect(extractedBytes([new Map<string, Json>([["x", n("-1e400")]])])).toBeUndefined();
    expect(text(extractedBytes(n("1e-400")))).toBe("0");
    expect(text(valueBytes(n("1e400")))).toBe("1e400");
    expect(text(queriedBytes(n("1e400")))).toBe("+Inf");
    expect(text(queriedBytes(n("-1e400")))).toBe("-Inf");
  });

  test("a number reached by a path keeps an integer's digits and shortens the rest", () => {
    expect(text(queriedBytes(n("12345678901234567890")))).toBe("12345678901234567890");
    expect(text(queriedBytes(n("2.50")))).toBe("2.5");
    expect(text(queriedBytes([n("2.50")]))).toBe("[2.50]");
  });
});
