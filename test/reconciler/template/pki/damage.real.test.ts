import fc from "fast-check";
import { sameAnswer } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { ourRender } from "../../../oracle/ours";
import { damagedCase } from "./damage";

test("damaged certificates, keys, stores, PEM and JSON Web Keys are read and refused as Go does", async () => {
  const seed = Number(process.env["KEYTURN_SEED"] ?? Date.now() % 2 ** 31);
  const cases = fc.sample(damagedCase, { numRuns: 2000, seed });
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
