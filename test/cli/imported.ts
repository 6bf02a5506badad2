import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plan, type Declaration } from "keyturn";
import { keyturn, temporary } from "./harness";

/** What `keyturn import` said of a YAML text. */
export interface Printed {
  readonly code: number | null;
  /** Without the comments at the top. */
  readonly program: string;
  readonly said: readonly string[];
}

/** The same, with what the printed program makes. */
export interface Imported extends Printed {
  readonly manifests: ReturnType<typeof plan>["manifests"];
}

/** Runs `keyturn import`. */
export async function printed(yaml: string, ...options: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await keyturn(["import", "-", ...options], { stdin: yaml });
  return {
    code,
    program: stdout.slice(stdout.indexOf("import ")),
    said: stderr.split("\n").filter((line) => line !== ""),
  };
}

/** Runs a printed program, as a user's module that imports keyturn. */
export function evaluated(program: string): readonly Declaration[] {
  const file = join(temporary(), "declarations.ts");
  writeFileSync(file, program);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require(file) as { readonly declarations: readonly Declaration[] }).declarations;
}

/** Runs `keyturn import` and the program it prints. */
export async function imported(yaml: string, ...options: readonly string[]): Promise<Imported> {
  const result = await printed(yaml, ...options);
  return { ...result, manifests: plan(evaluated(result.program)).manifests };
}
