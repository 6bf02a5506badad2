import { styleText } from "node:util";
import type { Finding, SuppressedFinding, UnknownFinding } from "../engine";
import { count, nameSubject, plain, position } from "./plain";
import type { ReportInput } from "./report-input";

const SHOWN_SKIPPED = 5;

type Style = "red" | "yellow" | "cyan" | "dim" | "bold" | "underline" | "green";
type Paint = (style: Style, text: string) => string;

/** The report for people: grouped by file, one finding after another with its fix, a summary line at the end. */
export function textReport(input: ReportInput, options: { readonly color: boolean }): string {
  const paint: Paint = (style, text) => (options.color ? styleText(style, text, { validateStream: false }) : text);
  const { findings, suppressed, unknown } = input.report;
  const groups = new Map<string, string[]>();
  const add = (item: Finding | UnknownFinding, block: string): void => {
    const file = item.source?.file ?? "";
    groups.set(file, [...(groups.get(file) ?? []), block]);
  };
  for (const finding of findings) add(finding, findingBlock(finding, paint));
  for (const item of unknown) add(item, unknownBlock(item, paint));
  for (const item of suppressed) add(item, suppressedBlock(item, paint));
  const blocks = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, items]) => `${file === "" ? "" : `${paint("underline", plain(file))}\n`}${items.join("")}`);
  return [...blocks, `${notes(input, paint)}${summary(input, paint)}\n`].join("\n");
}

function findingBlock(finding: Finding, paint: Paint): string {
  const level = finding.severity === "error" ? paint("red", "error  ") : paint("yellow", "warning");
  return block(finding, level, finding.message, [`fix: ${finding.fix}`, finding.url], paint);
}

function unknownBlock(item: UnknownFinding, paint: Paint): string {
  return block(item, paint("cyan", "unknown"), item.message, [], paint);
}

function suppressedBlock(item: SuppressedFinding, paint: Paint): string {
  const { reason, until } = item.suppression;
  return block(item, paint("dim", "ignored"), item.message, [`ignored until ${until}: ${reason}`], paint);
}

function block(
  item: Finding | UnknownFinding,
  level: string,
  message: string,
  more: readonly string[],
  paint: Paint,
): string {
  const at = position(item.source);
  const place = item.path === "" ? "" : `  ${item.path}`;
  const head = `  ${at.padEnd(7)} ${level}  ${paint("bold", item.ruleId)}  ${plain(nameSubject(item.subject))}${plain(place)}\n`;
  return [
    head,
    `          ${plain(message)}\n`,
    ...more.map((line) => `          ${paint("dim", plain(line))}\n`),
  ].join("");
}

function notes({ report, skipped }: ReportInput, paint: Paint): string {
  const reasons = [...new Set(report.notRun.map(({ reason }) => reason))];
  const lines = reasons.map((reason) => {
    const ids = report.notRun.filter((one) => one.reason === reason).map(({ ruleId }) => ruleId);
    return `${ids.join(", ")} did not run: ${reason}`;
  });
  for (const reason of new Set(skipped.map((one) => one.reason))) {
    const files = [...new Set(skipped.filter((one) => one.reason === reason).map(({ file }) => plain(file)))].sort();
    const more = files.length > SHOWN_SKIPPED ? ` and ${files.length - SHOWN_SKIPPED} more` : "";
    lines.push(`skipped, ${reason}: ${files.slice(0, SHOWN_SKIPPED).join(", ")}${more}`);
  }
  return lines.map((line) => `${paint("dim", `note: ${line}`)}\n`).join("");
}

function summary({ report, files, errors: unreadable }: ReportInput, paint: Paint): string {
  const errors = report.findings.filter(({ severity }) => severity === "error").length;
  const warnings = report.findings.length - errors;
  const parts = [count(errors, "error"), count(warnings, "warning")];
  if (report.unknown.length > 0) parts.push(`${report.unknown.length} unknown`);
  if (report.suppressed.length > 0) parts.push(`${report.suppressed.length} ignored`);
  const unread = unreadable.length > 0 ? `; ${count(unreadable.length, "input error")}` : "";
  const style = errors + unreadable.length > 0 ? "red" : warnings > 0 ? "yellow" : "green";
  return `${paint(style, parts.join(", "))} in ${count(report.objects, "object")} of ${count(files, "file")}${unread}`;
}
