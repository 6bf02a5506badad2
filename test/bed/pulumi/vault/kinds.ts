import { isMap, mapOf, textAt, type JsonMap, type Value, type ValueMap } from "../plugin/values";
import { bare, given, givenOrEmptied, properties, snake, type VaultKind } from "./kind";
import { authBackend, mount } from "./mounts";

/** Source: HashiCorp Vault API, `/sys/policies/acl`. */
const policy: VaultKind = {
  token: "vault:index/policy:Policy",
  required: ["policy"],
  inputs: ["name", "policy"],
  immutable: ["name", "namespace"],
  made: [],
  defaults: named,
  id: (inputs) => textAt(inputs, "name") ?? "",
  create: (client, inputs) => client.write(`sys/policies/acl/${policy.id(inputs)}`, inputs, given(inputs, ["policy"])),
  update: (client, inputs) => policy.create(client, inputs),
  read: async (client, id, inputs) => {
    const live = await client.read(`sys/policies/acl/${id}`, inputs);
    return live && { name: id, ...properties(live, ["policy"]) };
  },
  remove: (client, id, inputs) => client.remove(`sys/policies/acl/${id}`, inputs),
};

const CONFIG = [
  "kubernetesHost",
  "kubernetesCaCert",
  "tokenReviewerJwt",
  "disableLocalCaJwt",
  "disableIssValidation",
  "issuer",
  "pemKeys",
  "useAnnotationsAsAliasMetadata",
];

/** Source: HashiCorp Vault API, Kubernetes auth method. The configuration goes with its mount: there is nothing to delete. */
const kubernetesConfig: VaultKind = {
  token: "vault:kubernetes/authBackendConfig:AuthBackendConfig",
  required: ["kubernetesHost"],
  inputs: ["backend", ...CONFIG, "tokenReviewerJwtWo", "tokenReviewerJwtWoVersion"],
  immutable: ["backend", "namespace"],
  made: [],
  defaults: withBackend,
  id: (inputs) => `auth/${bare(textAt(inputs, "backend") ?? "")}/config`,
  create: (client, inputs) =>
    client.write(kubernetesConfig.id(inputs), inputs, { ...given(inputs, CONFIG), ...writeOnlyJwt(inputs) }),
  update: (client, inputs, before) =>
    client.write(kubernetesConfig.id(inputs), inputs, {
      ...givenOrEmptied(inputs, before, CONFIG),
      ...writeOnlyJwt(inputs),
    }),
  read: async (client, id, inputs) => {
    const live = await client.read(id, inputs);
    if (live === undefined) return undefined;
    return {
      backend: id.slice("auth/".length, -"/config".length),
      ...properties(
        live,
        CONFIG.filter((name) => name !== "tokenReviewerJwt"),
      ),
    };
  },
  remove: async () => undefined,
};

const ROLE = [
  "boundServiceAccountNames",
  "boundServiceAccountNamespaces",
  "boundServiceAccountNamespaceSelector",
  "audience",
  "aliasNameSource",
  "aliasMetadata",
  "tokenBoundCidrs",
  "tokenExplicitMaxTtl",
  "tokenMaxTtl",
  "tokenNoDefaultPolicy",
  "tokenNumUses",
  "tokenPeriod",
  "tokenPolicies",
  "tokenTtl",
  "tokenType",
];

/** Source: HashiCorp Vault API, Kubernetes auth method, roles. */
const kubernetesRole: VaultKind = {
  token: "vault:kubernetes/authBackendRole:AuthBackendRole",
  required: ["roleName", "boundServiceAccountNames"],
  inputs: ["backend", "roleName", ...ROLE],
  immutable: ["backend", "roleName", "namespace"],
  made: [],
  defaults: withBackend,
  id: (inputs) => `auth/${bare(textAt(inputs, "backend") ?? "")}/role/${textAt(inputs, "roleName") ?? ""}`,
  create: (client, inputs) => client.write(kubernetesRole.id(inputs), inputs, given(inputs, ROLE)),
  update: (client, inputs, before) =>
    client.write(kubernetesRole.id(inputs), inputs, givenOrEmptied(inputs, before, ROLE)),
  read: async (client, id, inputs) => {
    const live = await client.read(id, inputs);
    const [, backend, roleName] = /^auth\/(.+)\/role\/([^/]+)$/.exec(id) ?? [];
    return live && { backend: backend ?? "", roleName: roleName ?? "", ...properties(live, ROLE) };
  },
  remove: (client, id, inputs) => client.remove(id, inputs),
};

/** Source: HashiCorp Vault API, `/sys/audit`. OpenBao refuses audit devices made over the API unless its configuration allows them. */
const audit: VaultKind = {
  token: "vault:index/audit:Audit",
  required: ["type", "options"],
  inputs: ["type", "path", "description", "local", "options"],
  immutable: "all",
  made: [],
  defaults: (inputs) =>
    inputs["path"] === undefined ? mapOf<Value>([...Object.entries(inputs), ["path", inputs["type"]]]) : inputs,
  id: (inputs) => bare(textAt(inputs, "path") ?? ""),
  create: (client, inputs) =>
    client.write(`sys/audit/${audit.id(inputs)}`, inputs, given(inputs, ["type", "description", "local", "options"])),
  update: (client, inputs) => audit.create(client, inputs),
  read: async (client, id, inputs) => {
    const live = (await client.read("sys/audit", inputs))?.[`${id}/`];
    return isMap(live) ? { path: id, ...properties(live, ["type", "description", "local", "options"]) } : undefined;
  },
  remove: (client, id, inputs) => client.remove(`sys/audit/${id}`, inputs),
};

const QUOTA = ["path", "rate", "interval", "blockInterval", "role", "inheritable", "groupBy", "secondaryRate"];

/** Source: HashiCorp Vault API, `/sys/quotas/rate-limit`. */
const quotaRateLimit: VaultKind = {
  token: "vault:index/quotaRateLimit:QuotaRateLimit",
  required: ["rate"],
  inputs: ["name", ...QUOTA],
  immutable: ["name", "namespace"],
  made: [],
  defaults: named,
  id: (inputs) => textAt(inputs, "name") ?? "",
  create: (client, inputs) =>
    client.write(`sys/quotas/rate-limit/${quotaRateLimit.id(inputs)}`, inputs, given(inputs, QUOTA)),
  update: (client, inputs, before) =>
    client.write(`sys/quotas/rate-limit/${quotaRateLimit.id(inputs)}`, inputs, givenOrEmptied(inputs, before, QUOTA)),
  read: async (client, id, inputs) => {
    const live = await client.read(`sys/quotas/rate-limit/${id}`, inputs);
    return live && { name: id, ...properties(live, QUOTA) };
  },
  remove: (client, id, inputs) => client.remove(`sys/quotas/rate-limit/${id}`, inputs),
};

export const vaultKinds: ReadonlyMap<string, VaultKind> = new Map(
  [mount, policy, authBackend, kubernetesConfig, kubernetesRole, audit, quotaRateLimit].map((kind) => [
    kind.token,
    kind,
  ]),
);

function named(inputs: ValueMap, autoname: string): ValueMap {
  return inputs["name"] === undefined ? mapOf<Value>([...Object.entries(inputs), ["name", autoname]]) : inputs;
}

function withBackend(inputs: ValueMap): ValueMap {
  return inputs["backend"] === undefined
    ? mapOf<Value>([...Object.entries(inputs), ["backend", "kubernetes"]])
    : inputs;
}

function writeOnlyJwt(inputs: ValueMap): JsonMap {
  const jwt = textAt(inputs, "tokenReviewerJwtWo");
  return jwt === undefined ? {} : { [snake("tokenReviewerJwt")]: jwt };
}
