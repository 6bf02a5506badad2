import type { Severity } from "../rules/rule";

/** Which object a finding is about. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  /** `(no name)` when the object has none. */
  readonly name: string;
}

/** Where an object or a field of it was written; lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What a rule says. Never contains a secret value. */
export interface Finding {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** Inside the object: `spec.provider.vault.server`; empty for the object as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
  readonly url: string;
  readonly source?: Location;
}

/** A finding that an annotation of its object puts aside until a date. */
export interface SuppressedFinding extends Finding {
  readonly suppression: { readonly reason: string; /** `YYYY-MM-DD`, the last day. */ readonly until: string };
}

/** What a rule could not judge, because a value is not known yet. */
export interface UnknownFinding {
  readonly ruleId: string;
  readonly subject: Subject;
  readonly path: string;
  readonly message: string;
  readonly source?: Location;
}

/** What one rule said of one object; `unknown` is never compliant. */
export type CheckOutcome = "compliant" | "findings" | "suppressed" | "unknown";

/** One rule applied to one object; what does not apply is not listed. */
export interface Check {
  readonly ruleId: string;
  readonly subject: Subject;
  readonly outcome: CheckOutcome;
  readonly source?: Location;
}

/** Everything a run says, in an order that does not depend on the order of the objects. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly unknown: readonly UnknownFinding[];
  readonly checks: readonly Check[];
  /** Rules that did not run at all, and why. */
  readonly notRun: readonly { readonly ruleId: string; readonly reason: string }[];
  /** How many objects were judged, those inside lists counted one by one. */
  readonly objects: number;
}

/** True when a finding is at or above the threshold: `error` counts errors, `warning` both. */
export function reaches(finding: Finding, threshold: Severity): boolean {
  return threshold === "warning" || finding.severity === "error";
}
