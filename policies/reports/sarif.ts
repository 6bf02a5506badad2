import { createHash } from "node:crypto";
import type { Finding, Location, RuleInfo, SuppressedFinding, Subject, UnknownFinding } from "../engine";
import { nameSubject } from "./plain";
import type { ReportInput } from "./report-input";

/**
 * The report as SARIF 2.1.0 (OASIS standard), for code scanning. Suppressed findings are results with a suppression, unknown
 * ones results of kind `open`, unreadable files notifications of an unsuccessful invocation.
 */
export function sarifReport({ report, rules, errors, version }: ReportInput): string {
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const base = (item: Finding | UnknownFinding): object => ({
    ruleId: item.ruleId,
    ...(indexOf.has(item.ruleId) ? { ruleIndex: indexOf.get(item.ruleId) } : {}),
    locations: [location(item)],
    partialFingerprints: { "keyturn/v1": fingerprint(item) },
  });
  const document = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "keyturn", version, semanticVersion: version, rules: rules.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: errors.length === 0,
            toolExecutionNotifications: [
              ...errors.map((error) => ({ level: "error", message: { text: error.message } })),
              ...report.notRun.map(({ ruleId, reason }) => ({
                level: "note",
                message: { text: `${ruleId} did not run: ${reason}` },
              })),
            ],
          },
        ],
        results: [
          ...report.findings.map((item) => ({
            ...base(item),
            level: item.severity,
            message: { text: findingText(item) },
          })),
          ...report.suppressed.map((item) => ({
            ...base(item),
            level: item.severity,
            message: { text: findingText(item) },
            suppressions: [suppression(item)],
          })),
          ...report.unknown.map((item) => ({
            ...base(item),
            kind: "open",
            level: "none",
            message: { text: `${nameSubject(item.subject)}: ${item.message}` },
          })),
        ],
      },
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function descriptor({ id, title, description, severity, fix, url }: RuleInfo): object {
  return {
    id,
    name: title.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: description },
    help: { text: `To fix: ${fix}. See ${url}.`, markdown: `**To fix:** ${fix}. See ${url}.` },
    // helpUri has to be absolute.
    ...(/^https?:\/\//.test(url) ? { helpUri: url } : {}),
    defaultConfiguration: { level: severity },
    properties: { tags: ["security"], "security-severity": severity === "error" ? "8.0" : "4.0" },
  };
}

function findingText({ subject, path, message, fix }: Finding): string {
  return `${nameSubject(subject)}${path === "" ? "" : `, ${path}`}: ${message}. To fix: ${fix}.`;
}

function suppression({ suppression: { reason, until } }: SuppressedFinding): object {
  return { kind: "inSource", status: "accepted", justification: `${reason} (until ${until})` };
}

function location({ source, subject, path }: Finding | UnknownFinding): object {
  return {
    ...(source === undefined ? {} : { physicalLocation: physical(source) }),
    logicalLocations: [
      { fullyQualifiedName: `${qualified(subject)}${path === "" ? "" : `#${path}`}`, kind: "resource" },
    ],
  };
}

function physical({ file, line, column }: Location): object {
  return {
    artifactLocation: { uri: uriOf(file) },
    ...(line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }),
  };
}

function uriOf(file: string): string {
  const slashes = file.replaceAll("\\", "/");
  const encoded = slashes.split("/").map(encodeURIComponent).join("/");
  return slashes.startsWith("/") ? `file://${encoded}` : encoded;
}

function qualified({ apiVersion, kind, namespace, name }: Subject): string {
  return [apiVersion, kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** Stays the same when lines move, so that a known finding is not shown as new. */
function fingerprint(item: Finding | UnknownFinding): string {
  const identity = [item.ruleId, qualified(item.subject), item.path, item.source?.file ?? ""];
  return createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32);
}
