import fc from "fast-check";
import { LimitError } from "../../../../reconciler/template/functions/function";
import { anyMap, type Value } from "../../../../reconciler/template/go/value";
import { messageOf, parseYamlMap, parseYamlStringMap, printYaml } from "../../../../reconciler/template/yaml";
import { broken } from "./random";

function outcome(text: string): string {
  try {
    return `${parseYamlMap(text).entries.size} keys`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Nine times nine times nine of the line before. */
const laughs = Array.from({ length: 10 }, (_, index) => {
  const last = index === 0 ? "x" : `*a${index - 1}`;
  return `a${index}: &a${index} [${Array(9).fill(last).join(",")}]`;
}).join("\n");

describe("hostile text", () => {
  test("aliases may add no more than yaml.v2 allows", () => {
    expect(outcome(laughs)).toBe("error converting YAML to JSON: yaml: document contains excessive aliasing");
    expect(() => parseYamlStringMap(laughs)).toThrow("excessive aliasing");
  });

  test("nesting is bounded at Go's depth and not by the stack", () => {
    const nested = (depth: number): string => `a: ${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(outcome(nested(9_999))).toBe("1 keys");
    expect(outcome(nested(10_000))).toBe("error unmarshaling JSON: while decoding JSON: json: exceeded max depth");
    expect(outcome(nested(10_001))).toContain("exceeded max depth of 10000");
    expect(outcome("- ".repeat(20_000))).toContain("exceeded max depth of 10000");
    expect(outcome("{a: ".repeat(5_000))).toContain("did not find expected");
  });

  test.each([
    ["open sequences", "[".repeat(400_000)],
    ["open maps", "{a: ".repeat(100_000)],
    ["explicit keys", "? ".repeat(200_000)],
    ["keys on one line", "a: ".repeat(200_000)],
    ["spaces", `a: ${" ".repeat(400_000)}b`],
    ["words", `a: ${"x   ".repeat(100_000)}`],
    ["folded lines", `a: b\n${" c\n".repeat(130_000)}`],
    ["escapes", `a: "${"\\x41".repeat(100_000)}"`],
    ["escaped line breaks", `a: "${"\\\n".repeat(200_000)}"`],
    ["blank lines in a block", `a: |\n${" \n".repeat(200_000)}`],
    ["digits", `a: ${"9".repeat(400_000)}`],
    ["hexadecimal digits", `a: 0x${"f".repeat(400_000)}`],
    ["almost base64", `a: !!binary ${"=".repeat(400_000)}`],
    ["almost a date", `a: 2001-1-1 1:1:1.${"1".repeat(400_000)}x`],
    ["tag directives", `${"%TAG !a! b\n".repeat(40_000)}---\na: 1`],
    ["merges", `a: &a {x: 1}\nb: {<<: [${"*a,".repeat(30_000)}]}`],
    ["beyond ASCII", `a: "${"\xc3\xa9 \n".repeat(100_000)}"`],
    ["byte order marks", "a: 1\n\xef\xbb\xbfb: 2\n".repeat(20_000)],
  ])("%s take time in proportion to their length", (_, text) => {
    const start = performance.now();
    outcome(text);
    // Linear is some 100 ms; anything quadratic takes minutes.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test("no random text gives anything but a map or a YamlError", () => {
    fc.assert(
      fc.property(broken, (text) => {
        outcome(text);
      }),
      { numRuns: 1_000 },
    );
  });

  test("no message names a part of the text", () => {
    fc.assert(
      fc.property(
        broken,
        fc.nat(),
        fc.constantFrom("", "*", "&", "!!int ", "[", "{", "? [", "~: ", "%"),
        (text, at, sign) => {
          const place = at % (text.length + 1);
          expect(outcome(`${text.slice(0, place)}${sign}hunter2${text.slice(place)}`)).not.toContain("hunter2");
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("a render's bounds", () => {
  const small = (room: number) => {
    let left = room;
    return {
      step: (count = 1) => void count,
      room: (size: number) => {
        if ((left -= size) < 0) throw new LimitError("size");
      },
    };
  };

  test("text that is read, and what aliases make of it, is charged", () => {
    expect(() => parseYamlMap("a".repeat(2_000), small(1_000))).toThrow(LimitError);
    const many = `a: &a [${"1,".repeat(200)}]\nb: [${"*a,".repeat(40)}]`;
    expect(() => parseYamlMap(many, small(5_000))).toThrow(LimitError);
    expect(parseYamlMap(many, small(20_000)).entries.size).toBe(2);
  });

  test("text that is written is charged while it is written: indentation grows with the square of the depth", () => {
    let deep: Value = "x";
    for (let level = 0; level < 900; level++) deep = anyMap([["a", deep]]);
    expect(() => printYaml(deep, small(100_000))).toThrow(LimitError);
    expect(printYaml(deep, small(2_000_000)).length).toBeGreaterThan(800_000);
  });
});
