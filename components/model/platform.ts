import type { AuditDevice, Problem } from "../../api";
import { readAuditDevice, type MountedAuditDevice } from "./audit";
import { readRate, type RequestRate } from "./budget";
import { environmentAt, isEnvironment, reviewsWithLogin, type Environment, type EnvironmentVault } from "./environment";
import { isOutput, list, record, text } from "./fields";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";

/** What a Platform is made of: the Vault side of an environment. The KV mount, the login method and its settings. */
export interface PlatformSpec<N extends string = string> {
  /** Whose Vault it is. */
  readonly environment: Environment<N>;
  /** Which Vault of the environment: one Platform each. Default `main`. */
  readonly vault?: string;
  /** How Vault reaches the API server that vouches for the login tokens. Needed for login by Kubernetes. */
  readonly kubernetes?: KubernetesApiSpec;
  /** Whose signatures on login tokens Vault believes. Needed for login by JWT. */
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
  readonly type?: undefined;
  /** Where it is mounted below `sys/audit`. Default `file`. */
  readonly path?: string;
  /** On the host of Vault: `/var/log/vault/audit.log`, or `stdout`. */
  readonly file: string;
}

/** The API server, as Vault reaches it. */
export interface KubernetesApiSpec {
  /** `https://kubernetes.default.svc` when Vault runs in the cluster. */
  readonly host: string;
  /** CA of the API server as PEM. Default: that of Vault's own pod; needed with reviewer `client`, where Vault looks at no pod's. */
  readonly ca?: string;
}

/** The public keys of the cluster's ServiceAccount tokens: where Vault finds them, or the keys themselves. */
export interface JwtKeysSpec {
  /** Exactly one of the three. */
  readonly keys:
    | {
        /** The cluster's issuer; Vault reads `/.well-known/openid-configuration` below it. */
        readonly discoveryUrl: string;
      }
    | { readonly jwksUrl: string }
    | {
        /** Public keys as PEM, for a Vault that reaches no URL of the cluster. */
        readonly publicKeys: readonly string[];
      };
  /** The only `iss` that is taken. Default: none is demanded, or with `discoveryUrl` the one found there. */
  readonly issuer?: string;
  /** CA of the URL as PEM. Default: the CAs of Vault's host. */
  readonly ca?: string;
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

/** A Platform with everything derived. */
export interface ResolvedPlatform {
  readonly kind: "Platform";
  readonly id: string;
  readonly environment: Environment;
  readonly kubernetes: KubernetesApiSpec | undefined;
  readonly jwt: JwtKeysSpec | undefined;
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
  if ("kubernetes" in environment.vault.login && fields.kubernetes === undefined)
    place.at("kubernetes").report(`is missing; environment "${environment.name}" logs in by Kubernetes`);
  if ("jwt" in environment.vault.login && fields.jwt === undefined)
    place.at("jwt").report(`is missing; environment "${environment.name}" logs in by JWT`);
  const kubernetes = readKubernetes(place.at("kubernetes"), fields.kubernetes);
  // Vault and OpenBao refuse such a configuration.
  if (kubernetes !== undefined && kubernetes.ca === undefined && reviewsWithLogin(environment))
    place.at("kubernetes").at("ca").report(`is missing; environment "${environment.name}" has the reviewer "client"`);
  return {
    kind: "Platform",
    id: declaration.id,
    environment,
    kubernetes,
    jwt: readJwt(place.at("jwt"), fields.jwt),
    audit: readAudit(place.at("audit"), fields.audit, environment),
    quota: readQuota(place.at("quota"), fields.quota, environment),
  };
}

function readKubernetes(place: Place, value: unknown): KubernetesApiSpec | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["host", "ca"]);
  const host = text(place.at("host"), fields.host) ?? "";
  if (host !== "" && !/^https:\/\/[^/\s?#@]+\/?$/.test(host))
    place.at("host").report('is not an address like "https://kubernetes.default.svc"');
  return { host, ...readCertificates(place.at("ca"), fields.ca) };
}

function readCertificates(place: Place, value: unknown): { readonly ca?: string } {
  const ca = value === undefined ? undefined : text(place, value);
  if (ca !== undefined && (!/-----BEGIN CERTIFICATE-----/.test(ca) || /PRIVATE KEY/.test(ca)))
    place.report("must be PEM certificates and nothing else. It is not shown");
  return ca === undefined ? {} : { ca };
}

function readJwt(place: Place, value: unknown): JwtKeysSpec | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["keys", "issuer", "ca"]);
  const issuer = fields.issuer === undefined ? undefined : text(place.at("issuer"), fields.issuer);
  return {
    keys: readJwtKeys(place.at("keys"), fields.keys),
    ...(issuer === undefined ? {} : { issuer }),
    ...readCertificates(place.at("ca"), fields.ca),
  };
}

function readJwtKeys(place: Place, value: unknown): JwtKeysSpec["keys"] {
  const fields = record(place, value) ?? {};
  const kinds = ["discoveryUrl", "jwksUrl", "publicKeys"];
  place.onlyFields(fields, kinds);
  if (kinds.filter((kind) => fields[kind] !== undefined).length !== 1)
    place.report("must have exactly one of discoveryUrl, jwksUrl and publicKeys");
  const url = (field: string): string => {
    const written = text(place.at(field), fields[field]) ?? "";
    if (written !== "" && !/^https:\/\/[^/\s?#@]+(?:\/[^\s?#@]*)?$/.test(written))
      place.at(field).report('is not an address like "https://issuer.example.com/cluster"');
    return written;
  };
  if (fields.jwksUrl !== undefined) return { jwksUrl: url("jwksUrl") };
  if (fields.publicKeys === undefined)
    return { discoveryUrl: fields.discoveryUrl === undefined ? "" : url("discoveryUrl") };
  const publicKeys = list(place.at("publicKeys"), fields.publicKeys, (at, entry) => {
    const key = text(at, entry);
    if (key !== undefined && !/^-----BEGIN (?:RSA )?PUBLIC KEY-----\n/.test(key))
      at.report("must be a public key as PEM (-----BEGIN PUBLIC KEY-----). It is not shown");
    return key;
  });
  if (publicKeys.length === 0) place.at("publicKeys").report("is empty");
  return { publicKeys };
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
