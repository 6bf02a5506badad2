import { randomBytes } from "node:crypto";
import { answerQuery, answerTemplate, type QueryAnswer as OurQueryAnswer } from "../../cli/template/answer";
import type { Answer, QueryCase, TemplateCase } from "./case";

const line = (request: unknown): Buffer => Buffer.from(JSON.stringify(request));

/** What `keyturn template --batch -` answers. */
export function ourRender({ template, data, dataB64, delims }: TemplateCase): Answer {
  const world = { now: BigInt(Date.now()) * 1_000_000n, random: (size: number) => randomBytes(size) };
  return answerTemplate(line({ template, data, dataB64, delims }), world);
}

/** What `keyturn query --batch -` answers. */
export const ourQuery = (entry: QueryCase): OurQueryAnswer => answerQuery(line(entry));
