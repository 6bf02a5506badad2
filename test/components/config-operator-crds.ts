import { anything, boolean, integer, list, map, object, oneOf, string, type Schema } from "../../api/crds/schema";
import { foreignCrd } from "./foreign-crds";

// The kinds of vault-config-operator that keyturn writes, with the fields, bounds and defaults that they have in v0.8.9. Written from its
// types (api/v1alpha1), as far as keyturn uses them: a field that is not here would be refused by strict validation.

const path = string({ pattern: "^(?:/?[\\w;:@&=\\$-\\.\\+]*)+/?" });
const name = string({ pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?" });
const reference = object({ name: string({ default: "" }) });
const texts = list(string(), { "x-kubernetes-list-type": "set" });

const common = {
  "authentication!": object({
    "path!": { ...path, default: "kubernetes" },
    "role!": string(),
    "serviceAccount!": { ...reference, default: { name: "default" } },
    namespace: string(),
  }),
  connection: object({ "address!": string(), tLSConfig: object({ tlsSecret: reference }) }),
};

const listing = { ...oneOf("unauth", "hidden"), default: "hidden" };
const tokenType = oneOf("service", "batch", "default", "default-service", "default-batch");

const kinds: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  SecretEngineMount: {
    "type!": string(),
    description: string(),
    path,
    name,
    config: object({ listingVisibility: listing }),
    options: map(string()),
  },
  AuthEngineMount: {
    "type!": string(),
    description: string(),
    "path!": path,
    name,
    config: object({ listingVisibility: listing }),
  },
  KubernetesAuthEngineConfig: {
    "path!": path,
    name,
    "kubernetesHost!": string({ default: "https://kubernetes.default.svc:443" }),
    kubernetesCACert: string(),
    disableISSValidation: boolean,
    disableLocalCAJWT: boolean,
    useOperatorPodCA: { ...boolean, default: true },
  },
  KubernetesAuthEngineRole: {
    "path!": path,
    name,
    "targetNamespaces!": object({ targetNamespaces: list(string(), { minItems: 1, "x-kubernetes-list-type": "set" }) }),
    "targetServiceAccounts!": list(string(), { minItems: 1, default: ["default"] }),
    "policies!": list(string(), { minItems: 1 }),
    audience: string(),
    aliasNameSource: { ...oneOf("serviceaccount_uid", "serviceaccount_name"), default: "serviceaccount_uid" },
    tokenTTL: integer({ minimum: 0 }),
    tokenMaxTTL: integer({ minimum: 0 }),
    tokenNoDefaultPolicy: boolean,
    tokenType: { ...tokenType, default: "default" },
  },
  JWTOIDCAuthEngineConfig: {
    "path!": path,
    OIDCDiscoveryURL: string(),
    OIDCDiscoveryCAPEM: string(),
    JWKSURL: string(),
    JWKSCAPEM: string(),
    JWTValidationPubKeys: texts,
    boundIssuer: string(),
    namespaceInState: { ...boolean, default: true },
  },
  JWTOIDCAuthEngineRole: {
    "path!": path,
    "name!": string(),
    "userClaim!": string(),
    "allowedRedirectURIs!": texts,
    roleType: oneOf("oidc", "jwt"),
    boundAudiences: texts,
    boundClaims: anything,
    boundClaimsType: { ...oneOf("string", "glob"), default: "string" },
    tokenPolicies: texts,
    tokenTTL: string(),
    tokenMaxTTL: string(),
    tokenNoDefaultPolicy: boolean,
    tokenType,
  },
  Policy: { "policy!": string(), type: oneOf("acl"), name },
  Audit: {
    "path!": string({ pattern: "^[a-zA-Z0-9/_-]+$", minLength: 1, maxLength: 255 }),
    "type!": oneOf("file", "socket", "syslog"),
    "options!": map(string()),
  },
};

export const configOperatorCrds = Object.entries(kinds).map(([kind, fields]) =>
  foreignCrd(
    "redhatcop.redhat.io",
    "v1alpha1",
    kind,
    kind === "Policy" ? "policies" : `${kind.toLowerCase()}s`,
    object({ ...common, ...fields }),
  ),
);
