import type { TemplateCase } from "../../../oracle/case";

const dataB64 = {
  // "é日😀", bytes that are no UTF-8 between letters, a byte order mark, a soft hyphen and a separator.
  uni: "w6nml6Xwn5iA",
  bad: "Yf/Ddg==",
  odd: "77u/wq3igKg=",
};
const data = { text: "hi", quoted: 'say "hi" `there`\n', html: "<a&b>", empty: "" };

/** One value of each kind a template can hold. */
const VALUES = {
  int: "42",
  negative: "-42",
  zero: "0",
  least: "-9223372036854775808",
  character: "'x'",
  int64: "(int64 -7)",
  uint8: '(index "A" 0)',
  float: "3.14159",
  whole: "1e6",
  tiny: "-2.5e-7",
  nan: '(float64 "NaN")',
  infinity: '(float64 "-Inf")',
  true: "true",
  nil: "(index (list nil) 0)",
  text: ".text",
  quoted: ".quoted",
  empty: ".empty",
  uni: ".uni",
  bad: ".bad",
  odd: ".odd",
  list: '(list 1 -2.5 "a b" nil true (list "x"))',
  emptyList: "(list)",
  strings: '(splitList "," "a,é")',
  ints: "(until 3)",
  lists: "(chunk 2 (list 1 2 3))",
  bytes: '(toDate "2006-01-02" "2020-01-02").MarshalText',
  map: '(dict "b" 1 "a" "x" "é" (list nil))',
  emptyMap: "(dict)",
  stringMap: '(split "," "a,b")',
  time: '(toDate "2006-01-02" "2020-01-02")',
  duration: '((toDate "2006-01-02" "2020-01-02").Sub (toDate "2006-01-02" "2020-01-01"))',
  month: '(toDate "2006-01-02" "2020-03-02").Month',
} as const;

const VERBS = [..."vTtbcdoOqxXUeEfFgGsw!yz"];
const FLAGS = [
  "",
  "+",
  "-",
  "#",
  " ",
  "0",
  "8",
  "-8",
  "08",
  "+08",
  ".3",
  "10.2",
  "-10.1",
  "# ",
  "+#",
  "#08",
  "040",
  ".0",
];

/** Types that hide their fields, which are not known here. */
const HIDES: ReadonlySet<string> = new Set(["time"]);
const TEXT_VERBS = "vTsqxX";

const one = (template: string): TemplateCase => ({ template, data, dataB64 });
const printf = (format: string, args: string): string => `{{ printf ${JSON.stringify(format)} ${args} }}`;
const names = Object.keys(VALUES) as (keyof typeof VALUES)[];

const addresses = {
  reason: "An address of Go's memory differs from run to run, so that printing one is refused.",
  ours: { error: { code: "exec" } },
} as const;
const fields = {
  reason:
    "The private fields of a time, where a verb asks for them, are an inner detail of Go; printing them is refused.",
  ours: { error: { code: "exec" } },
} as const;

export const cases: readonly TemplateCase[] = [
  // Every verb on every kind.
  ...names.flatMap((name) =>
    VERBS.filter((verb) => !HIDES.has(name) || TEXT_VERBS.includes(verb)).map((verb) =>
      one(printf(`%${verb}`, VALUES[name])),
    ),
  ),
  // Every flag, width and precision on every kind, several verbs in one.
  ...names.flatMap((name) =>
    FLAGS.filter((flag) => !HIDES.has(name) || !flag.includes("#")).map((flag) =>
      one(
        [..."vdsqxXfeg"]
          .filter((verb) => !HIDES.has(name) || TEXT_VERBS.includes(verb))
          .map((verb) => `[${printf(`%${flag}${verb}`, VALUES[name])}]`)
          .join(""),
      ),
    ),
  ),
  ...names
    .filter((name) => !HIDES.has(name))
    .map((name) => one(`${printf("%#v %+v", `${VALUES[name]} ${VALUES[name]}`)}`)),
  ...["b", "o", "O", "x", "X", "U", "c", "q"].flatMap((verb) =>
    ["", "#", "+", " ", "08", "-8", ".5", "+#.3", "#012", "#20"].map((flag) =>
      one(
        ["int", "negative", "least", "uint8"].map((name) => printf(`%${flag}${verb}|`, VALUES[name as "int"])).join(""),
      ),
    ),
  ),
  ...["f", "F", "e", "E", "g", "G", "b", "x", "X"].flatMap((verb) =>
    ["", ".0", ".1", ".3", ".10", ".17", ".25", "#", "#.0", "#.5", "+", " ", "+012.3", "-12.2", "012", ".120"].map(
      (flag) =>
        one(
          [
            "0.0",
            "-0.0",
            "0.5",
            "1.5",
            "2.5",
            "100.0",
            "123456789.0",
            "1e21",
            "1e-7",
            "0.1",
            "5e-324",
            "1.7976931348623157e308",
          ]
            .map((number) => printf(`%${flag}${verb}|`, number))
            .join(""),
        ),
    ),
  ),
  // Verbs, flags and operands that do not fit together.
  ...[
    '{{ printf "" }}|{{ printf "" 1 nil "x" (list 1) }}',
    '{{ printf "%%" }}{{ printf "100%" }}{{ printf "%" }}{{ printf "%-" 1 }}{{ printf "%5%" }}{{ printf "%.3%" }}',
    '{{ printf "%d %d" 1 }}{{ printf "%d" }}{{ printf "%s%s%s" "a" }}{{ printf "%!" 1 }}{{ printf "%!" }}',
    '{{ printf "%d" 1 2 "three" nil }}{{ printf "x" nil }}',
    '{{ printf "%[2]d %[1]d" 1 2 }}{{ printf "%[1]d %[1]v %[1]q" 65 }}{{ printf "%[2]d" 1 2 3 }}',
    '{{ printf "%[3]*.[2]*[1]f" 12.0 2 6 }}{{ printf "%[1]*d" 5 42 }}{{ printf "%*[2]d" 5 42 }}',
    '{{ printf "%[5]d" 1 }}{{ printf "%[0]d" 1 }}{{ printf "%[-1]d" 1 }}{{ printf "%[x]d" 1 }}{{ printf "%[]d" 1 }}',
    '{{ printf "%[" 1 }}{{ printf "%[1" 1 }}{{ printf "%[1]" 1 }}{{ printf "%[2]2d" 1 2 }}{{ printf "%[1].2d" 1 }}{{ printf "%.[1]d" 1 }}',
    '{{ printf "%[99999999999]d" 1 }}{{ printf "%3[1]d" 7 }}{{ printf "%[1]3d" 7 }}{{ printf "%.2[1]f" 1.0 }}',
    '{{ printf "%*d|%-*d|%0*d" 5 1 5 2 5 3 }}{{ printf "%*d" -5 1 }}|{{ printf "%.*f" 2 3.14159 }}{{ printf "%.*f" -2 3.14159 }}',
    '{{ printf "%*d" "x" 1 }}{{ printf "%*d" 1.5 1 }}{{ printf "%*d" nil 1 }}{{ printf "%*d" }}{{ printf "%*" 1 }}{{ printf "%.*d" "x" 1 }}',
    '{{ printf "%*d" (int64 4) 1 }}{{ printf "%*d" (index "\\x04" 0) 1 }}{{ printf "%.*d" (int64 4) 1 }}',
    '{{ printf "%*d" 1000001 1 }}{{ printf "%*d" -1000001 1 }}{{ printf "%.*f" 1000001 1.0 }}{{ printf "%100000000d" 1 }}{{ printf "%.100000000d" 1 }}',
    '{{ printf "%1000d" 1 | len }}{{ printf "%.1000f" 1.0 | len }}{{ printf "%1000000d" 1 | len }}{{ printf "%.1000000d" 1 | len }}',
    '{{ printf "%.d|%.0d|%5.d|%-5.d|" 0 0 0 0 }}{{ printf "%.f|%.s|%.x" 1.5 "abc" "abc" }}',
    '{{ printf "%é" 1 }}{{ printf "%😀" "x" }}{{ printf "%\\xff" 1 }}{{ printf "%é" }}',
    '{{ printf "%-010d|%+-5d|% +d|%+ d|%#+v|%+#v" 1 2 3 4 "5" "6" }}',
    '{{ printf "% x|%# x|% X|%#X|%x" "héllo" "héllo" "héllo" "héllo" "" }}{{ printf "%5x|%-5x|%05x" "" "" "" }}{{ printf "%.2x|% .3x|%#12.2x|%-12xz" "hello" "hello" "hello" "hi" }}',
    '{{ printf "%.2s|%.2q|%.1v|%5.2s|%-5.1s|%05s" .uni .uni .uni .uni .uni "ab" }}{{ printf "%.1s|%.2s|%.3s" .bad .bad .bad }}',
    '{{ printf "%5s|%-5s|%5q" .uni .bad .bad }}{{ printf "%+q|%#q|%#+q|%# q" .uni "a`b" .uni "ab" }}',
    '{{ printf "%c%c%c%c" 233 0x1f600 0xd800 -1 }}{{ printf "%q%q%q%+q%#q" 39 10 0x10ffff 233 120 }}{{ printf "%U|%#U|%#.6U|%U|%#U" 0x1f600 0x1f600 65 -1 7 }}',
    '{{ printf "%x|%X|%#x|% x|%d|%s|%q|%v|%#v|%T" (list 1 2) (list "a" "bc") (list 255) (list "ab") (list "x") (list 1) (list "a" 1) (list) (list) (list) }}',
    '{{ printf "%5d|%-5d|%05d|%+v|%#v" (list 1 -2) (list 1 -2) (list 1 -2) (list 1 "a") (list 1 "a") }}',
    '{{ printf "%s|%d|%v|%+v|%#v|%q|%T" (dict "a" 1) (dict "a" 1) (dict "a" nil) (dict "b" 1 "a" 2) (dict "b" 1 "a" nil) (dict "a" "b") (dict) }}',
    '{{ printf "%p" 1 }}{{ printf "%p" nil }}{{ printf "%p" "x" }}{{ printf "%p" 1.5 }}',
    '{{ printf "%s %d" nil nil }}{{ printf "%v %+v %#v %T" nil nil nil nil }}{{ printf "%5v|%-7v|%07v" nil nil nil }}{{ printf "%5T|%-8T|" 1 "x" }}',
    '{{ printf "%t %t %v %5t|%-7t|%07t|%#v|%T" true false true true false true true true }}{{ printf "%d%s%q" true false true }}',
    '{{ printf "%v" }}{{ printf nil }}{{ printf 1 }}',
    "{{ printf }}",
    "{{ printf 1 }}",
    "{{ printf nil }}",
    "{{ printf .bad }}",
    '{{ "x" | printf "%s-%s" "a" }}{{ list 1 2 | printf "%v" }}{{ printf "%s" .missing }}',
    '{{ printf "%s\\n\\t\\x00" "a" }}{{ printf `raw \\n %s` "b" }}',
    '{{ printf "%v %v" (list (dict "a" (list 1 (dict "b" nil)))) (chunk 1 (list "x" 2.5)) }}',
    '{{ printf "%v %s %d %q %x %.3f" (fromJson "{\\"a\\":[1,2.5,\\"x\\",null,true]}") (fromJson "[1]") (fromJson "1") (fromJson "\\"q\\"") (fromJson "[\\"a\\"]") (fromJson "1.23456") }}',
  ].map(one),
  // Wide widths in a loop are bounded by what a render may make.
  {
    template: '{{ range until 200 }}{{ $x := printf "%1000000d" 1 }}{{ end }}ok',
    explained: {
      reason: "What the functions of one render make is bounded, where Go would go on.",
      ours: { error: { code: "limit" } },
    },
  },
  { ...one('{{ printf "%p" (list 1) }}'), explained: addresses },
  { ...one('{{ printf "%d" (toDate "2006-01-02" "2020-01-02") }}'), explained: fields },
];
