import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../policies";
import { ROOT } from "./built";

const page = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
const sections = new Map(page.split(/^## /m).map((section) => [section.split("\n", 1)[0] ?? "", section]));

describe("docs/rules.md", () => {
  test.each(catalogue())(
    "$id has its line in the table and a section with title, severity, kinds, reason and fix",
    (rule) => {
      const row = page.split("\n").find((line) => line.startsWith(`| [${rule.id}](#${rule.id.toLowerCase()}) `));
      expect(
        row
          ?.split("|")
          .map((cell) => cell.trim())
          .slice(2, 5),
      ).toEqual([rule.severity, rule.kind, rule.title]);
      const section = (sections.get(rule.id) ?? "").replaceAll("\n", " ").replaceAll("`", "");
      expect(section).toContain(`**${rule.title}.**`);
      const kinds = rule.appliesTo.length === 0 ? "every object" : rule.appliesTo.map(({ kind }) => kind).join(", ");
      expect(section).toContain(`${rule.severity === "error" ? "Error" : "Warning"}; ${kinds}.`);
      expect(section).toContain(rule.description.split(";")[0]);
      expect(section).toContain("To fix: ");
    },
  );

  test("describes no rule that does not exist", () => {
    const ids = [...sections.keys()].filter((heading) => /^[A-Z]{3,4}\d{3}$/.test(heading));
    expect(ids).toEqual(catalogue().map(({ id }) => id));
  });
});
