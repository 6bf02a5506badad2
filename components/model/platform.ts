import type { Problem } from "../../api";
import { isEnvironment, reviewsWithLogin, type Environment } from "./environment";
import { isOutput, record, text } from "./fields";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";

/** What a Platform is made of: the Vault side of an environment. The KV mount, the login method and its settings. */
export interface PlatformSpec<N extends string = string> {
  readonly environment: Environment<N>;
  /** How Vault reaches the API server that vouches for the login tokens. Needed for login by Kubernetes. */
  readonly kubernetes?: KubernetesApiSpec;
  /**
   * A file audit device. Default: none, because many Vaults have one already. OpenBao takes audit devices from its configuration
   * file only and refuses this one.
   */
  readonly audit?: { readonly path?: string; readonly file: string };
  /** A rate limit on the KV mount, in requests a second. Default: none. */
  readonly quota?: { readonly requestsPerSecond: number };
}

export interface KubernetesApiSpec {
  /** `https://kubernetes.default.svc` when Vault runs in the cluster. */
  readonly host: string;
  /** CA of the API server as PEM. Default: that of Vault's own pod; needed with reviewer `client`, where Vault looks at no pod's. */
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

export interface ResolvedPlatform {
  readonly kind: "Platform";
  readonly id: string;
  readonly environment: Environment;
  readonly kubernetes: KubernetesApiSpec | undefined;
  readonly audit: { readonly path: string; readonly file: string } | undefined;
  readonly quota: { readonly requestsPerSecond: number } | undefined;
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
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["environment", "kubernetes", "audit", "quota"]);
  const environment = fields.environment;
  if (isOutput(environment) || !isEnvironment(environment)) {
    place.at("environment").report(environment === undefined ? "is missing" : "is not made by environment(...)");
    return undefined;
  }
  if ("kubernetes" in environment.vault.login && fields.kubernetes === undefined)
    place.at("kubernetes").report(`is missing; environment "${environment.name}" logs in by Kubernetes`);
  const kubernetes = readKubernetes(place.at("kubernetes"), fields.kubernetes);
  // Vault and OpenBao refuse such a configuration.
  if (kubernetes !== undefined && kubernetes.ca === undefined && reviewsWithLogin(environment))
    place.at("kubernetes").at("ca").report(`is missing; environment "${environment.name}" has the reviewer "client"`);
  return {
    kind: "Platform",
    id: declaration.id,
    environment,
    kubernetes,
    audit: readAudit(place.at("audit"), fields.audit),
    quota: readQuota(place.at("quota"), fields.quota),
  };
}

function readKubernetes(place: Place, value: unknown): KubernetesApiSpec | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["host", "ca"]);
  const host = text(place.at("host"), fields.host) ?? "";
  if (host !== "" && !/^https:\/\/[^/\s?#@]+\/?$/.test(host))
    place.at("host").report('is not an address like "https://kubernetes.default.svc"');
  const ca = fields.ca === undefined ? undefined : text(place.at("ca"), fields.ca);
  if (ca !== undefined && (!/-----BEGIN CERTIFICATE-----/.test(ca) || /PRIVATE KEY/.test(ca)))
    place.at("ca").report("must be PEM certificates and nothing else. It is not shown");
  return { host, ...(ca === undefined ? {} : { ca }) };
}

function readAudit(place: Place, value: unknown): ResolvedPlatform["audit"] {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["path", "file"]);
  return {
    path: fields.path === undefined ? "file" : (text(place.at("path"), fields.path) ?? ""),
    file: text(place.at("file"), fields.file) ?? "",
  };
}

function readQuota(place: Place, value: unknown): ResolvedPlatform["quota"] {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["requestsPerSecond"]);
  const rate = fields.requestsPerSecond;
  if (typeof rate === "number" && Number.isFinite(rate) && rate > 0) return { requestsPerSecond: rate };
  place.at("requestsPerSecond").report("must be a number above 0");
  return undefined;
}
