import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";

const joined = (parts: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(parts, { maxLength }).map((all) => all.join(""));
const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(" "));

/** Right and wrong ones: an error must be one on both sides. */
const atom = fc.oneof(
  words(
    String.raw`a b c é 日 K k ſ s σ ς 😀 . ^ $ \b \B \A \z \Z \d \D \w \W \s \S [a-c] [^a] [[:alpha:]] [[:^digit:]] [\d\-x] []a]`,
  ),
  words(
    String.raw`[^]a] [a-] [é-日] \pL \p{Lu} \PN \p{Greek} \p{^Lu} \p{Letter} \p{lowercase_letter} \p{Any} \p{ASCII} \p{Garay} \p{Foo}`,
  ),
  words(
    String.raw`\pl \p{Old_Italic} \p{Emoji} \p{^Any} [^\PL\d] [\p{Lu}\pN] \x41 \x{1F600} \x{110000} \101 \07 \8 \n \t \Qa.b\E \Q* \Q\E`,
  ),
  words(
    String.raw`\C \. \- \_ \é \xFF \x{FFFD} (?i) (?s) (?m) (?U) (?i-s) (?x) (?-) (?P<n>a) (?<n>b) (?P<é>a) (?P<n_1>) (?=a) (?!a)`,
  ),
  words(
    String.raw`(?<=a) (?>a) (?: [[:word:]] [[:foo:]] [a-\d] [z-a] [a \K \G \R \u0041 \cA \e \a \f \v \r { } ] [ \ _ 0 9`,
  ),
  fc.constantFrom("\ufffd", "\n", " "),
);
const simple = fc.constantFrom(
  "a",
  "b",
  "c",
  "é",
  ".",
  "[ab]",
  "\\w",
  "a?",
  "(a)",
  "(b|c)",
  "^",
  "$",
  "\\b",
  "",
  "ab",
  "[^a]",
);
const repeat = words("* + ? {2} {1,3} {0} {0,} *? +? ?? {0,2}? {3,}");
const wrongRepeat = words("{,3} {2,1} {1001} {1000} ** {a} {2,}{3} {1000}{2} {100}{10} {02}");
const tree = fc.letrec<{ regexp: string }>((tie) => ({
  regexp: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    simple,
    simple,
    atom,
    fc.tuple(tie("regexp"), repeat).map(([inner, count]) => `(?:${inner})${count}`),
    fc.tuple(simple, repeat).map((parts) => parts.join("")),
    fc.tuple(tie("regexp"), tie("regexp")).map((parts) => parts.join("")),
    fc.tuple(tie("regexp"), tie("regexp")).map((parts) => parts.join("|")),
    tie("regexp").map((inner) => `(${inner})`),
    fc.tuple(words("i s m U is im -i i-m"), tie("regexp")).map(([flags, inner]) => `(?${flags}:${inner})`),
    fc.tuple(words("x y1"), tie("regexp")).map(([name, inner]) => `(?P<${name}>${inner})`),
  ),
})).regexp;
const soup = joined(
  fc.oneof(
    { weight: 5, arbitrary: atom },
    { weight: 2, arbitrary: fc.oneof(repeat, wrongRepeat) },
    { weight: 2, arbitrary: fc.constantFrom("(", ")", "|", "(?:", ")*") },
  ),
  7,
);
export const regexp = fc.oneof({ weight: 2, arbitrary: tree }, soup);

const rune = fc.oneof(
  words("a a b b c ab abc é 日 K k ſ S s σ ς Σ 😀 _ 0 9 x A B - . \u212a"),
  fc.constantFrom("\n", " "),
);
const INVALID = [
  [0xff],
  [0xc3],
  [0xe6, 0x97],
  [0xf0, 0x9f, 0x98],
  [0x80],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
];
const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: rune.map((text) => Buffer.from(text)) },
        { weight: 1, arbitrary: fc.constantFrom(...INVALID).map((values) => Buffer.from(values)) },
      ),
      { maxLength },
    )
    .map((parts) => Buffer.concat(parts).toString("base64"));
const replacement = joined(
  words("$1 $0 ${1} ${x} $x $y1 $x1 $1x $$ $ ${ ${x $} é $é - ${2} $2 $10 ${01} $01 $999999999 $9999999999 \\1 $3"),
  4,
);

export const everyFunction: fc.Arbitrary<TemplateCase> = fc
  .tuple(regexp, fc.oneof({ weight: 9, arbitrary: bytes(12) }, bytes(600)), replacement, words("-1 -1 0 1 2 3 100 -5"))
  .map(([r, s, p, n]) => ({
    template:
      "{{ regexMatch .r .s }}|{{ regexFind .r .s }}|{{ range regexFindAll .r .s (int .n) }}<{{.}}>{{end}}|{{ regexReplaceAll .r .s .p }}|" +
      "{{ regexReplaceAllLiteral .r .s .p }}|{{ range regexSplit .r .s (int .n) }}<{{.}}>{{end}}{{ len (regexSplit .r .s (int .n)) }}" +
      "{{ regexFindAll .r .s (int .n) | toJson }}{{ regexQuoteMeta .r }}",
    data: { r, p, n },
    dataB64: { s },
  }));

/** Whether a pattern is one at all, by the function that says so. */
export const rightOrWrong: fc.Arbitrary<TemplateCase> = fc
  .tuple(soup, bytes(8))
  .map(([r, s]) => ({ template: "{{ regexMatch .r .s }}{{ mustRegexMatch .r .s }}", data: { r }, dataB64: { s } }));

export const bytesAsPattern: fc.Arbitrary<TemplateCase> = fc
  .tuple(bytes(4), bytes(8))
  .map(([r, s]) => ({ template: "{{ regexMatch .r .s }}{{ mustRegexFind .r .s }}", dataB64: { r, s } }));
