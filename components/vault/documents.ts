import type { Grant } from "../../api";
import type { JwtKeysSpec } from "../model/api-server";
import { auditOptions, type Audit } from "../model/audit";
import { clustersOf } from "../model/clusters";
import { MAIN, reviewsWithLogin, vaultSuffix, type Environment } from "../model/environment";
import type { PlatformLogin, ResolvedPlatform } from "../model/platform";
import { accessName, type Team } from "../model/team";
import { byHandOf, type ByHand } from "./by-hand";
import { policyOf, renderHcl, type PolicyDocument } from "./policy";
import { roleBody, roleOf, type LoginRole } from "./role";

/** One write to Vault's HTTP API: `POST /v1/<path>` with the body, or `vault write <path> @body.json`. */
export interface VaultWrite {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Everything the declarations ask of one Vault of an environment. */
export interface VaultDocuments {
  readonly environment: string;
  /** Which Vault of the environment. */
  readonly vault: string;
  readonly address: string;
  /** Vault namespace. */
  readonly namespace: string | undefined;
  /** Where the environment says that audit data is; undefined: it says nothing about it. */
  readonly audit: Audit | undefined;
  /** KV mounts, auth methods and their settings, audit devices and quotas of a Platform. In the order to write them. */
  readonly platform: readonly VaultWrite[];
  readonly policies: readonly PolicyDocument[];
  readonly roles: readonly LoginRole[];
  /** What must exist besides, because a credential is part of it; for logins other than by ServiceAccount tokens. */
  readonly byHand: readonly ByHand[];
}

/** Documents of the Vault that the environment means. `teams` are those that get a policy and role; `grants` may be of more teams. */
export function vaultDocuments(
  environment: Environment,
  teams: readonly Team[],
  grants: readonly Grant[],
  platforms: readonly ResolvedPlatform[],
): VaultDocuments {
  const sorted = [...teams].sort((a, b) => (a.name < b.name ? -1 : 1));
  const inRoot = environment.vault.namespace === undefined;
  return {
    environment: environment.name,
    vault: environment.vault.name,
    address: environment.vault.address,
    namespace: environment.vault.namespace,
    audit: environment.audit,
    platform: platforms.flatMap((platform) => [...platformWrites(platform), ...(inRoot ? rootWrites(platform) : [])]),
    policies: sorted.map((team) =>
      policyOf(
        accessName(team),
        environment.name,
        team.name,
        grants.filter(
          (grant) =>
            grant.environment === environment.name &&
            grant.team === team.name &&
            (grant.vault ?? MAIN) === environment.vault.name,
        ),
      ),
    ),
    roles: sorted.flatMap((team) =>
      clustersOf(team.environment).flatMap(({ environment: seen }) => roleOf({ ...team, environment: seen }) ?? []),
    ),
    byHand: [
      ...(inRoot ? [] : platforms.flatMap(rootWrites).map(inRootByHand)),
      ...sorted.flatMap((team) => byHandOf(team) ?? []),
    ],
  };
}

/** The mounts and settings of a Platform. */
function platformWrites({ environment, logins }: ResolvedPlatform): readonly VaultWrite[] {
  const { kv } = environment.vault;
  const options = { version: String(kv.version) };
  const body = { type: "kv", description: mountDescription(environment), options };
  return [{ path: `sys/mounts/${kv.mount}`, body }, ...logins.flatMap(loginWrites)];
}

function loginWrites({ environment, cluster, kubernetes, jwt }: PlatformLogin): readonly VaultWrite[] {
  const { login } = environment.vault;
  const description = authDescription(environment, cluster);
  if ("kubernetes" in login) {
    const { mount } = login.kubernetes;
    const enable = { path: `sys/auth/${mount}`, body: { type: "kubernetes", description } };
    if (kubernetes === undefined) return [enable];
    const config = {
      kubernetes_host: kubernetes.host,
      ...(kubernetes.ca === undefined ? {} : { kubernetes_ca_cert: kubernetes.ca }),
      disable_local_ca_jwt: reviewsWithLogin(environment),
    };
    return [enable, { path: `auth/${mount}/config`, body: config }];
  }
  if (!("jwt" in login)) return [];
  const enable = { path: `sys/auth/${login.jwt.mount}`, body: { type: "jwt", description } };
  return jwt === undefined ? [enable] : [enable, { path: `auth/${login.jwt.mount}/config`, body: jwtConfig(jwt) }];
}

/** What Vault takes in its root namespace only: a tenant's has no such API. */
function rootWrites({ environment, audit, quota }: ResolvedPlatform): readonly VaultWrite[] {
  const { namespace, kv } = environment.vault;
  const writes: VaultWrite[] = [];
  if (audit !== undefined)
    writes.push({ path: `sys/audit/${audit.path}`, body: { type: audit.type, options: auditOptions(audit) } });
  if (quota !== undefined)
    writes.push({
      path: `sys/quotas/rate-limit/${quotaName(environment)}`,
      body: { path: `${namespace === undefined ? "" : `${namespace}/`}${kv.mount}/`, rate: quota.requestsPerSecond },
    });
  return writes;
}

function inRootByHand({ path, body }: VaultWrite): ByHand {
  return { path, what: `in the root namespace of Vault: ${JSON.stringify(body)}` };
}

function jwtConfig({ keys, issuer, ca }: JwtKeysSpec): Readonly<Record<string, unknown>> {
  const bound = issuer === undefined ? {} : { bound_issuer: issuer };
  if ("publicKeys" in keys) return { jwt_validation_pubkeys: keys.publicKeys, ...bound };
  if ("jwksUrl" in keys) return { jwks_url: keys.jwksUrl, ...(ca === undefined ? {} : { jwks_ca_pem: ca }), ...bound };
  return {
    oidc_discovery_url: keys.discoveryUrl,
    ...(ca === undefined ? {} : { oidc_discovery_ca_pem: ca }),
    ...bound,
  };
}

export function mountDescription(environment: Environment): string {
  return `Secrets of environment ${environment.name} (keyturn)`;
}

export function authDescription(environment: Environment, cluster?: string): string {
  return `ServiceAccounts of environment ${environment.name}${cluster === undefined ? "" : `, cluster ${cluster}`} (keyturn)`;
}

export function quotaName(environment: Environment): string {
  return `keyturn-${environment.name}${vaultSuffix(environment)}`;
}

/** Policies and roles as writes, after {@link VaultDocuments.platform}. */
export function accessWrites(documents: VaultDocuments): readonly VaultWrite[] {
  return [
    ...documents.policies.map((policy) => ({
      path: `sys/policies/acl/${policy.name}`,
      body: { policy: renderHcl(policy) },
    })),
    ...documents.roles.map((role) => ({ path: `auth/${role.mount}/role/${role.name}`, body: roleBody(role) })),
  ];
}
