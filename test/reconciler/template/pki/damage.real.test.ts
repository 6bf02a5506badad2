import fc from "fast-check";
import { sameAnswer, type TemplateCase } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { ourRender } from "../../../oracle/ours";
import { craftedCase } from "./crafted";
import { damagedCase } from "./damage";
import { seed } from "../../../seed";

const INPUTS: readonly (readonly [what: string, cases: fc.Arbitrary<TemplateCase>])[] = [
  ["damaged certificates, keys, stores, PEM and JSON Web Keys", damagedCase],
  ["certificates of right and wrong parts", craftedCase],
];

test.each(INPUTS)("%s are read and refused as Go does", async (_, arbitrary) => {
  const cases = fc.sample(arbitrary, { numRuns: 2000, seed });
  const go = await goRender(cases);
  const differing = cases.flatMap((entry, index) => {
    const ours = ourRender(entry);
    const expected = go[index] ?? {};
    return sameAnswer(ours, expected) ? [] : [{ entry, go: expected, ours }];
  });
  expect({ seed, differing }).toEqual({ seed, differing: [] });
  // Were everything refused, little would have been compared.
  expect(go.filter(({ error }) => error === undefined).length).toBeGreaterThan(400);
});
