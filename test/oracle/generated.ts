// Compares random templates with Go: `npx tsx test/oracle/generated.ts [COUNT] [SEED]`; the test does the same.
import fc from "fast-check";
import { sameAnswer } from "./case";
import { templateCase } from "./generate";
import { goRender } from "./oracle";
import { ourRender } from "./ours";

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 2000);
  const seed = Number(process.argv[3] ?? Math.trunc(Math.random() * 2 ** 31));
  const cases = fc.sample(templateCase, { numRuns: count, seed });
  const go = await goRender(cases);
  const outcomes = new Map<string, number>();
  let differing = 0;
  for (const [index, entry] of cases.entries()) {
    const ours = ourRender(entry);
    const expected = go[index] ?? {};
    const outcome = ours.error?.code ?? "out";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (sameAnswer(ours, expected)) continue;
    if (++differing <= Number(process.env["SHOW"] ?? 10))
      console.log(`${JSON.stringify(entry)}\n    Go:   ${JSON.stringify(expected)}\n    ours: ${JSON.stringify(ours)}`);
  }
  console.log(`seed ${seed}: ${count} cases, ${differing} differ`, Object.fromEntries(outcomes));
}

void main();
