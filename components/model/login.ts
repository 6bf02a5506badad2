import { secretKeyProblem, type JsonRecord } from "../../api";
import { duration, objectName, oneOf, record, text, vaultPath } from "./fields";
import type { Place } from "./problems";
import { pathProblem } from "./path";
import { quote } from "./secret-like";

/** How the identities of an environment log in to its Vault. Credentials are references to Secret keys, never values. */
export type LoginSpec =
  | KubernetesLoginSpec
  | JwtLoginSpec
  | AppRoleLoginSpec
  | UserPassLoginSpec
  | LdapLoginSpec
  | CertLoginSpec
  | TokenLoginSpec;

/** Login by a token of the team's ServiceAccount (Vault's Kubernetes auth method). */
export interface KubernetesLoginSpec {
  /** Vault's Kubernetes auth method. */
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
    /** How long a login lasts: a Go duration from one minute to one day. Default `20m`. */
    readonly tokenTtl?: string;
  };
}

/** Login by a token of the team's ServiceAccount, which Vault verifies by the cluster's public keys: no call to the API server. */
export interface JwtLoginSpec {
  /** Vault's JWT auth method. */
  readonly jwt: {
    /** Where the auth method is mounted. Default `jwt`. */
    readonly mount?: string;
    /** Audience of the tokens. Default `vault-<environment>`. */
    readonly audience?: string;
    /** How long a login lasts: a Go duration from one minute to one day. Default `20m`. */
    readonly tokenTtl?: string;
  };
}

/** Login by a role id and a secret id that lie in Secrets of the consuming namespace. */
export interface AppRoleLoginSpec {
  /** Vault's AppRole auth method. */
  readonly appRole: {
    /** Where the auth method is mounted. Default `approle`. */
    readonly mount?: string;
    /** Where the role id lies. */
    readonly roleId: SecretKey;
    /** Where the secret id lies. */
    readonly secretId: SecretKey;
  };
}

/** Login by a user of Vault whose password lies in a Secret of the consuming namespace. */
export interface UserPassLoginSpec {
  /** Vault's userpass auth method. */
  readonly userPass: {
    /** Where the auth method is mounted. Default `userpass`. */
    readonly mount?: string;
    /** `{team}` stands for the team's name. Default `keyturn-<environment>-{team}`. */
    readonly username?: string;
    /** Where the password lies. */
    readonly password: SecretKey;
  };
}

/** Login by a user of a directory whose password lies in a Secret of the consuming namespace. */
export interface LdapLoginSpec {
  /** Vault's LDAP auth method. */
  readonly ldap: {
    /** Where the auth method is mounted. Default `ldap`. */
    readonly mount?: string;
    /** `{team}` stands for the team's name. Default `keyturn-<environment>-{team}`. */
    readonly username?: string;
    /** Where the password lies. */
    readonly password: SecretKey;
  };
}

/** Login by a TLS client certificate that lies in a Secret of the consuming namespace. */
export interface CertLoginSpec {
  /** Vault's TLS certificate auth method. */
  readonly cert: {
    /** Where the auth method is mounted. Default `cert`. */
    readonly mount?: string;
    /** Name of the certificate role; `{team}` stands for the team's name. Default `keyturn-<environment>-{team}`. */
    readonly role?: string;
    /** Where the certificate lies, as PEM. */
    readonly certificate: SecretKey;
    /** Where its private key lies, as PEM. */
    readonly privateKey: SecretKey;
  };
}

/** Login by a token that lies in a Secret of the consuming namespace; `token` is the short name of `tokenSecret`. */
export type TokenLoginSpec =
  | {
      /** Where the token lies. */
      readonly tokenSecret: SecretKey;
    }
  | TokenLogin;

/** A key of a Secret in the consuming namespace: where a credential lies, never what it is. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}

/** Login by a token that lies in a Secret. */
export interface TokenLogin {
  readonly token: SecretKey;
}

/** Login with its defaults filled in; TTLs are in seconds. */
export type Login =
  | {
      readonly kubernetes: {
        readonly mount: string;
        readonly audience: string;
        readonly reviewer: "vault" | "client";
        readonly apiAudience: string;
        readonly tokenTtl: number;
      };
    }
  | { readonly jwt: { readonly mount: string; readonly audience: string; readonly tokenTtl: number } }
  | { readonly appRole: { readonly mount: string; readonly roleId: SecretKey; readonly secretId: SecretKey } }
  | { readonly userPass: { readonly mount: string; readonly username: string; readonly password: SecretKey } }
  | { readonly ldap: { readonly mount: string; readonly username: string; readonly password: SecretKey } }
  | {
      readonly cert: {
        readonly mount: string;
        readonly role: string;
        readonly certificate: SecretKey;
        readonly privateKey: SecretKey;
      };
    }
  | TokenLogin;

const METHODS = ["kubernetes", "jwt", "appRole", "userPass", "ldap", "cert", "tokenSecret", "token"] as const;
type Method = (typeof METHODS)[number];
/** What keyturn's own reconciler can do. */
const OWN_METHODS: readonly Method[] = ["kubernetes", "appRole", "tokenSecret", "token"];

/** Seconds a login lasts unless said otherwise: logins are renewed well before, and a batch token cannot be revoked earlier. */
const TOKEN_TTL = 1200;
const DAY = 86_400;

/**
 * Reads a login.
 * @param own whether keyturn's reconciler has to carry it out
 */
export function readLogin(place: Place, value: unknown, environment: string, own: boolean): Login {
  const none: Login = { token: { secret: "", key: "" } };
  const fields = record(place, value);
  if (fields === undefined) return none;
  place.onlyFields(fields, METHODS);
  const [method, ...others] = METHODS.filter((name) => fields[name] !== undefined);
  if (method === undefined || others.length > 0) {
    place.report(`must have exactly one of ${METHODS.slice(0, -1).join(", ")}`);
    return none;
  }
  const at = place.at(method);
  if (own && !OWN_METHODS.includes(method))
    at.report(
      "is no login of keyturn's reconciler, which knows kubernetes, appRole and tokenSecret; " +
        "where External Secrets Operator runs instead, say reconciler: { install: false }",
    );
  return readMethod(at, method, fields[method], environment);
}

function readMethod(at: Place, method: Method, value: unknown, environment: string): Login {
  if (method === "token" || method === "tokenSecret") return { token: readSecretKey(at, value) };
  const fields = record(at, value) ?? {};
  const known = (...names: readonly string[]): void => at.onlyFields(fields, ["mount", ...names]);
  const mount = (byDefault?: string): string => vaultPath(at.at("mount"), fields.mount ?? byDefault, pathProblem) ?? "";
  const key = (field: string): SecretKey => readSecretKey(at.at(field), fields[field]);
  const name = (field: string): string => readIdentity(at.at(field), fields[field], environment);
  switch (method) {
    case "kubernetes":
      known("audience", "reviewer", "apiAudience", "tokenTtl");
      return {
        kubernetes: {
          mount: mount(),
          audience: optional(at, fields, "audience", `vault-${environment}`),
          reviewer:
            fields.reviewer === undefined
              ? "vault"
              : (oneOf(at.at("reviewer"), fields.reviewer, ["vault", "client"]) ?? "vault"),
          apiAudience: optional(at, fields, "apiAudience", "https://kubernetes.default.svc.cluster.local"),
          tokenTtl: readTtl(at.at("tokenTtl"), fields.tokenTtl),
        },
      };
    case "jwt":
      known("audience", "tokenTtl");
      return {
        jwt: {
          mount: mount("jwt"),
          audience: optional(at, fields, "audience", `vault-${environment}`),
          tokenTtl: readTtl(at.at("tokenTtl"), fields.tokenTtl),
        },
      };
    case "appRole":
      known("roleId", "secretId");
      return { appRole: { mount: mount("approle"), roleId: key("roleId"), secretId: key("secretId") } };
    case "userPass":
      known("username", "password");
      return { userPass: { mount: mount("userpass"), username: name("username"), password: key("password") } };
    case "ldap":
      known("username", "password");
      return { ldap: { mount: mount("ldap"), username: name("username"), password: key("password") } };
    case "cert":
      known("role", "certificate", "privateKey");
      return {
        cert: {
          mount: mount("cert"),
          role: name("role"),
          certificate: key("certificate"),
          privateKey: key("privateKey"),
        },
      };
  }
}

function optional(place: Place, fields: JsonRecord, field: string, byDefault: string): string {
  return fields[field] === undefined ? byDefault : (text(place.at(field), fields[field]) ?? "");
}

/** A name in Vault with `{team}` in it: without, every team would be the same to Vault. */
function readIdentity(place: Place, value: unknown, environment: string): string {
  const name = value === undefined ? `keyturn-${environment}-{team}` : (text(place, value) ?? "");
  if (name === "") return name;
  if (!name.includes("{team}"))
    place.report('needs "{team}" in it: without, all teams of the environment would be one to Vault');
  else if (!/^[\w.@-]+$/.test(name.replaceAll("{team}", "x")))
    place.report(`${quote(name)} is not a name in Vault (letters, digits, ".", "_", "-" and "@")`);
  return name;
}

function readTtl(place: Place, value: unknown): number {
  if (value === undefined) return TOKEN_TTL;
  const milliseconds = duration(place, value);
  if (milliseconds === undefined) return TOKEN_TTL;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60 || seconds > DAY) place.report(`${quote(value)} is not between 1m and 24h`);
  return seconds;
}

/** A key of a Secret. A text here is likely the credential itself, so it is not shown. */
function readSecretKey(place: Place, value: unknown): SecretKey {
  const { name: secret, key } = readKeyOf(place, value, "secret");
  return { secret, key };
}

/** A key of a Secret or ConfigMap, by the name of the field that names the object. A text here is not shown. */
export function readKeyOf(
  place: Place,
  value: unknown,
  nameField: "secret" | "name",
): { readonly name: string; readonly key: string } {
  if (typeof value === "string") {
    place.report(`must be { ${nameField}, key }: where it lies, never the value. What is written there is not shown`);
    return { name: "", key: "" };
  }
  const fields: JsonRecord = record(place, value) ?? {};
  place.onlyFields(fields, [nameField, "key"]);
  const name = objectName(place.at(nameField), fields[nameField]) ?? "";
  const key = text(place.at("key"), fields.key) ?? "";
  const problem = key === "" ? undefined : secretKeyProblem(key);
  if (problem !== undefined) place.at("key").report(`${quote(key)} ${problem}`);
  return { name, key };
}
