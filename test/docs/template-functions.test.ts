import { readFileSync } from "node:fs";
import { PAGE, templateFunctionsPage } from "../../scripts/template-functions";
import { FUNCTIONS } from "../../reconciler/template/functions/table";

test("docs/template-functions.md is what the function table says; `npm run docs:functions` writes it", async () => {
  expect(readFileSync(PAGE, "utf8")).toBe(await templateFunctionsPage());
});

test("every function has its place in the page", async () => {
  const page = await templateFunctionsPage();
  for (const name of FUNCTIONS.keys()) expect(page).toContain(`\n### ${name}\n`);
});
