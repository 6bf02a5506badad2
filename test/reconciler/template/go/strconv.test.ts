import fc from "fast-check";
import {
  atoi,
  canBackquote,
  formatFloat,
  formatInt,
  parseBool,
  parseFloat,
  parseInt,
  parseUint,
  quote,
  quoteRune,
  quoteRuneToAscii,
  quoteToAscii,
  unquote,
  type FloatFormat,
} from "../../../../reconciler/template/go/strconv";

describe("quote", () => {
  test.each([
    ["", '""'],
    ["plain text", '"plain text"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["\x07\b\f\n\r\t\v\x00\x7f", '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
    ["\xc3\xa9", '"\xc3\xa9"'],
    ["\xff\xc3", '"\\xff\\xc3"'],
    ["\xc2\xad\xe2\x80\xa8\xef\xbb\xbf", '"\\u00ad\\u2028\\ufeff"'],
    ["\xf4\x8f\xbf\xbf", '"\\U0010ffff"'],
  ])("%j is %s", (bytes, quoted) => {
    expect(quote(bytes)).toBe(quoted);
  });

  test("to ASCII, of runes, and what can stand in backquotes", () => {
    expect(quoteToAscii("\xc3\xa9\xf0\x9f\x98\x80\xff")).toBe('"\\u00e9\\U0001f600\\xff"');
    expect(quoteRune(0x27) + quoteRune(0x22) + quoteRune(0xe9) + quoteRune(0xd800)).toBe(
      "'\\'''\"''\xc3\xa9''\xef\xbf\xbd'",
    );
    expect(quoteRuneToAscii(0xe9)).toBe("'\\u00e9'");
    expect(["a\tb", "a\nb", "a`b", "\xff", "\xef\xbb\xbf", "\xc3\xa9"].map(canBackquote)).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test("unquote takes back what quote gave", () => {
    const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(fc.property(bytes, (text) => unquote(quote(text)) === text && unquote(quoteToAscii(text)) === text));
  });
});

test.each([
  ['"a\\x41\\101\\u00e9\\U0001f600\\n"', "aAA\xc3\xa9\xf0\x9f\x98\x80\n"],
  ["`raw \\n\r`", "raw \\n"],
  ["'x'", "x"],
  ["'\\''", "'"],
  ["''", ""],
  ['"\\\'"', undefined],
  ["'\\\"'", undefined],
  ["'ab'", undefined],
  ['"a', undefined],
  ['"a\n"', undefined],
  ['"\\ud800"', undefined],
  ['"\\400"', undefined],
  ['"\\x4"', undefined],
  ['"\\q"', undefined],
  ["`a`b`", undefined],
  ["a", undefined],
  ["", undefined],
])("unquote of %s is %j", (literal, bytes) => {
  expect(unquote(literal)).toBe(bytes);
});

describe("parseInt", () => {
  test.each<[text: string, base: number, bits: number, value: bigint, error?: "syntax" | "range"]>([
    ["0", 10, 64, 0n],
    ["-12", 10, 64, -12n],
    ["+12", 10, 64, 12n],
    ["9223372036854775807", 10, 64, 2n ** 63n - 1n],
    ["9223372036854775808", 10, 64, 2n ** 63n - 1n, "range"],
    ["-9223372036854775808", 10, 0, -(2n ** 63n)],
    ["-9223372036854775809", 10, 64, -(2n ** 63n), "range"],
    ["128", 10, 8, 127n, "range"],
    ["-128", 10, 8, -128n],
    ["300x", 10, 8, 127n, "range"],
    ["0x1_F", 0, 64, 31n],
    ["0b1_01", 0, 64, 5n],
    ["0o17", 0, 64, 15n],
    ["017", 0, 64, 15n],
    ["0_7", 0, 64, 7n],
    ["1_000", 0, 64, 1000n],
    ["08", 0, 64, 0n, "syntax"],
    ["1__0", 0, 64, 0n, "syntax"],
    ["_1", 0, 64, 0n, "syntax"],
    ["1_", 0, 64, 0n, "syntax"],
    ["1_000", 10, 64, 0n, "syntax"],
    ["0x1f", 16, 64, 0n, "syntax"],
    ["zZ", 36, 64, 1295n],
    ["12", 2, 64, 0n, "syntax"],
    ["", 10, 64, 0n, "syntax"],
    ["-", 10, 64, 0n, "syntax"],
    ["--1", 10, 64, 0n, "syntax"],
    [" 1", 10, 64, 0n, "syntax"],
    ["0x", 0, 64, 0n, "syntax"],
  ])("%j in base %i and %i bits", (text, base, bits, value, ...[error]) => {
    expect(parseInt(text, base, bits)).toEqual(error === undefined ? { value } : { value, error });
  });

  test("atoi, parseUint, parseBool and formatInt", () => {
    expect(atoi("42")).toEqual({ value: 42n });
    expect(atoi("4.2")).toEqual({ value: 0n, error: "syntax" });
    expect(parseUint("18446744073709551615")).toEqual({ value: 2n ** 64n - 1n });
    expect(parseUint("18446744073709551616")).toEqual({ value: 2n ** 64n - 1n, error: "range" });
    expect(parseUint("-1")).toEqual({ value: 0n, error: "syntax" });
    expect(["1", "t", "T", "TRUE", "true", "True"].map((text) => parseBool(text).value)).toEqual(Array(6).fill(true));
    expect(parseBool("False")).toEqual({ value: false });
    expect(parseBool("yes")).toEqual({ value: false, error: "syntax" });
    expect([2, 8, 16, 36].map((base) => formatInt(-255n, base))).toEqual(["-11111111", "-377", "-ff", "-73"]);
  });
});

describe("parseFloat", () => {
  test.each<[text: string, value: number, error?: "syntax" | "range"]>([
    ["1", 1],
    ["-1.5e3", -1500],
    ["+.5", 0.5],
    ["5.", 5],
    ["1e400", Infinity, "range"],
    ["-1e400", -Infinity, "range"],
    ["1e-400", 0],
    ["-0", -0],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["NaN", NaN],
    ["-nan", 0, "syntax"],
    ["infinit", 0, "syntax"],
    ["0x1p-2", 0.25],
    ["0x1.8P1", 3],
    ["0x_1p4", 16],
    ["0x1", 0, "syntax"],
    ["0xp1", 0, "syntax"],
    ["0x1p-1074", 5e-324],
    ["0x1p-1075", 0],
    ["0x1.8p-1075", 5e-324],
    ["0x1.fffffffffffff8p1023", Infinity, "range"],
    ["1_000.5", 1000.5],
    ["1_.5", 0, "syntax"],
    ["1__0", 0, "syntax"],
    ["", 0, "syntax"],
    [".", 0, "syntax"],
    ["e5", 0, "syntax"],
    ["1e", 0, "syntax"],
    ["1 ", 0, "syntax"],
    ["1.7976931348623159e308", Infinity, "range"],
    ["2.4703282292062328e-324", 5e-324],
    ["2.4703282292062327e-324", 0],
  ])("%j", (text, value, ...[error]) => {
    expect(parseFloat(text)).toEqual(error === undefined ? { value } : { value, error });
  });

  test("to float32 rounds once", () => {
    expect(parseFloat("0.1", 32).value).toBe(0.10000000149011612);
    // Just above the middle of two float32: a way through float64 would lose what decides.
    expect(parseFloat("1.000000059604644775390625000000001", 32).value).toBe(1.0000001192092896);
    expect(parseFloat("1.000000059604644775390625", 32).value).toBe(1);
    expect(parseFloat("3.4028235677973366e38", 32)).toEqual({ value: 3.4028234663852886e38 });
    expect(parseFloat("3.4028236e38", 32)).toEqual({ value: Infinity, error: "range" });
  });
});

describe("formatFloat", () => {
  test.each<[value: number, format: FloatFormat, precision: number, text: string]>([
    [0, "g", -1, "0"],
    [-0, "f", 2, "-0.00"],
    [0.5, "f", 0, "0"],
    [1.5, "f", 0, "2"],
    [2.5, "f", 0, "2"],
    [0.125, "f", 2, "0.12"],
    [0.375, "f", 2, "0.38"],
    [25, "e", 0, "2e+01"],
    [1e21, "f", -1, "1000000000000000000000"],
    [1e21, "f", 1, "1000000000000000000000.0"],
    [1e-7, "f", -1, "0.0000001"],
    [123456789, "g", -1, "1.23456789e+08"],
    [123456, "g", -1, "123456"],
    [0.00001, "g", -1, "1e-05"],
    [100, "g", 2, "1e+02"],
    [100, "g", 20, "100"],
    [1234.5678, "G", 3, "1.23E+03"],
    [5e-324, "e", -1, "5e-324"],
    [0.1, "f", 55, "0.1000000000000000055511151231257827021181583404541015625"],
    [1, "b", -1, "4503599627370496p-52"],
    [-0.3, "x", -1, "-0x1.3333333333333p-02"],
    [1.9999, "x", 0, "0x1p+01"],
    [10, "X", 3, "0X1.400P+03"],
    [Infinity, "f", 2, "+Inf"],
    [-Infinity, "g", -1, "-Inf"],
    [NaN, "e", 3, "NaN"],
  ])("%d by %s and %i is %s", (value, format, precision, text) => {
    expect(formatFloat(value, format, precision)).toBe(text);
  });

  test("of float32 is as short as float32 allows", () => {
    expect(formatFloat(0.1, "g", -1, 32)).toBe("0.1");
    expect(formatFloat(16777216, "f", -1, 32)).toBe("16777216");
    // An exact half goes to the even digit.
    expect(formatFloat(-135.953125, "g", -1, 32)).toBe("-135.95312");
    expect(formatFloat(1e-45, "e", -1, 32)).toBe("1e-45");
    expect(formatFloat(1, "b", -1, 32)).toBe("8388608p-23");
  });

  test("reads back as the same number", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom<FloatFormat>("e", "f", "g", "x"),
        (value, format) => Object.is(parseFloat(formatFloat(value, format, -1)).value, value),
      ),
    );
  });
});
