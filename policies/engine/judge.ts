import { calendarDay, KeyturnError, type EnvironmentData } from "../../api";
import { didYouMean } from "../../components/model/nearest";
import { rules as allRules } from "../rules";
import {
  formatPath,
  type Path,
  type Rule,
  type RuleContext,
  type RuleResult,
  type Severity,
  type UnknownPart,
} from "../rules/rule";
import type { Violation } from "../rules/rule";
import { showValue } from "../rules/show";
import { expand, type Target } from "./expand";
import type { Manifest } from "./manifest";
import { byPlace, distinct } from "./order";
import type { Check, Finding, Report, SuppressedFinding, UnknownFinding } from "./report";
import { storeLookup } from "./stores";
import { suppressionRule, suppressionsOf, type RuleInfo, type Suppression } from "./suppression";

/** What {@link judge} is told besides the objects. */
export interface JudgeOptions {
  /** Decides which suppressions and extra grants are over. */
  readonly now: Date;
  /** Rules that need environments do not run without. */
  readonly environments?: readonly EnvironmentData[] | undefined;
  /** Name of the environment that everything is meant for; for namespaces that several environments have. */
  readonly environment?: string | undefined;
  /** Default: every built-in rule. */
  readonly rules?: readonly Rule[] | undefined;
  /** Default: both. With `resource` alone objects are judged without knowing each other. */
  readonly kinds?: readonly Rule["kind"][] | undefined;
  /** How messages show a value of an object. Default: quoted, what looks like a secret described. */
  readonly show?: ((value: string) => string) | undefined;
}

/** Every rule of a run, the engine's own included, as catalogues and reports list them. */
export function catalogue(rules: readonly Rule[] = allRules): readonly RuleInfo[] {
  return [...rules, suppressionRule].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Runs rules over objects. Pure: equal objects, in whatever order, give an equal report. No object makes it throw; a rule that
 * throws is a finding.
 * @throws KeyturnError `UnknownEnvironment` when `environment` is not among the environments
 */
export function judge(manifests: readonly Manifest[], options: JudgeOptions): Report {
  const { environments, environment } = options;
  if (environment !== undefined) assertEnvironment(environment, environments ?? []);
  const rules = options.rules ?? allRules;
  const kinds = options.kinds ?? ["resource", "stack"];
  const runnable = rules.filter((rule) => kinds.includes(rule.kind));
  const notRun = runnable.filter((rule) => rule.needsEnvironments && environments === undefined);
  const targets = manifests.flatMap(expand);
  const today = calendarDay(options.now);
  const context: RuleContext = {
    environments: environments ?? [],
    environment,
    today,
    show: options.show ?? showValue,
    stores: kinds.includes("stack") ? storeLookup(targets) : () => [],
  };
  const run = new Run(
    runnable.filter((rule) => !notRun.includes(rule)),
    new Set(rules.map(({ id }) => id)),
    kinds.includes("stack"),
    context,
    today,
  );
  for (const target of targets) run.judge(target);
  return {
    findings: distinct(run.findings).sort(byPlace),
    suppressed: distinct(run.suppressed).sort(byPlace),
    unknown: distinct(run.unknown).sort(byPlace),
    checks: distinct(run.checks).sort(byPlace),
    notRun: notRun.map(({ id }) => ({ ruleId: id, reason: "no environments were given" })),
    objects: targets.length,
  };
}

function assertEnvironment(name: string, environments: readonly EnvironmentData[]): void {
  if (environments.some((environment) => environment.name === name)) return;
  const known = environments.map((environment) => environment.name).sort();
  throw new KeyturnError({
    code: "UnknownEnvironment",
    object: `environment ${showValue(name)}`,
    cause:
      known.length === 0 ? "no environments were given" : `is not among the environments${didYouMean(name, known)}`,
    remedy: known.length === 0 ? "give the environments too" : `use one of ${known.join(", ")}`,
  });
}

class Run {
  readonly findings: Finding[] = [];
  readonly suppressed: SuppressedFinding[] = [];
  readonly unknown: UnknownFinding[] = [];
  readonly checks: Check[] = [];

  constructor(
    private readonly rules: readonly Rule[],
    private readonly ruleIds: ReadonlySet<string>,
    /** Without the other objects a rule may miss what a suppression is for. */
    private readonly seesAll: boolean,
    private readonly context: RuleContext,
    private readonly today: string,
  ) {}

  judge(target: Target): void {
    const suppressions = suppressionsOf(target.object, this.ruleIds, this.today);
    for (const rule of this.rules) {
      const suppression = suppressions.find(({ ruleId }) => ruleId === rule.id);
      const results = target.parts
        .filter(({ subject }) => applies(rule, subject))
        .map(({ subject, toPath }) => ({ toPath, result: attempt(rule, () => rule.check(subject, this.context)) }));
      const violations = results.flatMap(({ result, toPath }) => moved(violationsOf(result), toPath));
      const unknown = results.flatMap(({ result, toPath }) => moved(unknownOf(result), toPath));
      this.record(rule, target, violations, unknown, suppression);
      const judged = results.some(({ result }) => result.outcome !== "notApplicable");
      if (judged) this.check(rule.id, target, outcomeOf(violations, unknown, suppression));
      if (this.seesAll && suppression?.state === "active" && violations.length === 0 && unknown.length === 0) {
        this.suppressionFinding(
          target,
          suppression.path,
          `${rule.id} has no finding here, so nothing needs to be suppressed`,
        );
      }
    }
    for (const suppression of suppressions) this.judgeSuppression(target, suppression);
  }

  private record(
    rule: Rule,
    target: Target,
    violations: readonly Violation[],
    unknown: readonly UnknownPart[],
    suppression: Suppression | undefined,
  ): void {
    for (const violation of violations) {
      const finding = this.finding(rule, rule.severity, target, violation.path, violation.message, violation.fix);
      if (suppression?.state === "active") {
        const { reason, until } = suppression;
        this.suppressed.push({ ...finding, suppression: { reason, until } });
      } else this.findings.push(finding);
    }
    for (const { path, message } of unknown) {
      this.unknown.push({
        ruleId: rule.id,
        subject: target.subject,
        path: formatPath(path),
        message,
        ...placed(target, path),
      });
    }
  }

  private judgeSuppression(target: Target, suppression: Suppression): void {
    switch (suppression.state) {
      case "active":
        return;
      case "over":
        return this.suppressionFinding(target, suppression.path, `the suppression ended on ${suppression.until}`);
      case "malformed":
        return this.suppressionFinding(target, suppression.path, `suppresses nothing: ${suppression.problem}`);
    }
  }

  private suppressionFinding(target: Target, path: Path, message: string): void {
    this.findings.push(this.finding(suppressionRule, suppressionRule.severity, target, path, message));
    this.check(suppressionRule.id, target, "findings");
  }

  private finding(
    rule: RuleInfo,
    severity: Severity,
    target: Target,
    path: Path,
    message: string,
    fix?: string,
  ): Finding {
    return {
      ruleId: rule.id,
      severity,
      subject: target.subject,
      path: formatPath(path),
      message,
      fix: fix ?? rule.fix,
      url: rule.url,
      ...placed(target, path),
    };
  }

  private check(ruleId: string, target: Target, outcome: Check["outcome"]): void {
    this.checks.push({ ruleId, subject: target.subject, outcome, ...placed(target, []) });
  }
}

function applies(rule: Rule, subject: { readonly group: string; readonly kind: string }): boolean {
  return rule.appliesTo.some(({ group, kind }) => group === subject.group && kind === subject.kind);
}

/** What a rule throws may quote the object, so only its type is told. */
function attempt(rule: Rule, check: () => RuleResult): RuleResult {
  try {
    return check();
  } catch (error) {
    const type = error instanceof Error ? error.constructor.name : typeof error;
    const message = `${rule.id} failed on this object (${type}), so the object was not judged`;
    return {
      outcome: "findings",
      findings: [{ path: [], message, fix: "report this as a defect of the rule" }],
      unknown: [],
    };
  }
}

function violationsOf(result: RuleResult): readonly Violation[] {
  return result.outcome === "findings" ? result.findings : [];
}

function unknownOf(result: RuleResult): readonly UnknownPart[] {
  return result.outcome === "findings" || result.outcome === "unknown" ? result.unknown : [];
}

function moved<T extends { readonly path: Path }>(parts: readonly T[], toPath: (path: Path) => Path): readonly T[] {
  return parts.map((part) => ({ ...part, path: toPath(part.path) }));
}

function outcomeOf(
  violations: readonly Violation[],
  unknown: readonly UnknownPart[],
  suppression: Suppression | undefined,
): Check["outcome"] {
  if (violations.length > 0) return suppression?.state === "active" ? "suppressed" : "findings";
  return unknown.length > 0 ? "unknown" : "compliant";
}

function placed(target: Target, path: Path): Pick<Finding, "source"> {
  const source = target.locate(path);
  return source === undefined ? {} : { source };
}
