import fc from "fast-check";
import { formatFloat, quote } from "../../../../reconciler/template/go/strconv";
import type { TemplateCase } from "../../../oracle/case";

// Random values written as template expressions, and random formats to print them by.

const PIECES = [
  ..."aZ0 \n\t\"\\`<>&%'/\x00\x7f\x1f",
  ...["é", "日", "😀", "\u2028", "\u2029", "\u00ad", "\ufeff", "\ufffd", "\u0378", "\u{10ffff}", "e\u0301"].map(
    (text) => Buffer.from(text).toString("latin1"),
  ),
  // Not UTF-8: alone, cut off, a surrogate, too large, too long.
  "\xff",
  "\xc3",
  "\xe2\x80",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xc0\xaf",
];

/** A byte string. */
export const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...PIECES), { maxLength }).map((pieces) => pieces.join(""));

/** Doubles, many of them near what printing has to decide about: halves, powers of ten, ends of the range. */
export const double: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    0.5,
    1.5,
    2.5,
    0.1,
    1e6,
    1e20,
    1e21,
    1e-4,
    1e-5,
    1e-6,
    1e-7,
    999999.5,
    5e-324,
    1.7976931348623157e308,
  ),
  fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 1000),
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: -45, max: 20 }))
    .map(([n, e]) => (2 * n + 1) * 2 ** e),
  fc
    .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: -30, max: 30 }))
    .map(([n, e]) => Number(`${n}e${e}`)),
);

function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) return `(float64 "${value}")`;
  const text = formatFloat(value, "e", -1);
  // The literal would lose the sign.
  return text === "-0e+00" ? "(mulf -1.0 0.0)" : text;
}

const integer = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(BigInt),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0x1f600n, 0xd800n, 0x10ffffn, 0x110000n, 2n ** 63n - 1n, -(2n ** 63n)),
);

const text = bytes(6).map(quote);

/** An expression that stands where an argument does. */
export const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    integer.map(String),
    double.map(floatLiteral),
    fc.constantFrom("true", "false", "nil"),
    integer.map((n) => `(int64 "${n}")`),
    text.map((literal) => `(index ${literal.replace(/^"/, '"x')} 0)`),
    fc.array(text, { maxLength: 3 }).map((list) => `(splitList "," (join "," (list ${list.join(" ")})))`),
    fc.integer({ min: 0, max: 4 }).map((count) => `(until ${count})`),
    text.map((literal) => `(split "a" ${literal})`),
    fc.constantFrom(
      '(toDate "2006-01-02" "2020-01-02")',
      '(toDate "2006-01-02" "2020-03-02").Month',
      '(toDate "2006-01-02" "2020-01-02").MarshalText',
      '((toDate "2006-01-02" "2020-01-02").Sub (toDate "2006-01-02" "2019-01-01"))',
    ),
    fc.array(tie("value"), { maxLength: 4 }).map((list) => `(list ${list.join(" ")})`),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 3 }).map((list) => `(dict ${list.flat().join(" ")})`),
    fc.array(tie("value"), { maxLength: 4 }).map((list) => `(chunk 2 (list ${list.join(" ")}))`),
  ),
})).value;

const some = (values: readonly string[], percent: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 99 }).chain((n) => (n < percent ? fc.constantFrom(...values) : fc.constant("")));

const verb = fc
  .tuple(
    fc.array(fc.constantFrom(..."+-# 0"), { maxLength: 2 }).map((flags) => flags.join("")),
    some(["[1]", "[2]", "[3]", "[9]", "[0]", "[x]", "[", "[1", "[]", "[2]]"], 8),
    some(["1", "5", "8", "12", "30", "*", "03", "70", "100000001"], 35),
    some([".", ".0", ".1", ".2", ".3", ".7", ".20", ".*", ".[1]*", ".[2]", ".330"], 30),
    some(["[1]", "[2]", "[3]", "[9]", "[", "[1]*"], 6),
    fc.constantFrom(..."vvvTtbcdoOqxXUeEfFgGsdsqvxdsf%wzy!", "é", ""),
  )
  .map((parts) => `%${parts.join("")}`);

const literal = fc.constantFrom("", "", "x", " ", "é", "%%", "\n");
const format = fc
  .array(fc.tuple(literal, verb, literal), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.flat().join(""));

const template = (text: string): TemplateCase => ({ template: text });

export const printed: fc.Arbitrary<TemplateCase> = fc
  .tuple(format, fc.array(value, { maxLength: 3 }))
  .map(([text, values]) => template(`{{ printf ${JSON.stringify(text)} ${values.join(" ")} }}`));

export const listed: fc.Arbitrary<TemplateCase> = fc
  .tuple(fc.constantFrom("print", "println"), fc.array(value, { maxLength: 4 }))
  .map(([name, values]) => template(`{{ ${name} ${values.join(" ")} }}`));

export const written: fc.Arbitrary<TemplateCase> = fc
  .tuple(
    fc.constantFrom("toJson", "toPrettyJson", "toRawJson", "mustToJson", "mustToPrettyJson", "mustToRawJson"),
    value,
  )
  .map(([name, operand]) => template(`{{ ${name} ${operand} }}`));

/** Prints doubles in every way `strconv` has, through the verbs. */
export const floats: fc.Arbitrary<TemplateCase> = fc
  .tuple(
    fc.array(double, { minLength: 1, maxLength: 4 }),
    fc.constantFrom(..."eEfFgGbxXv"),
    fc.integer({ min: -1, max: 40 }),
  )
  .map(([values, letter, precision]) =>
    template(
      values
        .map((n) => `{{ printf "%${precision < 0 ? "" : `.${precision}`}${letter}" ${floatLiteral(n)} }}`)
        .join("|"),
    ),
  );

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(..."0123456789"), { minLength: 1, maxLength }).map((list) => list.join(""));

/** Spellings of numbers, read by `float64` and by `fromJson`. */
export const numbers: fc.Arbitrary<TemplateCase> = fc
  .oneof(
    fc
      .tuple(
        some(["-", "+"], 30),
        digits(25),
        some([".", "_", ".5", "._"], 40),
        digits(30),
        some(["e", "E-", "e+", "e1_"], 50),
        digits(3),
      )
      .map((parts) => parts.join("")),
    // The middle between two doubles, to all its digits.
    double.filter((n) => Number.isFinite(n) && n !== 0).map((n) => formatFloat(n, "e", 800)),
    fc.tuple(digits(14), digits(14), fc.integer({ min: -1200, max: 1100 })).map(([a, b, e]) => `0x${a}.${b}p${e}`),
    fc.constantFrom(
      "inf",
      "-INF",
      "infinity",
      "nan",
      "infinit",
      "0x1p-1074",
      "0x1p-1075",
      "0x1.8p-1075",
      "1e400",
      "1_000",
      "1__0",
      "0x_1p2",
      ".",
      "1.",
      ".5",
      "08",
      "",
    ),
  )
  .map((number) => template(`{{ printf "%x %v" (float64 "${number}") (fromJson "[${number}]") }}`));

const space = some([" ", "\n", "\t", "\r "], 20);
const jsonText: fc.Arbitrary<string> = fc.letrec<{ json: string }>((tie) => {
  const string = fc
    .array(
      fc.constantFrom(
        "a",
        "\xff",
        "\xe2\x80",
        "\xc3\xa9",
        "\\n",
        "\\/",
        "\\\\",
        '\\"',
        "\\u0041",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\udc00",
        "\\u00e9",
        "\xe2\x80\xa8",
        "\x7f",
        "<",
        "\\b\\f\\r\\t",
        "\\u0000",
        "'",
        "\x01",
        "\\x",
        "\\u12",
      ),
      { maxLength: 4 },
    )
    .map((pieces) => `"${pieces.join("")}"`);
  const spaced = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(space, inner, space).map((parts) => parts.join(""));
  return {
    json: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      spaced(
        fc.constantFrom(
          "null",
          "true",
          "false",
          "0",
          "-0",
          "1",
          "-1.5",
          "1e3",
          "1E+2",
          "1e400",
          "01",
          "1.",
          ".5",
          "-",
          "nul",
          "",
        ),
      ),
      spaced(string),
      spaced(fc.array(tie("json"), { maxLength: 4 }).map((list) => `[${list.join(",")}]`)),
      spaced(
        fc
          .array(fc.tuple(spaced(string), tie("json")), { maxLength: 3 })
          .map((list) => `{${list.map((entry) => entry.join(":")).join(",")}}`),
      ),
    ),
  };
}).json;

/** JSON, some of it broken in one place. */
export const read: fc.Arbitrary<TemplateCase> = fc
  .tuple(jsonText, fc.nat(), some([",", "}", "]", '"', "\\", "1", "-", "e", "\xff", "null", "\x00"], 30))
  .map(([json, at, broken]) => {
    const place = at % (json.length + 1);
    const text = json.slice(0, place) + broken + json.slice(place);
    return {
      template: '{{ $v := fromJson .json }}{{ printf "%#v" $v }}{{ toJson $v }}{{ mustFromJson .json | toPrettyJson }}',
      dataB64: { json: Buffer.from(text, "latin1").toString("base64") },
    };
  });
