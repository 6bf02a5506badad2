import { parseSignature } from "../../../../reconciler/template/functions/signature";
import { FUNCTIONS } from "../../../../reconciler/template/functions/table";

const shape = (text: string) => {
  const { parameters, isVariadic, result, canFail } = parseSignature(text);
  return [parameters.map(({ name, type }) => `${name}:${type.name}`), isVariadic, result.name, canFail];
};

describe("a signature in Go's words", () => {
  it.each([
    ["func() string", [[], false, "string", false]],
    ["func(string) string", [[":string"], false, "string", false]],
    ["func(count int, str string) string", [["count:int", "str:string"], false, "string", false]],
    ["func(a, b string) bool", [["a:string", "b:string"], false, "bool", false]],
    ["func(v ...interface{}) (string, error)", [["v:interface {}"], true, "string", true]],
    ["func(d any, v ...any) any", [["d:interface {}", "v:interface {}"], true, "interface {}", false]],
    ["func(interface {}, []string) []interface {}", [[":interface {}", ":[]string"], false, "[]interface {}", false]],
    [
      "func(m map[string]interface{}, l [][]byte) map[string]string",
      [["m:map[string]interface {}", "l:[][]uint8"], false, "map[string]string", false],
    ],
    [
      "func(arg1 reflect.Value, arg2 ...reflect.Value) (bool, error)",
      [["arg1:reflect.Value", "arg2:reflect.Value"], true, "bool", true],
    ],
    [
      "func(d time.Duration, v *semver.Version) rune",
      [["d:time.Duration", "v:*semver.Version"], false, "int32", false],
    ],
    [
      "func(a int64, b uint32, c float64, d byte) uint",
      [["a:int64", "b:uint32", "c:float64", "d:uint8"], false, "uint", false],
    ],
  ])("%s", (text, expected) => {
    expect(shape(text)).toEqual(expected);
  });

  it("gives kinds to the types that have none of their own name", () => {
    const [duration, version, time] = parseSignature("func(time.Duration, *semver.Version, time.Time) int").parameters;
    expect([duration?.type.kind, version?.type.kind, version?.type.elem?.kind, time?.type.kind]).toEqual([
      "int64",
      "ptr",
      "struct",
      "struct",
    ]);
  });

  it.each(["", "string", "func(", "func(a b c)", "func() ", "func() (int, string, error)", "func(a chan int) int"])(
    "is refused: %s",
    (text) => {
      expect(() => parseSignature(text)).toThrow();
    },
  );

  it("of every function in the table can be read", () => {
    for (const { name, signature } of FUNCTIONS.values()) {
      expect(() => parseSignature(signature)).not.toThrow();
      expect(name).toMatch(/^[a-zA-Z_]\w*$/);
    }
  });
});
