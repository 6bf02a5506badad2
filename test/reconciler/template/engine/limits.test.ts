import { DEFAULT_LIMITS } from "../../../../reconciler/template";
import { failure, render } from "./render";

const times = (text: string, count: number): string => text.repeat(count);
const big = "x".repeat(1 << 20);

describe("a render ends at its bounds", () => {
  it.each([
    ["an endless range", "{{ range 1000000000000 }}{{ end }}", "the render takes too many steps"],
    ["ranges in ranges", times("{{ range 10000 }}", 5) + times("{{ end }}", 5), "the render takes too many steps"],
    [
      "templates that double",
      Array.from({ length: 40 }, (_, i) => `{{ define "${i}" }}${times(`{{ template "${i + 1}" }}`, 2)}{{ end }}`).join(
        "",
      ) + '{{ define "40" }}{{ end }}{{ template "0" }}',
      "the render takes too many steps",
    ],
    [
      "comparing long text over and over",
      "{{ range 1000000 }}{{ $_ := eq $.big $.big }}{{ end }}",
      "the render takes too many steps",
    ],
    ["a large output", "{{ range 1000000 }}{{ $.big }}{{ end }}", "the output is too large"],
    [
      "text that doubles",
      "{{ $x := .big }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
      "the render makes too much data",
    ],
    [
      "a wide column",
      '{{ $x := "x" }}{{ range 100 }}{{ $x = printf "%999999s" $x }}{{ end }}',
      "the render takes too many steps",
    ],
    [
      "a template that invokes itself",
      '{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}',
      "the render is nested too deeply",
    ],
    [
      "one that does so in a deep place",
      `{{ define "x" }}${times("{{ if 1 }}", 90)}{{ template "x" print }}${times("{{ end }}", 90)}{{ end }}{{ template "x" }}`,
      "the render is nested too deeply",
    ],
    ["parentheses", `{{ ${times("(", 100_000)}1${times(")", 100_000)} }}`, "the template is nested too deeply"],
    [
      "control actions",
      times("{{ if 1 }}", 100_000) + times("{{ end }}", 100_000),
      "the template is nested too deeply",
    ],
    [
      "blocks",
      Array.from({ length: 100_000 }, (_, i) => `{{ block "${i}" . }}`).join(""),
      "the template is nested too deeply",
    ],
  ])("%s", (_name, template, reason) => {
    const error = failure(template, { big });
    expect([error.code, error.reason]).toEqual(["limit", reason]);
  });

  it("takes other bounds than its own", () => {
    const limited = (template: string, limits: object) => failure(template, { a: "A" }, { limits }).reason;
    expect(limited("{{ range 10 }}{{ end }}", { steps: 9 })).toBe("the render takes too many steps");
    expect(limited("12345", { output: 4 })).toBe("the output is too large");
    expect(limited("{{ ((1)) }}", { parseDepth: 1 })).toBe("the template is nested too deeply");
    expect(limited('{{ define "x" }}{{ end }}{{ template "x" }}', { depth: 0 })).toBe(
      "the render is nested too deeply",
    );
    expect(limited('{{ print "abc" "def" (list 1) }}', { made: 5 })).toBe("the render makes too much data");
    expect(render("12345", {}, { limits: { output: 5 } })).toBe("12345");
  });

  it("at the deepest nesting allowed still works", () => {
    const { parseDepth } = DEFAULT_LIMITS;
    for (const [open, middle, close] of [
      ["(", "1", ")"],
      ["(print ", "1", ")"],
      ["(and 1 ", "1", ")"],
    ] as const) {
      expect(render(`{{ ${times(open, parseDepth)}${middle}${times(close, parseDepth)} }}`)).toBe("1");
    }
    for (const open of ["{{ if 1 }}", "{{ with 1 }}", "{{ range 1 }}"]) {
      expect(render(`${times(open, parseDepth)}x${times("{{ end }}", parseDepth)}`)).toBe("x");
    }
    const down = '{{ define "x" }}{{ if gt . 0 }}{{ template "x" (sub . 1 | int) }}{{ else }}end{{ end }}{{ end }}';
    expect(render(`${down}{{ template "x" 250 }}`)).toBe("end");
  });
});

describe("long templates", () => {
  it.each([
    ["actions", times("text {{ .a }} ", 50_000), 350_000],
    ["else if branches", `{{ if not .a }}${times('{{ else if eq .a "b" }}x', 10_000)}{{ else }}y{{ end }}`, 1],
    [
      "variables",
      Array.from({ length: 20_000 }, (_, i) => `{{ $v${i} := 1 }}`).join("") + times("{{ $v19999 }}{{ $v0 }}", 20_000),
      40_000,
    ],
    ["skipped declarations", times("{{ or 1 ($v := 1) }}", 20_000), 20_000],
    ["definitions", Array.from({ length: 20_000 }, (_, i) => `{{ define "${i}" }}x{{ end }}`).join(""), 0],
    ["empty definitions of one name", times('{{ define "x" }} {{ end }}', 20_000), 0],
    ["comments", times("{{/* c */}}", 50_000), 0],
    ["trimmed text", times("{{- .a -}} \n ", 50_000), 50_000],
    ["a pipeline", `{{ 1${times(" | print", 20_000)} }}`, 1],
    ["arguments", `{{ print${times(' "a"', 50_000)} }}`, 50_000],
    ["an escaped literal", `{{ "${times("\\n", 500_000)}" }}`, 500_000],
  ])("of many %s render", (_name, template, length) => {
    expect(render(template, { a: "A" }, { name: "long" })).toHaveLength(length);
  });

  it.each([
    ["brackets", times("{", 1_000_000)],
    ["digits", `{{ ${times("9", 1_000_000)} }}`],
    ["underscores", `{{ 1${times("_1", 500_000)} }}`],
    ["hexadecimal digits", `{{ 0x${times("f", 1_000_000)} }}`],
    ["parentheses left open", `{{ ${times("(1) ", 100_000)}(`],
  ])("of nothing but %s are refused", (_name, template) => {
    expect(failure(template).code).toBe("parse");
  });
});
