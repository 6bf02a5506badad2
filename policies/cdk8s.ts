import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KeyturnError, type EnvironmentData } from "../api";
import { catalogue, judge, reaches, type Finding, type Manifest, type Report } from "./engine";
import { environmentsValue, readEnvironments } from "./manifests/environments";
import { parseManifests } from "./manifests/parse";
import { nameSubject, plain, position } from "./reports/plain";
import { SEVERITIES, type Severity } from "./rules";

/** `properties` of the plugin in cdk8s.yaml. */
export interface KeyturnValidationProperties {
  /**
   * Path of an environments file (from where `cdk8s synth` runs), the document itself, or its list of environments. Default:
   * `environments.json` beside the manifests, as a synth with `keyturn/cdk8s` writes it.
   */
  readonly environments?: unknown;
  /** Name of the environment that the manifests are for; needed where several environments use one namespace name. */
  readonly environment?: string;
  /** From which severity on a finding fails the synth. Default `error`. */
  readonly failOn?: Severity;
}

/** The part of cdk8s' ValidationContext that the plugin uses. */
export interface Cdk8sValidationContext {
  readonly manifests: readonly string[];
  readonly logger: {
    /** Shows a line to the user. */
    log(message: string): void;
  };
  readonly report: {
    /** Reports what is wrong with one or several objects. */
    addViolation(violation: {
      readonly ruleName: string;
      readonly recommendation: string;
      readonly fix: string;
      readonly violatingResources: readonly {
        readonly resourceName: string;
        readonly locations: readonly string[];
        readonly manifestPath: string;
      }[];
    }): void;
    /** Ends the report. */
    submit(status: "success" | "failure", metadata?: Readonly<Record<string, string>>): void;
  };
}

/**
 * keyturn's rules as a cdk8s validation plugin: `cdk8s synth` fails with exit code 2 on findings.
 * @example
 * # cdk8s.yaml
 * validations:
 *   - package: keyturn
 *     version: 0.1.0
 *     class: KeyturnValidation
 *     properties: { environments: environments.json }
 */
export class KeyturnValidation {
  constructor(private readonly properties: KeyturnValidationProperties = {}) {}

  /** Judges the manifests. What cannot be read fails the synth with a message; nothing is thrown. */
  async validate(context: Cdk8sValidationContext): Promise<void> {
    try {
      const failOn = this.failOn();
      const manifests = context.manifests.flatMap((path) => parseManifests(readFileSync(path, "utf8"), path).manifests);
      const { environment } = this.properties;
      const environments = this.environments(context.manifests);
      write(context, judge(manifests, { environments, environment, now: new Date() }), manifests, failOn);
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      context.logger.log(`error: ${plain(error.message)}`);
      context.report.submit("failure", { error: plain(error.message) });
    }
  }

  private failOn(): Severity {
    const { failOn = "error" } = this.properties;
    if (SEVERITIES.includes(failOn)) return failOn;
    throw new KeyturnError({
      code: "InvalidOption",
      object: "property failOn of KeyturnValidation",
      cause: "is not a severity",
      remedy: `use ${SEVERITIES.join(" or ")}`,
    });
  }

  private environments(manifests: readonly string[]): readonly EnvironmentData[] | undefined {
    const { environments } = this.properties;
    if (typeof environments === "string") return readEnvironments(resolve(environments), environments);
    if (environments !== undefined)
      return environmentsValue(environments, "property environments of KeyturnValidation");
    const beside = [...new Set(manifests.flatMap(placesFor))].find(existsSync);
    return beside === undefined ? undefined : readEnvironments(beside, beside);
  }
}

/** Where a synth has put it: beside the manifests, or above them when every chart has a folder or they are the templates of a Helm chart. */
function placesFor(manifest: string): readonly string[] {
  const folder = dirname(manifest);
  // A file of that name further up may be anything; with access.json beside it a synth has written it.
  const above = [join(folder, ".."), join(folder, "../..")].filter((path) => existsSync(join(path, "access.json")));
  return [folder, ...above].map((path) => join(path, "environments.json"));
}

function write(
  context: Cdk8sValidationContext,
  report: Report,
  manifests: readonly Manifest[],
  failOn: Severity,
): void {
  const groups = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    const key = JSON.stringify([finding.ruleId, finding.fix]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  for (const findings of groups.values()) {
    const [first] = findings;
    if (first === undefined) continue;
    context.report.addViolation({
      ruleName: `${first.ruleId} (${first.severity})`,
      recommendation: `${about(first.ruleId)} See ${first.url}.`,
      fix: first.fix,
      violatingResources: findings.map((finding) => ({
        resourceName: finding.subject.name,
        // cdk8s knows constructs by metadata.name alone, so the kind is said here.
        locations: [plain(`${nameSubject(finding.subject)} ${at(finding)}: ${finding.message}`)],
        manifestPath: finding.source?.file ?? "",
      })),
    });
  }
  for (const { ruleId, subject, path, message } of report.unknown) {
    context.logger.log(plain(`keyturn: ${ruleId} unknown: ${nameSubject(subject)} ${path}: ${message}`));
  }
  for (const { ruleId, subject, message, suppression } of report.suppressed) {
    const until = `ignored until ${suppression.until} (${suppression.reason})`;
    context.logger.log(plain(`keyturn: ${ruleId} ${until}: ${nameSubject(subject)}: ${message}`));
  }
  for (const { ruleId, reason } of report.notRun) context.logger.log(`keyturn: ${ruleId} did not run: ${reason}`);
  const errors = report.findings.filter(({ severity }) => severity === "error").length;
  context.report.submit(report.findings.some((finding) => reaches(finding, failOn)) ? "failure" : "success", {
    objects: String(report.objects),
    errors: String(errors),
    warnings: String(report.findings.length - errors),
    unknown: String(report.unknown.length),
    ignored: String(report.suppressed.length),
    "rules not run": report.notRun.map(({ ruleId }) => ruleId).join(", ") || "none",
    manifests: String(manifests.length),
  });
}

function about(ruleId: string): string {
  return catalogue().find(({ id }) => id === ruleId)?.description ?? "";
}

function at({ path, source }: Finding): string {
  const line = position(source);
  return `${path === "" ? "the object" : path}${line === "" ? "" : ` (line ${line})`}`;
}
