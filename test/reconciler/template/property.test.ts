import fc from "fast-check";
import { query } from "../../../reconciler/template/gjson";
import { bytesOf, fromBuffer } from "../../../reconciler/template/go/bytes";
import { property } from "../../../reconciler/template/property";
import { goJson } from "../../../reconciler/template/value";
import { JsonNumber, type Json } from "../../../reconciler/vault/types";

const map = (entries: Readonly<Record<string, Json>>): ReadonlyMap<string, Json> => new Map(Object.entries(entries));
const n = (source: string): JsonNumber => new JsonNumber(source);

const data: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["password", "pw"],
  ["a.b", "dotted key"],
  ["a", map({ b: "nested", "c.d": "<&>" })],
  ["list", ["zero", map({ x: n("2.50") })]],
  ["numbers", [n("12345678901234567890"), n("1.0"), n("1e3"), n("-7"), n("1e400")]],
  ["large", n("12345678901234567890")],
  ["float", n("1.0")],
  ["nothing", null],
  ["no", false],
  ["html", '<a href="x">&\u2028</a>'],
  ["__proto__", "proto"],
  ["we#ird", "hash"],
  ["@keys", "at"],
  ["users", [map({ name: "anna", age: n("44") }), map({ name: "boris", age: n("68.50") })]],
  ["deep", new Map<string, Json>([["__proto__", new Map<string, Json>([["y", true]])]])],
  ["embedded", '{"user":"inner"}'],
  ["é", map({ 日本: "\u{1F600}" })],
]);

const found = (name: string): string | undefined => {
  const result = property(data, name);
  return "found" in result ? Buffer.from(result.found).toString() : undefined;
};

describe("property", () => {
  test.each([
    ["password", "pw"],
    ["a.b", "dotted key"],
    ["nothing", ""],
    ["no", "false"],
    ["__proto__", "proto"],
    ["we#ird", "hash"],
    ["@keys", "at"],
    ["large", "12345678901234567890"],
    ["float", "1.0"],
    ["html", '<a href="x">&\u2028</a>'],
    ["list", '["zero",{"x":2.50}]'],
    ["a", '{"b":"nested","c.d":"\\u003c\\u0026\\u003e"}'],
  ])("the key %s gives its value as the server wrote it", (name, expected) => {
    expect(found(name)).toBe(expected);
  });

  test.each([
    ["list.0", "zero"],
    ["list.01.x", "2.5"],
    ["list.1", '{"x":2.50}'],
    ["numbers.0", "12345678901234567890"],
    ["numbers.1", "1"],
    ["numbers.2", "1000"],
    ["numbers.3", "-7"],
    ["numbers.4", "+Inf"],
    ["deep.__proto__.y", "true"],
    ["deep", '{"__proto__":{"y":true}}'],
    ["é.日本", "\u{1F600}"],
  ])("the names and indexes %s give the value there as gjson prints it", (name, expected) => {
    expect(found(name)).toBe(expected);
  });

  test.each([
    ["list.#", "2"],
    ["list.18446744073709551616", "zero"],
    ["pass*", "pw"],
    ["a.c\\.d", "<&>"],
    ["a|b", "nested"],
    ["a.@keys", '["b","c.d"]'],
    ["{password,list.1.x}", '{"password":"pw","x":2.50}'],
    ["[float,nothing]", "[1.0,null]"],
    ["{html}", '{"html":"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u003c/a\\u003e"}'],
    ["users.#.name", '["anna","boris"]'],
    ["users.#(age>50).name", "boris"],
    ['users.#(name=="boris").age', "68.5"],
    ["embedded.@fromstr.user", "inner"],
    ['!"fixed"', "fixed"],
    ["?.日*", "\u{1F600}"],
    ["é.@tostr", '{"日本":"\u{1F600}"}'],
  ])("the path %s is gjson's", (name, expected) => {
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
    "we?ird.x",
    "users.#(age>99)",
    "..0.x",
    "users.#.name|x",
  ])("%s is missing", (name) => {
    expect(property(data, name)).toEqual({ missing: true });
  });

  test("a query that grows without end is refused, and so is one nested too deep", () => {
    expect(property(data, `${"[@this,@this].".repeat(60)}0`)).toEqual({ limit: "steps" });
    expect(property(data, `${"{".repeat(1000)}a${"}".repeat(1000)}`)).toEqual({ limit: "depth" });
  });

  const text = fc.oneof(
    fc.string({ maxLength: 4, unit: "grapheme" }),
    fc.constantFrom("", "a", "b", "0", "<", "\u2028", "\ufffd"),
  );
  const number = fc.constantFrom("0", "-0", "1.50", "1e3", "1e400", "12345678901234567890").map(n);
  const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json; map: ReadonlyMap<string, Json> }>((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("json"), { maxLength: 3 }),
      tie("map"),
    ),
    map: fc.array(fc.tuple(text, tie("json")), { maxLength: 4 }).map((entries) => new Map(entries)),
  })).json;
  const path = fc
    .array(fc.oneof(text, fc.constantFrom("a", "b", "0", "1", "")), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("."));

  test("law: what is found without gjson is what gjson finds", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, json), { maxLength: 4 }), path, (entries, name) => {
        const secret = new Map(entries);
        fc.pre(!secret.has(name));
        const { exists, str } = query(bytesOf(goJson(secret)), bytesOf(name));
        const ours = property(secret, name);
        expect("found" in ours ? fromBuffer(ours.found) : ours).toEqual(exists ? str : { missing: true });
      }),
      { numRuns: 2000 },
    );
  });
});
