// Renders corpus files with Go and with ours and prints what differs: `npx tsx test/oracle/compare.ts FILE [FILE...]`.
import { resolve } from "node:path";
import { sameAnswer, type QueryCase, type TemplateCase } from "./case";
import { goQuery, goRender } from "./oracle";
import { ourQuery, ourRender } from "./ours";

const show = (answer: unknown): string => JSON.stringify(answer);

async function main(): Promise<void> {
  let differing = 0;
  for (const file of process.argv.slice(2)) {
    const { cases } = (await import(resolve(file))) as { cases: readonly (TemplateCase | QueryCase)[] };
    const templates = cases.filter((entry): entry is TemplateCase => "template" in entry);
    const queries = cases.filter((entry): entry is QueryCase => "path" in entry);
    const go = await goRender(templates);
    for (const [index, entry] of templates.entries()) {
      const expected = entry.explained?.ours ?? go[index];
      const ours = ourRender(entry);
      if (expected !== undefined && sameAnswer(ours, expected)) continue;
      differing++;
      console.log(`${show(entry)}\n    Go:   ${show(go[index])}\n    ours: ${show(ours)}`);
    }
    const goQueries = await goQuery(queries);
    for (const [index, entry] of queries.entries()) {
      const ours = ourQuery(entry);
      if (show(ours) === show(goQueries[index])) continue;
      differing++;
      console.log(`${show(entry)}\n    Go:   ${show(goQueries[index])}\n    ours: ${show(ours)}`);
    }
    console.log(`${file}: ${cases.length} cases`);
  }
  console.log(`${differing} differ`);
  process.exitCode = differing === 0 ? 0 : 1;
}

void main();
