import fc from "fast-check";
import { sameAnswer, type TemplateCase } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { ourRender } from "../../../oracle/ours";
import { floats, listed, numbers, printed, read, written } from "./random";
import { seed } from "../../../seed";

/** Go prints where a value lies in its memory; ours refuses to. */
const isRefused = (message: string | undefined): boolean =>
  /has no address to print|cannot be printed with this verb/.test(message ?? "");

/** The shortest differing templates, so that the message is of use. */
async function differences(cases: readonly TemplateCase[]): Promise<unknown[]> {
  const go = await goRender(cases);
  return cases
    .map((asked, index) => ({ ...asked, go: go[index]!, ours: ourRender(asked) }))
    .filter(({ ours, go }) => !sameAnswer(ours, go) && !isRefused(ours.error?.message))
    .sort((a, b) => a.template.length - b.template.length)
    .slice(0, 5);
}

const sample = (arbitrary: fc.Arbitrary<TemplateCase>, numRuns: number): readonly TemplateCase[] =>
  fc.sample(arbitrary, { seed, numRuns });

describe("what is printed and read is what Go prints and reads", () => {
  beforeAll(() => console.log(`printing: KEYTURN_SEED=${seed}`));

  test("printf by random formats, right and wrong ones", async () => {
    const cases = sample(printed, 6_000);
    expect(await differences(cases)).toEqual([]);
    // A generator of templates that fail would prove nothing.
    expect(cases.filter((entry) => ourRender(entry).error === undefined).length).toBeGreaterThan(5_000);
  });

  test("print and println", async () => {
    expect(await differences(sample(listed, 2_000))).toEqual([]);
  });

  test("doubles by every verb and precision", async () => {
    expect(await differences(sample(floats, 4_000))).toEqual([]);
  });

  test("numbers read from text", async () => {
    expect(await differences(sample(numbers, 4_000))).toEqual([]);
  });

  test("JSON written", async () => {
    expect(await differences(sample(written, 3_000))).toEqual([]);
  });

  test("JSON read, broken one among it", async () => {
    expect(await differences(sample(read, 4_000))).toEqual([]);
  });
});
