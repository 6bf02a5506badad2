import {
  boolean,
  conditions,
  crd,
  integer,
  list,
  map,
  namespaceName,
  object,
  objectName,
  oneOf,
  secretKey,
  string,
  type Schema,
} from "./schema";

// Vault and OpenBao providers only (reference/eso.md 3.1, 3.2, 3.7): small schema, cheap status writes.
const keyRef = object({ name: objectName, key: secretKey, namespace: namespaceName });
const serviceAccountRef = object({ "name!": objectName, namespace: namespaceName, audiences: list(string()) });
const caProvider = object({
  "type!": oneOf("Secret", "ConfigMap"),
  "name!": objectName,
  key: secretKey,
  namespace: namespaceName,
});

const appRole = object({
  path: string({ default: "approle" }),
  roleId: string(),
  roleRef: keyRef,
  "secretRef!": keyRef,
});
const userPass = object({ path: string({ default: "userpass" }), "username!": string(), secretRef: keyRef });
const kubernetes = object({
  mountPath: string({ default: "kubernetes" }),
  "role!": string(),
  serviceAccountRef,
  secretRef: keyRef,
});

const connection = {
  "server!": string({ minLength: 1 }),
  path: string(),
  version: { ...oneOf("v1", "v2"), default: "v2" },
  namespace: string(),
  caBundle: string({ format: "byte" }),
  caProvider,
};

const vault = object({
  ...connection,
  tls: object({ certSecretRef: keyRef, keySecretRef: keyRef }),
  readYourWrites: boolean,
  forwardInconsistent: boolean,
  headers: map(string()),
  checkAndSet: object({ required: boolean }),
  auth: object({
    namespace: string(),
    tokenSecretRef: keyRef,
    appRole,
    kubernetes,
    userPass,
    ldap: object({ path: string({ default: "ldap" }), "username!": string(), secretRef: keyRef }),
    jwt: object({
      path: string({ default: "jwt" }),
      role: string(),
      secretRef: keyRef,
      kubernetesServiceAccountToken: object({
        "serviceAccountRef!": serviceAccountRef,
        audiences: list(string()),
        expirationSeconds: integer(),
      }),
    }),
    cert: object({ path: string({ default: "cert" }), vaultRole: string(), clientCert: keyRef, secretRef: keyRef }),
  }),
});

const openBao = object({
  ...connection,
  auth: object({ namespace: string(), tokenSecretRef: keyRef, appRole, userPass, kubernetes }),
});

const spec: Schema = object({
  controller: string(),
  "provider!": object({ vault, openBao }, { minProperties: 1, maxProperties: 1 }),
  refreshInterval: { "x-kubernetes-int-or-string": true },
  retrySettings: object({ maxRetries: integer(), retryInterval: string() }),
  conditions: list(
    object({
      namespaceSelector: object({
        matchLabels: map(string()),
        matchExpressions: list(object({ "key!": string(), "operator!": string(), values: list(string()) })),
      }),
      namespaces: list(namespaceName),
      namespaceRegexes: list(string()),
    }),
  ),
});

const status: Schema = object({ conditions, capabilities: string() });

const columns = [
  { name: "AGE", type: "date", jsonPath: ".metadata.creationTimestamp" },
  { name: "Status", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: "Capabilities", type: "string", jsonPath: ".status.capabilities" },
  { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: "Message", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
] as const;

const versions = [
  { name: "v1", storage: true },
  { name: "v1beta1", storage: false },
] as const;

const shared = {
  group: "external-secrets.io",
  categories: ["external-secrets"],
  versions,
  spec,
  status,
  columns,
} as const;

export const secretStoreCrd = crd({
  ...shared,
  kind: "SecretStore",
  plural: "secretstores",
  shortNames: ["ss"],
  scope: "Namespaced",
});
export const clusterSecretStoreCrd = crd({
  ...shared,
  kind: "ClusterSecretStore",
  plural: "clustersecretstores",
  shortNames: ["css"],
  scope: "Cluster",
});
