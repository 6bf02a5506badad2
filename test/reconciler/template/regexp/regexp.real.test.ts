import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";
import { differences } from "../time/differences";
import { bytesAsPattern, everyFunction, rightOrWrong } from "./arbitrary";
import { seed } from "../../../seed";

const sample = (arbitrary: fc.Arbitrary<TemplateCase>, numRuns: number): readonly TemplateCase[] =>
  fc.sample(arbitrary, { seed, numRuns });

describe(`regular expressions are Go's (KEYTURN_SEED=${seed})`, () => {
  test.each([
    ["random ones in random bytes, by every function", everyFunction, 6000, 3000],
    ["what is a regular expression and what is none", rightOrWrong, 5000, 700],
    ["bytes as a regular expression", bytesAsPattern, 1000, 200],
  ])("%s", async (_name, arbitrary, count, least) => {
    const { differing, worked } = await differences(sample(arbitrary, count));
    expect(differing).toEqual([]);
    expect(worked).toBeGreaterThan(least);
  });

  // Characters that Unicode 16 and 17 added or moved are left out: those two releases are why the classes can differ.
  test("every class that Go has a name for, on the letters, digits and marks below U+0530", async () => {
    const text = Array.from({ length: 0x530 - 0x20 }, (_, index) => String.fromCodePoint(0x20 + index))
      .filter((char) => /[\p{L}\p{N}\p{M}\p{P}\p{S}]/u.test(char) && !/[\u019b\u0264\u0295]/.test(char))
      .join("");
    const names =
      "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
        .concat(
          " Any Assigned ASCII Letter Cased_Letter punct DIGIT Uppercase-Letter Latin greek Cyrillic Common Armenian Inherited Coptic",
        )
        .split(" ");
    // Go does not fold \p{LC}, the engine here adds U+0345 to it.
    const isFolded = (name: string): boolean => name !== "LC" && name !== "Cased_Letter";
    const cases = names.flatMap((name) =>
      (isFolded(name) ? ["", "(?i)"] : [""]).flatMap((flags) =>
        ["p", "P"].map((letter) => ({
          template: `{{ regexReplaceAllLiteral .r .s "" }}`,
          data: { r: `${flags}[\\${letter}{${name}}]+`, s: text },
        })),
      ),
    );
    const { differing, worked } = await differences(cases);
    expect(differing).toEqual([]);
    expect(worked).toBe(cases.length);
  });
});
