import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";
import { arithmetic, durations, formatted, read, readAgain } from "./arbitrary";
import { differences } from "./differences";
import { seed } from "../../../seed";

const sample = (arbitrary: fc.Arbitrary<TemplateCase>, numRuns: number): readonly TemplateCase[] =>
  fc.sample(arbitrary, { seed, numRuns });

describe(`dates are Go's (KEYTURN_SEED=${seed})`, () => {
  test.each([
    ["random layouts at random moments in every zone", formatted, 6000, 5900],
    ["what a random layout wrote is read by it again", readAgain, 3000, 2000],
    ["random values for the elements of a layout are read or refused", read, 5000, 500],
    ["random durations", durations, 3000, 1000],
    ["arithmetic on random times", arithmetic, 2500, 2400],
  ])("%s", async (_name, arbitrary, count, least) => {
    const { differing, worked } = await differences(sample(arbitrary, count));
    expect(differing).toEqual([]);
    expect(worked).toBeGreaterThan(least);
  });
});
