import { jsonReport } from "./json";
import { junitReport } from "./junit";
import type { ReportInput } from "./report-input";
import { sarifReport } from "./sarif";
import { textReport } from "./text";

/** How a report is written: for people, programs, code scanning (SARIF 2.1.0) or test reports (JUnit). */
export type ReportFormat = "text" | "json" | "sarif" | "junit";
/** Every format of {@link writeReport}. */
export const REPORT_FORMATS: readonly ReportFormat[] = ["text", "json", "sarif", "junit"];

/** Writes a report; always ends with a line break. Colours are for `text` only. */
export function writeReport(format: ReportFormat, input: ReportInput, options: { readonly color: boolean }): string {
  switch (format) {
    case "text":
      return textReport(input, options);
    case "json":
      return jsonReport(input);
    case "sarif":
      return sarifReport(input);
    case "junit":
      return junitReport(input);
  }
}

export type { ReportInput };
