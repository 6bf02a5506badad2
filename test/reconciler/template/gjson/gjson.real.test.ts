import fc from "fast-check";
import { fromBuffer } from "../../../../reconciler/template/go/bytes";
import { query } from "../../../../reconciler/template/gjson";
import type { QueryAnswer, QueryCase } from "../../../oracle/case";
import { goQuery } from "../../../oracle/oracle";
import { cases } from "../corpus/queries";
import { noisy, question, type Question } from "./random";
import { seed } from "../../../seed";

interface Found {
  readonly exists: boolean;
  readonly type: string;
  /** Byte strings. */
  readonly raw: string;
  readonly str: string;
}

const base64 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("base64");
const bytes = (text: string, encoded: string | undefined): string =>
  fromBuffer(encoded === undefined ? Buffer.from(text) : Buffer.from(encoded, "base64"));

async function inGo(questions: readonly Question[]): Promise<(Found | QueryAnswer["error"])[]> {
  const requests = questions.map(({ json, path }) => ({
    json: "",
    path: "",
    jsonB64: base64(json),
    pathB64: base64(path),
  }));
  const answers = await goQuery(requests satisfies readonly QueryCase[]);
  return answers.map(({ exists, type, raw, rawB64, str, strB64, error }) => {
    return error ?? { exists, type, raw: bytes(raw, rawB64), str: bytes(str, strB64) };
  });
}

const inOurs = ({ json, path }: Question): Found => {
  const { exists, type, raw, str } = query(json, path);
  return { exists, type, raw, str };
};

/** The shortest differing questions, so that the message is of use. */
async function differences(questions: readonly Question[]): Promise<unknown[]> {
  const go = await inGo(questions);
  return questions
    .map((asked, index) => ({ ...asked, ours: inOurs(asked), go: go[index] }))
    .filter(({ ours, go }) => JSON.stringify(ours) !== JSON.stringify(go))
    .sort((a, b) => a.json.length + a.path.length - b.json.length - b.path.length)
    .slice(0, 5);
}

describe("gjson gives what Go's gives", () => {
  test("for the corpus", async () => {
    const questions = cases.map(({ json, path }) => ({
      json: fromBuffer(Buffer.from(json)),
      path: fromBuffer(Buffer.from(path)),
    }));
    expect(await differences(questions)).toEqual([]);
  });

  test("for random documents and paths, broken ones among them, byte for byte", async () => {
    console.log(`gjson: KEYTURN_SEED=${seed}`);
    const questions = [...fc.sample(question, { seed, numRuns: 8_000 }), ...fc.sample(noisy, { seed, numRuns: 2_000 })];
    expect(await differences(questions)).toEqual([]);
    // A generator whose paths lead nowhere would prove nothing.
    expect(questions.filter((asked) => inOurs(asked).exists).length).toBeGreaterThan(1_500);
  });
});
