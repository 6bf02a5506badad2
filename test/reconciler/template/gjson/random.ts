import fc, { type Arbitrary } from "fast-check";
import { bytesOf } from "../../../../reconciler/template/go/bytes";

/** Random documents and paths, both as byte strings. Few names and values, so that paths often lead somewhere. */

const pick = (...values: readonly string[]): Arbitrary<string> => fc.constantFrom(...values.map(bytesOf));
const join = (...parts: readonly Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...parts).map((pieces) => pieces.join(""));
const many = (part: Arbitrary<string>, separator: string, maxLength: number, minLength = 0): Arbitrary<string> =>
  fc.array(part, { minLength, maxLength }).map((pieces) => pieces.join(separator));

const name = fc.oneof(
  { weight: 6, arbitrary: pick("a", "a", "b", "b", "c") },
  { weight: 2, arbitrary: pick("ab", "abc", "", "0", "1", "a.b", "x*", "é", "日本", "@this", "#", "a|b", "__proto__") },
);
const space = fc.oneof(
  { weight: 8, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: pick(" ", "\n", "\t", "  \r\n") },
);

const escape = pick(
  '\\"',
  "\\\\",
  "\\/",
  "\\b\\f\\n\\r\\t",
  "\\u0061",
  "\\u00e9",
  "\\u2028",
  "\\ud83d\\ude00",
  "\\ud83d",
  "\\udc00\\ud83d",
  "\\ud83d\\u0041",
  "\\u003c",
  "\\u0000",
);
const letter = pick(
  "a",
  "b",
  "c",
  " ",
  "*",
  "?",
  ".",
  "<",
  "é",
  "日",
  "\u{1F600}",
  "\u2028",
  "1",
  "{",
  "[",
  "]",
  "}",
  ":",
  ",",
  "\u007f",
);
const odd = pick("\\x", "\\u12", "\\", "\u0001", "\n").chain((text) =>
  fc.constantFrom(text, "\xff", "\xc3", "\xe2\x80"),
);
const textPiece = fc.oneof(
  { weight: 12, arbitrary: letter },
  { weight: 5, arbitrary: escape },
  { weight: 1, arbitrary: odd },
);
const text = fc.oneof(
  pick("true", "false", "1", "0", "t", "F", "TRUE", "x", "abc", '{\\"a\\":1}', "[1,2]", ""),
  many(textPiece, "", 6),
);
const string = fc.oneof(name, text).map((inner) => `"${inner}"`);
const number = pick(
  "0",
  "1",
  "2",
  "-1",
  "1.0",
  "1.50",
  "10",
  "-0",
  "1e3",
  "1E-7",
  "1e400",
  "12345678901234567890",
  "0.1",
  "100",
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: string },
  { weight: 4, arbitrary: number },
  { weight: 3, arbitrary: pick("true", "false", "null") },
  {
    weight: 1,
    arbitrary: pick("nan", "NaN", "inf", "Infinity", "-inf", "+5", "0x1p4", "nul", "tru", "fals", "01", "-", "1_000"),
  },
);

const value: Arbitrary<string> = fc.letrec<{ value: string; array: string; object: string }>((tie) => {
  const spaced = join(space, tie("value"), space);
  return {
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("array"), tie("object")),
    array: fc
      .oneof(many(spaced, ",", 5), many(join(space, tie("object"), space), ",", 4), many(scalar, ",", 6))
      .map((inner) => `[${inner}]`),
    object: many(
      join(
        space,
        fc.oneof({ weight: 6, arbitrary: name }, { weight: 1, arbitrary: text }).map((key) => `"${key}"`),
        space,
        fc.constant(":"),
        spaced,
      ),
      ",",
      5,
    ).map((inner) => `{${inner}}`),
  };
}).value;

const document = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(
        join(
          name.map((key) => `"${key}":`),
          value,
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((members) => `{${members.join(",")}}`),
  },
  { weight: 4, arbitrary: fc.array(value, { maxLength: 6 }).map((elements) => `[${elements.join(", ")}]`) },
  { weight: 2, arbitrary: join(space, value, space) },
  { weight: 1, arbitrary: many(value, "\n", 5) },
);

const SPECIAL = '{}[]()":,\\.|#@!*?%=<>~ \n\t-0123456789abcdefnrtuINu\u0000\u0001\x7f\x80\xc3\xa9\xe2\xff'.split("");
interface Edit {
  readonly at: number;
  readonly count: number;
  readonly insert: readonly string[];
}
const edit: Arbitrary<Edit> = fc.record({
  at: fc.nat(1000),
  count: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.nat(20) },
  ),
  insert: fc.array(fc.constantFrom(...SPECIAL), { maxLength: 3 }),
});
const applied = (subject: string, edits: readonly Edit[]): string =>
  edits.reduce((from, { at, count, insert }) => {
    const start = at % (from.length + 1);
    return from.slice(0, start) + insert.join("") + from.slice(start + count);
  }, subject);
/** Broken now and then. */
const broken = (subject: Arbitrary<string>, odds: number): Arbitrary<string> =>
  fc
    .tuple(
      subject,
      fc.oneof(
        { weight: 10 - odds, arbitrary: fc.constant([]) },
        { weight: odds, arbitrary: fc.array(edit, { minLength: 1, maxLength: 4 }) },
      ),
    )
    .map(([whole, edits]) => applied(whole, edits));

const key = fc.oneof(
  { weight: 12, arbitrary: pick("a", "a", "b", "b", "c", "0", "1") },
  { weight: 3, arbitrary: pick("ab", "abc", "2", "", "é", "日本", "__proto__") },
  { weight: 2, arbitrary: pick("a\\.b", "x\\*", "\\@this", "\\#", "a\\|b", "\\a", "a\\\\b", "\\") },
  { weight: 4, arbitrary: pick("*", "?", "a*", "*b", "?*", "a?c", "*a*", "**", "é*", "?本", "a*\\*", "x\\**") },
  { weight: 1, arbitrary: pick("00", "18446744073709551617", "-1", "1x", "a#b", "a!") },
);

const parts = fc.letrec<{
  path: string;
  part: string;
  condition: string;
  multipath: string;
  modifier: string;
  literal: string;
}>((tie) => ({
  path: fc
    .tuple(tie("part"), fc.array(fc.tuple(fc.constantFrom(".", ".", ".", "|"), tie("part")), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.map(([separator, part]) => separator + part).join("")),
  part: fc.oneof(
    { depthSize: "small" },
    { weight: 12, arbitrary: key },
    { weight: 3, arbitrary: pick("#") },
    { weight: 4, arbitrary: tie("modifier") },
    { weight: 4, arbitrary: tie("condition") },
    { weight: 2, arbitrary: tie("multipath") },
    { weight: 1, arbitrary: tie("literal") },
  ),
  condition: fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: pick("a", "b", "", "c") }, { weight: 1, arbitrary: tie("path") }),
      pick("", "=", "==", "!=", "<", "<=", ">", ">=", "%", "!%", "!", " == ", "=="),
      fc.oneof(
        string,
        number,
        pick(
          "a",
          "true",
          "false",
          "null",
          "~true",
          "~false",
          "~null",
          "~*",
          "~x",
          '"*a*"',
          '"?"',
          '"a*"',
          '"*\\\\*"',
          "1_0",
          "0x1p0",
          "nan",
          "",
          '"',
        ),
      ),
      fc.constantFrom("", "#", "#"),
      fc.constantFrom("()", "()", "()", "[]"),
    )
    .map(
      ([path, operator, wanted, all, brackets]) =>
        `#${brackets.charAt(0)}${path}${operator}${operator === "" ? "" : wanted}${brackets.charAt(1)}${all}`,
    ),
  multipath: fc.oneof(
    many(tie("path"), ",", 4).map((inner) => `[${inner}]`),
    many(
      fc.oneof(tie("path"), join(pick("a:", '"b":', '"x y":', '"\\u0041":', '"bad\\x":', "<é>:", ":"), tie("path"))),
      ",",
      4,
    ).map((inner) => `{${inner}}`),
  ),
  modifier: fc.oneof(
    pick(
      "@this",
      "@reverse",
      "@keys",
      "@values",
      "@flatten",
      "@join",
      "@valid",
      "@ugly",
      "@tostr",
      "@fromstr",
      "@group",
      "@pretty",
      '@flatten:{"deep":true}',
      '@flatten:{"deep":1}',
      "@flatten:deep",
      '@join:{"preserve":true}',
      "@join:true",
      "@this:a.b",
      "@nope",
      "@dig",
      "@keys:",
      '@pretty:{"sortKeys":true}',
      '@pretty:{"indent":"\\t","prefix":" "}',
      '@pretty:{"width":0}',
      '@pretty:{"width":10,"sortKeys":true}',
      '@pretty:{"width":-1}',
      '@pretty:{"width":"20","indent":"x y"}',
      '@pretty:{"indent":""}',
      "@fromstr|@tostr",
      "@tostr.@fromstr",
    ),
    join(fc.constant("@dig:"), fc.oneof(key, tie("path"))),
  ),
  literal: join(fc.constant("!"), fc.oneof(value, pick("true", "FALSE", "null", "Nan", "inf", "İnf", "x", '"a', "{"))),
}));

const path = fc.oneof(
  { weight: 9, arbitrary: parts.path },
  { weight: 1, arbitrary: parts.path.map((rest) => `..${rest}`) },
  { weight: 1, arbitrary: parts.path.map((rest) => `.${rest}`) },
);

export interface Question {
  readonly json: string;
  readonly path: string;
}

/** A path to some value of a valid document, by the numbers; what they choose is escaped as gjson's `Escape` does. */
function wayInto(json: string, choices: readonly number[]): { readonly way: string; readonly value: unknown } {
  let way = "";
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { way, value };
  }
  for (const choice of choices) {
    if (typeof value !== "object" || value === null) break;
    const entries = Object.entries(value);
    const entry = entries[choice % Math.max(entries.length, 1)];
    if (entry === undefined) break;
    way += `${way === "" ? "" : choice % 5 === 0 ? "|" : "."}${entry[0].replace(/[^a-z0-9_ \x80-\xff-]/g, "\\$&")}`;
    value = entry[1];
  }
  return { way, value };
}

const guided = fc
  .tuple(document, fc.array(fc.nat(20), { maxLength: 4 }), parts.condition, parts.modifier, parts.path, fc.nat(8))
  .map(([json, choices, condition, modifier, path, choice]) => {
    const { way, value } = wayInto(json, choices);
    const elements = ["#", `#.${path}`, condition, `${condition}.${path}`, `${condition}|${path}`];
    const ends = [...(Array.isArray(value) ? elements : []), modifier, path, `${modifier}|${path}`];
    const end = choice === 0 && way !== "" ? undefined : ends[choice % ends.length];
    return { json, path: end === undefined ? way : way === "" ? end : `${way}.${end}` };
  });

export const question: Arbitrary<Question> = fc.oneof(
  fc.record({ json: broken(document, 3), path: broken(path, 2) }),
  guided,
);

const noise = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SPECIAL),
      fc.nat(255).map((byte) => String.fromCharCode(byte)),
    ),
    { maxLength: 30 },
  )
  .map((bytes) => bytes.join(""));
/** Nothing but noise from the characters that mean something. */
export const noisy: Arbitrary<Question> = fc.record({ json: fc.oneof(noise, document), path: fc.oneof(noise, path) });
