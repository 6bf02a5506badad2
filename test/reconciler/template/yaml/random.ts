import fc from "fast-check";

// Random YAML, of a grammar and of fragments, and random JSON. All are texts; the tests make bytes of them.

const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const SCALARS = [
  ..."a b 1 0 -1 010 0x1F 0o17 0b11 1_000 1.5 .5 .5_0 1e3 -0.0 1e400 .inf .nan ~ null y n yes No on true".split(" "),
  ..."18446744073709551615 18446744073709551616 9007199254740993 2001-01-01 12:30 << = -x ?x :x a#b a:b é 日本".split(
    " ",
  ),
  ...[
    "two words",
    "x  y",
    "a, b",
    "it's",
    "''",
    `""`,
    `'q  r'`,
    `'it''s'`,
    `"\\x41\\u00e9\\n"`,
    `"\\N \\_\\L"`,
    `"a b"`,
  ],
  ...["!!str 1", "!!int '2'", "!!float 3", "!!binary YWI=", "!!bool 'y'", "!!null ''", "!x 1", "! 1", "!!int x"],
  ...["!!timestamp 2001-1-1", "!<tag:yaml.org,2002:str> 1", "@a", "a: b", "a #c", "- a", "? a", "[a", "}", "&a", "*a"],
];
/** No two are the same text in JSON: which of `1` and `'1'` is kept changes from run to run in Go. */
const KEYS = [
  ..."a b c key y n 1 0x10 1.5 -2 .inf 2001-01-01 é 'q' <<".split(" "),
  ...[`"w"`, "two words", "''", "!!str 7", "1e10", "~", "18446744073709551615"],
];

type Tree =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "alias"; readonly name: string }
  | { readonly kind: "lines"; readonly head: string; readonly lines: readonly string[] }
  | { readonly kind: "folded"; readonly quote: string; readonly lines: readonly string[] }
  | {
      readonly kind: "map";
      readonly flow: boolean;
      readonly anchor: string;
      readonly entries: readonly (readonly [string, Tree])[];
    }
  | { readonly kind: "list"; readonly flow: boolean; readonly anchor: string; readonly items: readonly Tree[] };

const scalar = fc.constantFrom(...SCALARS).map((text): Tree => ({ kind: "scalar", text }));
const name = fc.constantFrom("x", "y");
const anchor = fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: name });
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "c", "key") },
  { weight: 2, arbitrary: fc.constantFrom(...KEYS) },
);
const words = fc.constantFrom(
  "word",
  "",
  "  indented",
  "x: y",
  "- z",
  "# c",
  "é",
  "trailing ",
  "\ttab",
  "don't",
  "---",
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    name.map((text): Tree => ({ kind: "alias", name: text })),
    fc
      .tuple(fc.constantFrom("|", ">", "|-", ">-", "|+", ">+", "|2", "> # c"), fc.array(words, { maxLength: 4 }))
      .map(([head, lines]): Tree => ({ kind: "lines", head, lines })),
    fc
      .tuple(
        fc.constantFrom("", "'", '"'),
        fc.array(fc.constantFrom("a", "b c", "", "é", "d\\"), { minLength: 1, maxLength: 4 }),
      )
      .map(([quote, lines]): Tree => ({ kind: "folded", quote, lines })),
    fc
      .tuple(fc.boolean(), anchor, fc.array(fc.tuple(key, tie("tree")), { maxLength: 4 }))
      .map(([flow, named, entries]): Tree => ({ kind: "map", flow, anchor: named, entries })),
    fc
      .tuple(fc.boolean(), anchor, fc.array(tie("tree"), { maxLength: 4 }))
      .map(([flow, named, items]): Tree => ({ kind: "list", flow, anchor: named, items })),
  ),
}));

/** What stands behind `key:` or `-`; `indent` is that of the surrounding block. */
function written(node: Tree, indent: number): string {
  const pad = "\n" + " ".repeat(indent);
  switch (node.kind) {
    case "scalar":
      return ` ${node.text}`;
    case "alias":
      return ` *${node.name}`;
    case "lines":
      return ` ${node.head}${node.lines.map((line) => `${pad}  ${line}`).join("")}`;
    case "folded":
      return ` ${node.quote}${node.lines.join(`${pad}  `)}${node.quote}`;
    case "map":
      if (node.flow || node.entries.length === 0) return ` ${inFlow(node)}`;
      return `${named(node.anchor)}${node.entries.map(([text, value]) => `${pad}  ${text}:${written(value, indent + 2)}`).join("")}`;
    case "list":
      if (node.flow || node.items.length === 0) return ` ${inFlow(node)}`;
      return `${named(node.anchor)}${node.items.map((item) => `${pad}- ${written(item, indent).trimStart()}`).join("")}`;
  }
}

const named = (text: string): string => (text === "" ? "" : ` &${text}`);

function inFlow(node: Tree): string {
  switch (node.kind) {
    case "scalar":
      return node.text;
    case "alias":
      return `*${node.name}`;
    case "lines":
      return JSON.stringify(node.lines.join("\n"));
    case "folded":
      return `${node.quote}${node.lines.join(" ")}${node.quote}`;
    case "map":
      return `${named(node.anchor)} {${node.entries.map(([text, value]) => `${text}: ${inFlow(value)}`).join(", ")}}`;
    case "list":
      return `${named(node.anchor)} [${node.items.map(inFlow).join(", ")}]`;
  }
}

/** Mostly maps, with the anchors x and y defined first. */
const documented = fc
  .tuple(
    fc.constantFrom("", "---\n", "# c\n", "%YAML 1.1\n---\n", "\ufeff"),
    fc.array(fc.tuple(key, tree), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("\n", "\n", "\n", "\r\n"),
    fc.constantFrom("", "...\n", "---\nother: 1\n", "# end"),
  )
  .map(([head, entries, lineBreak, tail]) => {
    const anchors = "first: &x {p: 1, q: [2]}\nsecond: &y\n  r: s\n  p: 3";
    const lines = entries.map(([text, value]) => `\n${text}:${written(value, 0)}`).join("");
    return `${head}${anchors}${lines}\n${tail}`.replaceAll("\n", lineBreak);
  });

const FRAGMENTS = [
  ...["a", "b", "- ", "-", "? ", "?", ": ", ":", ", ", ",", "[", "]", "{", "}", "#", " #", "&x ", "*x", "!", "!!str "],
  ...[
    "!!int ",
    "!e!t ",
    "|",
    "|+",
    ">",
    "'",
    '"',
    "%YAML 1.1",
    "%TAG !e! x:",
    "@",
    "\n",
    "\n ",
    "\n  ",
    " ",
    "  ",
    "\t",
  ],
  ...[
    "---",
    "...",
    "---\n",
    "<<: ",
    "~",
    "yes",
    "1",
    "0x1F",
    ".inf",
    "\\n",
    "\\",
    "\\\n",
    "''",
    "é",
    "\u2028",
    "\u0085",
  ],
  ...["\ufeff", "😀", "\r\n", "\r", "b: 2", "- x", "x: y\n".repeat(101), "z".repeat(500), "k".repeat(1020)],
];
const fragments = fc.array(fc.constantFrom(...FRAGMENTS.map(utf8), "\xff", "\xc3", "\xf0\x9f", "\x01"), {
  maxLength: 20,
});

/** Byte strings. */
export const valid: fc.Arbitrary<string> = documented.map(utf8);
export const broken: fc.Arbitrary<string> = fc.oneof(
  fragments.map((parts) => parts.join("")),
  fc
    .tuple(documented, fc.nat(), fc.constantFrom(...FRAGMENTS), fc.integer({ min: 0, max: 3 }))
    .map(([text, at, fragment, cut]) => {
      const place = at % (text.length + 1);
      return utf8(text.slice(0, place) + fragment + text.slice(place + cut));
    }),
  fc.tuple(documented, fc.boolean(), fc.integer({ min: 0, max: 3 })).map(([text, bigEndian, cut]) => {
    const buffer = Buffer.from(`\ufeff${text}`, "utf16le");
    const encoded = bigEndian ? buffer.swap16() : buffer;
    return encoded.subarray(0, encoded.length - cut).toString("latin1");
  }),
);

const STRINGS = [
  ...SCALARS,
  ...[
    "",
    " a",
    "a ",
    "a\n",
    "a\nb",
    "a\n\n",
    "\n",
    "\na",
    " \na",
    "a \nb",
    "a\n b",
    "a\tb",
    "a\rb",
    "\u2028",
    "a\u2028 b",
  ],
  ...[
    "\u0085",
    "a\u0085b",
    "\ufeffab c",
    "a\ufeff",
    "😀",
    "\u007f",
    "\u0080",
    "\uffff",
    "\u0001",
    "\u00a0",
    "<a&b>",
    "---a",
  ],
  ...["2001-02-30", "2001-1-1 1:2:3,5", "1:99", "1:2:3.4", "tRUE", "0b-1", "[a]", "%a", "`a", '"', "\\", "a\\b", "..."],
  ...["k".repeat(128), "k".repeat(129), "é".repeat(65), "k ".repeat(70), "k".repeat(1025)],
];
const text = fc.oneof(
  fc.constantFrom(...STRINGS),
  fc.string({ maxLength: 10 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc
    .array(fc.constantFrom("word", "longer-word", "é", " ", "\n", "'", '"', "x:", "#", "😀", "\u2028", "lorem ipsum"), {
      minLength: 5,
      maxLength: 40,
    })
    .map((parts) => parts.join(" ")),
  fc.array(fc.constantFrom(..."abZ120-_. é日"), { maxLength: 6 }).map((parts) => parts.join("")),
);
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  fc.constantFrom(
    ..."0 -0 1e21 1e20 18446744073709551615 18446744073709549568 9223372036854775807 1e6 1e-6 1e-7".split(" "),
  ),
);

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text.map((string) => JSON.stringify(string)),
    number,
    fc.constantFrom("null", "true", "false"),
    fc.array(tie("value"), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
    fc
      .array(fc.tuple(text, tie("value")), { maxLength: 6 })
      .map((entries) => `{${entries.map(([label, item]) => `${JSON.stringify(label)}:${item}`).join(",")}}`),
  ),
}));

/** The text of a JSON value, as a byte string. */
export const json: fc.Arbitrary<string> = value.map(utf8);
