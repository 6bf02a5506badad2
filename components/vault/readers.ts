import { aclOf, type AclPolicy, type EvaluateOptions } from "./acl";
import type { VaultDocuments } from "./documents";
import { evaluateAcl } from "./evaluate";
import { parsePolicy } from "./parse";
import { renderHcl, type PolicyDocument } from "./policy";

/** Somebody with policies: a team, or a role. */
export interface PolicyHolder {
  readonly name: string;
  readonly policies: readonly AclPolicy[];
}

/** Who may read one path. */
export interface PathReaders {
  /** API path below `/v1/`, as it was asked: `secret/data/team/app`. */
  readonly path: string;
  /** Names of those who may read it, sorted. */
  readonly readers: readonly string[];
  /** Names of those of whom it cannot be said, because of templated rules; sorted. */
  readonly unknown: readonly string[];
}

/** Which holders may read each of the paths, in the order of the paths. Time grows with holders times paths. */
export function readersOf(
  holders: readonly PolicyHolder[],
  paths: Iterable<string>,
  options: EvaluateOptions & { readonly namespace?: string } = {},
): readonly PathReaders[] {
  const acls = holders.map(({ name, policies }) => ({ name, acl: aclOf(policies, options) }));
  const { namespace } = options;
  return [...paths].map((path) => {
    const request = { path, operation: "read", ...(namespace === undefined ? {} : { namespace }) } as const;
    const verdicts = acls.map(({ name, acl }) => ({ name, decision: evaluateAcl(acl, request).decision }));
    const named = (decision: string) =>
      [...new Set(verdicts.filter((verdict) => verdict.decision === decision).map(({ name }) => name))].sort();
    return { path, readers: named("allowed"), unknown: named("unknown") };
  });
}

/**
 * A document of a plan as the server will understand its text.
 * @throws Error when the server would refuse it: a mistake of keyturn
 */
export function storedPolicy(document: PolicyDocument, namespace?: string): AclPolicy {
  const parsed = parsePolicy(renderHcl(document), namespace === undefined ? {} : { namespace });
  if (parsed.kind === "refused")
    throw new Error(
      `policy ${document.name} cannot be stored: ${parsed.problems.map(({ message }) => message).join("; ")}`,
    );
  return { name: document.name, ...(namespace === undefined ? {} : { namespace }), rules: parsed.rules };
}

/** The teams of one environment's documents, with the policies they get. */
export function holdersOf(documents: Pick<VaultDocuments, "policies" | "namespace">): readonly PolicyHolder[] {
  const holders = new Map<string, AclPolicy[]>();
  for (const document of documents.policies) {
    const policies = holders.get(document.team) ?? [];
    holders.set(document.team, [...policies, storedPolicy(document, documents.namespace)]);
  }
  return [...holders].map(([name, policies]) => ({ name, policies }));
}

/**
 * Which teams of an environment may read each of the paths, as its Vault will decide: judged from the text of the policies, with the
 * server's own rules. Paths are API paths below `/v1/`, without Vault namespace.
 */
export function planReaders(
  documents: Pick<VaultDocuments, "policies" | "namespace">,
  paths: Iterable<string>,
): readonly PathReaders[] {
  const { namespace } = documents;
  return readersOf(holdersOf(documents), paths, namespace === undefined ? {} : { namespace });
}
