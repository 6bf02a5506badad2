import type { EnvironmentData } from "../../api";
import { duration, isOutput, label, objectName, oneOf, record, text, vaultPath } from "./fields";
import { collecting, Place } from "./problems";
import { pathProblem } from "./reference";
import { quote, secretShape } from "./secret-like";
import { secretKeyProblem, type JsonRecord } from "../../api";

/** What {@link environment} is given. */
export interface EnvironmentSpec {
  readonly vault: VaultSpec;
  /** Staleness of secrets that say nothing themselves, as a Go duration. Default `1h` (ESO's refresh interval). */
  readonly staleFor?: string;
  /** The ServiceAccount the reconciler runs as in this environment's clusters. Default `keyturn` in `keyturn-system`. */
  readonly reconciler?: { readonly namespace?: string; readonly serviceAccount?: string };
}

/** One Vault or OpenBao server. */
export interface VaultSpec {
  /** `https://host:port`. */
  readonly address: string;
  /** Vault namespace. Default: the root namespace. */
  readonly namespace?: string;
  /** The KV mount of this environment; version 2 unless said otherwise. */
  readonly kv: { readonly mount: string; readonly version?: 1 | 2 };
  readonly login: KubernetesLoginSpec | TokenLogin;
  /** Who signed the server's certificate. Default: the CAs the reconciler's image trusts. */
  readonly ca?: CaSpec;
}

/** Login by a token of the team's ServiceAccount (Vault's Kubernetes auth method). */
export interface KubernetesLoginSpec {
  readonly kubernetes: {
    /** Where the auth method is mounted: `k8s-prod` for `auth/k8s-prod`. */
    readonly mount: string;
    /** Audience of the tokens. Default `vault-<environment>`, so that a token of one environment is worth nothing in another. */
    readonly audience?: string;
    /**
     * Who asks the API server whether a token is genuine. `vault` (default): Vault itself, with its own pod's token or one an
     * operator gave it. `client`: the token that logs in; it then also carries the API server's audience, and the team's
     * ServiceAccount is bound to `system:auth-delegator`. For a Vault outside the cluster without a reviewer token.
     */
    readonly reviewer?: "vault" | "client";
    /** The API server's own audience, needed by reviewer `client`. Default `https://kubernetes.default.svc.cluster.local`. */
    readonly apiAudience?: string;
  };
}

/** Login by a token that lies in a Secret of the consuming namespace. */
export interface TokenLogin {
  readonly token: { readonly secret: string; readonly key: string };
}

/** A CA: certificates as PEM, or the key of a ConfigMap or Secret that has them, in every namespace of the environment. */
export type CaSpec =
  | { readonly pem: string }
  | { readonly configMap: { readonly name: string; readonly key: string } }
  | { readonly secret: { readonly name: string; readonly key: string } };

/** Login with its defaults filled in. */
export type Login =
  | {
      readonly kubernetes: {
        readonly mount: string;
        readonly audience: string;
        readonly reviewer: "vault" | "client";
        readonly apiAudience: string;
      };
    }
  | TokenLogin;

/**
 * A Vault and the clusters and namespaces that belong to it; plain data. The name is part of the type: what belongs to
 * `Environment<"dev">` does not fit where something of `Environment<"prod">` is wanted.
 */
export interface Environment<N extends string = string> {
  readonly name: N;
  readonly vault: {
    readonly address: string;
    readonly namespace: string | undefined;
    readonly kv: { readonly mount: string; readonly version: 1 | 2 };
    readonly login: Login;
    readonly ca: CaSpec | undefined;
  };
  readonly staleFor: string | undefined;
  readonly reconciler: { readonly namespace: string; readonly serviceAccount: string };
}

/**
 * Declares an environment.
 * @example
 * const prod = environment("prod", {
 *   vault: { address: "https://vault.prod.example.com:8200", kv: { mount: "prod" }, login: { kubernetes: { mount: "k8s-prod" } } },
 * });
 * @throws DeclarationError naming every field that is wrong
 */
export function environment<const N extends string>(name: N, spec: EnvironmentSpec): Environment<N> {
  return collecting((problems) => {
    const place = Place.of(problems, "Environment", name);
    label(place.at("name"), name);
    const fields = record(place, spec) ?? {};
    place.onlyFields(fields, ["vault", "staleFor", "reconciler"]);
    if (fields.staleFor !== undefined) duration(place.at("staleFor"), fields.staleFor);
    const staleFor = typeof fields.staleFor === "string" ? fields.staleFor : undefined;
    return {
      name,
      vault: readVault(place.at("vault"), fields.vault, name),
      staleFor,
      reconciler: readReconciler(place.at("reconciler"), fields.reconciler),
    };
  });
}

function readVault(place: Place, value: unknown, name: string): Environment["vault"] {
  const fields = record(place, value) ?? {};
  place.onlyFields(fields, ["address", "namespace", "kv", "login", "ca"]);
  const kv = record(place.at("kv"), fields.kv) ?? {};
  place.at("kv").onlyFields(kv, ["mount", "version"]);
  if (kv.version !== undefined && kv.version !== 1 && kv.version !== 2)
    place.at("kv").at("version").report("must be 1 or 2");
  return {
    address: readAddress(place.at("address"), fields.address),
    namespace:
      fields.namespace === undefined ? undefined : vaultPath(place.at("namespace"), fields.namespace, pathProblem),
    kv: {
      mount: vaultPath(place.at("kv").at("mount"), kv.mount, pathProblem) ?? "",
      version: kv.version === 1 ? 1 : 2,
    },
    login: readLogin(place.at("login"), fields.login, name),
    ca: fields.ca === undefined ? undefined : readCa(place.at("ca"), fields.ca),
  };
}

function readAddress(place: Place, value: unknown): string {
  const address = text(place, value);
  if (address === undefined) return "";
  if (secretShape(address) !== undefined)
    place.report("has a password in it; keyturn logs in by the login method only");
  else if (!/^https?:\/\/[^/\s?#@]+\/?$/.test(address))
    place.report(`${quote(address)} is not an address like "https://vault.example.com:8200"`);
  return address.replace(/\/$/, "");
}

function readLogin(place: Place, value: unknown, name: string): Login {
  const fields = record(place, value);
  if (fields === undefined) return { token: { secret: "", key: "" } };
  place.onlyFields(fields, ["kubernetes", "token"]);
  if ((fields.kubernetes === undefined) === (fields.token === undefined))
    place.report("must have either kubernetes or token");
  if (fields.token !== undefined) return { token: readKeyOf(place.at("token"), fields.token, "secret") };
  const at = place.at("kubernetes");
  const kubernetes = fields.kubernetes === undefined ? {} : (record(at, fields.kubernetes) ?? {});
  at.onlyFields(kubernetes, ["mount", "audience", "reviewer", "apiAudience"]);
  const optional = (field: string, byDefault: string): string =>
    kubernetes[field] === undefined ? byDefault : (text(at.at(field), kubernetes[field]) ?? "");
  return {
    kubernetes: {
      mount: fields.kubernetes === undefined ? "" : (vaultPath(at.at("mount"), kubernetes.mount, pathProblem) ?? ""),
      audience: optional("audience", `vault-${name}`),
      reviewer:
        kubernetes.reviewer === undefined
          ? "vault"
          : (oneOf(at.at("reviewer"), kubernetes.reviewer, ["vault", "client"]) ?? "vault"),
      apiAudience: optional("apiAudience", "https://kubernetes.default.svc.cluster.local"),
    },
  };
}

function readCa(place: Place, value: unknown): CaSpec | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const kinds = ["pem", "configMap", "secret"];
  place.onlyFields(fields, kinds);
  if (kinds.filter((kind) => fields[kind] !== undefined).length !== 1) {
    place.report("must have exactly one of pem, configMap and secret");
    return undefined;
  }
  if (fields.configMap !== undefined) {
    const { secret: name, key } = readKeyOf(place.at("configMap"), fields.configMap, "name");
    return { configMap: { name, key } };
  }
  if (fields.secret !== undefined) {
    const { secret: name, key } = readKeyOf(place.at("secret"), fields.secret, "name");
    return { secret: { name, key } };
  }
  const pem = text(place.at("pem"), fields.pem);
  if (pem !== undefined) checkPem(place.at("pem"), pem);
  return { pem: pem ?? "" };
}

function checkPem(place: Place, pem: string): void {
  if (/PRIVATE KEY/.test(pem)) place.report("has a private key in it; only certificates belong here. It is not shown");
  else if (!/-----BEGIN CERTIFICATE-----/.test(pem))
    place.report("has no PEM certificate (-----BEGIN CERTIFICATE-----)");
}

/** A key of a Secret or ConfigMap. A text here is likely the token itself, so it is not shown. */
function readKeyOf(place: Place, value: unknown, nameField: "secret" | "name"): { secret: string; key: string } {
  if (typeof value === "string") {
    place.report(`must be { ${nameField}, key }: where it lies, never the value. What is written there is not shown`);
    return { secret: "", key: "" };
  }
  const fields: JsonRecord = record(place, value) ?? {};
  place.onlyFields(fields, [nameField, "key"]);
  const secret = objectName(place.at(nameField), fields[nameField]) ?? "";
  const key = text(place.at("key"), fields.key) ?? "";
  const problem = key === "" ? undefined : secretKeyProblem(key);
  if (problem !== undefined) place.at("key").report(`${quote(key)} ${problem}`);
  return { secret, key };
}

function readReconciler(place: Place, value: unknown): Environment["reconciler"] {
  const fields = value === undefined ? {} : (record(place, value) ?? {});
  place.onlyFields(fields, ["namespace", "serviceAccount"]);
  const optional = (field: string, byDefault: string): string =>
    fields[field] === undefined ? byDefault : (label(place.at(field), fields[field]) ?? byDefault);
  return {
    namespace: optional("namespace", "keyturn-system"),
    serviceAccount: optional("serviceAccount", "keyturn"),
  };
}

/** Whether a value is what {@link environment} returns; used where callers may be plain JavaScript. */
export function isEnvironment(value: unknown): value is Environment {
  if (value === null || typeof value !== "object" || isOutput(value)) return false;
  const candidate = value as Partial<Environment>;
  return typeof candidate.name === "string" && candidate.vault?.kv !== undefined && candidate.reconciler !== undefined;
}

/** The form the rules, the CLI and the reconciler read, without teams. */
export function environmentData(environment: Environment): Omit<EnvironmentData, "teams"> {
  const { address, namespace, kv, login } = environment.vault;
  return {
    name: environment.name,
    vault: {
      address,
      ...(namespace === undefined ? {} : { namespace }),
      kv: { mount: kv.mount, version: kv.version },
      login:
        "token" in login
          ? { token: { secret: login.token.secret, key: login.token.key } }
          : { kubernetes: { mount: login.kubernetes.mount, audience: login.kubernetes.audience } },
    },
  };
}

/** Whether the token that logs in also asks the API server about itself. */
export function reviewsWithLogin(environment: Environment): boolean {
  const { login } = environment.vault;
  return "kubernetes" in login && login.kubernetes.reviewer === "client";
}
