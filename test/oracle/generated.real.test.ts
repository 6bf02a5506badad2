import fc from "fast-check";
import { sameAnswer } from "./case";
import { templateCase } from "./generate";
import { goRender } from "./oracle";
import { ourRender } from "./ours";
import { seed } from "../seed";

// Random templates against real Go. `npx tsx test/oracle/generated.ts COUNT SEED` runs the same by hand.

const COUNT = 4000;

test(`${COUNT} random templates give what Go gives`, async () => {
  console.log(`random templates: KEYTURN_SEED=${seed}`);
  const cases = fc.sample(templateCase, { numRuns: COUNT, seed });
  const go = await goRender(cases);
  const compared = cases.map((entry, index) => ({ ...entry, go: go[index]!, ours: ourRender(entry) }));
  const differing = compared.filter(({ go: expected, ours }) => !sameAnswer(expected, ours));
  // A bound of ours is no difference; below it is held to be rare.
  expect(differing.filter(({ ours }) => ours.error?.code !== "limit").slice(0, 5)).toEqual([]);
  // Errors hold no value of the data, and no literal of the template.
  const leaks = compared.filter(({ data = {}, ours }) =>
    [...Object.values(data).filter((value) => /\W\S{4,}|\S{4,}\W/.test(value)), "Abc dEf", "2006-01-02"].some(
      (value) => ours.error?.message?.includes(value) === true,
    ),
  );
  expect(leaks).toEqual([]);
  // The generator must not sink into errors: a third and more have to render.
  expect(compared.filter(({ ours }) => ours.error === undefined).length).toBeGreaterThan(COUNT / 3);
  expect(compared.filter(({ ours }) => ours.error?.code === "limit").length).toBeLessThan(COUNT / 100);
}, 240_000);
