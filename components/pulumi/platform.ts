import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { auditOptions } from "../model/audit";
import { reviewsWithLogin, type Environment } from "../model/environment";
import type { JwtKeysSpec } from "../model/api-server";
import { platform, resolvePlatform, type PlatformLogin, type PlatformSpec } from "../model/platform";
import { authDescription, mountDescription, quotaName } from "../vault/documents";
import { childOptions } from "./emit";

/** What a {@link Platform} is given. */
export interface PlatformArgs<N extends string = string> extends Omit<PlatformSpec<N>, "kubernetes"> {
  /** How Vault reaches the API server that vouches for the login tokens. Needed for login by Kubernetes. */
  readonly kubernetes?: KubernetesApiArgs;
  /**
   * Whether the KV mount survives its removal from the program and `pulumi destroy`: unmounting deletes every secret in it.
   * Default true.
   */
  readonly keepSecrets?: boolean;
}

/** The API server, as Vault reaches it. */
export interface KubernetesApiArgs {
  /** Address of the API server as Vault reaches it: `https://kubernetes.default.svc` when Vault runs in the cluster. */
  readonly host: pulumi.Input<string>;
  /** CA of the API server as PEM. Default: that of Vault's own pod; needed with reviewer `client`. */
  readonly ca?: pulumi.Input<string>;
}

/**
 * The Vault side of an environment: KV mount, login method and its settings; an audit device and a rate limit on request. The
 * Vault provider decides which Vault (and Vault namespace) it is. No reviewer token is taken, because it would lie in the state:
 * see `login.kubernetes.reviewer` of the environment.
 */
export class Platform<N extends string = string> extends pulumi.ComponentResource {
  readonly environment: Environment<N>;
  readonly mount: vault.Mount;
  /** Of the only cluster, or of the first by name. */
  readonly authBackend: vault.AuthBackend | vault.jwt.AuthBackend | undefined;
  /** Of all clusters, sorted by name. */
  readonly authBackends: readonly (vault.AuthBackend | vault.jwt.AuthBackend)[];

  /** @throws DeclarationError */
  constructor(name: string, args: PlatformArgs<N>, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolvePlatform(platform(name, plainArgs(args)));
    const { environment, logins, audit, quota } = resolved;
    const { kv } = environment.vault;
    super("keyturn:index:Platform", name, { environment: environment.name, mount: kv.mount }, opts);
    this.environment = args.environment;
    const child = childOptions(this, opts);
    this.mount = new vault.Mount(
      `${name}-mount`,
      {
        path: kv.mount,
        type: "kv",
        description: mountDescription(environment),
        options: { version: String(kv.version) },
      },
      { ...child, retainOnDelete: args.keepSecrets ?? true },
    );
    this.authBackends = logins.flatMap((login) => registerLogin(name, login, args.kubernetes, this, opts) ?? []);
    this.authBackend = this.authBackends[0];
    // The provider of a namespace cannot write into the root namespace, which alone takes these.
    const inRoot = environment.vault.namespace === undefined;
    if (audit !== undefined && inRoot) {
      const { type, path } = audit;
      new vault.Audit(`${name}-audit`, { type, path, options: { ...auditOptions(audit) } }, child);
    }
    if (quota !== undefined && inRoot)
      new vault.QuotaRateLimit(
        `${name}-quota`,
        { name: quotaName(environment), path: `${kv.mount}/`, rate: quota.requestsPerSecond },
        childOptions(this, opts, this.mount),
      );
    this.registerOutputs({ environment: environment.name, mount: kv.mount });
  }
}

/** The login method of a cluster; that of several carry its name. */
function registerLogin(
  name: string,
  { cluster, environment, kubernetes, jwt }: PlatformLogin,
  given: KubernetesApiArgs | undefined,
  parent: pulumi.ComponentResource,
  opts: pulumi.ComponentResourceOptions | undefined,
): vault.AuthBackend | vault.jwt.AuthBackend | undefined {
  const { login } = environment.vault;
  const suffix = cluster === undefined ? "" : `-${cluster}`;
  const description = authDescription(environment, cluster);
  const child = childOptions(parent, opts);
  if ("kubernetes" in login) {
    const path = login.kubernetes.mount;
    const backend = new vault.AuthBackend(`${name}-auth${suffix}`, { type: "kubernetes", path, description }, child);
    // What the Platform was given may be an Input, which stands for itself only here.
    const { host, ca }: KubernetesApiArgs = given ?? kubernetes ?? { host: "" };
    new vault.kubernetes.AuthBackendConfig(
      `${name}-auth-config${suffix}`,
      {
        backend: path,
        kubernetesHost: host,
        ...(ca === undefined ? {} : { kubernetesCaCert: ca }),
        disableLocalCaJwt: reviewsWithLogin(environment),
      },
      childOptions(parent, opts, backend),
    );
    return backend;
  }
  if (!("jwt" in login) || jwt === undefined) return undefined;
  const settings = { type: "jwt", path: login.jwt.mount, description, ...jwtSettings(jwt) };
  return new vault.jwt.AuthBackend(`${name}-auth${suffix}`, settings, child);
}

function jwtSettings({ keys, issuer, ca }: JwtKeysSpec): Partial<vault.jwt.AuthBackendArgs> {
  const bound = issuer === undefined ? {} : { boundIssuer: issuer };
  if ("publicKeys" in keys) return { jwtValidationPubkeys: [...keys.publicKeys], ...bound };
  if ("jwksUrl" in keys) return { jwksUrl: keys.jwksUrl, ...(ca === undefined ? {} : { jwksCaPem: ca }), ...bound };
  return { oidcDiscoveryUrl: keys.discoveryUrl, ...(ca === undefined ? {} : { oidcDiscoveryCaPem: ca }), ...bound };
}

/** The checks want plain values; an Input that is not there yet is judged by Vault. */
function plainArgs<N extends string>({ keepSecrets: _, kubernetes, ...rest }: PlatformArgs<N>): PlatformSpec<N> {
  if (kubernetes === undefined) return rest;
  const { host, ca, ...unknown } = kubernetes;
  const plain = {
    ...unknown,
    host: typeof host === "string" || host === undefined ? host : "https://input.keyturn.invalid",
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : "-----BEGIN CERTIFICATE-----" }),
  };
  return { ...rest, kubernetes: plain };
}
