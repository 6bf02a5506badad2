import type { ExternalSecret } from "../../api";
import { problems } from "../docs/compile";
import { imported } from "./imported";

// Written after what articles about External Secrets and Vault show, most of it still v1beta1.
const BACKEND = `
apiVersion: external-secrets.io/v1beta1
kind: SecretStore
metadata:
  name: vault-backend
  namespace: default
spec:
  provider:
    vault:
      server: "http://vault.vault.svc.cluster.local:8200"
      path: "secret"
      version: "v2"
      auth:
        kubernetes:
          mountPath: "kubernetes"
          role: "app"
          serviceAccountRef:
            name: "app-sa"
`;

const articles: readonly (readonly [title: string, yaml: string, declarations: readonly string[]])[] = [
  [
    "a whole KV secret by extract, logged in as a ServiceAccount",
    `${BACKEND}---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata:
  name: app-config
  namespace: default
spec:
  refreshInterval: "15s"
  secretStoreRef:
    name: vault-backend
    kind: SecretStore
  target:
    name: app-secrets
    creationPolicy: Owner
  dataFrom:
    - extract:
        key: app/config
`,
    [
      `export const appSecrets = appSecret("app-secrets", {
  team: importedDefault,
  store: vaultBackend,
  externalSecretName: "app-config",
  from: ["config"],
  staleFor: "15s",
});`,
    ],
  ],
  [
    "a ClusterSecretStore with the operator's ServiceAccount, v1, with the mount written in the key",
    `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault-platform
spec:
  provider:
    vault:
      server: https://vault.example.com:8200
      path: secret
      version: v2
      caBundle: ${Buffer.from("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").toString("base64")}
      auth:
        kubernetes:
          mountPath: kubernetes-prod
          role: eso-reader
          serviceAccountRef:
            name: external-secrets
            namespace: external-secrets
            audiences:
              - vault
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: postgres-secret
  namespace: db
  annotations:
    argocd.argoproj.io/sync-wave: "-5"
spec:
  refreshInterval: 1h
  secretStoreRef:
    name: vault-platform
    kind: ClusterSecretStore
  target:
    name: postgres-secret
    creationPolicy: Owner
  data:
    - secretKey: POSTGRES_USER
      remoteRef:
        key: secret/data/db/postgres
        property: POSTGRES_USER
    - secretKey: POSTGRES_PASSWORD
      remoteRef:
        key: secret/data/db/postgres
        property: POSTGRES_PASSWORD
`,
    [
      `export const postgresSecret = appSecret("postgres-secret", {
  team: db,
  keys: { POSTGRES_USER: "postgres#POSTGRES_USER", POSTGRES_PASSWORD: "postgres#POSTGRES_PASSWORD" },
  annotations: { "argocd.argoproj.io/sync-wave": "-5" },
});`,
    ],
  ],
  [
    "AppRole and an image pull secret by a template",
    `
apiVersion: external-secrets.io/v1beta1
kind: SecretStore
metadata: { name: vault-approle, namespace: web }
spec:
  provider:
    vault:
      server: "https://vault.example.com"
      path: "kv"
      version: "v1"
      auth:
        appRole:
          path: "approle"
          roleId: "db02de05-fa39-4855-059b-67221c5c2f63"
          secretRef: { name: "approle-secret", key: "secret-id" }
---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: regcred, namespace: web }
spec:
  refreshInterval: 24h
  secretStoreRef: { name: vault-approle }
  target:
    template:
      type: kubernetes.io/dockerconfigjson
      engineVersion: v2
      data:
        .dockerconfigjson: '{"auths":{"registry.example.com":{"username":"{{ .user }}","password":"{{ .token }}"}}}'
  data:
    - { secretKey: user, remoteRef: { key: web/registry, property: user } }
    - { secretKey: token, remoteRef: { key: web/registry, property: token } }
`,
    [
      `export const regcred = appSecret("regcred", {
  team: web,
  store: vaultApprole,
  keys: { user: "registry#user", token: "registry#token" },
  template: {
    type: "kubernetes.io/dockerconfigjson",
    data: {
      ".dockerconfigjson": "{\\"auths\\":{\\"registry.example.com\\":{\\"username\\":\\"{{ .user }}\\",\\"password\\":\\"{{ .token }}\\"}}}",
    },
  },
  staleFor: "24h",
});`,
    ],
  ],
  [
    "find with rewrite, several keys of one path, as an API server that serves v1beta1 gives them back",
    `${BACKEND}---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: all, namespace: default, generation: 3, uid: 0b1e, resourceVersion: "71" }
spec:
  refreshInterval: 1h0m0s
  secretStoreRef: { kind: SecretStore, name: vault-backend }
  target: { creationPolicy: Owner, deletionPolicy: Retain, name: all }
  data:
    - secretKey: api-key
      remoteRef: { conversionStrategy: Default, decodingStrategy: None, key: default/api, metadataPolicy: None, property: key }
  dataFrom:
    - find: { conversionStrategy: Default, decodingStrategy: None, path: default/flags, name: { regexp: "^.*$" } }
      rewrite: [{ regexp: { source: "default/flags/(.*)", target: "flag_$1" } }]
status:
  refreshTime: "2025-01-01T00:00:00Z"
  syncedResourceVersion: 3-abc
  conditions: [{ type: Ready, status: "True", reason: SecretSynced, message: Secret was synced }]
`,
    [
      `export const all = appSecret("all", {
  team: importedDefault,
  store: vaultBackend,
  keys: { "api-key": "api#key" },
  from: [
    {
      find: { path: "flags", name: { regexp: "^.*$" } },
      rewrite: [{ regexp: { source: "default/flags/(.*)", target: "flag_$1" } }],
    },
  ],
});`,
    ],
  ],
];

const programs: string[] = [];

it.each(articles)("%s", async (_title, yaml, declarations) => {
  const { program, said, manifests } = await imported(yaml);
  for (const declaration of declarations) expect(program).toContain(declaration);
  programs.push(program);
  // What is said is about stores, which stay; nothing is left out.
  for (const line of said) expect(line).toMatch(/^(?:warning: (?:Cluster)?SecretStore |note: )/);
  const secrets = manifests.filter(({ kind }) => kind === "ExternalSecret") as unknown as readonly ExternalSecret[];
  expect(secrets.map(({ apiVersion }) => apiVersion)).toEqual(declarations.map(() => "external-secrets.io/v1"));
});

it("compiles, all of it", () => {
  expect(programs).toHaveLength(articles.length);
  expect(problems(programs.map((text, at) => ({ file: `article-${at}.ts`, text })))).toEqual([]);
});
