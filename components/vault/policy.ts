import { describeExtraGrant, type Grant } from "../../api";

/** One rule of an ACL policy. */
export interface PolicyRule {
  /** API path below `/v1/`; ends in `*` for a prefix. */
  readonly path: string;
  readonly capabilities: readonly ("read" | "list")[];
  /** What is to be said of it, a line each: the extra grant it rests on. Comments in HCL. Absent when there is nothing. */
  readonly notes?: readonly string[];
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
 * prefix. KV v2 metadata (`<mount>/metadata/`) is opened by grants of metadata alone: reading a value does not need it.
 */
export function policyPath(grant: Pick<Grant, "mount" | "kvVersion" | "key" | "prefix" | "metadata">): string {
  const area = grant.metadata === true ? "metadata" : "data";
  const base = grant.kvVersion === 2 ? `${grant.mount}/${area}/${grant.key}` : `${grant.mount}/${grant.key}`;
  return grant.prefix ? `${base}/*` : base;
}

/**
 * The policy of one team: exactly its grants, one rule a path. Vault takes the rule nearest to a request and no other, so a rule within a
 * declared prefix repeats what the prefix allows: `kv/a/b` with `read` alone would hide the `list` of `kv/a/*` from `kv/a/b/`.
 */
export function policyOf(name: string, environment: string, team: string, grants: readonly Grant[]): PolicyDocument {
  const rules = new Map<string, PolicyRule>();
  for (const grant of grants) {
    const path = policyPath(grant);
    const known = rules.get(path);
    const capabilities = new Set([...(known?.capabilities ?? []), ...grant.capabilities]);
    const notes = known?.notes ?? notesOf(grant);
    rules.set(path, { path, capabilities: [...capabilities].sort(), ...(notes === undefined ? {} : { notes }) });
  }
  const prefixes = [...rules.values()].filter(({ path }) => path.endsWith("/*"));
  const complete = [...rules.values()].map(({ path, capabilities, ...rest }): PolicyRule => {
    const around = prefixes.filter((prefix) => path.startsWith(prefix.path.slice(0, -1)));
    const all = new Set([...capabilities, ...around.flatMap((rule) => rule.capabilities)]);
    return { path, capabilities: [...all].sort(), ...rest };
  });
  return { name, environment, team, rules: complete.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function notesOf({ extra }: Grant): readonly string[] | undefined {
  return extra && [`beyond the team's prefixes, ${describeExtraGrant(extra)} until ${extra.until}: ${extra.reason}`];
}

/**
 * The policy in HCL, as `vault policy write` and the Vault UI show it. Paths can be quoted as they are: the model refuses quotes,
 * backslashes and `${`.
 * @param further comments, by path of the rule
 */
export function renderHcl(policy: PolicyDocument, further?: ReadonlyMap<string, string>): string {
  const head = `# keyturn: what team ${policy.team} may read in environment ${policy.environment}\n`;
  const rules = policy.rules.map(({ path, capabilities, notes = [] }) => {
    const comments = [...notes, further?.get(path) ?? []].flat().map((note) => `# ${oneLine(note)}\n`);
    const list = capabilities.map((capability) => `"${capability}"`).join(", ");
    return `\n${comments.join("")}path "${path}" {\n  capabilities = [${list}]\n}\n`;
  });
  return head + (rules.length > 0 ? rules.join("") : "\n# nothing is granted\n");
}

/** The same policy in Vault's JSON form. */
export function renderJson(policy: PolicyDocument): string {
  const path = Object.fromEntries(policy.rules.map((rule) => [rule.path, { capabilities: rule.capabilities }]));
  return `${JSON.stringify({ path }, undefined, 2)}\n`;
}

/** Whatever is in a reason, it stays in its comment. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}
