import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problems, ROOT } from "./compile";

/** The TypeScript blocks of a page; one that begins with `// name.ts` is that module, so that later blocks can import it. */
function blocks(page: string): readonly { readonly file: string; readonly text: string }[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""], index) => ({
    file: /^\/\/ (\w+\.ts)/.exec(code)?.[1] ?? `${page.replaceAll(/\W/g, "-")}-${index}.ts`,
    text: code,
  }));
}

test("the examples of README and docs compile", () => {
  const files = [
    "README.md",
    "docs/getting-started.md",
    "docs/app-secrets.md",
    "docs/cdk8s.md",
    "docs/environments.md",
  ].flatMap(blocks);
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
