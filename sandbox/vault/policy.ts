import { bad, wrapped } from "./error";
import { HclError, isBody, parseHcl, settings, type HclItem } from "./hcl";

export const CAPABILITIES = ["sudo", "read", "list", "update", "delete", "create", "patch", "scan"] as const;
export type Capability = (typeof CAPABILITIES)[number] | "deny";

/** One path block of a policy. */
export interface PathRule {
  /** As written, without a leading slash. */
  readonly path: string;
  readonly capabilities: ReadonlySet<Capability>;
}

export interface Policy {
  readonly name: string;
  readonly text: string;
  readonly rules: readonly PathRule[];
  readonly modified: number;
  readonly version: number;
}

const SETTINGS = new Set([
  "comment",
  "policy",
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
  "mfa_methods",
  "pagination_limit",
  "expiration",
  "list_scan_response_keys_filter_path",
  "control_group",
]);

/** What the short forms of old policies stand for. */
const SHORT: Readonly<Record<string, readonly Capability[]>> = {
  deny: ["deny"],
  read: ["read", "list"],
  write: ["create", "read", "update", "delete", "list"],
  sudo: ["create", "read", "update", "delete", "list", "sudo"],
};

/**
 * Reads a policy (HCL or JSON). Parameter constraints and wrapping limits are accepted and not followed.
 * @throws VaultError 400
 */
export function parsePolicy(text: string): readonly PathRule[] {
  try {
    return parseHcl(text).items.flatMap((item) => {
      const [key] = item.keys;
      if (key === "name") return [];
      if (key !== "path") throw new HclError(wrapped(`invalid key ${JSON.stringify(key)} on line 0`));
      const rule = readRule(item);
      return rule === undefined ? [] : [rule];
    });
  } catch (error) {
    if (error instanceof HclError) throw bad(`failed to parse policy: ${error.message}`);
    throw error;
  }
}

function readRule({ keys, value }: HclItem): PathRule | undefined {
  const written = keys[1] ?? "path";
  if (!isBody(value)) throw new HclError(`path ${JSON.stringify(written)}: expected an object`);
  for (const item of value.items)
    if (!SETTINGS.has(item.keys[0] ?? ""))
      throw new HclError(
        `path ${JSON.stringify(written)}: ${wrapped(`invalid key ${JSON.stringify(item.keys[0])} on line 0`)}`,
      );
  const path = written.replace(/^\//, "");
  if (path.includes("+*"))
    throw new HclError(`path ${JSON.stringify(path)}: invalid use of wildcards ('+*' is forbidden)`);
  const { capabilities, policy, expiration } = settings(value);
  if (typeof expiration === "string" && Date.parse(expiration) <= Date.now()) return undefined;
  const short = typeof policy === "string" ? SHORT[policy] : [];
  if (short === undefined)
    throw new HclError(`path ${JSON.stringify(written)}: invalid policy ${JSON.stringify(policy)}`);
  const named = [...(Array.isArray(capabilities) ? (capabilities as unknown[]).map(String) : []), ...short];
  for (const name of named)
    if (name !== "deny" && !(CAPABILITIES as readonly string[]).includes(name))
      throw new HclError(
        `path ${JSON.stringify(written)}: path ${JSON.stringify(written)}: invalid capability ${JSON.stringify(name)}`,
      );
  const set = new Set(named as Capability[]);
  return { path, capabilities: set.has("deny") ? new Set<Capability>(["deny"]) : set };
}
