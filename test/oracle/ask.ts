// Prints Go's answers to JSON lines on standard input: `npx tsx test/oracle/ask.ts [--query] < lines`.
import { readFileSync } from "node:fs";
import type { QueryCase, TemplateCase } from "./case";
import { goQuery, goRender } from "./oracle";

async function main(): Promise<void> {
  const lines = readFileSync(0, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const replies = process.argv.includes("--query")
    ? await goQuery(lines.map((line) => JSON.parse(line) as QueryCase))
    : await goRender(lines.map((line) => JSON.parse(line) as TemplateCase));
  for (const reply of replies) console.log(JSON.stringify(reply));
}

void main();
