import type { Grant } from "../../api";

/** One rule of an ACL policy. */
export interface PolicyRule {
  /** API path below `/v1/`; ends in `*` for a prefix. */
  readonly path: string;
  readonly capabilities: readonly ("read" | "list")[];
}

/** An ACL policy of a Vault. */
export interface PolicyDocument {
  readonly name: string;
  readonly environment: string;
  readonly team: string;
  /** Sorted by path. */
  readonly rules: readonly PolicyRule[];
}

/**
 * The API path that a grant opens: KV v2 reads below `<mount>/data/`, v1 below the mount itself; `/*` only for a declared
 * prefix. KV v2 metadata is not opened: reading a value does not need it.
 */
export function policyPath(grant: Pick<Grant, "mount" | "kvVersion" | "key" | "prefix">): string {
  const base = grant.kvVersion === 2 ? `${grant.mount}/data/${grant.key}` : `${grant.mount}/${grant.key}`;
  return grant.prefix ? `${base}/*` : base;
}

/** The policy of one team: exactly its grants, one rule a path. */
export function policyOf(name: string, environment: string, team: string, grants: readonly Grant[]): PolicyDocument {
  const rules = new Map<string, PolicyRule>();
  for (const grant of grants) {
    const path = policyPath(grant);
    const capabilities = new Set([...(rules.get(path)?.capabilities ?? []), ...grant.capabilities]);
    rules.set(path, { path, capabilities: [...capabilities].sort() });
  }
  return { name, environment, team, rules: [...rules.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/**
 * The policy in HCL, as `vault policy write` and the Vault UI show it. Paths can be quoted as they are: the model refuses quotes,
 * backslashes and `${`.
 */
export function renderHcl(policy: PolicyDocument): string {
  const head = `# keyturn: what team ${policy.team} may read in environment ${policy.environment}\n`;
  const rules = policy.rules.map(
    ({ path, capabilities }) =>
      `\npath "${path}" {\n  capabilities = [${capabilities.map((c) => `"${c}"`).join(", ")}]\n}\n`,
  );
  return head + (rules.length > 0 ? rules.join("") : "\n# nothing is granted\n");
}

/** The same policy in Vault's JSON form. */
export function renderJson(policy: PolicyDocument): string {
  const path = Object.fromEntries(policy.rules.map((rule) => [rule.path, { capabilities: rule.capabilities }]));
  return `${JSON.stringify({ path }, undefined, 2)}\n`;
}
