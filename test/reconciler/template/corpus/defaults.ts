import type { TemplateCase } from "../../../oracle/case";

const data = { empty: "", word: "abc", zero: "0" };
const all = (...templates: string[]): TemplateCase[] => templates.map((template) => ({ template, data }));

const values = [
  "nil",
  "true",
  "false",
  "0",
  "1",
  "-1",
  "0.0",
  "-0.0",
  "0.1",
  '""',
  '" "',
  '"0"',
  "'\\x00'",
  "list",
  "(list nil)",
  "(rest list)",
  "dict",
  '(dict "a" nil)',
  '(split "" "")',
  '(splitList "" "")',
  "(until 0)",
  "(int64 0)",
  "(add 0 1)",
  '(semver "0.0.0")',
  '(toDate "2006-01-02" "2020-01-01")',
  '(float64 "NaN")',
  "(first list)",
  ".empty",
  ".word",
  ".zero",
  ".",
];

export const cases: readonly TemplateCase[] = [
  ...values.flatMap((value) =>
    all(
      `{{ empty ${value} }} {{ default "D" ${value} }} {{ coalesce ${value} "C" }} {{ all ${value} 1 }} {{ any ${value} 0 }} {{ compact (list ${value} 1) | len }} {{ ${value} | default "P" }} {{ ternary 1 2 (empty ${value}) }}`,
    ),
  ),
  ...all(
    '{{ default "d" }} {{ default nil "" }} {{ default 1 0 5 }} {{ "" | default "x" | upper }}',
    "{{ default }}",
    "{{ default .missing .word }}",
    '{{ default "x" .missing }}',
    "{{ empty }}",
    "{{ empty 1 2 }}",
    '{{ coalesce }}|{{ coalesce nil 0 "" }}|{{ coalesce 0 "" "a" 1 }}|{{ coalesce (list) (dict) | toJson }}',
    "{{ coalesce .missing 1 }}",
    '{{ all }} {{ all 1 "" true }} {{ all 1 "a" (list 1) }} {{ all nil }}',
    '{{ any }} {{ any 0 "" true }} {{ any nil (list) }} {{ any 0 0.1 }}',
    '{{ ternary "y" "n" true }} {{ ternary "y" "n" false }} {{ true | ternary 1 2 }} {{ ternary nil 1 true }} {{ ternary (list 1) "n" (eq 1 1) }}',
    '{{ ternary 1 2 "true" }}',
    "{{ ternary 1 2 nil }}",
    "{{ ternary 1 2 1 }}",
    "{{ ternary 1 2 }}",
    '{{ $a := dict "k" (list 1 (dict "x" nil)) "n" nil "s" "t" }}{{ $b := deepCopy $a }}{{ $_ := set $b "k" 5 }}{{ $a }}{{ $b }}',
    '{{ $a := dict "k" (dict "x" 1) }}{{ $b := mustDeepCopy $a }}{{ $_ := set $b.k "x" 5 }}{{ $a }}{{ $b }}',
    '{{ deepCopy 1 }} {{ deepCopy "a" }} {{ deepCopy 1.5 }} {{ deepCopy true }} {{ deepCopy (list 1 nil) | toJson }} {{ deepCopy (rest list) | toJson }} {{ deepCopy (until 3) }} {{ deepCopy (split "," "a,b") }} {{ typeOf (deepCopy (chunk 1 (list 1 2))) }} {{ deepCopy (int64 5) | typeOf }} {{ deepCopy . }}',
    '{{ deepCopy (toDate "2006-01-02" "2020-01-01") }}',
    "{{ deepCopy nil }}",
    "{{ mustDeepCopy nil }}",
    "{{ deepCopy }}",
    "{{ mustDeepCopy 1 2 }}",
  ),
  {
    template: '{{ deepCopy (semver "1.2.3") }}',
    explained: {
      reason: "Go's copy loses the fields of a semver.Version and gives 0.0.0; ours gives the version.",
      ours: { out: "1.2.3" },
    },
  },
];
