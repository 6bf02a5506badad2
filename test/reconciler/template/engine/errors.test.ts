import { TemplateError } from "../../../../reconciler/template";
import { failure } from "./render";

const secret = "hunter2-hunter2";

describe("an error of a template", () => {
  it("says name, line, column, function and reason in a stable message", () => {
    const error = failure('a\nb {{ .x | len }}\n{{ eq 1 "é" }}', { x: "1" }, { name: "config.yaml" });
    expect(error).toBeInstanceOf(TemplateError);
    expect(error.message).toBe('template "config.yaml" line 3, column 4: in "eq": incompatible types for comparison');
    expect({ ...error }).toEqual({
      name: "config.yaml",
      line: 3,
      column: 4,
      code: "exec",
      reason: "incompatible types for comparison",
      function: "eq",
    });
  });

  it.each([
    ["{{ .a", "parse", 1, 6, "unclosed action"],
    ["x\n  {{ foo .a }}", "parse", 2, 6, 'function "foo" not defined'],
    ["{{ $x }}", "parse", 1, 4, 'undefined variable "$x"'],
    ["{{ if }}{{ end }}", "parse", 1, 7, "missing value for if"],
    ["{{ range . }}", "parse", 1, 14, "unexpected EOF"],
    ["{{ end }}", "parse", 1, 8, "unexpected {{end}}"],
    ["{{ 1 | 2 }}", "parse", 1, 10, "non executable command in pipeline stage 2"],
    ["{{ .a.b }}", "exec", 1, 6, "can't evaluate field b in type string"],
    ["ünï {{ .missing }}", "exec", 1, 10, 'map has no entry for key "missing"'],
    ["{{ len }}", "exec", 1, 4, "wrong number of args: want 1 got 0"],
    ["{{ printf 1 }}", "exec", 1, 11, "expected string; found another constant"],
    ["{{ .a | printf .a | index . 1 }}", "exec", 1, 21, "key of the map is not a string"],
    ['{{ template "nope" }}', "exec", 1, 13, "template not defined"],
    ["{{ range 1.5 }}{{ end }}", "exec", 1, 10, "range can't iterate over float64"],
    ["{{ nil }}", "exec", 1, 4, "nil is not a command"],
    ["{{ 1i }}", "parse", 1, 4, "complex constants are not supported"],
  ] as const)("%s: %s error at line %d, column %d: %s", (template, code, line, column, reason) => {
    const error = failure(template, { a: "A" });
    expect([error.code, error.line, error.column, error.reason]).toEqual([code, line, column, reason]);
  });

  it("counts columns in bytes, as Go", () => {
    expect(failure("☃{{ .x }}").column).toBe(7);
  });

  it.each([
    `{{ "${secret}" .a }}`,
    `{{ "${secret} }}`,
    `{{ \`${secret} }}`,
    `{{ "\\q${secret}" }}`,
    `{{ '${secret}' }}`,
    `{{ template "${secret}" }}`,
    `{{ define "${secret}" }}x{{ end }}{{ define "${secret}" }}y{{ end }}`,
    `{{ len 1 "${secret}" }}`,
    `{{ eq 1 "${secret}" }}`,
    `{{ .a.b }}`,
    `{{ index .a .a }}`,
    `{{ index .a 1 2 }}`,
    `{{ range .a }}{{ end }}`,
    `{{ printf .a 1 | repeat "x" }}`,
    `{{ call .a }}`,
    `{{ (index . "a").x }}`,
    `{{ print | index (dict "${secret}" 1) 1 }}`,
    `{{ 1_${"9".repeat(40)} }}`,
    `{{ .a | if }}`,
    `{{ if "${secret}" }}`,
    `{{ fail .a }}`,
  ])("never holds a literal or a value: %s", (template) => {
    const error = failure(template, { a: secret });
    expect(error).toBeInstanceOf(TemplateError);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/hunter2|999/);
  });

  it("is the same for a template that is in the cache, under the name asked for", () => {
    const first = failure("{{ broken", {}, { name: "one" });
    const second = failure("{{ broken", {}, { name: "two" });
    expect(first.message.replace("one", "two")).toBe(second.message);
    expect(failure("{{ .x }}", {}, { name: "three" }).name).toBe("three");
    expect(failure("{{ .x }}", {}, { name: "four" }).name).toBe("four");
  });
});
