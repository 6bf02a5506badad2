import { failure, render } from "./render";

describe("what functions share and change", () => {
  test("sortAlpha sorts a list of strings in place, and copies any other list", () => {
    expect(render('{{ $l := splitList "," "b,a" }}{{ $_ := sortAlpha $l }}{{ $l }}')).toBe("[a b]");
    expect(render('{{ $l := list "b" "a" }}{{ $_ := sortAlpha $l }}{{ $l }}')).toBe("[b a]");
  });

  test("append and prepend leave the list they were given", () => {
    expect(render("{{ $l := list 1 }}{{ append $l 2 }}{{ prepend $l 0 }}{{ $l }}")).toBe("[1 2][0 1][1]");
  });

  test("merge shares the dicts it takes over", () => {
    expect(render('{{ $s := dict "x" (dict "y" 1) }}{{ $t := merge dict $s }}{{ $_ := set $t.x "y" 2 }}{{ $s }}')).toBe(
      "map[x:map[y:2]]",
    );
  });

  test("deepCopy shares nothing", () => {
    expect(render('{{ $s := dict "x" (dict "y" 1) }}{{ $t := deepCopy $s }}{{ $_ := set $t.x "y" 2 }}{{ $s }}')).toBe(
      "map[x:map[y:1]]",
    );
  });

  test("keys that are names of JavaScript's are ordinary ones", () => {
    expect(
      render(
        '{{ $d := dict "__proto__" 1 "constructor" 2 }}{{ keys $d }} {{ get $d "__proto__" }} {{ hasKey $d "toString" }}',
      ),
    ).toBe("[__proto__ constructor] 1 false");
  });

  test("keys and values come in the order of the keys", () => {
    expect(render('{{ $d := dict "b" 1 "c" 3 "a" 2 }}{{ keys $d }} {{ values $d }}')).toBe("[a b c] [2 1 3]");
  });
});

describe("errors of functions", () => {
  test.each([
    ['{{ fail "s3cret" }}', "exec: called by the template"],
    ["{{ div 1 0 }}", "exec: division by zero"],
    ["{{ divf 1 0 }}", "exec: division by zero"],
    ['{{ addf "inf" }}', "exec: is not a finite number"],
    ['{{ substr 9 9 "s3cret" }}', "exec: index out of range"],
    ['{{ slice (list "s3cret") 0 2 }}', "exec: index out of range"],
    ['{{ first "s3cret" }}', "exec: is not a list"],
    ['{{ repeat -1 "s3cret" }}', "exec: negative count"],
    ['{{ chunk 0 (list "s3cret") }}', "exec: wrong size"],
    ['{{ dig "a" "b" "" (dict "a" "s3cret") }}', "exec: is not a dict"],
    ['{{ urlParse "http://s3cret:x y@h" }}', "exec: invalid URL"],
    ["{{ randInt 5 5 }}", "exec: empty range"],
  ])("%s fails without showing a value", (template, expected) => {
    expect(failure(template)).toBe(expected);
  });
});
