import { bytesOf } from "../../../../reconciler/template/go/bytes";
import { parseYamlStringMap } from "../../../../reconciler/template/yaml";

const read = (text: string): unknown => Object.fromEntries(parseYamlStringMap(bytesOf(text)));

// The expected values were given by sigs.k8s.io/yaml 1.6.0 with a map[string]string.
describe("a rendered map of strings", () => {
  test.each([
    ["text", "text"],
    ["5432", "5432"],
    ["1.50", "1.5"],
    ["0x10", "16"],
    ["1_000", "1000"],
    ["yes", "true"],
    ["n", "false"],
    ["~", ""],
    ["", ""],
    ["''", ""],
    ["9007199254740993", "9007199254740993"],
    ["18446744073709551615", "18446744073709551615"],
    ["18446744073709551616", "1.8446744e+19"],
    ["3.141592653589793", "3.1415927"],
    ["123456789.5", "1.2345679e+08"],
    ["1e10", "1e+10"],
    ["1e300", "+Inf"],
    [".nan", "NaN"],
    ["-.inf", "-Inf"],
    ["-0.0", "-0"],
    ["2001-01-01", "2001-01-01"],
    ["!!str 010", "010"],
    ["|\n  one\n  two\n", "one\ntwo\n"],
  ])("%j is %j", (text, expected) => {
    expect(read(`a: ${text}`)).toEqual({ a: expected });
  });

  test("keys are converted too", () => {
    expect(read("y: 1\n10: 2\n1.5: 3")).toEqual({ true: "1", "10": "2", "1.5": "3" });
  });

  test("nothing, or null, is no key", () => {
    expect([read(""), read("# c"), read("null"), read("{}")]).toEqual([{}, {}, {}, {}]);
  });

  test("maps and sequences as values, and anything but a map, are errors", () => {
    const json = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
    expect(() => read("a: {b: c}")).toThrow(`${json} object into Go value of type string`);
    expect(() => read("a: [b]")).toThrow(`${json} array into Go value of type string`);
    expect(() => read("- a")).toThrow(`${json} array into Go value of type map[string]string`);
    expect(() => read("text")).toThrow(`${json} string into Go value of type map[string]string`);
    expect(() => read("~: a")).toThrow("unsupported map key");
    expect(() => read("a: b: c")).toThrow("mapping values are not allowed in this context");
  });
});
