import { ENVIRONMENT, tenantsOf, type EnvironmentData, type TeamData } from "../../api";
import type { Path, RuleContext, RuleSubject, UnknownPart, Violation } from "./rule";
import { readText, UNKNOWN } from "./unknown";
import { names } from "./vault";

export const ENVIRONMENT_CLAIM: Path = ["metadata", "annotations", ENVIRONMENT];

/** One environment an object may belong to. */
export interface Candidate {
  readonly environment: EnvironmentData;
  /** The teams of the object's namespace there; none when the namespace is nobody's and only the object says where it belongs. */
  readonly teams: readonly TeamData[];
  /** Why the object belongs there, as a sentence: `namespace "payments" belongs to environment "prod"`. */
  readonly because: string;
}

/** Where an object belongs. Several candidates when its namespace's name is used in several environments and nothing tells which. */
export interface Belonging {
  readonly candidates: readonly Candidate[];
  /** The object says one environment, its namespace another; or it says one that does not exist. */
  readonly violations: readonly Violation[];
  readonly unknown: readonly UnknownPart[];
}

/** Finds out where an object belongs: by its namespace, by its annotation keyturn.dev/environment, by what the caller says. */
export function belongingOf(subject: RuleSubject, context: RuleContext): Belonging {
  const violations: Violation[] = [];
  const unknown: UnknownPart[] = [];
  const { namespace } = subject;
  if (namespace === UNKNOWN) {
    unknown.push({ path: ["metadata", "namespace"], message: "the namespace is not known yet, nor whose it is" });
  }
  const byNamespace = typeof namespace === "string" ? candidatesOf(context.environments, namespace) : [];

  const annotation = readText(subject.object, ...ENVIRONMENT_CLAIM);
  if (annotation === UNKNOWN) {
    unknown.push({ path: ENVIRONMENT_CLAIM, message: "the environment it says it belongs to is not known yet" });
  }
  const annotated = typeof annotation === "string";
  const claim = annotated ? annotation : context.environment;
  if (claim === undefined) return { candidates: byNamespace, violations, unknown };

  const claimed = context.environments.find((environment) => environment.name === claim);
  if (claimed === undefined) {
    violations.push({
      path: ENVIRONMENT_CLAIM,
      message: `says environment ${context.show(claim)}, which is not among the environments`,
      fix: `name one of the environments, or add it to the environments file`,
    });
    return { candidates: byNamespace, violations, unknown };
  }
  if (byNamespace.length === 0) {
    const why = annotated ? "it says it belongs to" : "everything judged is meant for";
    const because = `${why} environment "${claimed.name}"`;
    return { candidates: [{ environment: claimed, teams: [], because }], violations, unknown };
  }
  const agreed = byNamespace.filter((candidate) => candidate.environment === claimed);
  if (agreed.length > 0) return { candidates: agreed, violations, unknown };
  violations.push({
    path: annotated ? ENVIRONMENT_CLAIM : ["metadata", "namespace"],
    message:
      `namespace "${String(namespace)}" belongs to ${names(byNamespace.map(({ environment }) => environment))}, but ` +
      `${annotated ? "the object says it belongs to" : "everything judged is meant for"} environment "${claimed.name}"`,
    fix: "put the object into a namespace of its environment, or correct the environment it says",
  });
  return { candidates: byNamespace, violations, unknown };
}

/** The environments that have the namespace, each with the teams it belongs to there. */
export function candidatesOf(environments: readonly EnvironmentData[], namespace: string): readonly Candidate[] {
  const candidates = new Map<EnvironmentData, TeamData[]>();
  for (const { environment, team } of tenantsOf(environments, namespace)) {
    candidates.set(environment, [...(candidates.get(environment) ?? []), team]);
  }
  return [...candidates].map(([environment, teams]) => ({
    environment,
    teams,
    because: `namespace "${namespace}" belongs to environment "${environment.name}"`,
  }));
}
