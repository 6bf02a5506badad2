import { formatValue } from "../../go/fmt";
import { quote } from "../../go/strconv";
import { count, replaceAll, replacements } from "../../go/strings";
import { GoSlice, stringSlice, type Value } from "../../go/value";
import { FunctionError, type GoFunction, type Render } from "../function";
import { joined, show, showAll } from "../show";

const MOST = 2n ** 63n - 1n;

export const buildFunctions: readonly GoFunction[] = [
  {
    name: "hello",
    signature: "func() string",
    doc: "A greeting, to try out whether functions are there.",
    example: ["{{ hello }}", "Hello!"],
    call: () => "Hello!",
  },
  {
    name: "fail",
    signature: "func(msg string) (string, error)",
    doc: "Ends the render with an error. The message is not shown, as it may hold a secret.",
    call: () => {
      throw new FunctionError("called by the template");
    },
  },
  {
    name: "repeat",
    signature: "func(count int, str string) string",
    doc: "The text that many times.",
    example: ['{{ repeat 3 "ab" }}', "ababab"],
    call: ([times, text], render) => repeated(text as string, times as bigint, render),
  },
  {
    name: "quote",
    signature: "func(str ...interface{}) string",
    doc: "Each value as a Go string in double quotes, with a space between them; nil is left out.",
    example: ['{{ quote "a\\nb" 1 }}', '"a\\nb" "1"'],
    call: (values, render) => {
      const [only] = values;
      if (values.length === 1 && typeof only === "string") return quote(only);
      return joined(
        withoutNil(values).map((value) => quote(show(value, render))),
        " ",
        render,
      );
    },
  },
  {
    name: "squote",
    signature: "func(str ...interface{}) string",
    doc: "Each value in single quotes, with a space between them and nothing escaped; nil is left out.",
    example: ['{{ squote "it\'s" 1 }}', "'it's' '1'"],
    call: (values, render) =>
      joined(
        withoutNil(values).map((value) => `'${formatted(value, render)}'`),
        " ",
        render,
      ),
  },
  {
    name: "cat",
    signature: "func(v ...interface{}) string",
    doc: "The values with a space between them; nil is left out.",
    example: ['{{ cat "a" 1 true }}', "a 1 true"],
    call: (values, render) =>
      joined(
        withoutNil(values).map((value) => formatted(value, render)),
        " ",
        render,
      ),
  },
  {
    name: "indent",
    signature: "func(spaces int, v string) string",
    doc: "Each line moved to the right by that many spaces.",
    example: ['{{ indent 2 "a\\nb" }}', "  a\n  b"],
    call: ([spaces, text], render) => indented(text as string, spaces as bigint, render),
  },
  {
    name: "nindent",
    signature: "func(spaces int, v string) string",
    doc: "As `indent`, after a line end.",
    example: ['a:{{ nindent 2 "b" }}', "a:\n  b"],
    call: ([spaces, text], render) => `\n${indented(text as string, spaces as bigint, render)}`,
  },
  {
    name: "replace",
    signature: "func(old, new, src string) string",
    doc: "Every `old` replaced by `new`.",
    example: ['{{ replace " " "-" "I am Henry" }}', "I-am-Henry"],
    call: ([old, by, text], render) => {
      const [from, to, source] = [old as string, by as string, text as string];
      if (to.length > from.length) render.room(source.length + replacements(source, from) * (to.length - from.length));
      return replaceAll(source, from, to);
    },
  },
  {
    name: "plural",
    signature: "func(one, many string, count int) string",
    doc: "The first text if the count is 1, else the second.",
    example: ['{{ plural "key" "keys" 2 }}', "keys"],
    call: ([one, many, number]) => ((number as bigint) === 1n ? (one as string) : (many as string)),
  },
  {
    name: "contains",
    signature: "func(substr string, str string) bool",
    doc: "Whether the second text holds the first.",
    example: ['{{ contains "cat" "catch" }}', "true"],
    call: ([part, text]) => (text as string).includes(part as string),
  },
  {
    name: "hasPrefix",
    signature: "func(substr string, str string) bool",
    doc: "Whether the second text starts with the first.",
    example: ['{{ hasPrefix "cat" "catch" }}', "true"],
    call: ([part, text]) => (text as string).startsWith(part as string),
  },
  {
    name: "hasSuffix",
    signature: "func(substr string, str string) bool",
    doc: "Whether the second text ends with the first.",
    example: ['{{ hasSuffix "tch" "catch" }}', "true"],
    call: ([part, text]) => (text as string).endsWith(part as string),
  },
  {
    name: "toString",
    signature: "func(v interface{}) string",
    doc: "The value as text; nil is `<nil>`.",
    example: ["{{ toString 1.50 }}", "1.5"],
    call: ([value], render) => show(value, render),
  },
  {
    name: "toStrings",
    signature: "func(v interface{}) []string",
    doc: "The values of a list as texts, without its nils; what is no list becomes a list of one.",
    example: ["{{ toStrings (list 1 nil true) }}", "[1 true]"],
    call: ([value], render) => {
      if (value instanceof GoSlice && value.type.name === "[]string") return value;
      return stringSlice(showAll(value, render));
    },
  },
  {
    name: "join",
    signature: "func(sep string, v interface{}) string",
    doc: "The values of a list as one text, with a separator between them.",
    example: ['{{ list 1 2 "c" | join "-" }}', "1-2-c"],
    call: ([separator, value], render) => joined(showAll(value, render), separator as string, render),
  },
  {
    name: "sortAlpha",
    signature: "func(list interface{}) []string",
    doc: "The values of a list as texts, sorted by bytes. A list of strings is sorted in place, as Go does it.",
    example: ['{{ list "b" "a" 10 9 | sortAlpha }}', "[10 9 a b]"],
    call: ([value], render) => {
      if (!(value instanceof GoSlice)) return stringSlice([show(value, render)]);
      render.step(value.items.length);
      if (value.type.name !== "[]string") return stringSlice([...showAll(value, render)].sort());
      (value.items as string[]).sort();
      return value;
    },
  },
];

const withoutNil = (values: readonly Value[]): readonly Value[] =>
  values.includes(null) ? values.filter((value) => value !== null) : values;

/** `%v`, which prints bytes as a list of numbers where `strval` takes them for text. */
const formatted = (value: Value, render: Render): string => formatValue(value, (size) => render.room(size));

function repeated(text: string, times: bigint, render: Render): string {
  if (times < 0n) throw new FunctionError("negative count");
  const size = BigInt(text.length) * times;
  if (size > MOST) throw new FunctionError("result too long");
  render.room(Number(size));
  return text === "" ? "" : text.repeat(Number(times));
}

function indented(text: string, spaces: bigint, render: Render): string {
  if (spaces < 0n) throw new FunctionError("negative count");
  render.room(text.length + Number(spaces) * (count(text, "\n") + 1));
  const pad = " ".repeat(Number(spaces));
  return pad + (text.includes("\n") ? text.replaceAll("\n", `\n${pad}`) : text);
}
