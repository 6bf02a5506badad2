import type { EnvironmentData, JsonRecord } from "../../api";
import type { UNKNOWN } from "./unknown";

/** What a finding of the rule means: `error` must be fixed, `warning` should be. */
export type Severity = "error" | "warning";
/** Every severity, the worse one first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning"];

/** Where in an object: `["spec", "data", 0, "remoteRef", "key"]`. */
export type Path = readonly (string | number)[];

/** What is wrong with one place of an object. The texts never contain a secret value. */
export interface Violation {
  readonly path: Path;
  readonly message: string;
  /** Overrides the rule's fix where a more exact one is known. */
  readonly fix?: string;
}

/** What could not be judged, because a value is not known yet. */
export interface UnknownPart {
  readonly path: Path;
  readonly message: string;
}

/**
 * What a rule says about one object. `findings` may be incomplete: `unknown` then names what could not be judged. An unknown
 * value is never compliant.
 */
export type RuleResult =
  | { readonly outcome: "compliant" }
  | { readonly outcome: "notApplicable"; readonly reason: string }
  | { readonly outcome: "findings"; readonly findings: readonly Violation[]; readonly unknown: readonly UnknownPart[] }
  | { readonly outcome: "unknown"; readonly unknown: readonly UnknownPart[] };

/** One Kubernetes object as a rule sees it. Any part of it may be malformed or {@link UNKNOWN}; rules read it with `read`. */
export interface RuleSubject {
  readonly object: JsonRecord;
  /** API group without the version; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Undefined when the object names none. */
  readonly namespace: string | undefined | typeof UNKNOWN;
}

/** What a rule may know besides the object. */
export interface RuleContext {
  readonly environments: readonly EnvironmentData[];
  /** Name of the environment that everything judged is meant for, where the caller says so. */
  readonly environment: string | undefined;
  /** The day it is judged on, in UTC: `YYYY-MM-DD`. Rules have no other clock. */
  readonly today: string;
  /** The stores of that name among everything judged; empty when none is there, or when objects are judged one by one. */
  readonly stores: (kind: string, name: string, namespace: string | undefined) => readonly JsonRecord[];
  /** A value of the object as it may be shown in a message. Hosts that cannot tell a secret from a plain value show none. */
  readonly show: (value: string) => string;
}

/** A group and kind; every version of the group is meant. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/**
 * A rule: a pure function of one object and its context, with what there is to say about it beside it.
 * @example
 * const noDefaultNamespace: Rule = {
 *   id: "TEAM001",
 *   title: "An ExternalSecret in the default namespace",
 *   description: "The namespace default belongs to no team.",
 *   severity: "warning",
 *   kind: "resource",
 *   needsEnvironments: false,
 *   fix: "set metadata.namespace to the team's namespace",
 *   url: "https://wiki.example.com/TEAM001",
 *   appliesTo: [{ group: "external-secrets.io", kind: "ExternalSecret" }],
 *   check: ({ namespace }) =>
 *     conclude(namespace === "default" ? [{ path: ["metadata", "namespace"], message: "is default" }] : []),
 * };
 */
export interface Rule {
  /** Stable: users suppress and configure by it. */
  readonly id: string;
  readonly title: string;
  /** Why the rule is there: one or two sentences. */
  readonly description: string;
  readonly severity: Severity;
  /** `resource`: says something about an object alone, so it can prevent. `stack`: needs the other objects, so it explains. */
  readonly kind: "resource" | "stack";
  /** Without environments the rule has nothing to compare with and does not run. */
  readonly needsEnvironments: boolean;
  /** What to do about a finding, as an instruction. */
  readonly fix: string;
  readonly url: string;
  readonly appliesTo: readonly GroupKind[];
  /** Judges one object. Pure; what it throws becomes a finding against the rule. */
  readonly check: (subject: RuleSubject, context: RuleContext) => RuleResult;
}

/** The result that violations and unknown parts add up to. */
export function conclude(findings: readonly Violation[], unknown: readonly UnknownPart[] = []): RuleResult {
  if (findings.length > 0) return { outcome: "findings", findings, unknown };
  return unknown.length > 0 ? { outcome: "unknown", unknown } : { outcome: "compliant" };
}

/** The result for an object that a rule has nothing to say about, and why. */
export function notApplicable(reason: string): RuleResult {
  return { outcome: "notApplicable", reason };
}

/** `spec.data[0].remoteRef.key`; fields that are not names are quoted: `metadata.annotations["keyturn.dev/environment"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

/** Where a built-in rule is explained: its section of the rule catalogue. */
export function rulePage(id: string): string {
  return `docs/rules.md#${id.toLowerCase()}`;
}
