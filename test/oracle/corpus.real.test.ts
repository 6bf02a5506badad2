import { FUNCTIONS, FAMILIES } from "../../reconciler/template/functions/table";
import { sameAnswer, type Answer, type TemplateCase } from "./case";
import { corpus, type CorpusFile } from "./corpus";
import { goFunctionNames, goQuery, goRender } from "./oracle";
import { ourQuery, ourRender } from "./ours";

// The written corpus against real Go: the same bytes, or errors of the same class.

let files: readonly CorpusFile[];
const go = new Map<TemplateCase, Answer>();

beforeAll(async () => {
  files = await corpus();
  const all = files.flatMap(({ templates }) => templates);
  for (const [index, answer] of (await goRender(all)).entries()) go.set(all[index]!, answer);
}, 240_000);

const templates = (): TemplateCase[] => files.flatMap(({ templates: cases }) => cases);

test("the corpus has at least 600 templates and 250 queries", () => {
  expect(templates().length).toBeGreaterThanOrEqual(600);
  expect(files.flatMap(({ queries }) => queries).length).toBeGreaterThanOrEqual(250);
});

test("every template gives what Go gives, but for what is explained", () => {
  const differing = templates()
    .filter((entry) => entry.explained === undefined)
    .map((entry) => ({ ...entry, go: go.get(entry)!, ours: ourRender(entry) }))
    .filter(({ go: expected, ours }) => !sameAnswer(expected, ours));
  expect(differing).toEqual([]);
});

test("what is explained differs from Go, and is what the explanation says", () => {
  for (const entry of templates()) {
    if (entry.explained === undefined) continue;
    const { reason, ours } = entry.explained;
    expect({ template: entry.template, same: sameAnswer(ourRender(entry), ours) }).toEqual({
      template: entry.template,
      same: true,
    });
    expect({ template: entry.template, reason, stillDiffers: !sameAnswer(go.get(entry)!, ours) }).toEqual({
      template: entry.template,
      reason,
      stillDiffers: true,
    });
  }
});

test("every query gives what gjson gives", async () => {
  const queries = files.flatMap(({ queries: cases }) => cases);
  const expected = await goQuery(queries);
  const differing = queries
    .map((entry, index) => ({ ...entry, go: expected[index], ours: ourQuery(entry) }))
    .filter(({ go: theirs, ours }) => JSON.stringify(theirs) !== JSON.stringify(ours));
  expect(differing).toEqual([]);
});

test("the functions are Go's, by name: sprig's without those that look at the machine, ESO's, and the builtin ones", async () => {
  const builtin = new Set((FAMILIES.get("builtin") ?? []).map(({ name }) => name));
  const ours = [...FUNCTIONS.keys()].filter((name) => !builtin.has(name) || name === "slice");
  expect(ours.sort()).toEqual((await goFunctionNames()).sort());
});
