import { accessName, type Team } from "../model/team";

/** A role of the Kubernetes auth method. */
export interface KubernetesRole extends RoleParts {
  readonly method: "kubernetes";
  readonly serviceAccounts: readonly string[];
  readonly namespaces: readonly string[];
}

/** A role of the JWT auth method. */
export interface JwtRole extends RoleParts {
  readonly method: "jwt";
  /** Claim `sub` of the tokens that may log in: `system:serviceaccount:<namespace>:<name>`. */
  readonly subjects: readonly string[];
}

/** A role that a team logs in by. */
export type LoginRole = KubernetesRole | JwtRole;

interface RoleParts {
  readonly environment: string;
  readonly team: string;
  /** Mount of the auth method: `k8s-prod`. */
  readonly mount: string;
  readonly name: string;
  readonly audience: string;
  readonly policies: readonly string[];
  /** Seconds a login lasts. */
  readonly tokenTtl: number;
}

/**
 * The role a team logs in by, or undefined where the environment does not log in by ServiceAccount tokens. Bound to the team's
 * ServiceAccount in the team's namespaces and to the environment's audience; short batch tokens without the default policy,
 * because they read and nothing else (reference: Vault, "Batch tokens").
 */
export function roleOf(team: Team): LoginRole | undefined {
  const { login } = team.environment.vault;
  const parts = {
    environment: team.environment.name,
    team: team.name,
    name: accessName(team),
    policies: [accessName(team)],
  };
  const namespaces = [...team.namespaces].sort();
  if ("kubernetes" in login) {
    const { mount, audience, tokenTtl } = login.kubernetes;
    const serviceAccounts = [team.serviceAccount];
    return { ...parts, method: "kubernetes", mount, audience, tokenTtl, serviceAccounts, namespaces };
  }
  if (!("jwt" in login)) return undefined;
  const { mount, audience, tokenTtl } = login.jwt;
  const subjects = namespaces.map((namespace) => `system:serviceaccount:${namespace}:${team.serviceAccount}`);
  return { ...parts, method: "jwt", mount, audience, tokenTtl, subjects };
}

/** The body that Vault's API takes for a role (`auth/<mount>/role/<name>`). */
export function roleBody(role: LoginRole): Readonly<Record<string, unknown>> {
  const token = {
    token_policies: role.policies,
    token_type: "batch",
    token_ttl: role.tokenTtl,
    token_max_ttl: role.tokenTtl,
    token_no_default_policy: true,
  };
  switch (role.method) {
    case "kubernetes":
      return {
        bound_service_account_names: role.serviceAccounts,
        bound_service_account_namespaces: role.namespaces,
        audience: role.audience,
        alias_name_source: "serviceaccount_uid",
        ...token,
      };
    case "jwt":
      return {
        role_type: "jwt",
        bound_audiences: [role.audience],
        user_claim: "sub",
        bound_claims: { sub: role.subjects },
        ...token,
      };
  }
}
