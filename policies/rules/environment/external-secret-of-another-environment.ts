import { ENVIRONMENT, ESO_GROUP, type JsonRecord } from "../../../api";
import { belongingOf, ENVIRONMENT_CLAIM, type Belonging } from "../belonging";
import { storeReferences, type StoreReference } from "../references";
import { conclude, formatPath, notApplicable, rulePage, type Rule, type UnknownPart, type Violation } from "../rule";
import type { RuleContext, RuleResult, RuleSubject } from "../rule";
import { readText, UNKNOWN } from "../unknown";
import { vaultOf } from "../vault";
import { compareWithBest, storeOfAnotherEnvironment } from "./store-of-another-environment";

/**
 * ENV002: an ExternalSecret uses a store of its own environment, and its namespace belongs to the environment it says. Judged
 * are the stores among everything judged; a namespaced store that is wrong itself is ENV001's finding and not repeated here.
 */
export const externalSecretOfAnotherEnvironment: Rule = {
  id: "ENV002",
  title: "An ExternalSecret uses a store of another environment",
  description:
    "An ExternalSecret that points to a store of another environment brings that environment's secrets into its own namespace.",
  severity: "error",
  kind: "stack",
  needsEnvironments: true,
  fix: `point the ExternalSecret to a store of its environment, or correct its namespace or ${ENVIRONMENT}`,
  url: rulePage("ENV002"),
  appliesTo: [{ group: ESO_GROUP, kind: "ExternalSecret" }],
  check,
};

function check(subject: RuleSubject, context: RuleContext): RuleResult {
  const belonging = belongingOf(subject, context);
  const { candidates } = belonging;
  const violations: Violation[] = [...belonging.violations];
  const unknown: UnknownPart[] = [...belonging.unknown];
  if (candidates.length === 0 && violations.length + unknown.length === 0)
    return notApplicable("the ExternalSecret belongs to no environment");
  for (const reference of candidates.length === 0 ? [] : storeReferences(subject.object)) {
    const { name, kind, path } = reference;
    if (name === UNKNOWN || kind === UNKNOWN) unknown.push({ path, message: "the store is not known yet" });
    else if (name !== undefined && kind !== undefined) {
      const namespace = typeof subject.namespace === "string" ? subject.namespace : undefined;
      for (const store of context.stores(kind, name, namespace)) {
        const judged = judgeStore(store, reference, belonging, subject, context);
        violations.push(...judged.violations);
        unknown.push(...judged.unknown);
      }
    }
  }
  return conclude(violations, unknown);
}

function judgeStore(
  store: JsonRecord,
  { path, kind, name }: StoreReference,
  { candidates }: Belonging,
  subject: RuleSubject,
  context: RuleContext,
): { readonly violations: readonly Violation[]; readonly unknown: readonly UnknownPart[] } {
  const nothing = { violations: [], unknown: [] };
  if (kind === "SecretStore") {
    const itself = storeOfAnotherEnvironment.check({ ...subject, kind, object: store }, context);
    if (itself.outcome === "findings") return nothing;
  }
  const target = `${String(kind)} ${context.show(String(name))}`;
  const claim = readText(store, ...ENVIRONMENT_CLAIM);
  if (typeof claim === "string" && !candidates.some(({ environment }) => environment.name === claim)) {
    const known = context.environments.some((environment) => environment.name === claim);
    const shown = known ? `"${claim}"` : context.show(claim);
    const because = candidates.map((candidate) => candidate.because).join(" and ");
    const message = `${target} says it belongs to environment ${shown}; ${because}`;
    return { ...nothing, violations: [{ path, message }] };
  }
  const vault = vaultOf(store);
  if (vault === undefined) return nothing;
  if (vault === UNKNOWN) {
    return { ...nothing, unknown: [{ path, message: `the provider of ${target} is not known yet` }] };
  }
  const best = compareWithBest(vault, candidates, context);
  if (best.mismatches.length === 0) {
    const told = best.unknown.map((part) => `${target}: ${formatPath(part.path)}: ${part.message}`);
    return { ...nothing, unknown: told.map((message) => ({ path, message })) };
  }
  const told = best.mismatches.map(
    ({ path: at, found, expected }) => `${target}: ${formatPath(at)} ${found}; ${best.candidate.because}, ${expected}`,
  );
  return { ...nothing, violations: told.map((message) => ({ path, message })) };
}
