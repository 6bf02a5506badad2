import { reaches, type Check, type Finding, type Report, type RuleInfo, type Subject } from "../engine";
import { nameSubject, position } from "./plain";
import type { ReportInput } from "./report-input";

/**
 * The report as JUnit XML: a suite for each rule, a test case for each object it was applied to. Findings below the threshold
 * are output of a passed case; suppressed and unknown ones are skipped cases; unreadable files are errors.
 */
export function junitReport(input: ReportInput): string {
  const { report, rules, errors } = input;
  const suites = rules.map((rule) => suite(rule, report, input.failOn)).filter(({ tests }) => tests > 0);
  if (errors.length > 0) {
    const cases = errors.map((error) =>
      testcase(error.object, "input", `<error type="${escape(error.code)}" message="${escape(error.message)}"/>`),
    );
    suites.push({
      tests: errors.length,
      failures: 0,
      text: element("input", errors.length, 0, errors.length, 0, cases),
    });
  }
  const total = (field: "tests" | "failures"): number => suites.reduce((sum, one) => sum + one[field], 0);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<testsuites name="keyturn" tests="${total("tests")}" failures="${total("failures")}" errors="${errors.length}">\n` +
    `${suites.map(({ text }) => text).join("")}</testsuites>\n`
  );
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly text: string;
}

function suite(rule: RuleInfo, report: Report, failOn: ReportInput["failOn"]): Suite {
  const checks = report.checks.filter(({ ruleId }) => ruleId === rule.id);
  const ofCheck = <
    T extends { readonly ruleId: string; readonly subject: Subject; readonly source?: { readonly file: string } },
  >(
    items: readonly T[],
  ): ReadonlyMap<string, readonly T[]> => {
    const groups = new Map<string, T[]>();
    for (const item of items) {
      if (item.ruleId === rule.id) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
    }
    return groups;
  };
  const findings = ofCheck(report.findings);
  const suppressed = ofCheck(report.suppressed);
  const unknown = ofCheck(report.unknown);
  let failures = 0;
  let skipped = 0;
  const cases = checks.map((check) => {
    const all = findings.get(keyOf(check)) ?? [];
    const failing = all.filter((finding) => reaches(finding, failOn));
    const name = nameSubject(check.subject);
    if (failing.length > 0) {
      failures++;
      return testcase(name, rule.id, failure(failing), check);
    }
    const reasons = [
      ...(suppressed.get(keyOf(check)) ?? []).map(
        ({ message, suppression }) => `ignored until ${suppression.until} (${suppression.reason}): ${message}`,
      ),
      ...(unknown.get(keyOf(check)) ?? []).map(({ path, message }) => `unknown: ${path}: ${message}`),
    ];
    if (reasons.length > 0) {
      skipped++;
      return testcase(name, rule.id, `<skipped message="${escape(reasons.join("; "))}"/>`, check);
    }
    return testcase(name, rule.id, all.length === 0 ? "" : `<system-out>${escape(describe(all))}</system-out>`, check);
  });
  return { tests: cases.length, failures, text: element(rule.id, cases.length, failures, 0, skipped, cases) };
}

function failure(findings: readonly Finding[]): string {
  const [first] = findings;
  return `<failure type="${first?.severity ?? "error"}" message="${escape(first?.message ?? "")}">${escape(describe(findings))}</failure>`;
}

function describe(findings: readonly Finding[]): string {
  return findings
    .map(({ source, path, message, fix }) => {
      const at =
        source === undefined ? "" : `${[source.file, position(source)].filter((part) => part !== "").join(":")} `;
      return `${at}${path === "" ? "" : `${path}: `}${message}\nfix: ${fix}`;
    })
    .join("\n");
}

function element(
  name: string,
  tests: number,
  failures: number,
  errors: number,
  skipped: number,
  cases: readonly string[],
): string {
  return (
    `  <testsuite name="${escape(name)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n` +
    `${cases.join("")}  </testsuite>\n`
  );
}

function testcase(name: string, classname: string, body: string, check?: Check): string {
  const file = check?.source === undefined ? "" : ` file="${escape(check.source.file)}"`;
  const line = check?.source?.line === undefined ? "" : ` line="${check.source.line}"`;
  const start = `    <testcase name="${escape(name)}" classname="keyturn.${escape(classname)}"${file}${line}`;
  return body === "" ? `${start}/>\n` : `${start}>${body}</testcase>\n`;
}

function keyOf({
  subject,
  source,
}: {
  readonly subject: Subject;
  readonly source?: { readonly file: string };
}): string {
  return JSON.stringify([source?.file, subject.apiVersion, subject.kind, subject.namespace, subject.name]);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** For texts and attributes; characters that XML 1.0 cannot hold at all become U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/\p{Cs}/gu, "\ufffd")

    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
    .replace(/[\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
