import { get, type Fields } from "../json";
import { bad } from "./error";
import type { Grant } from "./logical";
import { seconds, strings, text } from "./values";

/** The `token_*` settings that roles of all auth methods share. */
export interface TokenSettings {
  readonly policies: readonly string[];
  readonly ttl: number;
  readonly maxTtl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly numUses: number;
  readonly noDefaultPolicy: boolean;
  readonly type: "default" | "service" | "batch";
}

const NOTHING: TokenSettings = {
  policies: [],
  ttl: 0,
  maxTtl: 0,
  explicitMaxTtl: 0,
  period: 0,
  numUses: 0,
  noDefaultPolicy: false,
  type: "default",
};

/** @throws VaultError 400 */
export function readTokenSettings(data: Fields, before: TokenSettings = NOTHING): TokenSettings {
  const duration = (name: string, old: number): number => {
    for (const key of [`token_${name}`, name]) {
      const value = get(data, key);
      if (value !== undefined)
        return seconds(value, (why) => bad(`error converting input for field ${JSON.stringify(key)}: ${why}`));
    }
    return old;
  };
  const type = text(data, "token_type") || before.type;
  if (
    type !== "default" &&
    type !== "service" &&
    type !== "batch" &&
    type !== "default-service" &&
    type !== "default-batch"
  )
    throw bad(`invalid 'token_type' value ${JSON.stringify(type)}`);
  const policies = ["token_policies", "policies"].find((key) => get(data, key) !== undefined);
  return {
    policies: policies === undefined ? before.policies : [...new Set(strings(data, policies))].sort(),
    ttl: duration("ttl", before.ttl),
    maxTtl: duration("max_ttl", before.maxTtl),
    explicitMaxTtl: duration("explicit_max_ttl", before.explicitMaxTtl),
    period: duration("period", before.period),
    numUses: Number(get(data, "token_num_uses") ?? before.numUses),
    noDefaultPolicy: get(data, "token_no_default_policy") === true || before.noDefaultPolicy,
    type: type === "default-service" ? "service" : type === "default-batch" ? "batch" : type,
  };
}

export function describeTokenSettings(settings: TokenSettings): Fields {
  return {
    token_bound_cidrs: [],
    token_explicit_max_ttl: settings.explicitMaxTtl,
    token_max_ttl: settings.maxTtl,
    token_no_default_policy: settings.noDefaultPolicy,
    token_num_uses: settings.numUses,
    token_period: settings.period,
    token_policies: settings.policies,
    token_strictly_bind_ip: false,
    token_ttl: settings.ttl,
    token_type: settings.type,
  };
}

/** What a login through a role grants. */
export function grantOf(
  settings: TokenSettings,
  login: Pick<Grant, "displayName" | "meta" | "path" | "entityId">,
): Grant {
  const policies = new Set(settings.policies);
  if (!settings.noDefaultPolicy) policies.add("default");
  return {
    ...login,
    policies: [...policies].sort(),
    type: settings.type === "batch" ? "batch" : "service",
    ttl: settings.ttl,
    maxTtl: settings.maxTtl,
    explicitMaxTtl: settings.explicitMaxTtl,
    period: settings.period,
    renewable: settings.type !== "batch",
    numUses: settings.numUses,
    orphan: true,
    parent: undefined,
  };
}
