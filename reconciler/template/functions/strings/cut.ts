import { isAscii } from "../../go/bytes";
import { abbreviate, deleteWhiteSpace, initials, wrapLines } from "../../go/goutils";
import { splitN, trim, trimSpace } from "../../go/strings";
import { stringMap, stringSlice, type GoMap, type Value } from "../../go/value";
import { FunctionError, type GoFunction, type Render } from "../function";
import { joined } from "../show";

const trimAll = {
  signature: "func(cutset, s string) string",
  doc: "Without the characters of the set at both ends.",
  call: ([cutset, text]: readonly Value[]) => trim(text as string, cutset as string),
};

export const cutFunctions: readonly GoFunction[] = [
  {
    name: "trim",
    signature: "func(s string) string",
    doc: "Without white space at both ends.",
    example: ['{{ trim "   hello    " }}', "hello"],
    call: ([text]) => trimSpace(text as string),
  },
  { name: "trimAll", ...trimAll, example: ['{{ trimAll "$" "$5.00" }}', "5.00"] },
  { name: "trimall", ...trimAll, example: ['{{ trimall "$" "$5.00" }}', "5.00"] },
  {
    name: "trimSuffix",
    signature: "func(suffix, s string) string",
    doc: "Without the suffix, if it is there.",
    example: ['{{ trimSuffix "-" "hello-" }}', "hello"],
    call: ([suffix, text]) => {
      const [end, whole] = [suffix as string, text as string];
      return end !== "" && whole.endsWith(end) ? whole.slice(0, -end.length) : whole;
    },
  },
  {
    name: "trimPrefix",
    signature: "func(prefix, s string) string",
    doc: "Without the prefix, if it is there.",
    example: ['{{ trimPrefix "-" "-hello" }}', "hello"],
    call: ([prefix, text]) => {
      const [start, whole] = [prefix as string, text as string];
      return whole.startsWith(start) ? whole.slice(start.length) : whole;
    },
  },
  {
    name: "nospace",
    signature: "func(s string) string",
    doc: "Without any white space. Garbles text with spaces that is not ASCII, as Go's library does.",
    example: ['{{ nospace "hello w o r l d" }}', "helloworld"],
    call: ([text]) => deleteWhiteSpace(text as string),
  },
  {
    name: "initials",
    signature: "func(s string) string",
    doc: "The first byte of each word.",
    example: ['{{ initials "First Try" }}', "FT"],
    call: ([text]) => initials(text as string),
  },
  {
    name: "abbrev",
    signature: "func(width int, s string) string",
    doc: "Cut to a width of bytes that counts the `...` at its end; a width below 4 cuts nothing.",
    example: ['{{ abbrev 5 "hello world" }}', "he..."],
    call: ([width, text]) => (Number(width) < 4 ? (text as string) : abbreviate(text as string, 0, Number(width))),
  },
  {
    name: "abbrevboth",
    signature: "func(left, right int, s string) string",
    doc: "Cut at both ends: from the byte `left` on, to a width of `right` bytes that counts each `...`.",
    example: ['{{ abbrevboth 5 10 "1234 5678 9123" }}', "...5678..."],
    call: ([left, right, text]) => {
      const [edge, width] = [Number(left), Number(right)];
      return width < 4 || (edge > 0 && width < 7) ? (text as string) : abbreviate(text as string, edge, width);
    },
  },
  {
    name: "trunc",
    signature: "func(c int, s string) string",
    doc: "The first bytes, or with a negative count the last ones.",
    example: ['{{ trunc 5 "hello world" }}', "hello"],
    call: ([count, text]) => {
      const [c, whole] = [Number(count), text as string];
      if (c < 0) return whole.length + c > 0 ? whole.slice(c) : whole;
      return whole.length > c ? whole.slice(0, c) : whole;
    },
  },
  {
    name: "substr",
    signature: "func(start, end int, s string) string",
    doc: "The bytes from `start` to before `end`; a negative start is 0, a negative end or one too large is the end of the text.",
    example: ['{{ substr 0 5 "hello world" }}', "hello"],
    call: ([start, end, text]) => substring(Number(start), Number(end), text as string),
  },
  {
    name: "wrap",
    signature: "func(l int, s string) string",
    doc: "Lines of at most `l` bytes, broken at spaces; longer words stay whole.",
    example: ['{{ wrap 5 "one two" }}', "one\ntwo"],
    call: ([length, text], render) => wrapped(text as string, Number(length), "\n", false, render),
  },
  {
    name: "wrapWith",
    signature: "func(l int, sep, str string) string",
    doc: "Lines of at most `l` bytes with `sep` between them; longer words are cut.",
    example: ['{{ wrapWith 5 "\\t" "Hello World" }}', "Hello\tWorld"],
    call: ([length, separator, text], render) =>
      wrapped(text as string, Number(length), (separator as string) || "\n", true, render),
  },
  {
    name: "split",
    signature: "func(sep, orig string) map[string]string",
    doc: "The parts between separators, as a dict with the keys `_0`, `_1` and so on.",
    example: ['{{ (split "$" "foo$bar")._1 }}', "bar"],
    call: ([separator, text], render) => numbered(parts(text as string, separator as string, -1, render)),
  },
  {
    name: "splitn",
    signature: "func(sep string, n int, orig string) map[string]string",
    doc: "As `split`, into at most `n` parts; the last one is the rest.",
    example: ['{{ (splitn "$" 2 "foo$bar$baz")._1 }}', "bar$baz"],
    call: ([separator, limit, text], render) =>
      numbered(parts(text as string, separator as string, Number(limit), render)),
  },
  {
    name: "splitList",
    signature: "func(sep, orig string) []string",
    doc: "The parts between separators, as a list; an empty separator gives the characters.",
    example: ['{{ splitList "$" "foo$bar$baz" }}', "[foo bar baz]"],
    call: ([separator, text], render) => stringSlice(parts(text as string, separator as string, -1, render)),
  },
];

function substring(start: number, end: number, text: string): string {
  const [from, to] = start < 0 ? [0, end] : [start, end < 0 || end > text.length ? text.length : end];
  if (to < from || to > text.length) throw new FunctionError("index out of range");
  return text.slice(from, to);
}

function wrapped(text: string, length: number, separator: string, cutWords: boolean, render: Render): string {
  const lines = wrapLines(text, length, cutWords);
  render.step(lines.length >> 4);
  return joined(lines, separator, render);
}

function parts(text: string, separator: string, limit: number, render: Render): string[] {
  const found = separator === "" && limit < 0 && isAscii(text) ? text.split("") : splitN(text, separator, limit);
  render.room(found.length);
  render.step(found.length >> 4);
  return found;
}

const numbered = (texts: readonly string[]): GoMap =>
  stringMap(texts.map((text, index) => [`_${index}`, text] as const));
