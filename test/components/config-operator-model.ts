import type { KubernetesObject } from "../../api";
import type { VaultWrite } from "../../components";

// What vault-config-operator v0.8.9 makes of an object: where it writes, and what. From `GetPath` and `toMap` of its types; fields that an
// object does not have are sent with Go's zero values, which is why they are here.

type Spec = Readonly<Record<string, unknown>>;

/** The write of an object, and for a mount the one of its tuning after it. */
export function operatorWrites(object: KubernetesObject): readonly VaultWrite[] {
  const spec = object.spec as Spec;
  const path = text(spec.path);
  const name = text(spec.name) || object.metadata.name;
  switch (object.kind) {
    case "SecretEngineMount": {
      const at = `sys/mounts/${path === "" ? "" : `${path}/`}${name}`;
      return mount(at, spec, { force_no_cache: false }, { external_entropy_access: false, options: spec.options });
    }
    case "AuthEngineMount":
      return mount(`sys/auth/${path}/${name}`, spec, { token_type: "" }, {});
    case "KubernetesAuthEngineConfig":
      return [write(`auth/${path}/${name}/config`, kubernetesConfig(spec))];
    case "KubernetesAuthEngineRole":
      return [write(`auth/${path}/role/${name}`, kubernetesRole(spec))];
    case "JWTOIDCAuthEngineConfig":
      return [write(`auth/${path}/config`, jwtConfig(spec))];
    case "JWTOIDCAuthEngineRole":
      return [write(`auth/${path}/role/${name}`, jwtRole(spec))];
    case "Policy":
      return [write(`${spec.type === undefined ? "sys/policy" : "sys/policies/acl"}/${name}`, { policy: spec.policy })];
    case "Audit":
      return [write(`sys/audit/${path}`, { type: spec.type, description: "", local: false, options: spec.options })];
    default:
      throw new Error(`vault-config-operator has no kind ${object.kind}`);
  }
}

/** CleansePath of the operator, which takes out one slash of two, then path.Join of Vault's client, which takes out all. */
function write(path: string, body: Spec): VaultWrite {
  const cleansed = path.replaceAll("//", "/").replace(/^\/+|\/+$/g, "");
  return { path: cleansed.replace(/\/+/g, "/"), body };
}

function mount(path: string, spec: Spec, tuneMore: Spec, more: Spec): readonly VaultWrite[] {
  const config = {
    default_lease_ttl: "",
    max_lease_ttl: "",
    audit_non_hmac_request_keys: null,
    audit_non_hmac_response_keys: null,
    listing_visibility: (spec.config as Spec).listingVisibility,
    passthrough_request_headers: null,
    allowed_response_headers: null,
    ...tuneMore,
  };
  const body = {
    type: spec.type,
    description: text(spec.description),
    config,
    local: false,
    seal_wrap: false,
    ...more,
  };
  return [write(path, body), write(`${path}/tune`, config)];
}

function kubernetesConfig(spec: Spec): Spec {
  if (spec.useOperatorPodCA !== false && spec.kubernetesCACert === undefined)
    throw new Error("the CA of the operator's pod would be written");
  return {
    kubernetes_host: spec.kubernetesHost,
    kubernetes_ca_cert: text(spec.kubernetesCACert),
    token_reviewer_jwt: "",
    pem_keys: null,
    issuer: "",
    disable_iss_validation: spec.disableISSValidation ?? false,
    disable_local_ca_jwt: spec.disableLocalCAJWT ?? false,
    use_annotations_as_alias_metadata: false,
  };
}

function kubernetesRole(spec: Spec): Spec {
  return {
    bound_service_account_names: spec.targetServiceAccounts,
    bound_service_account_namespaces: (spec.targetNamespaces as Spec).targetNamespaces,
    alias_name_source: spec.aliasNameSource,
    ...(spec.audience === undefined ? {} : { audience: spec.audience }),
    token_ttl: spec.tokenTTL ?? 0,
    token_max_ttl: spec.tokenMaxTTL ?? 0,
    token_policies: spec.policies,
    ...tokenRest(spec, 0),
  };
}

function jwtConfig(spec: Spec): Spec {
  return {
    oidc_discovery_url: text(spec.OIDCDiscoveryURL),
    oidc_discovery_ca_pem: text(spec.OIDCDiscoveryCAPEM),
    oidc_client_id: "",
    oidc_client_secret: "",
    oidc_response_mode: "",
    oidc_response_types: null,
    jwks_url: text(spec.JWKSURL),
    jwks_ca_pem: text(spec.JWKSCAPEM),
    jwt_validation_pubkeys: spec.JWTValidationPubKeys ?? null,
    bound_issuer: text(spec.boundIssuer),
    jwt_supported_algs: null,
    default_role: "",
    provider_config: null,
    namespace_in_state: spec.namespaceInState ?? false,
  };
}

function jwtRole(spec: Spec): Spec {
  const uris = spec.allowedRedirectURIs as readonly string[];
  // Go leaves an empty list out when it writes the object back, and the field is required.
  if (uris.length === 0) throw new Error("the operator could not update this object");
  return {
    name: spec.name,
    role_type: text(spec.roleType),
    bound_audiences: spec.boundAudiences,
    user_claim: spec.userClaim,
    user_claim_json_pointer: false,
    clock_skew_leeway: 0,
    expiration_leeway: 0,
    not_before_leeway: 0,
    bound_subject: "",
    bound_claims: spec.boundClaims,
    bound_claims_type: spec.boundClaimsType,
    groups_claim: "",
    claim_mappings: null,
    oidc_scopes: null,
    allowed_redirect_uris: uris,
    verbose_oidc_logging: false,
    max_age: 0,
    token_ttl: text(spec.tokenTTL),
    token_max_ttl: text(spec.tokenMaxTTL),
    token_policies: spec.tokenPolicies,
    ...tokenRest(spec, ""),
  };
}

function tokenRest(spec: Spec, noTtl: number | string): Spec {
  return {
    token_bound_cidrs: null,
    token_explicit_max_ttl: noTtl,
    token_no_default_policy: spec.tokenNoDefaultPolicy ?? false,
    token_num_uses: 0,
    token_period: 0,
    token_type: spec.tokenType ?? "",
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
