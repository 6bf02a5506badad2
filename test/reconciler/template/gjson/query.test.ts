import { query } from "../../../../reconciler/template/gjson";
import { bytesOf, textOf } from "../../../../reconciler/template/go/bytes";

const ask = (json: string, path: string): readonly [type: string, raw: string, str: string] | undefined => {
  const { exists, type, raw, str } = query(bytesOf(json), bytesOf(path));
  return exists ? [type, textOf(raw), textOf(str)] : undefined;
};

// Each expected value is what gjson v1.18.0 gives.
describe("query", () => {
  test.each([
    ["a", '{"a":"x\\u00e9"}', "a", ["String", '"x\\u00e9"', "xé"]],
    [
      "an integer keeps its digits",
      '{"a":12345678901234567890}',
      "a",
      ["Number", "12345678901234567890", "12345678901234567890"],
    ],
    ["other numbers are float64", '{"a":1.50}', "a", ["Number", "1.50", "1.5"]],
    ["null exists and is empty", '{"a":null}', "a", ["Null", "null", ""]],
    ["the first of equal keys", '{"a":1,"a":2}', "a", ["Number", "1", "1"]],
    ["but the one that goes on", '{"a":1,"a":{"b":2}}', "a.b", ["Number", "2", "2"]],
    ["half a pair is U+FFFD", '{"a":"\\ud83d"}', "a", ["String", '"\\ud83d"', "\ufffd"]],
    ["count", '{"a":[1,2,3]}', "a.#", ["Number", "3", "3"]],
    ["of each", '{"a":[{"b":1},{"b":"x"},{}]}', "a.#.b", ["JSON", '[1,"x"]', '[1,"x"]']],
    ["first that holds", '{"a":[{"b":1},{"b":2,"c":3}]}', "a.#(b>1).c", ["Number", "3", "3"]],
    ["all that hold", '{"a":[1,5,7]}', "a.#(>2)#", ["JSON", "[5,7]", "[5,7]"]],
    ["none that hold", '{"a":[1]}', "a.#(>2)#", ["JSON", "[]", "[]"]],
    ["like", '["ab","cb","ac"]', '#(%"a*")#', ["JSON", '["ab","ac"]', '["ab","ac"]']],
    ["truth", '[{"a":"1"},{"a":"F"},{}]', "#(a==~false)#", ["JSON", '[{"a":"F"},{}]', '[{"a":"F"},{}]']],
    ["wildcards", '{"abc":{"日本":7}}', "a*.?本", ["Number", "7", "7"]],
    ["escapes", '{"a.b*":1}', "a\\.b\\*", ["Number", "1", "1"]],
    ["a modifier with an argument", "[1,[2,[3]]]", '@flatten:{"deep":true}', ["JSON", "[1,2,3]", "[1,2,3]"]],
    [
      "a multipath",
      '{"a":1,"b":{"c":"<"}}',
      '{a,"x y":b.c,"k":!true}',
      ["JSON", '{"a":1,"x y":"<","k":true}', '{"a":1,"x y":"<","k":true}'],
    ],
    ["lines", '{"a":1}\n{"a":2}', "..#.a", ["JSON", "[1,2]", "[1,2]"]],
    ["a document that ends too early", '{"a":[1,2', "a.#", ["Number", "2", "2"]],
    [
      "pretty",
      '{"b":[1,2],"a":{}}',
      '@pretty:{"sortKeys":true}',
      ["JSON", '{\n  "a": {},\n  "b": [1, 2]\n}\n', '{\n  "a": {},\n  "b": [1, 2]\n}\n'],
    ],
  ] as const)("%s", (_name, json, path, expected) => {
    expect(ask(json, path)).toEqual(expected);
  });

  test.each([
    ['{"a":1}', "b"],
    ['{"a":1}', "a.b"],
    ["[1]", "1"],
    ["[1]", "-1"],
    ["", "a"],
    ["{}", "constructor"],
    ["{}", "__proto__"],
    ['{"a":[]}', "a.#(x=1)"],
  ])("%s has nothing at %s", (json, path) => {
    expect(ask(json, path)).toBeUndefined();
  });
});
