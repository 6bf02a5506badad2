import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../compile";

/** What a reader does with a block of a page. */
export type Step =
  /** `// name.ts` or `# name.yaml` in the first line: a file to write. */
  | { readonly do: "write"; readonly file: string; readonly text: string }
  /** A `sh` block: commands, and what the `text` block after it promises. */
  | { readonly do: "run"; readonly commands: readonly string[]; readonly promised: readonly string[] };

const BLOCK = /(<!-- not followed[^]*?-->\s*)?^```(\w+)\n([^]*?)^```$/gm;

/** The steps of a page, in its order. Blocks below `<!-- not followed -->` are none. */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (const [, skipped, language = "", text = ""] of readFileSync(join(ROOT, page), "utf8").matchAll(BLOCK)) {
    if (skipped !== undefined) continue;
    const last = steps.at(-1);
    const [, file] = /^(?:\/\/|#) ([\w.-]+\.(?:ts|yaml))\b/.exec(text) ?? [];
    if (file !== undefined) steps.push({ do: "write", file, text });
    else if (language === "sh") steps.push({ do: "run", commands: commandsOf(text), promised: [] });
    else if (language === "text" && last?.do === "run" && last.promised.length === 0)
      steps.splice(-1, 1, { ...last, promised: text.trimEnd().split("\n") });
    else throw new Error(`${page}: a reader cannot follow this block, it is no file, command or output:\n${text}`);
  }
  return steps;
}

function commandsOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The first promised line that the output does not have, in this order; `…` is anything, blanks are all alike. */
export function missing(promised: readonly string[], output: string): string | undefined {
  const lines = output.split("\n").map(squeeze);
  let from = 0;
  for (const line of promised) {
    const parts = squeeze(line)
      .split("…")
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join(".*")}$`.replaceAll(" .* ", "(?: .*)? ").replaceAll(" .*", "(?: .*)?"));
    const found = lines.findIndex((each, index) => index >= from && pattern.test(each));
    if (found < 0) return line;
    from = found + 1;
  }
  return undefined;
}

function squeeze(line: string): string {
  return line.trim().replaceAll(/\s+/g, " ");
}
