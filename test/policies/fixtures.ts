import type { EnvironmentData } from "../../api";
import { judge, type JudgeOptions, type Report } from "../../policies";
import { parseManifests } from "../../policies/manifests/parse";

export const NOW = new Date("2026-11-24T12:00:00Z");

export const prod: EnvironmentData = {
  name: "prod",
  vault: {
    address: "https://vault.prod.example.com:8200",
    kv: { mount: "prod", version: 2 },
    login: { kubernetes: { mount: "k8s-prod", audience: "vault-prod" } },
  },
  teams: [
    {
      name: "payments",
      namespaces: ["payments", "shared"],
      serviceAccount: "keyturn-payments",
      prefixes: ["payments"],
    },
    {
      name: "billing",
      namespaces: ["billing"],
      serviceAccount: "keyturn-billing",
      prefixes: ["billing", "common/mail"],
    },
  ],
};

export const dev: EnvironmentData = {
  name: "dev",
  vault: {
    address: "https://vault.dev.example.com:8200/",
    namespace: "teams/dev",
    kv: { mount: "dev", version: 1 },
    login: { kubernetes: { mount: "k8s-dev" } },
  },
  teams: [
    {
      name: "payments",
      namespaces: ["payments-dev", "shared"],
      serviceAccount: "keyturn-payments",
      prefixes: ["payments"],
    },
  ],
};

/** Shares prod's Vault. */
export const stage: EnvironmentData = {
  name: "stage",
  vault: { ...prod.vault, kv: { mount: "stage", version: 2 }, login: { kubernetes: { mount: "k8s-stage" } } },
  teams: [
    { name: "payments", namespaces: ["payments-stage"], serviceAccount: "keyturn-payments", prefixes: ["payments"] },
  ],
};

export const environments: readonly EnvironmentData[] = [prod, dev, stage];

/** Judges YAML. */
export function judgeYaml(text: string, options: Partial<JudgeOptions> = {}): Report {
  return judge(parseManifests(text, "a.yaml").manifests, { now: NOW, environments, ...options });
}

/** `RULE path: message` of every finding, and `? RULE path: message` of what is unknown. */
export function said({ findings, unknown }: Report): readonly string[] {
  return [
    ...findings.map(({ ruleId, path, message }) => `${ruleId} ${path}: ${message}`),
    ...unknown.map(({ ruleId, path, message }) => `? ${ruleId} ${path}: ${message}`),
  ];
}

export interface StoreParts {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly vault?: unknown;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly apiVersion?: string;
}

export function store({
  kind = "SecretStore",
  name = "vault",
  namespace,
  annotations,
  vault,
  spec,
  apiVersion,
}: StoreParts): object {
  return {
    apiVersion: apiVersion ?? "external-secrets.io/v1",
    kind,
    metadata: { name, namespace, annotations },
    spec: { provider: { vault }, ...spec },
  };
}

export interface ExternalSecretParts {
  readonly namespace?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly keys?: readonly unknown[];
  readonly store?: unknown;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly apiVersion?: string;
}

export function externalSecret({
  namespace,
  annotations,
  keys = [],
  store,
  spec,
  apiVersion,
}: ExternalSecretParts): object {
  return {
    apiVersion: apiVersion ?? "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "db", namespace, annotations },
    spec: {
      secretStoreRef: store ?? { name: "vault" },
      data: keys.map((key, index) => ({ secretKey: `K${index}`, remoteRef: { key, property: "p" } })),
      ...spec,
    },
  };
}

/** Judges objects. */
export function judgeObjects(objects: readonly unknown[], options: Partial<JudgeOptions> = {}): Report {
  return judge(
    objects.map((object) => ({ object })),
    { now: NOW, environments, ...options },
  );
}
