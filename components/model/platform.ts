import type { AuditDevice, JsonRecord, Problem } from "../../api";
import { readJwt, readKubernetes, type JwtKeysSpec, type KubernetesApiSpec } from "./api-server";
import { readAuditDevice, type MountedAuditDevice } from "./audit";
import { readRate, type RequestRate } from "./budget";
import { clustersOf } from "./clusters";
import { environmentAt, isEnvironment, reviewsWithLogin, type Environment, type EnvironmentVault } from "./environment";
import { isOutput, record } from "./fields";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";

/** What a Platform is made of: the Vault side of an environment. The KV mount, the login method and its settings. */
export interface PlatformSpec<N extends string = string> {
  /** Whose Vault it is. */
  readonly environment: Environment<N>;
  /** Which Vault of the environment: one Platform each. Default `main`. */
  readonly vault?: string;
  /**
   * How Vault reaches the API server that vouches for the login tokens. Needed for login by Kubernetes, unless the environment's
   * clusters say it.
   */
  readonly kubernetes?: KubernetesApiSpec;
  /** Whose signatures on login tokens Vault believes. Needed for login by JWT, unless the environment's clusters say it. */
  readonly jwt?: JwtKeysSpec;
  /**
   * An audit device; one without a type is a file. Default: that of the environment, if it names one; `false`: none, because it is there
   * already. OpenBao takes audit devices from its configuration file only and refuses one from here. Vault takes them in its root
   * namespace only: for a Vault with a namespace the default one is among what is to be made by hand, and another is refused.
   */
  readonly audit?: AuditDevice | FileAuditSpec | false;
  /**
   * A rate limit on the KV mount. Default: the budget of the Vault, if it has one; `false`: none. Vault counts whole requests a second for
   * each client address on each of its nodes, and rounds, so that a budget is taken up to the next whole number. A request above is
   * answered with 429 and nobody is locked out (no block interval): the reconciler waits and goes on at that rate. At a start, when every path is read
   * at once, that shows: 3,000 paths at 20 requests a second take two and a half minutes. Logins are at another mount and not limited.
   *
   * Vault and OpenBao take rate limits in their root namespace only: for a Vault with a namespace the default one is among what is to
   * be made by hand, and another is refused.
   */
  readonly quota?: RequestRate | false;
}

/** The short form of a file audit device. */
export interface FileAuditSpec {
  /** Left out: the device is a file. */
  readonly type?: undefined;
  /** Where it is mounted below `sys/audit`. Default `file`. */
  readonly path?: string;
  /** On the host of Vault: `/var/log/vault/audit.log`, or `stdout`. */
  readonly file: string;
}

/** The declaration of a Platform; plain data. */
export interface PlatformDeclaration<N extends string = string> {
  readonly kind: "Platform";
  readonly id: string;
  readonly spec: PlatformSpec<N>;
}

/** Declares a Platform. */
export function platform<N extends string>(id: string, spec: PlatformSpec<N>): PlatformDeclaration<N> {
  return { kind: "Platform", id, spec };
}

/** The login method of one cluster. */
export interface PlatformLogin {
  /** Undefined where the environment has but one. */
  readonly cluster: string | undefined;
  /** As the cluster sees it: its login mount is the cluster's. */
  readonly environment: Environment;
  readonly kubernetes: KubernetesApiSpec | undefined;
  readonly jwt: JwtKeysSpec | undefined;
}

/** A Platform with everything derived. */
export interface ResolvedPlatform {
  readonly kind: "Platform";
  readonly id: string;
  readonly environment: Environment;
  /** One for each cluster, sorted by its name. */
  readonly logins: readonly PlatformLogin[];
  /** Of the Platform, or of the environment; to be made by hand where the Vault has a namespace. */
  readonly audit: MountedAuditDevice | undefined;
  /** Of the Platform, or the budget; to be made by hand where the Vault has a namespace. */
  readonly quota: RequestRate | undefined;
}

/** @throws DeclarationError with every problem of the declaration */
export function resolvePlatform(declaration: PlatformDeclaration): ResolvedPlatform {
  const resolved = collecting((problems) => readPlatform(problems, declaration));
  if (resolved === undefined) throw new Error(`Platform ${quote(declaration.id)} was neither resolved nor refused`);
  return resolved;
}

/** As {@link resolvePlatform}, reporting instead of throwing; undefined when the environment is unusable. */
export function readPlatform(problems: Problem[], declaration: PlatformDeclaration): ResolvedPlatform | undefined {
  const place = Place.of(problems, "Platform", declaration.id);
  if (outputsIn(place, declaration)) return undefined;
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["environment", "vault", "kubernetes", "jwt", "audit", "quota"]);
  if (isOutput(fields.environment) || !isEnvironment(fields.environment)) {
    place.at("environment").report(fields.environment === undefined ? "is missing" : "is not made by environment(...)");
    return undefined;
  }
  const environment = environmentAt(place.at("vault"), fields.environment, fields.vault);
  return {
    kind: "Platform",
    id: declaration.id,
    environment,
    logins: readLogins(place, fields, environment),
    audit: readAudit(place.at("audit"), fields.audit, environment),
    quota: readQuota(place.at("quota"), fields.quota, environment),
  };
}

/** Who vouches for the tokens of each cluster: the cluster's own, else what the Platform says, which is for one cluster. */
function readLogins(place: Place, fields: JsonRecord, environment: Environment): readonly PlatformLogin[] {
  const kubernetes = readKubernetes(place.at("kubernetes"), fields.kubernetes);
  const jwt = readJwt(place.at("jwt"), fields.jwt);
  const seen = clustersOf(environment);
  for (const [field, method] of [
    ["kubernetes", "Kubernetes"],
    ["jwt", "JWT"],
  ] as const) {
    const silent = seen.filter(({ cluster }) => cluster?.[field] === undefined);
    if (fields[field] !== undefined) {
      if (seen.length > 1 || silent.length === 0)
        place.at(field).report(`is for the clusters of environment "${environment.name}" to say; leave it out here`);
    } else if (field in environment.vault.login && silent.length > 0) {
      const names = silent.flatMap(({ cluster }) => (cluster === undefined ? [] : [`"${cluster.name}"`]));
      const who = names.length === 0 ? "" : `, and ${field} is not said by its cluster ${names.join(", ")}`;
      place.at(field).report(`is missing; environment "${environment.name}" logs in by ${method}${who}`);
    }
  }
  return seen.map(({ environment: own, cluster }) => {
    const api = cluster?.kubernetes ?? kubernetes;
    // Vault and OpenBao refuse such a configuration.
    if (api !== undefined && api.ca === undefined && reviewsWithLogin(own))
      place
        .at("kubernetes")
        .at("ca")
        .report(
          `is missing${cluster?.kubernetes === undefined ? "" : ` at cluster "${cluster.name}"`}; ` +
            `environment "${environment.name}" has the reviewer "client"`,
        );
    return {
      cluster: seen.length > 1 ? cluster?.name : undefined,
      environment: own,
      kubernetes: api,
      jwt: cluster?.jwt ?? jwt,
    };
  });
}

function readAudit(place: Place, value: unknown, { vault, audit }: Environment): ResolvedPlatform["audit"] {
  if (value === false) return undefined;
  if (value === undefined) return audit?.device;
  reportNamespace(place, vault, "audit devices");
  return readAuditDevice(place, value, "file");
}

function readQuota(place: Place, value: unknown, { vault }: Environment): RequestRate | undefined {
  if (value === false) return undefined;
  if (value !== undefined) {
    reportNamespace(place, vault, "rate limits");
    return readRate(place, value);
  }
  // Vault rounds to whole requests: half of them would be a limit below the budget.
  return vault.budget === undefined ? undefined : { requestsPerSecond: Math.ceil(vault.budget.requestsPerSecond) };
}

/** A tenant's namespace has no such API (Vault and OpenBao: "Restricted endpoint"). */
function reportNamespace(place: Place, { namespace }: EnvironmentVault, what: string): void {
  if (namespace !== undefined)
    place.report(
      `Vault takes ${what} in its root namespace only, and this environment is in namespace "${namespace}"; leave it out, and have it made there`,
    );
}
