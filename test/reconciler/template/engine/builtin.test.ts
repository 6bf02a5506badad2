import { FUNCTIONS } from "../../../../reconciler/template/functions/table";
import { builtinFunctions } from "../../../../reconciler/template/functions/builtin";
import { sliceOf } from "../../../../reconciler/template/functions/builtin/element";
import { anySlice, type GoSlice } from "../../../../reconciler/template/go/value";
import { render } from "./render";

describe("the functions of text/template", () => {
  it.each(
    builtinFunctions.filter(({ example }) => example !== undefined).map(({ name, example }) => [name, ...example!]),
  )("%s does what its example says", (_name, template, result) => {
    expect(render(template)).toBe(result);
  });

  it("slice is hidden by the one for lists, as in ESO", () => {
    expect(FUNCTIONS.get("slice")).not.toBe(builtinFunctions.find(({ name }) => name === "slice"));
  });

  it("slice cuts strings by bytes and lists by elements", () => {
    expect([sliceOf("abc", []), sliceOf("abc", [1n]), sliceOf("abc", [1n, 2n])]).toEqual(["abc", "bc", "b"]);
    expect((sliceOf(anySlice([1n, 2n, 3n]), [1n, 2n, 3n]) as GoSlice).items).toEqual([2n]);
    expect(() => sliceOf("abc", [2n, 1n])).toThrow("invalid slice index");
    expect(() => sliceOf("abc", [0n, 4n])).toThrow("index out of range");
    expect(() => sliceOf("abc", [0n, 1n, 2n])).toThrow("too many slice indexes");
    expect(() => sliceOf(1n, [])).toThrow("can't be sliced");
  });
});
