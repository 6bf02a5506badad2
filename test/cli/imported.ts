import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plan, type Declaration } from "keyturn";
import { keyturn, temporary } from "./harness";

/** What `keyturn import` made of a YAML text. */
export interface Imported {
  readonly code: number | null;
  /** Without the comments at the top. */
  readonly program: string;
  readonly said: readonly string[];
  /** What the printed program makes, when it is run. */
  readonly manifests: ReturnType<typeof plan>["manifests"];
  readonly declarations: readonly Declaration[];
}

/** Runs `keyturn import` and the program it prints, as a user's module that imports keyturn. */
export async function imported(yaml: string, ...options: readonly string[]): Promise<Imported> {
  const { code, stdout, stderr } = await keyturn(["import", "-", ...options], { stdin: yaml });
  const file = join(temporary(), "declarations.ts");
  writeFileSync(file, stdout);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { declarations } = require(file) as { readonly declarations: readonly Declaration[] };
  return {
    code,
    program: stdout.slice(stdout.indexOf("import ")),
    said: stderr.split("\n").filter((line) => line !== ""),
    manifests: plan(declarations).manifests,
    declarations,
  };
}
