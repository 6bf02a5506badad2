import { CLUSTER, ENVIRONMENT, TEAM } from "../../api";

/** Labels and annotations that belong to a tool that applied the object, and would mislead it on an object of another origin. */
const OWNERS: readonly (readonly [name: RegExp, owner: string])[] = [
  [/^kubectl\.kubernetes\.io\//, "kubectl"],
  [/^(?:meta\.)?helm\.sh\//, "Helm"],
  [/^app\.kubernetes\.io\/managed-by$/, "the tool that applied it"],
  [/^argocd\.argoproj\.io\/(?:instance|tracking-id|installation-id)$/, "Argo CD"],
  [/^(?:kustomize|helm)\.toolkit\.fluxcd\.io\//, "Flux"],
  [/^(?:external-secrets\.io\/)?force-sync$/, "External Secrets Operator"],
  [/^pulumi\.com\//, "Pulumi"],
];

/** Whose a label or annotation is that is not imported; undefined for the user's own. keyturn's are written by the declaration. */
export function foreignOwner(name: string): string | undefined {
  if (name === ENVIRONMENT || name === TEAM || name === CLUSTER) return "keyturn";
  return OWNERS.find(([pattern]) => pattern.test(name))?.[1];
}
