import { aclOf, decisive, type Acl, type AclEntry, type AclPolicy, type EvaluateOptions } from "./acl";
import { limitProblem, type RequestContent } from "./limits";
import { namespacePath } from "./parse";
import type { Capability } from "./path-rule";

/** One request to a Vault or OpenBao. */
export interface AclRequest extends RequestContent {
  /** API path below `/v1/`, without namespace: `secret/data/team/app`. Lists and scans end in a slash, which is added. */
  readonly path: string;
  /** A write is `create` where nothing is yet, else `update`. */
  readonly operation: "read" | "list" | "scan" | "create" | "update" | "patch" | "delete";
  /** Vault namespace; default the root namespace. */
  readonly namespace?: string;
  /** True for the endpoints that ask for the capability `sudo` as well. Default false. */
  readonly sudo?: boolean;
}

/** The answer to a request, and why. */
export interface Verdict {
  /** `unknown` when templated rules whose values are not known may decide. */
  readonly decision: "allowed" | "denied" | "unknown";
  /** Of the rule that decided: what it allows on this path. Empty when none matches; `["deny"]` when it denies. */
  readonly capabilities: readonly Capability[];
  /** The pattern that decided, and the policies it is in; undefined when none matches, or `root` allows everything. */
  readonly rule?: { readonly path: string; readonly policies: readonly string[] };
  /** True when the answer is given only after others approve (`control_group`). */
  readonly needsApproval: boolean;
  /** One sentence part for people, e.g. `kv/data/* of policy app has no capability list`. */
  readonly reason: string;
}

/** Whether a token with these policies may send the request. See {@link evaluateAcl} for many requests of one token. */
export function evaluate(policies: readonly AclPolicy[], request: AclRequest, options: EvaluateOptions = {}): Verdict {
  return evaluateAcl(aclOf(policies, options), request);
}

/** Like {@link evaluate}, with policies that {@link aclOf} has joined once. */
export function evaluateAcl(acl: Acl, request: AclRequest): Verdict {
  const isList = request.operation === "list" || request.operation === "scan";
  const path = fullPath(request.namespace, request.path);
  const asked = isList && !path.endsWith("/") ? `${path}/` : path;
  const simple = (decision: Verdict["decision"], reason: string): Verdict => ({
    decision,
    capabilities: [],
    needsApproval: false,
    reason,
  });
  if (acl.root === "alone")
    return path.startsWith(acl.rootNamespace)
      ? simple("allowed", "policy root allows everything")
      : simple("denied", "policy root is of another namespace");
  if (acl.root === "with others") return simple("denied", "policy root cannot stand beside others");
  if (acl.unusable !== undefined) return simple("denied", acl.unusable);
  const open = unknownRules(acl, asked, isList);
  if (open.length > 0) return simple("unknown", `it depends on ${open.join(", ")}`);
  const entry = decisive(acl, asked, isList);
  if (entry === undefined) return simple("denied", "no rule matches");
  const problem = problemWith(entry, request);
  const rule = `${entry.path} of ${entry.policies.map((name) => `policy ${name}`).join(", ")}`;
  return {
    decision: problem === undefined ? "allowed" : "denied",
    capabilities: entry.capabilities,
    rule: { path: entry.path, policies: entry.policies },
    needsApproval: problem === undefined && entry.approved.includes(request.operation),
    reason: problem === undefined ? `${rule} allows it` : `${rule}: ${problem}`,
  };
}

function problemWith(entry: AclEntry, { operation, sudo, ...content }: AclRequest): string | undefined {
  if (entry.capabilities[0] === "deny") return "denies everything";
  if (!entry.capabilities.includes(operation)) return `has no capability ${operation}`;
  if (sudo === true && !entry.capabilities.includes("sudo")) return "has no capability sudo";
  return limitProblem(entry, operation, content);
}

/**
 * What a token with these policies can do on a path, as `vault token capabilities` and `sys/capabilities` answer: sorted, `["root"]`
 * for the policy root, `["deny"]` for nothing. Parameters and control groups are left out of account, and the path is taken as that
 * of a list. `"unknown"` when templated rules whose values are not known may decide.
 */
export function capabilitiesOf(
  policies: readonly AclPolicy[],
  path: string,
  options: EvaluateOptions & { readonly namespace?: string } = {},
): readonly (Capability | "root")[] | "unknown" {
  return aclCapabilities(aclOf(policies, options), path, options.namespace);
}

/** Like {@link capabilitiesOf}, with policies that {@link aclOf} has joined once. */
export function aclCapabilities(
  acl: Acl,
  path: string,
  namespace?: string,
): readonly (Capability | "root")[] | "unknown" {
  const asked = fullPath(namespace, path);
  if (acl.root === "alone") return [asked.startsWith(acl.rootNamespace) ? "root" : "deny"];
  if (acl.root === "with others" || acl.unusable !== undefined) return ["deny"];
  if (unknownRules(acl, asked, true).length > 0) return "unknown";
  const capabilities = decisive(acl, asked, true)?.capabilities ?? [];
  return capabilities.length === 0 ? ["deny"] : [...capabilities].sort();
}

function fullPath(namespace: string | undefined, path: string): string {
  return `${namespacePath(namespace)}${path}`.replace(/^\/+/, "");
}

function unknownRules(acl: Acl, path: string, isList: boolean): readonly string[] {
  const bare = isList ? path.replace(/\/$/, "") : path;
  return acl.unresolved
    .filter(({ possible }) => possible.test(path) || possible.test(bare))
    .map((rule) => `${rule.path} of policy ${rule.policy}`);
}
