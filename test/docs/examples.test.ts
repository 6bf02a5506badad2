import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** The TypeScript blocks of a page; one that begins with `// name.ts` is that module, so that later blocks can import it. */
function blocks(page: string): readonly { readonly file: string; readonly text: string }[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""], index) => ({
    file: /^\/\/ (\w+\.ts)/.exec(code)?.[1] ?? `${page.replaceAll(/\W/g, "-")}-${index}.ts`,
    text: code,
  }));
}

/** What the compiler of this repository says about files that exist only here. */
function problems(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
  const config = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const virtual = new Map(files.map(({ file, text }) => [resolve(ROOT, file), text]));
  const base = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (path) => virtual.has(path) || base.fileExists(path),
    readFile: (path) => virtual.get(path) ?? base.readFile(path),
    getSourceFile: (path, target, ...rest) => {
      const text = virtual.get(path);
      return text === undefined ? base.getSourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
    },
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  return [...virtual.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the examples of README and docs compile", () => {
  const files = ["README.md", "docs/getting-started.md", "docs/app-secrets.md"].flatMap(blocks);
  expect(files.length).toBeGreaterThanOrEqual(4);
  expect(problems(files)).toEqual([]);
});

test("an example with a mistake would be found: a dev team does not fit a prod store", () => {
  const text = `
    import { environment, team } from "keyturn";
    import { Store } from "keyturn/cdk8s";
    import { Chart, App } from "cdk8s";
    const vault = { address: "https://v:8200", kv: { mount: "m" }, login: { kubernetes: { mount: "k" } } };
    const dev = team(environment("dev", { vault }), "a", { namespaces: ["a"] });
    new Store<"prod">(new Chart(new App(), "c"), "s", { team: dev });`;
  expect(problems([{ file: "wrong.ts", text }]).join("\n")).toContain('"dev"');
});
