import type { TemplateCase } from "../../../oracle/case";

const data = { word: "abc" };
const all = (...templates: string[]): TemplateCase[] => templates.map((template) => ({ template, data }));

const values = [
  "nil",
  "true",
  "1",
  "1.0",
  '"a"',
  "'a'",
  "(list 1)",
  "(rest list)",
  "list",
  "(list)",
  '(splitList "," "a,b")',
  '(list "a" "b")',
  "(until 2)",
  "(list 0 1)",
  "(dict)",
  '(dict "a" (list 1))',
  '(dict "a" (list 1.0))',
  '(split "," "a")',
  '(dict "_0" "a")',
  "(int64 1)",
  "(float64 1)",
  "(chunk 1 (list 1))",
  '(semver "1.0.0")',
  '(semver "1.0.1")',
  '(toDate "2006-01-02" "2020-01-01")',
  '(toDate "2006-01-02" "2020-01-02")',
  "(first list)",
  ".word",
  ".",
];

export const cases: readonly TemplateCase[] = [
  ...values.flatMap((value) =>
    all(
      `{{ typeOf ${value} }} {{ kindOf ${value} }} {{ typeIs "int" ${value} }} {{ typeIs "string" ${value} }} {{ typeIsLike "semver.Version" ${value} }} {{ typeIsLike "*semver.Version" ${value} }} {{ kindIs "slice" ${value} }} {{ kindIs "map" ${value} }} {{ kindIs "invalid" ${value} }}`,
      `${values.map((other) => `{{ deepEqual ${value} ${other} }}`).join(" ")}`,
    ),
  ),
  ...all(
    "{{ typeOf now }} {{ kindOf now }} {{ typeOf (now.Sub now) }} {{ kindOf (now.Sub now) }} {{ typeOf (index .word 0) }} {{ kindOf (index .word 0) }} {{ typeOf now.Month }} {{ kindOf now.Month }}",
    '{{ $l := list (float64 "NaN") }}{{ deepEqual $l $l }} {{ deepEqual (float64 "NaN") (float64 "NaN") }} {{ deepEqual $l (list (float64 "NaN")) }} {{ deepEqual 0.0 -0.0 }}',
    "{{ typeOf }}",
    "{{ kindOf 1 2 }}",
    "{{ typeIs 1 2 }}",
    "{{ typeIs nil 2 }}",
    '{{ typeIsLike "a" }}',
    "{{ kindIs 1 1 }}",
    "{{ deepEqual 1 }}",
    "{{ deepEqual 1 1 1 }}",
    '{{ typeIs "<nil>" nil }} {{ kindIs "invalid" nil }} {{ typeIs "" nil }}',
  ),
];
