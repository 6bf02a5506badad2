import { fillIn, possiblePath, type Filled, type RequestIdentity } from "./identity-template";
import { mergeLimits, type Limits } from "./limits";
import { namespacePath } from "./parse";
import { CAPABILITIES, type Capability, type PathRule } from "./path-rule";
import { betterPattern, describePattern, matches, patternOf, type Pattern } from "./pattern";

/** A stored ACL policy. */
export interface AclPolicy {
  readonly name: string;
  /** Vault namespace it is stored in; its paths are below. Default the root namespace. */
  readonly namespace?: string;
  readonly rules: readonly PathRule[];
}

/** What the answers depend on besides policies and request. */
export interface EvaluateOptions {
  /** Milliseconds since 1970: rules that ended before do not count. Default: none has ended. */
  readonly now?: number;
  /**
   * Fills in templated paths. Without it they stay unknown: an answer that they could change is `unknown` (values that the server
   * would not fill in are not thought of). `{}` is a token without entity, for which they do not count.
   */
  readonly identity?: RequestIdentity;
  /**
   * Whose rules. They differ where a list or scan matches no rule without wildcards: OpenBao looks for wildcards that match the path
   * with its slash at the end, and only then without; Vault the other way round. Default `openbao`.
   */
  readonly server?: "openbao" | "vault";
}

/** Everything the policies of a token say about one path pattern. */
export interface AclEntry extends Limits {
  readonly pattern: Pattern;
  /** As a policy would have it, namespace included: `team/data/*`. */
  readonly path: string;
  /** Of all policies together; exactly `["deny"]` when one denies. */
  readonly capabilities: readonly Capability[];
  /** Operations that others have to approve. */
  readonly approved: readonly string[];
  /** Names of the policies, sorted. */
  readonly policies: readonly string[];
}

/** The policies of one token, ready for questions. */
export interface Acl {
  /** `root` alone may do everything; beside others no server would make such a token, and nothing is allowed. */
  readonly root: "alone" | "with others" | undefined;
  /** Namespace of the policy `root`, as the start of paths. */
  readonly rootNamespace: string;
  readonly exact: ReadonlyMap<string, AclEntry>;
  readonly prefixes: ReadonlyMap<string, AclEntry>;
  readonly segments: readonly AclEntry[];
  /** Templated rules whose values are not known. */
  readonly unresolved: readonly { readonly path: string; readonly possible: RegExp; readonly policy: string }[];
  /** Why the server denies every request: it cannot fill in a template. */
  readonly unusable: string | undefined;
  readonly server: "openbao" | "vault";
}

/**
 * Joins the policies of a token: rules of the very same pattern are one with the capabilities of all, unless one denies, which leaves
 * nothing else. Rules of different patterns are never joined.
 */
export function aclOf(policies: readonly AclPolicy[], options: EvaluateOptions = {}): Acl {
  const entries = new Map<string, AclEntry>();
  const unresolved: Acl["unresolved"][number][] = [];
  let unusable: string | undefined;
  const { now, identity } = options;
  for (const { name, namespace, rules } of policies) {
    const start = namespacePath(namespace);
    for (const rule of rules) {
      const place = resolve(rule, identity, now);
      if (place.kind === "forbidden")
        unusable ??= `{{${place.template}}} of policy ${name} has "*", "+" or "/" in its value`;
      if (rule.expiresAt !== undefined && rule.expiresAt < (now ?? -Infinity)) continue;
      if (place.kind === "unknown") {
        const possible = new RegExp(`^${wildcards(possiblePath(`${start}${rule.path}`))}$`, "s");
        unresolved.push({ path: `${start}${rule.path}`, possible, policy: name });
      } else if (place.kind === "path") {
        const pattern = patternOf(`${start}${place.path.replace(/^\//, "")}`);
        const id = JSON.stringify([pattern.kind, pattern.text]);
        entries.set(id, join(entries.get(id), pattern, rule, name));
      }
    }
  }
  const of = (kind: Pattern["kind"]) => [...entries.values()].filter(({ pattern }) => pattern.kind === kind);
  const byText = (kind: Pattern["kind"]) => new Map(of(kind).map((entry) => [entry.pattern.text, entry]));
  const root = policies.find(({ name }) => name === "root");
  return {
    root: root === undefined ? undefined : policies.length === 1 ? "alone" : "with others",
    rootNamespace: namespacePath(root?.namespace),
    exact: byText("exact"),
    prefixes: byText("prefix"),
    segments: of("segments"),
    unresolved,
    unusable,
    server: options.server ?? "openbao",
  };
}

function resolve(
  rule: PathRule,
  identity: RequestIdentity | undefined,
  now: number | undefined,
): Filled | { readonly kind: "unknown" } {
  if (!rule.templated) return { kind: "path", path: rule.path };
  const needsTime = /\{\{\s*time\./.test(rule.path);
  const needsIdentity = /\{\{\s*identity\./.test(rule.path);
  if ((needsIdentity && identity === undefined) || (needsTime && now === undefined)) return { kind: "unknown" };
  return fillIn(rule.path, identity ?? {}, now ?? 0);
}

/** The wildcards of an escaped path, as a regular expression that matches at least what they match. */
function wildcards(escaped: string): string {
  return escaped.replace(/\\\*$/, ".*").replace(/(^|\/)\\\+(?=\/|$)/g, "$1[^/]*");
}

function join(earlier: AclEntry | undefined, pattern: Pattern, rule: PathRule, policy: string): AclEntry {
  const { minWrappingTtl, maxWrappingTtl, allowedParameters, deniedParameters, requiredParameters, paginationLimit } =
    rule;
  const own: AclEntry = {
    pattern,
    path: describePattern(pattern),
    capabilities: rule.capabilities,
    approved: rule.approved,
    policies: [policy],
    ...{ minWrappingTtl, maxWrappingTtl, allowedParameters, deniedParameters, requiredParameters, paginationLimit },
  };
  if (earlier === undefined) return own;
  const policies = [...new Set([...earlier.policies, policy])].sort();
  if (earlier.capabilities[0] === "deny" || own.capabilities[0] === "deny")
    return { ...own, capabilities: ["deny"], approved: [], policies };
  const together = new Set([...earlier.capabilities, ...own.capabilities]);
  return {
    ...own,
    ...mergeLimits(earlier, own),
    capabilities: CAPABILITIES.filter((capability) => together.has(capability)),
    approved: [...new Set([...earlier.approved, ...own.approved])],
    policies,
  };
}

/**
 * The one entry that decides about a path, however many match: the one without wildcards, else the most specific one.
 * @param path API path with its namespace, without slashes at the start
 * @param isList lists and scans, whose paths end in a slash, are also decided by rules without it
 */
export function decisive(acl: Acl, path: string, isList: boolean): AclEntry | undefined {
  const bare = isList && path.endsWith("/") ? path.slice(0, -1) : undefined;
  const exact = acl.exact.get(path) ?? (bare === undefined ? undefined : acl.exact.get(bare));
  if (exact !== undefined || bare === undefined) return exact ?? mostSpecific(acl, path);
  const [first, second] = acl.server === "openbao" ? [path, bare] : [bare, path];
  return mostSpecific(acl, first) ?? mostSpecific(acl, second);
}

function mostSpecific(acl: Acl, path: string): AclEntry | undefined {
  let best = longestPrefix(acl, path);
  const segments = path.split("/");
  for (const entry of acl.segments)
    if (matches(entry.pattern, segments) && (best === undefined || betterPattern(entry.pattern, best.pattern)))
      best = entry;
  return best;
}

function longestPrefix({ prefixes }: Acl, path: string): AclEntry | undefined {
  if (prefixes.size === 0) return undefined;
  for (let length = path.length; length >= 0; length -= 1) {
    const entry = prefixes.get(path.slice(0, length));
    if (entry !== undefined) return entry;
  }
  return undefined;
}
