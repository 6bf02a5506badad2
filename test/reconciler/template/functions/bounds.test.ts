import { failure, render } from "./render";

const big = "a b ".repeat(250_000);

describe("bounds of the functions that can make much out of little", () => {
  test.each([
    "{{ until 1000000000 }}",
    "{{ until 9223372036854775807 }}",
    "{{ until -1000000000 }}",
    "{{ untilStep 0 1000000000 1 }}",
    "{{ untilStep -9223372036854775808 9223372036854775807 1 }}",
    "{{ untilStep 9223372036854775800 9223372036854775807 3 }}",
    "{{ seq 1000000000 }}",
    "{{ seq 1 1 1000000000 }}",
    '{{ repeat 1000000000 "a" }}',
    '{{ repeat 4611686018427387903 "a" }}',
    '{{ indent 1000000000 "a" }}',
    '{{ nindent 9223372036854775807 "" }}',
    '{{ repeat 10000 "\\n" | indent 10000 }}',
    '{{ repeat 100000 "a" | replace "a" (repeat 10000 "b") }}',
    '{{ repeat 100000 "a" | replace "" (repeat 10000 "b") }}',
    '{{ repeat 100000 "a " | wrapWith 1 (repeat 10000 "b") }}',
    '{{ join (repeat 10000 "a") (until 100000) }}',
    '{{ $l := list }}{{ $s := repeat 1000000 "a" }}{{ range until 100 }}{{ $l = append $l $s }}{{ end }}{{ join "" $l }}',
    "{{ randAlphaNum 1000000000 }}",
    "{{ randAscii 9223372036854775807 }}",
    "{{ $l := until 10000 }}{{ range until 10000 }}{{ $l = append $l . }}{{ end }}",
    "{{ $l := list }}{{ range until 2000 }}{{ $l = append $l (list .) }}{{ end }}{{ uniq $l }}",
    "{{ $l := until 100000 }}{{ range until 100000 }}{{ if has -1 $l }}{{ end }}{{ end }}",
    '{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ deepCopy $d }}',
    '{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ $e := dict }}{{ $_ := set $e "self" $e }}{{ deepEqual $d $e }}',
    '{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ $e := dict }}{{ $_ := set $e "self" $e }}{{ merge $d $e }}',
    "{{ $a := 1.5 }}{{ range until 2000000 }}{{ $a = addf $a 1 }}{{ end }}",
  ])("%s ends as a limit", (template) => {
    const start = performance.now();
    expect(failure(template)).toMatch(/^limit: /);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test.each([
    "{{ range until 100000 }}{{ $s := camelcase $.big }}{{ end }}",
    "{{ range until 100000 }}{{ $s := snakecase $.big }}{{ end }}",
    "{{ range until 100000 }}{{ $s := swapcase $.big }}{{ end }}",
    '{{ range until 100000 }}{{ $s := splitList "" $.big }}{{ end }}',
    "{{ range until 100000 }}{{ $s := wrap 1 $.big }}{{ end }}",
    "{{ range until 100000 }}{{ $s := shuffle $.big }}{{ end }}",
  ])("%s ends as a limit", (template) => {
    const start = performance.now();
    expect(failure(template, { big })).toMatch(/^limit: /);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test("a negative count gives no room back", () => {
    const drain = "{{ randAlphaNum -9223372036854775808 }}{{ until -1 | len }}";
    expect(failure(`${drain}{{ until 1000000000 }}`)).toMatch(/^limit: /);
  });

  test("what is large but within the bounds renders", () => {
    expect(render("{{ until 100000 | len }} {{ seq 1000 | len }}")).toBe("100000 3892");
    expect(render('{{ repeat 1000000 "a" | len }}')).toBe("1000000");
  });
});
