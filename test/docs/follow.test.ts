import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./compile";
import { missing, stepsOf } from "./follow/page";

// What can be said of the getting-started pages without following them; test/docs/follow.real.test.ts follows them.
const PAGES = readdirSync(join(ROOT, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`)
  .concat("README.md", "CONTRIBUTING.md");
const FOLLOWED = ["docs/getting-started-pulumi.md", "docs/getting-started-cdk8s.md", "docs/getting-started-eso.md"];

test.each(FOLLOWED)("%s consists of files, commands and what they print", (page) => {
  const steps = stepsOf(page);
  expect(steps.filter((step) => step.do === "write").length).toBeGreaterThanOrEqual(3);
  expect(steps.filter((step) => step.do === "run" && step.promised.length > 0).length).toBeGreaterThanOrEqual(3);
});

test.each(PAGES)("every link of %s leads to a page and a heading", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[^]*?^```$/gm, "");
  for (const [, path = "", anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, target))) throw new Error(`${page}: ${target} is not there`);
    if (anchor !== undefined && !anchorsOf(target).has(anchor)) throw new Error(`${page}: ${target} has no #${anchor}`);
  }
});

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(join(ROOT, page), "utf8").matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test.each([
  [["a … c"], "a b c", undefined],
  [["a … c"], "a c", undefined],
  [["a …"], "a", undefined],
  [["a   b"], "  a b ", undefined],
  [["a", "b"], "b\na", "b"],
  [["a.c"], "abc", "a.c"],
  [['{"k":"…"}'], '{"k":"v"}', undefined],
])("promised %j is in the output %j, except for %j", (promised, output, expected) => {
  expect(missing(promised, output)).toBe(expected);
});
