import type { KeyturnError } from "../../api";
import type { Report, RuleInfo } from "../engine";
import type { Severity } from "../rules/rule";

/** What a written report is made of. */
export interface ReportInput {
  readonly report: Report;
  /** Every rule of the run. */
  readonly rules: readonly RuleInfo[];
  /** How many files, with stdin, were read. */
  readonly files: number;
  /** What could not be read, and so was not judged. */
  readonly errors: readonly KeyturnError[];
  /** What was passed over, and why. */
  readonly skipped: readonly { readonly file: string; readonly line?: number; readonly reason: string }[];
  /** From which severity on findings count as failures. */
  readonly failOn: Severity;
  /** keyturn's version. */
  readonly version: string;
}
