import fc from "fast-check";
import { jsonFunctions } from "../../../../reconciler/template/functions/json";
import { marshal, unmarshal } from "../../../../reconciler/template/go/json";
import { ANY_SLICE, BYTE_SLICE, INT64, STRING_MAP, UINT8 } from "../../../../reconciler/template/go/type";
import {
  anyMap,
  anySlice,
  GoInteger,
  GoMap,
  GoObject,
  GoSlice,
  type Value,
} from "../../../../reconciler/template/go/value";

class Certificate extends GoObject {
  readonly type = { name: "sprig.certificate", kind: "struct" } as const;
  readonly fields = new Map<string, Value>([
    ["Cert", "<c>"],
    ["Key", null],
  ]);
}
class Version extends GoObject {
  readonly type = { name: "*semver.Version", kind: "ptr" } as const;
  readonly fields = new Map<string, Value>();
  override json(): string {
    return '"1.0.0+<a>"';
  }
}

describe("marshal", () => {
  test.each<[Value, string]>([
    [null, "null"],
    [true, "true"],
    [-(2n ** 63n), "-9223372036854775808"],
    [new GoInteger(INT64, 7n), "7"],
    [1, "1"],
    [-0, "-0"],
    [1e20, "100000000000000000000"],
    [1e21, "1e+21"],
    [1e-6, "0.000001"],
    [1.5e-7, "1.5e-7"],
    ["<a href='x'>&\"\\/", '"\\u003ca href=\'x\'\\u003e\\u0026\\"\\\\/"'],
    ["\x00\b\t\n\f\r\x1f\x7f", '"\\u0000\\b\\t\\n\\f\\r\\u001f\x7f"'],
    ["\xc3\xa9\xff\xe2\x80\xa8\xe2\x80\xa9\xed\xa0\x80", '"\xc3\xa9\\ufffd\\u2028\\u2029\\ufffd\\ufffd\\ufffd"'],
    [
      new GoSlice(
        BYTE_SLICE,
        [1, 255].map((n) => new GoInteger(UINT8, BigInt(n))),
      ),
      '"Af8="',
    ],
    [new GoSlice(BYTE_SLICE, [], true), "null"],
    [new GoSlice(ANY_SLICE, [], true), "null"],
    [new GoMap(STRING_MAP, new Map(), true), "null"],
    [anySlice([]), "[]"],
    [anyMap(), "{}"],
    [
      anyMap([
        ["b", 1n],
        ["a", anySlice([null, "x"])],
        ["<", 2n],
        ["\xff", 3n],
      ]),
      '{"\\u003c":2,"a":[null,"x"],"b":1,"\\ufffd":3}',
    ],
    [new Certificate(), '{"Cert":"\\u003cc\\u003e","Key":null}'],
    [new Version(), '"1.0.0+\\u003ca\\u003e"'],
  ])("of %p is %s", (value, json) => {
    expect(marshal(value)).toBe(json);
  });

  test("without HTML escaping, and indented", () => {
    expect(marshal(anySlice(["<&>", new Version()]), { html: false })).toBe('["<&>","1.0.0+<a>"]');
    const value = anyMap([
      ["a", anySlice([1n, anyMap(), anySlice([])])],
      ["b", anyMap([["c", null]])],
    ]);
    expect(marshal(value, { indent: "  " })).toBe(
      '{\n  "a": [\n    1,\n    {},\n    []\n  ],\n  "b": {\n    "c": null\n  }\n}',
    );
  });

  test.each<[Value]>([[NaN], [anySlice([Infinity])], [anyMap([["a", -Infinity]])]])("refuses %p", (value) => {
    expect(() => marshal(value)).toThrow("is not a number JSON can hold");
  });

  test("refuses what contains itself, and writes what is only deep or shared", () => {
    const map = anyMap();
    map.entries.set("a", anySlice([map]));
    expect(() => marshal(map)).toThrow("contains itself");
    let deep: Value = null;
    for (let level = 0; level < 20_000; level++) deep = anySlice([deep]);
    expect(marshal(deep)).toBe(`${"[".repeat(20_000)}null${"]".repeat(20_000)}`);
    const shared = anySlice([1n]);
    expect(marshal(anySlice([shared, shared]))).toBe("[[1],[1]]");
  });

  test("indents no deeper than Go reads back", () => {
    let deep: Value = anySlice([]);
    for (let level = 1; level < 10_000; level++) deep = anySlice([deep]);
    expect(marshal(deep, { indent: "" })).toHaveLength(2 * 10_000 + 2 * 9_999);
    expect(() => marshal(anySlice([deep]), { indent: "" })).toThrow("is nested too deeply");
  });

  test("charges every byte once, as it grows", () => {
    let [charged, largest] = [0, 0];
    const json = marshal(anySlice(Array.from({ length: 10_000 }, (_, index) => BigInt(index))), {
      charge: (bytes) => {
        charged += bytes;
        largest = Math.max(largest, bytes);
      },
    });
    expect(charged).toBe(json.length);
    expect(largest).toBeLessThan(5_000);
  });
});

describe("unmarshal", () => {
  test.each<[text: string, value: Value]>([
    ["null", null],
    [" \t\r\ntrue ", true],
    ["-0", -0],
    ["12345678901234567890", 12345678901234567000],
    ["1E+2", 100],
    ["1e-400", 0],
    ['"a\\u00e9\\/\\n\\ud83d\\ude00"', "a\xc3\xa9/\n\xf0\x9f\x98\x80"],
    ['"\\ud800"', "\xef\xbf\xbd"],
    ['"\\udc00\\ud800\\u0041"', "\xef\xbf\xbd\xef\xbf\xbdA"],
    ['"\\ud800\\ud83d\\ude00"', "\xef\xbf\xbd\xf0\x9f\x98\x80"],
    ['"\xff\xe2\x80"', "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"],
    ["[1, [] ,{}]", anySlice([1, anySlice([]), anyMap()])],
    [
      '{"b":1,"a":2,"b":3}',
      anyMap([
        ["b", 3],
        ["a", 2],
      ]),
    ],
    [
      '{"__proto__":1,"":null}',
      anyMap([
        ["__proto__", 1],
        ["", null],
      ]),
    ],
  ])("of %s", (text, value) => {
    expect(unmarshal(text)).toEqual({ value });
  });

  test.each([
    "",
    "  ",
    "-",
    "[",
    "{",
    '"',
    ":",
    ",",
    "'single'",
    "]",
    "}",
    "nul",
    "nulll",
    "True",
    "01",
    "1.",
    ".5",
    "+1",
    "1e",
    "0x1",
    "NaN",
    "[1,]",
    "[1 2]",
    "[1",
    "{a:1}",
    '{"a"}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    "1 2",
    "{}x",
    '"a\nb"',
    '"\\x"',
    '"\\u12g4"',
    '"\\\'"',
    '"open\\',
    "\xef\xbb\xbf1",
    "\xa01",
    "// x\n1",
  ])("refuses %j", (text) => {
    expect(unmarshal(text)).toEqual({ value: null, error: "syntax" });
  });

  test("a number out of range is nil, and the rest is read", () => {
    expect(unmarshal('{"a":[1,1e400],"b":-1e999}')).toEqual({
      value: anyMap([
        ["a", anySlice([1, null])],
        ["b", null],
      ]),
      error: "range",
    });
  });

  test("reads 10,000 levels and no more", () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(unmarshal(nested(10_000)).error).toBeUndefined();
    expect(unmarshal(nested(10_001))).toEqual({ value: null, error: "depth" });
    expect(unmarshal("[".repeat(5_000_000)).error).toBe("depth");
    expect(unmarshal(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`).error).toBeUndefined();
  });

  test("gives back what marshal wrote", () => {
    const string = fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text).toString("latin1"));
    const value = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        string,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false),
        fc.array(tie("value")).map(anySlice),
        fc.array(fc.tuple(string, tie("value"))).map(anyMap),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.constantFrom({}, { html: false }, { indent: "\t" }), (written, options) => {
        expect(unmarshal(marshal(written, options))).toEqual({ value: written });
      }),
    );
  });
});

describe("functions", () => {
  const render = { now: 0n, random: () => new Uint8Array(), step: () => undefined, room: () => undefined };
  const call = (name: string, ...args: Value[]): Value => {
    const found = jsonFunctions.find((entry) => entry.name === name);
    return found!.call(args, render);
  };

  test("without `must` an error leaves what Go leaves", () => {
    expect(call("fromJson", "[1,1e400]")).toEqual(anySlice([1, null]));
    expect(call("fromJson", "[1,")).toBeNull();
    expect(call("toJson", NaN)).toBe("");
    expect(call("toPrettyJson", NaN)).toBe("");
    expect(() => call("toRawJson", NaN)).toThrow("is not a number JSON can hold");
  });

  test("with `must` an error is one, and holds no value", () => {
    expect(() => call("mustFromJson", "secret")).toThrow(/^is not valid JSON$/);
    expect(() => call("mustFromJson", "[1e400]")).toThrow(/^holds a number out of range$/);
    expect(() => call("mustToJson", NaN)).toThrow("is not a number JSON can hold");
    expect(() => call("mustToPrettyJson", NaN)).toThrow("is not a number JSON can hold");
    expect(() => call("mustToRawJson", NaN)).toThrow("is not a number JSON can hold");
  });
});
