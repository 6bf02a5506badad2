import { property } from "../../../reconciler/template/property";
import { JsonNumber, type Json } from "../../../reconciler/vault/types";

const data: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["password", "pw"],
  ["a.b", "dotted key"],
  ["a", new Map<string, Json>([["b", "nested"]])],
  ["list", ["zero", new Map<string, Json>([["x", new JsonNumber("2.50")]])]],
  ["nothing", null],
  ["__proto__", "proto"],
  ["we#ird", "hash"],
  ["deep", new Map<string, Json>([["__proto__", new Map<string, Json>([["y", true]])]])],
]);

const found = (name: string): string | undefined => {
  const result = property(data, name);
  return "found" in result ? Buffer.from(result.found).toString() : undefined;
};

describe("property", () => {
  test.each([
    ["password", "pw"],
    ["a.b", "dotted key"],
    ["list.0", "zero"],
    ["list.01.x", "2.5"],
    ["list.1", '{"x":2.50}'],
    ["list", '["zero",{"x":2.50}]'],
    ["nothing", ""],
    ["__proto__", "proto"],
    ["deep.__proto__.y", "true"],
    ["we#ird", "hash"],
  ])("%s gives %s", (name, expected) => {
    expect(found(name)).toBe(expected);
  });

  test.each([
    "nope",
    "password.x",
    "list.2",
    "list.-1",
    "list.x",
    "a.b.c",
    "constructor",
    "a.constructor",
    "list.length",
  ])("%s is missing", (name) => {
    expect(property(data, name)).toEqual({ missing: true });
  });

  test.each([
    ["list.#", '"#" in a path'],
    ["pass*", '"*" in a path'],
    ["a\\.b", '"\\" in a path'],
    ["a|b", '"|" in a path'],
    ["@this", '"@" at the start of a part'],
    ["a.@keys", '"@" at the start of a part'],
    ["{a,b}", '"{" at the start of a part'],
    ["[a,b]", '"[" at the start of a part'],
    ["..0", '".." (JSON lines)'],
  ])("%s is refused, not guessed", (name, unsupported) => {
    expect(property(data, name)).toEqual({ unsupported });
  });
});
