import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { QueryCase, TemplateCase } from "./case";

const FOLDER = join(__dirname, "../reconciler/template/corpus");

export interface CorpusFile {
  readonly name: string;
  readonly templates: readonly TemplateCase[];
  readonly queries: readonly QueryCase[];
}

/** Every file of the written corpus. */
export async function corpus(): Promise<readonly CorpusFile[]> {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const files: CorpusFile[] = [];
  for (const name of names.sort()) {
    const { cases } = (await import(join(FOLDER, name))) as { cases?: readonly (TemplateCase | QueryCase)[] };
    // Fixtures beside the cases have none of their own.
    if (cases === undefined) continue;
    files.push({
      name: name.replace(/\.ts$/, ""),
      templates: cases.filter((entry): entry is TemplateCase => "template" in entry),
      queries: cases.filter((entry): entry is QueryCase => "path" in entry),
    });
  }
  return files;
}
