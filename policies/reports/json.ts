import type { ReportInput } from "./report-input";

/** The report as one JSON document, `keyturn.dev/v1alpha1` `Report`; fields are only ever added within the version. */
export function jsonReport({ report, errors, skipped, files, failOn, version }: ReportInput): string {
  const { findings, suppressed, unknown, notRun, objects } = report;
  const document = {
    apiVersion: "keyturn.dev/v1alpha1",
    kind: "Report",
    keyturn: version,
    summary: {
      files,
      objects,
      errors: findings.filter(({ severity }) => severity === "error").length,
      warnings: findings.filter(({ severity }) => severity === "warning").length,
      suppressed: suppressed.length,
      unknown: unknown.length,
      unreadable: errors.length,
      failOn,
    },
    findings,
    suppressed,
    unknown,
    notRun,
    skipped,
    unreadable: errors.map(({ code, object, reason, remedy }) => ({ code, object, cause: reason, remedy })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
