import fc from "fast-check";
import { fromBuffer } from "../../../../reconciler/template/go/bytes";
import { ourRender } from "../../../oracle/ours";
import { sameAnswer, type Answer, type TemplateCase } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { broken, json, valid } from "./random";

/** Where reading failed the texts differ: ours names no part of the input. */
const FROM = `{{ $m := fromYaml .x }}{{ if hasKey $m "Error" }}failed{{ else }}{{ toJson $m }}{{ end }}`;
const TO = `{{ toYaml (fromJson .x) }}`;

const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

const asked = (template: string, inputs: readonly string[]): TemplateCase[] =>
  inputs.map((input) => ({ template, dataB64: { x: Buffer.from(input, "latin1").toString("base64") } }));

interface Difference {
  readonly input: string;
  readonly go: Answer | undefined;
  readonly ours: Answer;
}

/**
 * Go's own answer changes from run to run where keys have no order (`10`, `1a`, `2`) or two of them become one (`1` and `'1'`).
 */
async function changes(entry: TemplateCase): Promise<boolean> {
  const answers = await goRender(Array.from({ length: 64 }, () => entry));
  return answers.some((answer) => !sameAnswer(answer, answers[0]!));
}

/** The shortest differing inputs, so that the message is of use. */
async function differences(cases: readonly TemplateCase[]): Promise<Difference[]> {
  const go = await goRender(cases);
  const found: Difference[] = [];
  for (const [index, entry] of cases.entries()) {
    const ours = ourRender(entry);
    const answer = go[index];
    if (answer !== undefined && sameAnswer(ours, answer)) continue;
    if (await changes(entry)) continue;
    found.push({ input: fromBuffer(Buffer.from(entry.dataB64!["x"]!, "base64")), go: answer, ours });
  }
  return found.sort((a, b) => a.input.length - b.input.length).slice(0, 5);
}

const accepted = (cases: readonly TemplateCase[]): number =>
  cases.filter((entry) => ourRender(entry).out !== "failed").length;

describe("YAML is what Go's is", () => {
  beforeAll(() => console.log(`yaml: seed ${seed}`));

  test("when random documents are read", async () => {
    const cases = asked(FROM, fc.sample(valid, { seed, numRuns: 8_000 }));
    expect(await differences(cases)).toEqual([]);
    // A generator of documents that nobody takes would prove little.
    expect(accepted(cases)).toBeGreaterThan(2_000);
  });

  test("when broken documents are read: the same are refused, and of the others the same is read", async () => {
    const cases = asked(FROM, fc.sample(broken, { seed, numRuns: 12_000 }));
    expect(await differences(cases)).toEqual([]);
    expect(accepted(cases)).toBeGreaterThan(1_000);
    expect(accepted(cases)).toBeLessThan(11_000);
  });

  test("when random values are written, byte for byte", async () => {
    expect(await differences(asked(TO, fc.sample(json, { seed, numRuns: 8_000 })))).toEqual([]);
  });
});
