import { compileTemplate } from "../../../../reconciler/template";
import { ProgramCache } from "../../../../reconciler/template/engine/cache";
import { render, WORLD } from "./render";

const source = (text: string, name = "t") => ({ name, text, left: "{{", right: "}}" });

describe("a compiled template", () => {
  it("renders again and again with nothing left of an earlier render", () => {
    const compiled = compileTemplate("{{ $x := .a }}{{ range list 1 2 }}{{ $x = print $x . }}{{ end }}{{ $x }}");
    const data = (value: string) => new Map([["a", Buffer.from(value)]]);
    const outputs = ["p", "q", "p"].map((value) => Buffer.from(compiled.render(data(value), WORLD)).toString());
    expect(outputs).toEqual(["p12", "q12", "p12"]);
  });

  it("renders after a render that failed in a template it invoked", () => {
    const compiled = compileTemplate('{{ define "x" }}{{ .b }}{{ end }}{{ template "x" . }}{{ $.a }}');
    expect(() => compiled.render(new Map(), WORLD)).toThrow('map has no entry for key "b"');
    const data = new Map([
      ["a", Buffer.from("1")],
      ["b", Buffer.from("2")],
    ]);
    expect(Buffer.from(compiled.render(data, WORLD)).toString()).toBe("21");
  });

  it("keeps bytes that are no UTF-8, from the data and from its own text", () => {
    const compiled = compileTemplate(Buffer.from("ff7b7b2e787d7dfe", "hex"));
    const output = compiled.render(new Map([["x", Buffer.from([0x00, 0xc3, 0x28])]]), WORLD);
    expect(Buffer.from(output).toString("hex")).toBe("ff00c328fe");
  });

  it("treats names of JavaScript's own objects as ordinary keys", () => {
    const data = new Map(["__proto__", "constructor", "toString"].map((key) => [key, Buffer.from(key[0]!)]));
    const compiled = compileTemplate("{{ .__proto__ }}{{ .constructor }}{{ .toString }}");
    expect(Buffer.from(compiled.render(data, WORLD)).toString()).toBe("_ct");
    expect(() => compiled.render(new Map(), WORLD)).toThrow('map has no entry for key "__proto__"');
  });

  it("takes other delimiters, and an empty one for its default", () => {
    expect(render("<<.a>>{{.a}}", { a: "1" }, { delimiters: ["<<", ">>"] })).toBe("1{{.a}}");
    expect(render("{{.a>>", { a: "1" }, { delimiters: ["", ">>"] })).toBe("1");
    expect(render("<<.a}}", { a: "1" }, { delimiters: ["<<", ""] })).toBe("1");
  });

  it("can invoke itself by its name", () => {
    const template = '{{ if . }}[{{ template "me" }}]{{ end }}';
    expect(render(template, { a: "1" }, { name: "me" })).toBe("[]");
    expect(() => render(template, { a: "1" }, { name: "other" })).toThrow("template not defined");
  });

  it("is what a definition of its own name says where it is empty itself", () => {
    const template = '{{ define "me" }}defined{{ end }}';
    expect(render(template, {}, { name: "me" })).toBe("defined");
    expect(render(template, {}, { name: "other" })).toBe("");
    expect(() => render(`${template}text`, {}, { name: "me" })).toThrow("multiple definition of a template");
  });
});

describe("a template is random", () => {
  it.each([
    ["{{ .a }}", false],
    ["{{ if .a }}{{ uuidv4 }}{{ end }}", true],
    ["{{ print (or 1 (randAlphaNum 3)) }}", true],
    ['{{ define "x" }}{{ now }}{{ end }}{{ template "x" }}', true],
    ['{{ define "x" }}{{ now }}{{ end }}', false],
    ['{{ define "x" }}{{ template "y" }}{{ end }}{{ define "y" }}{{ now }}{{ end }}{{ template "x" }}', true],
    ['{{ define "x" }}{{ template "y" }}{{ end }}{{ define "y" }}{{ now }}{{ end }}', false],
    ['{{ block "x" . }}{{ uuidv4 }}{{ end }}', true],
    ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', false],
  ])("%s: %s", (template, expected) => {
    expect(compileTemplate(template).random).toBe(expected);
  });
});

describe("the cache of programs", () => {
  it("gives one program for the same text under any name", () => {
    const cache = new ProgramCache();
    expect(cache.get(source("{{.a}}", "x"))).toBe(cache.get(source("{{.a}}", "y")));
    expect(cache.size).toBe(1);
  });

  it("tells texts, delimiters, and names that matter apart", () => {
    const cache = new ProgramCache();
    const programs = new Set([
      cache.get(source("{{.a}}")),
      cache.get(source("{{.b}}")),
      cache.get({ ...source("{{.a}}"), left: "<<" }),
      cache.get(source('{{template "x"}}', "x")),
      cache.get(source('{{template "x"}}', "y")),
    ]);
    expect(programs.size).toBe(5);
  });

  it("drops the least recently used beyond its entries", () => {
    const cache = new ProgramCache({ entries: 2, text: 1000 });
    const first = cache.get(source("1"));
    const second = cache.get(source("2"));
    expect(cache.get(source("1"))).toBe(first);
    cache.get(source("3"));
    expect(cache.size).toBe(2);
    expect(cache.get(source("1"))).toBe(first);
    expect(cache.get(source("2"))).not.toBe(second);
  });

  it("drops the least recently used beyond its bytes of text, even a single one", () => {
    const cache = new ProgramCache({ entries: 100, text: 10 });
    for (const text of ["12345", "6789", "abcdef"]) cache.get(source(text));
    expect(cache.size).toBe(2);
    cache.get(source("x".repeat(11)));
    expect(cache.size).toBe(0);
  });

  it("keeps refusals as well", () => {
    const cache = new ProgramCache();
    expect(() => cache.get(source("{{"))).toThrow("unclosed action");
    expect(() => cache.get(source("{{"))).toThrow("unclosed action");
    expect(cache.size).toBe(1);
  });
});
