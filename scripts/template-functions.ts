// Writes docs/template-functions.md from the function table and the corpus: `npm run docs:functions`. A test holds the page to it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAMILIES } from "../reconciler/template/functions/table";
import type { GoFunction } from "../reconciler/template/functions/function";
import { corpus } from "../test/oracle/corpus";

const TITLES: ReadonlyMap<string, string> = new Map([
  ["builtin", "Go's own"],
  ["strings", "Text"],
  ["encoding", "Encodings and checksums"],
  ["numeric", "Numbers"],
  ["lists", "Lists"],
  ["dicts", "Dictionaries"],
  ["defaults", "Defaults and conditions"],
  ["reflection", "Types"],
  ["paths", "Paths and URLs"],
  ["json", "JSON"],
  ["yaml", "YAML"],
  ["dates", "Dates"],
  ["regex", "Regular expressions"],
  ["semver", "Versions"],
  ["crypto", "Passwords, keys and ciphers"],
  ["certificates", "Certificates"],
  ["pkcs12", "PKCS#12 stores"],
  ["pem", "PEM"],
  ["jwk", "JSON Web Keys"],
]);

const HEAD = `# Template functions

Everything a template of an ExternalSecret can call, generated from the function table by \`npm run docs:functions\`. Go's \`text/template\`, sprig 3.3 without \`env\`,
\`expandenv\` and \`getHostByName\`, and the functions of External Secrets. How templates work here, their bounds and errors: [templates.md](templates.md).

**random** marks functions that give another result each time. A template that calls one is rendered again only when an input or the template changed, so that a
refresh never changes the Secret by itself.
`;

/** The page, as Markdown. */
export async function templateFunctionsPage(): Promise<string> {
  const parts = [HEAD];
  for (const [family, functions] of FAMILIES) {
    if (functions.length === 0) continue;
    parts.push(`## ${TITLES.get(family) ?? family}\n`);
    for (const entry of functions) parts.push(row(entry));
  }
  parts.push(await differences());
  return `${parts.join("\n").trimEnd()}\n`;
}

function row({ name, signature, doc, example, random }: GoFunction): string {
  const lines = [
    `### ${name}\n`,
    `\`${signature.replace(/^func/, name).replace(/interface\s*\{\s*\}/g, "any")}\`${random === true ? " **random**" : ""}\n`,
    `${doc}\n`,
  ];
  if (example !== undefined) lines.push(`${code(example[0])} gives ${code(example[1])}\n`);
  return lines.join("\n");
}

/** Inline code whatever the text holds; line ends are shown as escapes. */
function code(text: string): string {
  if (text === "") return "the empty text";
  const shown = text.replace(/\n/g, "\\n").replace(/\t/g, "\\t");
  const fence = "`".repeat(Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") || shown.startsWith(" ") ? " " : "";
  return fence + pad + shown + pad + fence;
}

const sentence = (reason: string): string => `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.$/, "")}.`;

async function differences(): Promise<string> {
  const reasons = new Map<string, string>();
  for (const { templates } of await corpus())
    for (const { template, explained } of templates)
      if (explained !== undefined && !reasons.has(sentence(explained.reason)))
        reasons.set(sentence(explained.reason), template);
  const list = [...reasons].map(
    ([reason, template]) => `- ${reason}${template.length <= 100 ? ` For example ${code(template)}.` : ""}`,
  );
  return `## Where the result is another than Go's\n\nEvery difference known; each is a case of the corpus that is compared with real Go, and a difference that is gone fails the tests.\n\n- \`keys\` and \`values\` give the order of the keys; Go gives another one each time, and a Secret made of it would change at each refresh.\n${list.join("\n")}\n`;
}

export const PAGE = join(__dirname, "../docs/template-functions.md");

if (require.main === module) {
  void templateFunctionsPage().then((page) => writeFileSync(PAGE, page));
}
