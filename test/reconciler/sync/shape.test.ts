import { shape, type Answer } from "../../../reconciler/sync/shape";
import type { Source } from "../../../reconciler/sync/spec";
import { JsonNumber, type Json } from "../../../reconciler/vault/types";

const answer = (source: Partial<Source>, data: Readonly<Record<string, Json>>): Answer => ({
  path: "prod/payments/db",
  secret: { data: new Map(Object.entries(data)) },
  source: {
    place: "spec.data[0]",
    store: "SecretStore/payments/vault",
    key: "payments/db",
    version: undefined,
    property: undefined,
    secretKey: "k",
    unicodeKeys: false,
    refuseNul: false,
    ...source,
  },
});
const all = { place: "spec.dataFrom[0]", secretKey: undefined };

const texts = (answers: readonly Answer[]): Record<string, string> => {
  const shaped = shape(answers);
  if (!("data" in shaped)) throw new Error(shaped.problem);
  return Object.fromEntries([...shaped.data].map(([key, value]) => [key, Buffer.from(value).toString()]));
};

describe("the Secret's data from what was read", () => {
  test("a property, the whole secret, and every key; later entries win", () => {
    expect(
      texts([
        answer(all, { user: "u", port: new JsonNumber("5432"), k: "loses" }),
        answer({ secretKey: "k", property: "p" }, { p: "wins" }),
        answer({ secretKey: "whole" }, { b: "<", a: new JsonNumber("1.0") }),
      ]),
    ).toEqual({ user: "u", port: "5432", k: "wins", whole: '{"a":1.0,"b":"\\u003c"}' });
  });

  test("a property can be any path of gjson", () => {
    const hosts: Json = [new Map([["name", "a"]]), new Map([["name", "b"]])];
    expect(texts([answer({ property: 'hosts.#(name="b").name' }, { hosts })])).toEqual({ k: "b" });
    expect(texts([answer({ property: "{first:hosts.0.name,n:hosts.#}" }, { hosts })])).toEqual({
      k: '{"first":"a","n":2}',
    });
  });

  test("extract converts keys as ESO does", () => {
    expect(texts([answer(all, { "a/b c": "1", "ü-1.x_": "2", "": "3" })])).toEqual({ a_b_c: "1", "ü-1.x_": "2" });
    expect(texts([answer({ ...all, unicodeKeys: true }, { "a/b": "1" })])).toEqual({ a_U002f_b: "1" });
  });

  test.each<[string, Answer, string]>([
    [
      "a missing property",
      answer({ property: "pasword" }, { password: "CANARY" }),
      'spec.data[0]: prod/payments/db has no property "pasword"',
    ],
    [
      "a path query without end",
      answer({ property: `@this${"|@tostr".repeat(40)}` }, { password: "CANARY" }),
      `spec.data[0]: prod/payments/db property "@this${"|@tostr".repeat(40)}" asks for more than one query may do (steps)`,
    ],
    [
      "a number that ESO cannot extract",
      answer(all, { password: "CANARY", n: new JsonNumber("1e400") }),
      'spec.dataFrom[0]: prod/payments/db property "n" holds a number beyond float64',
    ],
    [
      "two keys that become one",
      answer(all, { "a/b": "CANARY", "a b": "CANARY" }),
      "spec.dataFrom[0]: prod/payments/db secret name collision during conversion: a_b",
    ],
    [
      "a null byte with nullBytePolicy Fail",
      answer({ property: "p", refuseNul: true }, { p: "CANARY\u0000" }),
      'spec.data[0]: prod/payments/db the value for key "k" contains null bytes',
    ],
  ])("%s is a problem that names place and path, and no value", (_name, given, problem) => {
    const shaped = shape([given]);
    expect(shaped).toMatchObject({ problem });
    expect(JSON.stringify(shaped)).not.toContain("CANARY");
  });
});
