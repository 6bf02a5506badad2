import type { VaultWrite } from "./documents";
import { roleBody, type LoginRole } from "./role";

type Fields = Readonly<Record<string, unknown>>;

/** A kind of vault-config-operator with the part of its spec that says what is written; or why there is none. */
export type OperatorForm =
  | {
      readonly kind: string;
      /** What its name is made of; unique among the objects of its kind for one Vault. */
      readonly name: readonly string[];
      readonly spec: Fields;
    }
  | { readonly cannot: string };

/**
 * The operator makes the path in Vault of its fields, by other rules for each kind (`GetPath` in its api/v1alpha1, v0.8.9): mounts end in
 * the name of the object or `spec.name`, roles and JWT settings take the whole mount as `spec.path`. `spec.name` is always written,
 * so that names of objects are free.
 * @param methods types of the auth methods by mount
 */
export function operatorForm({ path, body }: VaultWrite, methods: ReadonlyMap<string, string>): OperatorForm {
  const below = (prefix: string): string | undefined =>
    path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
  const kv = below("sys/mounts/");
  if (kv !== undefined) return kvMount(kv, body);
  const method = below("sys/auth/");
  if (method !== undefined) return authMount(method, body);
  const device = below("sys/audit/");
  if (device !== undefined) return audit(device, body);
  const mount = below("auth/")?.replace(/\/config$/, "");
  if (mount !== undefined && path.endsWith("/config")) {
    if (methods.get(mount) === "kubernetes") return kubernetesConfig(mount, body);
    if (methods.get(mount) === "jwt") return jwtConfig(mount, body);
  }
  return { cannot: "vault-config-operator has no kind for it" };
}

/** `sys/mounts/<path>/<name>`; without a path `sys/mounts/<name>`. */
function kvMount(mount: string, body: Fields): OperatorForm {
  const { parent, name } = split(mount);
  const place = parent === "" ? {} : { path: parent };
  return form("SecretEngineMount", [mount], { ...place, ...named(name), config: HIDDEN }, body, MOUNT_FIELDS);
}

/**
 * `sys/auth/<path>/<name>`, and the path must not be empty. A slash stands for nothing: Vault's client takes out what is doubled
 * (`path.Join`), and the operator's search for the mount trims slashes.
 */
function authMount(mount: string, body: Fields): OperatorForm {
  return form("AuthEngineMount", [mount], { ...belowParent(mount), config: HIDDEN }, body, MOUNT_FIELDS);
}

/** `auth/<path>/<name>/config`. */
function kubernetesConfig(mount: string, body: Fields): OperatorForm {
  const fixed = {
    ...belowParent(mount),
    // As Vault does by default; the operator sends false otherwise.
    disableISSValidation: true,
    // The operator would fill in the CA of its own pod, which need not be that of the API server that is asked.
    useOperatorPodCA: false,
  };
  return form("KubernetesAuthEngineConfig", [mount], fixed, body, {
    kubernetes_host: "kubernetesHost",
    kubernetes_ca_cert: "kubernetesCACert",
    disable_local_ca_jwt: "disableLocalCAJWT",
  });
}

/** `auth/<path>/config`. */
function jwtConfig(mount: string, body: Fields): OperatorForm {
  return form("JWTOIDCAuthEngineConfig", [mount], { path: mount, namespaceInState: true }, body, {
    oidc_discovery_url: "OIDCDiscoveryURL",
    oidc_discovery_ca_pem: "OIDCDiscoveryCAPEM",
    jwks_url: "JWKSURL",
    jwks_ca_pem: "JWKSCAPEM",
    jwt_validation_pubkeys: "JWTValidationPubKeys",
    bound_issuer: "boundIssuer",
  });
}

/** `sys/audit/<path>`. */
function audit(device: string, body: Fields): OperatorForm {
  if (!/^[a-zA-Z0-9/_-]{1,255}$/.test(device))
    return { cannot: "vault-config-operator takes letters, digits, /, _ and - in the path of an audit device" };
  return form("Audit", [device], { path: device }, body, { type: "type", options: "options" });
}

/** `sys/policies/acl/<name>`, because a type is given. */
export function policyForm(name: string, hcl: string): OperatorForm {
  return { kind: "Policy", name: [name], spec: { ...named(name), type: "acl", policy: hcl } };
}

/** `auth/<path>/role/<name>`. */
export function roleForm(role: LoginRole): OperatorForm {
  const { mount, name } = role;
  const place = { path: mount, ...named(name) };
  const { bound_service_account_namespaces: targetNamespaces, token_ttl, token_max_ttl, ...body } = roleBody(role);
  const tokens = { token_type: "tokenType", token_no_default_policy: "tokenNoDefaultPolicy" };
  if (role.method === "kubernetes") {
    const fixed = { ...place, targetNamespaces: { targetNamespaces }, tokenTTL: token_ttl, tokenMaxTTL: token_max_ttl };
    return form("KubernetesAuthEngineRole", [mount, name], fixed, body, {
      ...tokens,
      bound_service_account_names: "targetServiceAccounts",
      audience: "audience",
      alias_name_source: "aliasNameSource",
      token_policies: "policies",
    });
  }
  // Texts here, numbers above.
  const seconds = { tokenTTL: `${String(token_ttl)}s`, tokenMaxTTL: `${String(token_max_ttl)}s` };
  const fixed = {
    ...place,
    ...seconds,
    boundClaimsType: "string",
    // For logins in a browser, which a JWT role has none of; but the kind demands one.
    allowedRedirectURIs: ["http://localhost/unused"],
  };
  return form("JWTOIDCAuthEngineRole", [mount, name], fixed, body, {
    ...tokens,
    role_type: "roleType",
    bound_audiences: "boundAudiences",
    user_claim: "userClaim",
    bound_claims: "boundClaims",
    token_policies: "tokenPolicies",
  });
}

const MOUNT_FIELDS = { type: "type", description: "description", options: "options" };
/** What Vault does by default. The operator writes its objects back with an empty text here, which its own CRDs refuse. */
const HIDDEN = { listingVisibility: "hidden" };

/** A spec of fixed fields and those of the body under their names there. A field that has none there is a reason, not dropped. */
function form(
  kind: string,
  name: readonly string[],
  fixed: Fields,
  body: Fields,
  fields: Readonly<Record<string, string>>,
): OperatorForm {
  const unknown = Object.keys(body).filter((field) => !Object.hasOwn(fields, field));
  if (unknown.length > 0) return { cannot: `${kind} of vault-config-operator has no field for ${unknown.join(", ")}` };
  // The schema asks for one lower-case letter or digit.
  if (typeof fixed.name === "string" && !/[a-z0-9]/.test(fixed.name))
    return { cannot: "names in vault-config-operator have a lower-case letter or a digit" };
  const given = Object.entries(body).map(([field, value]) => [fields[field] ?? field, value] as const);
  return { kind, name, spec: { ...fixed, ...Object.fromEntries(given) } };
}

function named(name: string): { readonly name: string } {
  return { name };
}

function split(mount: string): { readonly parent: string; readonly name: string } {
  const slash = mount.lastIndexOf("/");
  return { parent: mount.slice(0, Math.max(slash, 0)), name: mount.slice(slash + 1) };
}

function belowParent(mount: string): { readonly path: string; readonly name: string } {
  const { parent, name } = split(mount);
  return { path: parent === "" ? "/" : parent, name };
}
