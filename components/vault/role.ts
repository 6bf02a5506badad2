import type { Team } from "../model/team";
import { accessName } from "../model/team";

/** Seconds a login lasts: the reconciler logs in again well before, and a batch token cannot be revoked earlier. */
export const TOKEN_TTL = 1200;

/** A role of the Kubernetes auth method. */
export interface KubernetesRole {
  readonly environment: string;
  readonly team: string;
  /** Mount of the auth method: `k8s-prod`. */
  readonly mount: string;
  readonly name: string;
  readonly serviceAccounts: readonly string[];
  readonly namespaces: readonly string[];
  readonly audience: string;
  readonly policies: readonly string[];
}

/**
 * The role a team logs in by, or undefined where the environment does not log in by Kubernetes. Bound to the team's
 * ServiceAccount in the team's namespaces and to the environment's audience; short batch tokens without the default policy,
 * because they read and nothing else (reference: Vault, "Batch tokens").
 */
export function roleOf(team: Team): KubernetesRole | undefined {
  const { login } = team.environment.vault;
  if (!("kubernetes" in login)) return undefined;
  return {
    environment: team.environment.name,
    team: team.name,
    mount: login.kubernetes.mount,
    name: accessName(team),
    serviceAccounts: [team.serviceAccount],
    namespaces: [...team.namespaces].sort(),
    audience: login.kubernetes.audience,
    policies: [accessName(team)],
  };
}

/** The body that Vault's API takes for a role (`auth/<mount>/role/<name>`). */
export function roleBody(role: KubernetesRole): Readonly<Record<string, unknown>> {
  return {
    bound_service_account_names: role.serviceAccounts,
    bound_service_account_namespaces: role.namespaces,
    audience: role.audience,
    alias_name_source: "serviceaccount_uid",
    token_policies: role.policies,
    token_type: "batch",
    token_ttl: TOKEN_TTL,
    token_max_ttl: TOKEN_TTL,
    token_no_default_policy: true,
  };
}
