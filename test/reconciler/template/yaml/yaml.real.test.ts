import fc from "fast-check";
import { fromBuffer } from "../../../../reconciler/template/go/bytes";
import { ourRender } from "../../../oracle/ours";
import { sameAnswer, type Answer, type TemplateCase } from "../../../oracle/case";
import { parseYamlStringMap, YamlError } from "../../../../reconciler/template/yaml";
import { goRender, goStringMaps } from "../../../oracle/oracle";
import { broken, json, valid } from "./random";
import { seed } from "../../../seed";

/** Where reading failed the texts differ: ours names no part of the input. */
const FROM = `{{ $m := fromYaml .x }}{{ if hasKey $m "Error" }}failed{{ else }}{{ toJson $m }}{{ end }}`;
const TO = `{{ toYaml (fromJson .x) }}`;

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
  beforeAll(() => console.log(`yaml: KEYTURN_SEED=${seed}`));

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

  test("when a document becomes a map of texts", async () => {
    const scalar = fc.oneof(
      fc.constantFrom(
        "yes",
        "1.50",
        "010",
        "0x1F",
        "1:30",
        "~",
        "null",
        "",
        "2020-01-02",
        "!!str 1",
        "'a b'",
        '"\\n"',
        ".inf",
        "1e3",
        "y",
      ),
      fc.stringMatching(/^[-+.:0-9eEx_a-z ]{0,8}$/),
      fc.double().map(String),
    );
    const flat = fc
      .array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 4 })
      .map((entries) => entries.map(([key, value]) => `${key}: ${value}\n`).join(""));
    const inputs = [
      ...fc.sample(flat, { seed, numRuns: 6_000 }),
      ...fc.sample(valid, { seed, numRuns: 4_000 }),
      ...fc.sample(broken, { seed, numRuns: 2_000 }),
    ];
    const go = await goStringMaps(inputs);
    const plain = (map: ReadonlyMap<string, string> | "error"): string =>
      map === "error" ? map : JSON.stringify([...map].sort());
    const differing: string[] = [];
    for (const [index, input] of inputs.entries()) {
      const theirs = plain(go[index]!);
      if (ours(input) === theirs) continue;
      // Two keys that become one: Go keeps either.
      const again = await goStringMaps(Array.from({ length: 64 }, () => input));
      if (again.every((answer) => plain(answer) === theirs)) differing.push(input);
    }
    expect(differing.slice(0, 5)).toEqual([]);
    expect(go.filter((answer) => answer !== "error").length).toBeGreaterThan(2_000);

    function ours(input: string): string {
      try {
        return plain(parseYamlStringMap(input));
      } catch (error) {
        if (!(error instanceof YamlError)) throw error;
        return "error";
      }
    }
  });
});
