import type { TemplateCase } from "../../../oracle/case";

const data = { csv: "b,a,,c,a", word: "abc", empty: "" };
const dataB64 = { raw: "YYD/" };
const all = (...templates: string[]): TemplateCase[] => templates.map((template) => ({ template, data, dataB64 }));

const unary = ["first", "last", "rest", "initial", "reverse", "uniq", "compact"].flatMap((name) => [
  name,
  `must${name[0]?.toUpperCase()}${name.slice(1)}`,
]);
const inputs = [
  "list",
  "(list nil)",
  "(list 1 2 3)",
  '(list 1 "1" 1.0 true nil nil "" 0 (list) (list) (dict) (dict) 1 (list 1 "a") (list 1 "a"))',
  '(splitList "," .csv)',
  '(splitList "" .raw)',
  "(until 4)",
  "(chunk 2 (list 1 2 3))",
  "(list (add 1 2) 3 (add 1 2) (int64 3) (float64 3))",
  "(rest list)",
  "nil",
  "1",
  ".word",
  "(dict)",
  ".",
];

export const cases: readonly TemplateCase[] = [
  ...unary.flatMap((name) =>
    inputs.map((input) => ({
      template: `{{ $r := ${name} ${input} }}{{ printf "%T %v" $r $r }} {{ toJson $r }}`,
      data,
      dataB64,
    })),
  ),
  ...unary.map((name) => ({ template: `{{ ${name} }}` })),
  ...all(
    "{{ first list }}|{{ last list }}|{{ rest list }}|{{ rest list | toJson }}|{{ initial list | toJson }}",
    '{{ first (list (list 1 2) 3) | first }}|{{ last (list 1 (dict "a" 1)) }}',
    "{{ reverse (reverse (list 1 2 3)) }}",

    '{{ list }} {{ list 1 "a" nil true 1.5 }} {{ tuple 1 2 }} {{ list | len }} {{ toJson list }} {{ toJson tuple }} {{ typeOf (list 1) }} {{ list (list 1) (dict) }}',
    "{{ index (list 1 2) 1 }} {{ len (tuple nil nil) }}",
    '{{ append (list 1 2) 3 }} {{ append list nil }} {{ append (splitList "," "a,b") 3 }} {{ push (list 1) (list 2) }} {{ mustAppend (until 2) 5 }} {{ mustPush (list) 1 }} {{ typeOf (append (until 1) 1) }}',
    "{{ $l := list 1 }}{{ $a := append $l 2 }}{{ $b := append $l 3 }}{{ $l }}{{ $a }}{{ $b }}",
    "{{ append nil 1 }}",
    '{{ append "abc" 1 }}',
    "{{ append (dict) 1 }}",
    "{{ append (list 1) }}",
    "{{ push nil 1 }}",
    "{{ push 5 1 }}",
    "{{ mustAppend nil 1 }}",
    '{{ mustPush "a" 1 }}',
    '{{ prepend (list 1 2) 0 }} {{ prepend list nil }} {{ mustPrepend (splitList "," "a,b") 3 }} {{ prepend (list 1) (list 2) }}',
    "{{ prepend nil 1 }}",
    "{{ prepend 1 1 }}",
    '{{ mustPrepend "a" 1 }}',
    "{{ mustPrepend nil 1 }}",
    '{{ concat (list 1 2) (list 3) (splitList "," "a,b") (until 2) }} {{ concat | toJson }} {{ concat list list | toJson }} {{ concat (list nil) | toJson }} {{ typeOf (concat (until 1)) }}',
    "{{ concat nil }}",
    "{{ concat (list 1) nil }}",
    '{{ concat (list 1) "a" }}',
    "{{ concat (dict) }}",

    '{{ without (list 1 2 3 2) 2 }} {{ without (list 1 2) }} {{ without (list 1 1.0 "1") 1 }} {{ without (list 1 nil) nil }} {{ without (list (list 1) (list 2)) (list 1) }} {{ without (splitList "," .csv) "a" "" }} {{ without (until 4) 1 (int64 2) 3 }} {{ without list 1 | toJson }} {{ mustWithout (list 1) 1 | toJson }}',
    "{{ without nil 1 }}",
    '{{ without "a" "a" }}',
    "{{ mustWithout 1 1 }}",
    "{{ mustWithout nil }}",
    "{{ without }}",
    '{{ has 4 (list 1 2 3) }} {{ has 2 (list 1 2) }} {{ has "2" (list 1 2) }} {{ has 2.0 (list 1 2) }} {{ has nil (list nil) }} {{ has nil nil }} {{ has 1 nil }} {{ has (list 1) (list (list 1)) }} {{ has (dict "a" 1) (list (dict "a" 1)) }} {{ has "a" (splitList "," .csv) }} {{ has (int64 1) (until 3) }} {{ has 1 (until 3) }} {{ has (add 1 1) (list (add 1 1)) }} {{ mustHas 1 (list 1) }} {{ mustHas 1 nil }}',
    '{{ has "a" "abc" }}',
    "{{ has 1 (dict) }}",
    "{{ mustHas 1 2 }}",
    "{{ has 1 }}",
    '{{ has (float64 "NaN") (list (float64 "NaN")) }} {{ uniq (list (float64 "NaN") (float64 "NaN") 0.0 -0.0) }} {{ without (list (float64 "NaN")) (float64 "NaN") }}',

    '{{ slice (list 1 2 3 4) 1 3 }} {{ slice (list 1 2 3) 1 }} {{ slice (list 1 2 3) }} {{ slice (list 1 2) 2 }} {{ slice (list 1 2) 0 0 }} {{ slice list 5 9 }} {{ slice (splitList "," .csv) 1 2 | toJson }} {{ slice (list 1 2 3) "1" 2.9 }} {{ slice (list 1 2 3) nil 1 }} {{ typeOf (slice (until 3) 1) }} {{ mustSlice (list 1 2) 1 }} {{ slice (list 1 2 3) 0 1 5 }}',
    "{{ slice (list 1 2) -1 }}",
    "{{ slice (list 1 2) 2 1 }}",
    "{{ slice (list 1 2) 0 3 }}",
    "{{ slice (list 1 2) 3 }}",
    "{{ slice nil 1 }}",
    '{{ slice "abc" 1 2 }}',
    "{{ slice (dict) 0 }}",
    "{{ mustSlice (list 1 2) 0 3 }}",
    '{{ mustSlice "abc" 0 1 }}',
    "{{ slice }}",

    '{{ chunk 2 (list 1 2 3) }} {{ chunk 3 (list 1 2 3) }} {{ chunk 5 (list 1) }} {{ chunk 1 (until 3) }} {{ chunk 2 list }} {{ chunk 2 list | toJson }} {{ mustChunk 2 (splitList "," .csv) }} {{ typeOf (chunk 1 (list 1)) }} {{ chunk 9223372036854775807 (list 1 2) }}',
    "{{ chunk 0 (list 1 2) }}",
    "{{ chunk 0 (list 1) }}",
    "{{ chunk 0 list }}",
    "{{ chunk -1 (list 1) }}",
    "{{ chunk -1 list }}",
    "{{ chunk -2 (list 1) }}",
    "{{ chunk -3 (list 1 2) }}",
    "{{ chunk -2 (list 1 2 3 4 5) }}",
    "{{ chunk -9 (list 1 2 3) }}",
    "{{ chunk 2 nil }}",
    '{{ chunk 2 "abc" }}',
    "{{ mustChunk 0 (list 1) }}",
    "{{ mustChunk 2 nil }}",
    '{{ chunk "2" (list 1) }}',
    "{{ range chunk 2 (until 5) }}{{ . }}{{ first . }};{{ end }}",
    '{{ range (splitList "," .csv | sortAlpha | uniq | compact) }}<{{ . }}>{{ end }}',
  ),
  ...all(
    "{{ range tuple 1 nil .word }}[{{ . }}]{{ end }} {{ index (tuple (tuple 1)) 0 }}",
    "{{ mustAppend (list) (list) | toJson }} {{ mustPush (rest list) 1 | toJson }} {{ mustHas (list 1) (list (list 1)) }}",
    "{{ mustHas nil (list nil) }} {{ mustHas 1 (rest list) }}",
  ),
  {
    template: "{{ slice (slice (list 1 2 3) 0 1) 0 3 }}",
    explained: {
      reason:
        "Go lets a slice of a list reach what lies behind it in memory (up to its capacity); ours ends where the list ends.",
      ours: { error: { code: "exec" } },
    },
  },
];
