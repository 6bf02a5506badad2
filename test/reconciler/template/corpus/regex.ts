import type { TemplateCase } from "../../../oracle/case";

const data = {
  s: "v1.22.333 – é日本",
  url: "https://user@example.com:8443/a/b?q=1",
  empty: "",
  one: "1",
  bad: "(",
  k: "Kk\u212a",
};
const dataB64 = { raw: Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xe6, 0x97, 0x62]).toString("base64") };
const text = (template: string): TemplateCase => ({ template, data, dataB64 });
const LIST = "{{ range . }}<{{ . }}>{{ end }}{{ len . }}";

/** Regular expressions; `must` and the functions without it alike. */
export const cases: readonly TemplateCase[] = [
  ...["regexMatch", "mustRegexMatch"].flatMap((name) =>
    [
      `{{ ${name} "^v\\\\d+" .s }} {{ ${name} "日" .s }} {{ ${name} "^.$" "é" }} {{ ${name} "" "" }} {{ ${name} "^$" .s }}`,
      `{{ ${name} .bad .s }}`,
      `{{ ${name} "a{1001}" .s }}`,
      `{{ ${name} "(?=a)" .s }}`,
      `{{ ${name} "[[:foo:]]" .s }}`,
      `{{ ${name} .raw .raw }}`,
      `{{ ${name} "\\\\x{FFFD}" .raw }} {{ ${name} "^a..日?" .raw }}`,
      `{{ ${name} 1 .s }}`,
      `{{ ${name} "a" }}`,
      `{{ ${name} "(a*)*b" (repeat 2000 "a") }}`,
    ].map(text),
  ),
  ...["regexFindAll", "mustRegexFindAll"].flatMap((name) =>
    [
      `{{ with ${name} "\\\\d+" .s -1 }}${LIST}{{ end }}`,
      `{{ with ${name} "\\\\d+" .s 2 }}${LIST}{{ end }}{{ ${name} "\\\\d+" .s 0 }}{{ ${name} "x" .s -1 | toJson }}`,
      `{{ with ${name} "" "aé" -1 }}${LIST}{{ end }} {{ with ${name} "b*" "abbé" -1 }}${LIST}{{ end }}`,
      `{{ with ${name} "." .raw -1 }}${LIST}{{ end }}`,
      `{{ with ${name} "a*?" "aab" 9223372036854775807 }}${LIST}{{ end }}`,
      `{{ with ${name} "(a|ab)(c|bcd)(d*)" "abcd" -1 }}${LIST}{{ end }}`,
      `{{ ${name} .bad .s -1 }}`,
      `{{ ${name} "a" .s }}`,
      `{{ ${name} "a" .s "1" }}`,
    ].map(text),
  ),
  ...["regexFind", "mustRegexFind"].flatMap((name) =>
    [
      `{{ ${name} "[^:/]+@[^:/]+" .url }}|{{ ${name} "x" .url }}|{{ ${name} "é.+" .s }}`,
      `{{ ${name} "(?i)k+" .k }} {{ ${name} "(?s)v.*" .s }} {{ ${name} "(?U)v.+" .s }} {{ ${name} "(?m)^b$" "a\\nb\\nc" }}`,
      `{{ ${name} "\\\\p{Han}+" .s }} {{ ${name} "\\\\pL" .s }} {{ ${name} "[[:alpha:]]+" .url }} {{ ${name} "\\\\Qa/b?\\\\E" .url }}`,
      `{{ ${name} "\\\\p{Letter}" .s }} {{ ${name} "\\\\p{lowercase_letter}" .s }} {{ ${name} "\\\\p{^Any}" .s }}`,
      `{{ ${name} "\\\\p{Old_Italic}" .s }}`,
      `{{ ${name} "\\\\p{Emoji}" .s }}`,
      `{{ ${name} "(?P<a>x)(?P<a>y)" "xy" }} {{ ${name} "(?<n>x)" "x" }}`,
      `{{ ${name} "(?P<é>x)" "x" }}`,
      `{{ ${name} "\\\\b\\\\w+\\\\b" .s }} {{ ${name} "\\\\xC3" .raw | len }} {{ ${name} "\\\\z" .s | len }}`,
      `{{ ${name} .bad .s }}`,
      `{{ ${name} "x{2}{3}" .s }}`,
      `{{ ${name} "(?:x{100}){11}" .s }}`,
      `{{ ${name} "\\\\" .s }}`,
      `{{ ${name} "a" }}`,
    ].map(text),
  ),
  ...["regexReplaceAll", "mustRegexReplaceAll"].flatMap((name) =>
    [
      `{{ ${name} "a(x*)b" "-ab-axxb-" "\${1}W" }} {{ ${name} "a(x*)b" "-ab-axxb-" "$1W" }} {{ ${name} "a(x*)b" "-ab-axxb-" "$1" }}`,
      `{{ ${name} "(?P<y>\\\\d+)\\\\.(?P<m>\\\\d+)" .s "$m/\${y}" }} {{ ${name} "\\\\d" .s "$0$0" }} {{ ${name} "\\\\d" .s "$$" }}`,
      `{{ ${name} "x*" "abxc" "-" }} {{ ${name} "" "é日" "|" }} {{ ${name} "$" "a\\nb" "!" }} {{ ${name} "(?m)$" "a\\nb" "!" }}`,
      `{{ ${name} "(a)(b)?" "aab" "[$2|\${3}|$10|$x|$]" }} {{ ${name} "a" "a" "\${" }} {{ ${name} "a" "a" "\${}" }} {{ ${name} "a" "a" "$é." }}`,
      `{{ ${name} "(?P<n>a)|(?P<n>b)" "ab" "<$n>" }} {{ ${name} "(?P<01>a)" "a" "$01-$1-\${01}" }}`,
      `{{ ${name} "[^a]" .raw "." }} {{ ${name} "é" .raw "e" | b64enc }}`,
      `{{ ${name} .bad .s "x" }}`,
      `{{ ${name} "a" .s }}`,
      `{{ ${name} "" .empty "x" }}`,
    ].map(text),
  ),
  ...["regexReplaceAllLiteral", "mustRegexReplaceAllLiteral"].flatMap((name) =>
    [
      `{{ ${name} "a(x*)b" "-ab-axxb-" "\${1}" }} {{ ${name} "b*" "abc" "$0" }} {{ ${name} "日" .s .raw | b64enc }}`,
      `{{ ${name} .bad .s "x" }}`,
      `{{ ${name} "a" .s }}`,
    ].map(text),
  ),
  ...["regexSplit", "mustRegexSplit"].flatMap((name) =>
    [
      `{{ with ${name} "z+" "pizza" -1 }}${LIST}{{ end }} {{ with ${name} "z" "pizza" 2 }}${LIST}{{ end }}{{ ${name} "z" "pizza" 0 | toJson }}`,
      `{{ with ${name} "a" "" -1 }}${LIST}{{ end }}{{ ${name} "" "" -1 | toJson }}{{ with ${name} "" "aé" -1 }}${LIST}{{ end }}`,
      `{{ with ${name} "[/:?@]+" .url -1 }}${LIST}{{ end }} {{ with ${name} "a*" "baac" -1 }}${LIST}{{ end }} {{ with ${name} "^" "ab" -1 }}${LIST}{{ end }}`,
      `{{ with ${name} "," ",a,," -1 }}${LIST}{{ end }} {{ with ${name} "," ",a,," 1 }}${LIST}{{ end }}`,
      `{{ ${name} .bad .s -1 }}`,
      `{{ ${name} "a" .s }}`,
    ].map(text),
  ),
  ...[
    `{{ regexQuoteMeta "1.2.3" }} {{ regexQuoteMeta "\\\\.+*?()|[]{}^$-/é" }} {{ regexQuoteMeta .empty }}|{{ regexQuoteMeta .raw | b64enc }}`,
    `{{ regexMatch (regexQuoteMeta .url) .url }}`,
    `{{ regexQuoteMeta 1 }}`,
    `{{ regexQuoteMeta }}`,
  ].map(text),
  {
    template: `{{ regexFind "\\\\p{Lu}" .s }}`,
    data: { s: "\u1c89" },
    explained: {
      reason: "Go has Unicode 15, the regular expressions here Unicode 17: a capital letter of Unicode 16 is one.",
      ours: { out: "\u1c89" },
    },
  },
  {
    template: `{{ regexFind "(?i)\\\\p{LC}" .s }}`,
    data: { s: "\u0345" },
    explained: {
      reason:
        "Go does not fold \\p{LC} under (?i); the regular expressions here add U+0345, which folds to a letter, to it.",
      ours: { out: "\u0345" },
    },
  },
];
