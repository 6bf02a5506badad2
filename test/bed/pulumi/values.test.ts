import fc from "fast-check";
import { changes } from "./plugin/diff";
import { redact } from "./plugin/errors";
import {
  at,
  hasUnknown,
  mapOf,
  markSecrets,
  Secret,
  secretTexts,
  toJson,
  UNKNOWN,
  withAt,
  type Value,
} from "./plugin/values";
import { decode, encode } from "./plugin/wire";

describe("property values on the wire", () => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
  );
  const value = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.constant(UNKNOWN),
      fc.array(tie("value")),
      fc
        .array(
          fc.tuple(
            fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
            tie("value"),
          ),
        )
        .map((entries) => mapOf(entries)),
      tie("value").map((inner) => new Secret(inner)),
    ),
  })).value;

  it("survive the way there and back: secrets secret, unknown values unknown", () => {
    fc.assert(
      fc.property(value, (given) => {
        const there = decode(encode({ given }))["given"];
        expect(there).toStrictEqual(given);
        expect(hasUnknown(there)).toBe(hasUnknown(given));
        expect([...secretTexts(there)].sort()).toEqual([...secretTexts(given)].sort());
      }),
    );
  });

  it("cannot be sent to a server while they are not known", () => {
    expect(() => toJson({ a: [UNKNOWN] })).toThrow("not known yet");
    expect(toJson({ a: [new Secret("x")] })).toEqual({ a: ["x"] });
  });
});

describe("secrets of inputs", () => {
  it("make the same places of outputs secret, and a list as a whole", () => {
    const inputs = { spec: { token: new Secret("t"), keys: ["a", new Secret("b")], plain: "p" } };
    const outputs = { spec: { token: "t", keys: ["b", "a"], plain: "p", added: 1 }, status: {} };
    expect(markSecrets(outputs, inputs)).toEqual({
      spec: { token: new Secret("t"), keys: new Secret(["b", "a"]), plain: "p", added: 1 },
      status: {},
    });
  });

  it("are taken out of messages, as text and in base64, the longest first", () => {
    const message = `Invalid value: "hunter22-long", hunter22, ${Buffer.from("hunter22").toString("base64")}, abc`;
    expect(redact(message, ["hunter22", "hunter22-long", "abc"])).toBe(
      'Invalid value: "[secret]", [secret], [secret], abc',
    );
  });

  it("stay secret when a place below them is set", () => {
    expect(withAt({ a: new Secret({ b: 1 }) }, ["a", "c"], 2)).toEqual({ a: new Secret({ b: 1, c: 2 }) });
    expect(at({ a: new Secret({ b: 1 }) }, "a", "b")).toBe(1);
  });
});

describe("the changes between two inputs", () => {
  it("are listed leaf by leaf in Pulumi's paths", () => {
    const before = { metadata: { labels: { "a.b/c": "1", gone: "x" } }, list: [1, 2], same: new Secret("s") };
    const after = { metadata: { labels: { "a.b/c": "2" } }, list: [1, 3, 4], same: "s", added: {} };
    expect(changes(before, after)).toEqual([
      { path: "added", kind: "add" },
      { path: "list[1]", kind: "update" },
      { path: "list[2]", kind: "add" },
      { path: 'metadata.labels["a.b/c"]', kind: "update" },
      { path: "metadata.labels.gone", kind: "delete" },
    ]);
  });

  it("hold every value that is not known", () => {
    expect(changes({ a: UNKNOWN }, { a: UNKNOWN })).toEqual([{ path: "a", kind: "update" }]);
  });
});
