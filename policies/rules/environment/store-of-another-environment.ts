import { ESO_GROUP, ENVIRONMENT } from "../../../api";
import { belongingOf, candidatesOf, type Candidate } from "../belonging";
import { conclude, notApplicable, rulePage, type Path, type Rule, type UnknownPart, type Violation } from "../rule";
import type { RuleContext, RuleResult, RuleSubject } from "../rule";
import { readList, UNKNOWN } from "../unknown";
import { compareVault, names, vaultOf, type Comparison, type Mismatch, type StoreVault } from "../vault";

/**
 * ENV001: a SecretStore or ClusterSecretStore reaches the Vault of its own environment. Compared are server, Vault namespace
 * and, where environments share a Vault, KV and login mount.
 */
export const storeOfAnotherEnvironment: Rule = {
  id: "ENV001",
  title: "A store reaches the Vault of another environment",
  description:
    "A store in a namespace of one environment that reaches the Vault, Vault namespace or mount of another lets workloads of one " +
    "environment run on the secrets of the other.",
  severity: "error",
  kind: "resource",
  needsEnvironments: true,
  fix: `point the store to the Vault of its environment, or correct its namespace or ${ENVIRONMENT}`,
  url: rulePage("ENV001"),
  appliesTo: [
    { group: ESO_GROUP, kind: "SecretStore" },
    { group: ESO_GROUP, kind: "ClusterSecretStore" },
  ],
  check,
};

function check(subject: RuleSubject, context: RuleContext): RuleResult {
  const vault = vaultOf(subject.object);
  if (vault === undefined) return notApplicable("the store has no Vault or OpenBao provider");
  const cluster = subject.kind === "ClusterSecretStore";
  const belonging = belongingOf(cluster ? { ...subject, namespace: undefined } : subject, context);
  const admitted = cluster ? admittedNamespaces(subject, context) : [];
  if (belonging.candidates.length === 0 && admitted.length === 0) {
    if (belonging.violations.length > 0 || belonging.unknown.length > 0) {
      return conclude(belonging.violations, belonging.unknown);
    }
    return notApplicable("the store belongs to no environment");
  }
  if (vault === UNKNOWN) {
    return conclude(belonging.violations, [
      ...belonging.unknown,
      { path: ["spec", "provider"], message: "the provider is not known yet" },
    ]);
  }

  const violations: Violation[] = [...belonging.violations];
  const unknown: UnknownPart[] = [...belonging.unknown];
  if (belonging.candidates.length > 0) {
    const best = compareWithBest(vault, belonging.candidates, context);
    violations.push(...best.mismatches.map((mismatch) => explain(mismatch, best.candidate)));
    unknown.push(...best.unknown);
  }
  for (const { path, namespace, candidates } of admitted) {
    const best = compareWithBest(vault, candidates, context);
    if (best.mismatches.length === 0) continue;
    // Already said once, by the store's own environment.
    if (belonging.candidates.some(({ environment }) => environment === best.candidate.environment)) continue;
    violations.push({
      path,
      message: `lets in namespace "${namespace}" of ${names(candidates.map(({ environment }) => environment))}, whose Vault is another one`,
      fix: "take the namespace out of the store's conditions, and give it a store of its own environment",
    });
  }
  return conclude(violations, unknown);
}

/** The candidate the store fits best; with several candidates it has to fit only one. */
export function compareWithBest(
  vault: StoreVault,
  candidates: readonly Candidate[],
  context: RuleContext,
): Comparison & { readonly candidate: Candidate } {
  const results = candidates.map((candidate) => ({
    candidate,
    ...compareVault(vault, candidate.environment, context),
  }));
  results.sort((a, b) => a.mismatches.length - b.mismatches.length || a.unknown.length - b.unknown.length);
  const [best] = results;
  if (best === undefined) throw new RangeError("there is no candidate");
  return best;
}

function explain({ path, found, expected, fix }: Mismatch, { because }: Candidate): Violation {
  return { path, message: `${found}; ${because}, ${expected}`, fix };
}

/** The namespaces of environments that a ClusterSecretStore's conditions name. Selectors and patterns name none. */
function admittedNamespaces(
  subject: RuleSubject,
  context: RuleContext,
): readonly { readonly path: Path; readonly namespace: string; readonly candidates: readonly Candidate[] }[] {
  const conditions = readList(subject.object, "spec", "conditions");
  if (conditions === undefined || conditions === UNKNOWN) return [];
  return conditions.flatMap((_, index) => {
    const path: Path = ["spec", "conditions", index, "namespaces"];
    const listed = readList(subject.object, ...path);
    if (listed === undefined || listed === UNKNOWN) return [];
    return listed.flatMap((namespace, at) => {
      const candidates = typeof namespace === "string" ? candidatesOf(context.environments, namespace) : [];
      return candidates.length === 0 ? [] : [{ path: [...path, at], namespace: namespace as string, candidates }];
    });
  });
}
