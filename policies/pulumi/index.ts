import { KeyturnError, type EnvironmentData } from "../../api";
import { judge, type Finding, type Manifest, type Report } from "../engine";
import { hideValue, type Rule } from "../rules";
import { environmentsOf, type PolicyConfig } from "./environments";
import { manifestOf } from "./resource";
import type { PulumiResource, PulumiResourcePolicy, PulumiStackPolicy, ReportViolation } from "./types";

export type { PolicyConfig } from "./environments";
export type * from "./types";

/** What {@link keyturnPolicies} is told. */
export interface KeyturnPoliciesOptions {
  /** Used where a policy's configuration names none. */
  readonly environments?: readonly EnvironmentData[];
  /** Used where a policy's configuration names none. */
  readonly environment?: string;
  /** Default: every built-in rule. */
  readonly rules?: readonly Rule[];
  /** Decides which suppressions and extra grants are over. Default: the time of the run. */
  readonly now?: () => Date;
  /** Where relative paths start. Default: the working directory, which Pulumi sets to the pack's folder. */
  readonly folder?: string;
}

/**
 * keyturn's rules as Pulumi policies: one that judges each resource and one that judges the stack, for each level. `mandatory`
 * reports errors; `advisory` reports warnings, values that are not known yet and suppressed findings. No property value is ever
 * shown, because Pulumi gives policies secrets unwrapped.
 * @example
 * new PolicyPack("acme", { policies: [...keyturnPolicies({ environments }), ...ours] });
 */
export function keyturnPolicies(options: KeyturnPoliciesOptions = {}): (PulumiResourcePolicy | PulumiStackPolicy)[] {
  const host = new Host(options);
  const resource = (level: Level): PulumiResourcePolicy => ({
    ...common(level, level === "mandatory" ? "keyturn-resources" : "keyturn-resources-advice"),
    description: `keyturn: each resource alone, ${SAYS[level]}.`,
    validateResource: (args, report) => host.resource(level, args, args.getConfig<PolicyConfig>(), report),
  });
  const stack = (level: Level): PulumiStackPolicy => ({
    ...common(level, level === "mandatory" ? "keyturn-stack" : "keyturn-stack-advice"),
    description: `keyturn: the resources of the stack together, ${SAYS[level]}.`,
    validateStack: (args, report) => host.stack(level, args.resources, args.getConfig<PolicyConfig>(), report),
  });
  return [resource("mandatory"), resource("advisory"), stack("mandatory"), stack("advisory")];
}

type Level = "mandatory" | "advisory";

const SAYS: Readonly<Record<Level, string>> = {
  mandatory: "what must not be deployed",
  advisory: "warnings, what is not known yet, and what is suppressed",
};

function common(level: Level, name: string): Pick<PulumiResourcePolicy, "name" | "enforcementLevel" | "configSchema"> {
  return {
    name,
    enforcementLevel: level,
    configSchema: {
      properties: {
        environments: {
          type: ["string", "object", "array"],
          description:
            "Path of an environments file from the pack's folder, the document itself, or its list of environments.",
        },
        environment: { type: "string", description: "Name of the environment that the stack is for." },
      },
    },
  };
}

type Settings =
  | { readonly environments: readonly EnvironmentData[] | undefined; readonly environment: string | undefined }
  | { readonly problem: string };

class Host {
  private readonly settings = new Map<string, Settings>();

  constructor(private readonly options: KeyturnPoliciesOptions) {}

  resource(level: Level, resource: PulumiResource, config: PolicyConfig, report: ReportViolation): void {
    const manifest = manifestOf(resource);
    if (manifest === undefined) return;
    const settings = this.settingsOf(config);
    if ("problem" in settings) return level === "mandatory" ? report(settings.problem) : undefined;
    for (const { message } of messages(level, this.judge([manifest], ["resource"], settings))) report(message);
  }

  stack(level: Level, resources: readonly PulumiResource[], config: PolicyConfig, report: ReportViolation): void {
    const manifests = resources.flatMap((resource) => manifestOf(resource) ?? []);
    if (manifests.length === 0) return;
    const settings = this.settingsOf(config);
    // Each resource has reported it already.
    if ("problem" in settings) return;
    const whole = this.judge(manifests, ["resource", "stack"], settings);
    const alone = manifests.flatMap((manifest) => messages(level, this.judge([manifest], ["resource"], settings)));
    const said = new Set(alone.map(({ urn, message }) => `${urn} ${message}`));
    for (const { urn, message } of messages(level, whole)) {
      if (!said.has(`${urn} ${message}`)) report(message, urn);
    }
    if (level === "advisory" && whole.notRun.length > 0) {
      const ids = whole.notRun.map(({ ruleId }) => ruleId).join(", ");
      report(
        `${ids} did not run: no environments were given (policy configuration "environments", or KEYTURN_ENVIRONMENTS)`,
      );
    }
  }

  private judge(
    manifests: readonly Manifest[],
    kinds: readonly Rule["kind"][],
    settings: Exclude<Settings, { readonly problem: string }>,
  ): Report {
    const { rules, now = () => new Date() } = this.options;
    return judge(manifests, { ...settings, kinds, rules, now: now(), show: hideValue });
  }

  private settingsOf(config: PolicyConfig): Settings {
    const key = JSON.stringify(config);
    const known = this.settings.get(key);
    if (known !== undefined) return known;
    const read = this.read(config);
    this.settings.set(key, read);
    return read;
  }

  private read(config: PolicyConfig): Settings {
    try {
      const given = config.environments ?? this.options.environments;
      const environments = environmentsOf({ environments: given }, this.options.folder ?? process.cwd());
      const settings = { environments, environment: config.environment ?? this.options.environment };
      // Says so once, here, when the environment is none of them.
      judge([], { ...settings, now: new Date(0) });
      return settings;
    } catch (error) {
      if (error instanceof KeyturnError) return { problem: `keyturn cannot judge this: ${error.message}` };
      throw error;
    }
  }
}

function messages(level: Level, report: Report): readonly { readonly urn: string; readonly message: string }[] {
  const findings = report.findings.filter(({ severity }) => (severity === "error") === (level === "mandatory"));
  const said = findings.map((finding) => ({ urn: finding.source?.file ?? "", message: sentence(finding) }));
  if (level === "mandatory") return said;
  return [
    ...said,
    ...report.unknown.map(({ source, ruleId, path, message }) => ({
      urn: source?.file ?? "",
      message: `${ruleId} unknown at ${path}: ${message}; it is judged again when it is`,
    })),
    ...report.suppressed.map((finding) => ({
      urn: finding.source?.file ?? "",
      message: `${sentence(finding)} (ignored until ${finding.suppression.until}: ${finding.suppression.reason})`,
    })),
  ];
}

function sentence({ ruleId, path, message, fix, url }: Finding): string {
  return `${ruleId} ${path === "" ? "" : `${path}: `}${message}\n  fix: ${fix}\n  ${url}`;
}
