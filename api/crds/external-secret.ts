import { GENERATORS_VERSION, GENERATOR_KINDS } from "../external-secret";
import {
  boolean,
  conditions,
  crd,
  list,
  map,
  object,
  objectName,
  oneOf,
  secretKey,
  string,
  type Schema,
} from "./schema";

// The ExternalSecret v1 surface of reference/eso.md 2.1, complete, so that nothing a user wrote is pruned.
const storeRef = object({ name: objectName, kind: oneOf("SecretStore", "ClusterSecretStore") });
const generatorRef = object({
  apiVersion: string({ default: GENERATORS_VERSION }),
  "kind!": oneOf(...GENERATOR_KINDS),
  "name!": objectName,
});
const conversionStrategy = oneOf("Default", "Unicode");
const decodingStrategy = oneOf("Auto", "Base64", "Base64URL", "None");
const nullBytePolicy = oneOf("Ignore", "Fail");

const remoteRef = object({
  "key!": string(),
  property: string(),
  version: string(),
  metadataPolicy: oneOf("None", "Fetch"),
  conversionStrategy,
  decodingStrategy,
  nullBytePolicy,
});

const find = object({
  path: string(),
  name: object({ regexp: string() }),
  tags: map(string()),
  conversionStrategy,
  decodingStrategy,
  nullBytePolicy,
});

const rewrite = object(
  {
    regexp: object({ "source!": string(), "target!": string() }),
    transform: object({ "template!": string() }),
    merge: object({
      into: string({ default: "" }),
      priority: list(string()),
      priorityPolicy: { ...oneOf("IgnoreNotFound", "Strict"), default: "Strict" },
      conflictPolicy: { ...oneOf("Ignore", "Error"), default: "Error" },
      strategy: { ...oneOf("Extract", "JSON"), default: "Extract" },
    }),
  },
  { minProperties: 1, maxProperties: 1 },
);

const templateSource = object({
  "name!": objectName,
  "items!": list(object({ "key!": secretKey, templateAs: { ...oneOf("Values", "KeysAndValues"), default: "Values" } })),
});

const template = object({
  type: string(),
  engineVersion: { ...oneOf("v2"), default: "v2" },
  mergePolicy: { ...oneOf("Replace", "Merge"), default: "Replace" },
  metadata: object({ labels: map(string()), annotations: map(string()), finalizers: list(string()) }),
  data: map(string()),
  templateFrom: list(
    object({
      configMap: templateSource,
      secret: templateSource,
      literal: string(),
      target: string({ default: "Data" }),
      valuesDecodingStrategy: decodingStrategy,
    }),
  ),
});

const spec: Schema = object({
  secretStoreRef: storeRef,
  refreshPolicy: oneOf("CreatedOnce", "Periodic", "OnChange"),
  refreshInterval: string({ default: "1h0m0s" }),
  syncWindows: object({
    "kind!": oneOf("allow", "deny"),
    "windows!": list(object({ "schedule!": string(), "duration!": string() }), { minItems: 1 }),
  }),
  data: list(
    object({
      "secretKey!": secretKey,
      "remoteRef!": remoteRef,
      sourceRef: object({ storeRef, generatorRef }, { maxProperties: 1, minProperties: 1 }),
    }),
  ),
  dataFrom: list(
    object({
      extract: remoteRef,
      find,
      rewrite: list(rewrite),
      sourceRef: object({ storeRef, generatorRef }, { maxProperties: 1, minProperties: 1 }),
    }),
  ),
  target: object(
    {
      name: objectName,
      creationPolicy: { ...oneOf("Owner", "Orphan", "Merge", "None", "CreateOrMerge"), default: "Owner" },
      deletionPolicy: { ...oneOf("Delete", "Merge", "Retain"), default: "Retain" },
      immutable: boolean,
      manifest: object({ "apiVersion!": string({ minLength: 1 }), "kind!": string({ minLength: 1 }) }),
      template,
    },
    { default: { creationPolicy: "Owner", deletionPolicy: "Retain" } },
  ),
});

const status: Schema = object({
  refreshTime: { type: "string", format: "date-time" },
  syncedResourceVersion: string(),
  conditions,
  binding: object({ name: string() }),
});

// On both versions: the API server hoists schemas that all versions share to the top, and then refuses selectableFields of one alone.
const selectableFields = [
  ".spec.secretStoreRef.name",
  ".spec.secretStoreRef.kind",
  ".spec.target.name",
  ".spec.refreshInterval",
];
const versions = [
  { name: "v1", storage: true, selectableFields },
  { name: "v1beta1", storage: false, selectableFields },
] as const;

export const externalSecretCrd = crd({
  group: "external-secrets.io",
  kind: "ExternalSecret",
  plural: "externalsecrets",
  shortNames: ["es"],
  categories: ["external-secrets"],
  scope: "Namespaced",
  versions,
  spec,
  status,
  columns: [
    { name: "StoreType", type: "string", jsonPath: ".spec.secretStoreRef.kind" },
    { name: "Store", type: "string", jsonPath: ".spec.secretStoreRef.name" },
    { name: "Refresh Interval", type: "string", jsonPath: ".spec.refreshInterval" },
    { name: "Status", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: "Last Sync", type: "date", jsonPath: ".status.refreshTime" },
    { name: "Message", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
});
