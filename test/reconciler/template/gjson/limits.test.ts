import { LimitError } from "../../../../reconciler/template/functions/function";
import { query } from "../../../../reconciler/template/gjson";

const times = (text: string, count: number): string => text.repeat(count);
const arrays = (depth: number): string => times("[", depth) + times("]", depth);
const objects = (depth: number): string => `${times('{"a":', depth)}1${times("}", depth)}`;

/** The bound that a query reaches, or the length of what it gives. */
const outcome = (json: string, path: string): LimitError["bound"] | number => {
  try {
    return query(json, path).raw.length;
  } catch (error) {
    if (error instanceof LimitError) return error.bound;
    throw error;
  }
};

describe("a hostile query ends", () => {
  test.each<[string, string, string, LimitError["bound"] | number]>([
    ["a path as deep as its document", objects(100_000), `${times("a.", 99_999)}a`, "depth"],
    ["a path of 400 parts, which is fine", objects(400), `${times("a.", 399)}a`, 1],
    ["a level of elements within each level", arrays(100_000), `${times("#.", 50_000)}#`, "steps"],
    ["deep documents made pretty", arrays(100_000), "@pretty", "depth"],
    ["deep documents checked", arrays(1_000_000), "@valid", 2_000_000],
    ["deep documents flattened", arrays(100_000), '@flatten:{"deep":true}', "steps"],
    ["deep documents searched through", objects(100_000), "@dig:b", "steps"],
    ["many stars", `{"${times("a", 5_000)}b":1}`, `${times("*a", 400)}*bc*d?*e`, 0],
    ["many stars before many keys", `{${times(`"${times("a", 40)}":1,`, 10_000)}"b":1}`, "*a*a*a*a*a*a*a*z*", "steps"],
    ["more stars than a stack holds", `{"${times("a", 1_000_000)}":1}`, `${times("*a", 300_000)}*b*`, "depth"],
    ["results that double", '{"a":1}', `${times("[@this,@this].", 60)}0`, "steps"],
    ["texts that double", '"a"', `${times("@tostr|", 60)}@this`, "steps"],
    ["multipaths within multipaths", "{}", `${times("{", 100_000)}a${times("}", 100_000)}`, "steps"],
    ["conditions within conditions", arrays(400), `${times("#(0.", 300)}x${times(")", 300)}`, "depth"],
    ["an indent that fills the memory", arrays(300), `@pretty:{"width":0,"indent":"${times(" ", 100_000)}"}`, "steps"],
    ["an argument of open brackets", "[1]", `@this:${times('("', 100_000)}`, 3],
    ["an index of very many digits", `[${times("[1],", 10_000)}1]`, `#.${times("9", 100_000)}`, 2],
    [
      "a part of very many bytes before many values",
      `{${times('"a":[1],', 50_000)}"c":1}`,
      `*.#(${times("b", 100_000)})`,
      0,
    ],
    ["very many backslashes", `{"${times("\\\\", 500_000)}":1,"b":2}`, "b", 1],
    ["very many pipes", "[]", times("@this|", 100_000), "steps"],
  ])("%s", (_name, json, path, expected) => {
    const start = process.cpuUsage();
    expect(outcome(json, path)).toBe(expected);
    const { user, system } = process.cpuUsage(start);
    // Some 0.3 s on a slow computer; a hang is minutes.
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  test("the bound grows with the document: a walk through 16 MiB is fine", () => {
    const json = `[${times('{"a":"0123456789"},', 900_000)}{"a":1}]`;
    expect(query(json, "#").str).toBe("900001");
    expect(query(json, "#(a=1).a").str).toBe("1");
  });

  test("a limit error names no part of the document", () => {
    try {
      query('{"password":"CANARY"}', `${times("[@this,@this].", 60)}0`);
      throw new Error("not reached");
    } catch (error) {
      expect(String(error)).toBe("Error: steps");
    }
  });
});
