import { Option } from "commander";
import { catalogue, type RuleInfo } from "../../policies";
import type { CommandModule } from "../command";
import { usageError } from "../errors";
import { EXIT, wantsColor, type Io } from "../io";
import { styleText } from "node:util";

export type RulesFormat = "text" | "json";

/** Writes the rule catalogue, or one rule of it. */
function listRules(id: string | undefined, format: RulesFormat, io: Io): number {
  const all = catalogue();
  const chosen = id === undefined ? all : [find(all, id)];
  if (format === "json") {
    const shown = chosen.map(({ appliesTo, ...rest }) => ({ ...rest, appliesTo }));
    io.stdout.write(`${JSON.stringify(id === undefined ? shown : shown[0], undefined, 2)}\n`);
  } else io.stdout.write(id === undefined ? table(all) : chosen.map((rule) => page(rule, io)).join(""));
  return EXIT.fine;
}

function find(rules: readonly RuleInfo[], id: string): RuleInfo {
  const rule = rules.find((one) => one.id === id.toUpperCase());
  if (rule !== undefined) return rule;
  throw usageError("rule", "there is none of this id", `use one of ${rules.map((one) => one.id).join(", ")}`);
}

function table(rules: readonly RuleInfo[]): string {
  return rules
    .map(({ id, severity, kind, title }) => `${id}  ${severity.padEnd(7)}  ${kind.padEnd(8)}  ${title}\n`)
    .join("");
}

function page(rule: RuleInfo, io: Io): string {
  const bold = (text: string): string =>
    wantsColor(io.stdout, io.env) ? styleText("bold", text, { validateStream: false }) : text;
  const kinds = rule.appliesTo.map(({ group, kind }) => `${kind}${group === "" ? "" : `.${group}`}`);
  return [
    bold(`${rule.id}  ${rule.title}`),
    "",
    rule.description,
    "",
    `severity    ${rule.severity}`,
    `kind        ${rule.kind}`,
    `applies to  ${kinds.length === 0 ? "every object" : kinds.join(", ")}`,
    `needs       ${rule.needsEnvironments ? "--environments" : "nothing"}`,
    `to fix      ${rule.fix}`,
    `more        ${rule.url}`,
    "",
  ].join("\n");
}

export const rulesCommand: CommandModule = {
  register: (program, io, finish) => {
    program
      .command("rules")
      .summary("list the rules, or explain one")
      .description("Lists the rules, or explains one of them.")
      .argument("[id]", "id of a rule, such as ENV001")
      .addOption(new Option("--format <format>", "form of the list").choices(["text", "json"]).default("text"))
      .addHelpText("after", "\nExamples:\n  keyturn rules\n  keyturn rules ENV001\n  keyturn rules --format json")
      .action((id: string | undefined, options: { readonly format: RulesFormat }) =>
        finish(listRules(id, options.format, io)),
      );
  },
};
