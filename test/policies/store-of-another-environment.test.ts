import { UNKNOWN } from "../../policies";
import { judgeObjects, said, store, type StoreParts } from "./fixtures";

const PROD = "https://vault.prod.example.com:8200";
const DEV = "https://vault.dev.example.com:8200";
const judged = (parts: StoreParts, environment?: string): readonly string[] =>
  said(judgeObjects([store(parts)], { environment }));
const OF_PROD = `namespace "payments" belongs to environment "prod"`;

describe("ENV001: a store reaches the Vault of its own environment", () => {
  test.each<[string, StoreParts]>([
    ["the environment's server", { namespace: "payments", vault: { server: PROD } }],
    [
      "the same server written otherwise",
      { namespace: "payments", vault: { server: "HTTPS://Vault.Prod.example.com.:8200/" } },
    ],
    [
      "the environment's Vault namespace",
      { namespace: "payments-dev", vault: { server: DEV, namespace: "/teams/dev/" } },
    ],
    ["the root namespace by name", { namespace: "payments", vault: { server: PROD, namespace: "root" } }],
    ["v1beta1", { apiVersion: "external-secrets.io/v1beta1", namespace: "payments", vault: { server: PROD } }],
    [
      "a namespace of two environments, fitting one",
      { namespace: "shared", vault: { server: DEV, namespace: "teams/dev" } },
    ],
    ["a namespace of no environment", { namespace: "monitoring", vault: { server: "https://elsewhere" } }],
    ["a ClusterSecretStore that says nothing", { kind: "ClusterSecretStore", vault: { server: "https://elsewhere" } }],
    [
      "a ClusterSecretStore that says the environment of its server",
      { kind: "ClusterSecretStore", annotations: { "keyturn.dev/environment": "prod" }, vault: { server: PROD } },
    ],
    ["another provider", { namespace: "payments", spec: { provider: { aws: { region: "eu-west-1" } } } }],
  ])("nothing is said about %s", (_, parts) => {
    expect(judged(parts)).toEqual([]);
  });

  test.each<[string, StoreParts, string]>([
    [
      "the server of another environment",
      { namespace: "payments", vault: { server: DEV } },
      `ENV001 spec.provider.vault.server: is the Vault of environment "dev"; ${OF_PROD}, whose Vault is ${PROD}`,
    ],
    [
      "a server nobody knows",
      { namespace: "payments", vault: { server: "https://vault.example.org" } },
      `ENV001 spec.provider.vault.server: "https://vault.example.org:443" is the Vault of no environment; ${OF_PROD}, whose Vault is ${PROD}`,
    ],
    [
      "a server that differs in one letter",
      { namespace: "payments", vault: { server: "https://vault.prud.example.com:8200" } },
      `ENV001 spec.provider.vault.server: "https://vault.prud.example.com:8200" is the Vault of no environment; ${OF_PROD}, whose Vault is ${PROD}`,
    ],
    [
      "http instead of https",
      { namespace: "payments", vault: { server: "http://vault.prod.example.com:8200" } },
      `ENV001 spec.provider.vault.server: "http://vault.prod.example.com:8200" is the Vault of no environment; ${OF_PROD}, whose Vault is ${PROD}`,
    ],
    [
      "no server",
      { namespace: "payments", vault: {} },
      `ENV001 spec.provider.vault: has no server; ${OF_PROD}, whose Vault is ${PROD}`,
    ],
    [
      "a Vault namespace where there is none",
      { namespace: "payments", vault: { server: PROD, namespace: "teams/dev" } },
      `ENV001 spec.provider.vault.namespace: is Vault namespace "teams/dev"; ${OF_PROD}, which has none`,
    ],
    [
      "a missing Vault namespace",
      { namespace: "payments-dev", vault: { server: DEV } },
      `ENV001 spec.provider.vault: has no Vault namespace; namespace "payments-dev" belongs to environment "dev", whose Vault namespace is "teams/dev"`,
    ],
    [
      "a Vault namespace by header",
      { namespace: "payments", vault: { server: PROD, headers: { "x-vault-Namespace": "teams/dev" } } },
      `ENV001 spec.provider.vault.headers.x-vault-Namespace: is Vault namespace "teams/dev"; ${OF_PROD}, which has none`,
    ],
    [
      "the KV mount of an environment on the same Vault",
      { namespace: "payments", vault: { server: PROD, path: "stage/" } },
      `ENV001 spec.provider.vault.path: is the KV mount of environment "stage"; ${OF_PROD}, whose KV mount is "prod"`,
    ],
    [
      "the login mount of an environment on the same Vault",
      { namespace: "payments", vault: { server: PROD, auth: { kubernetes: { mountPath: "k8s-stage", role: "r" } } } },
      `ENV001 spec.provider.vault.auth.kubernetes.mountPath: is the login mount of environment "stage"; ${OF_PROD}, whose login mount is "k8s-prod"`,
    ],
    [
      "an annotation that contradicts the namespace",
      { namespace: "payments", annotations: { "keyturn.dev/environment": "dev" }, vault: { server: PROD } },
      `ENV001 metadata.annotations["keyturn.dev/environment"]: namespace "payments" belongs to environment "prod", but the object says it belongs to environment "dev"`,
    ],
    [
      "an environment that does not exist",
      { namespace: "monitoring", annotations: { "keyturn.dev/environment": "qa" }, vault: { server: PROD } },
      `ENV001 metadata.annotations["keyturn.dev/environment"]: says environment "qa", which is not among the environments`,
    ],
    [
      "a ClusterSecretStore that says another environment than its server's",
      { kind: "ClusterSecretStore", annotations: { "keyturn.dev/environment": "prod" }, vault: { server: DEV } },
      `ENV001 spec.provider.vault.server: is the Vault of environment "dev"; it says it belongs to environment "prod", whose Vault is ${PROD}`,
    ],
    [
      "a ClusterSecretStore that lets in a namespace of another environment",
      {
        kind: "ClusterSecretStore",
        vault: { server: PROD },
        spec: { conditions: [{ namespaces: ["payments", "payments-dev"] }] },
      },
      `ENV001 spec.conditions[0].namespaces[1]: lets in namespace "payments-dev" of environment "dev", whose Vault is another one`,
    ],
    [
      "a namespace of two environments, fitting none",
      { namespace: "shared", vault: { server: "https://vault.example.org" } },
      `ENV001 spec.provider.vault.server: "https://vault.example.org:443" is the Vault of no environment; namespace "shared" belongs to environment "prod", whose Vault is ${PROD}`,
    ],
  ])("a finding about %s", (_, parts, expected) => {
    expect(judged(parts)).toEqual([expected]);
  });

  test("OpenBao is judged like Vault, at its own path", () => {
    const bao = store({ namespace: "payments", spec: { provider: { openBao: { server: DEV } } } });
    expect(judgeObjects([bao]).findings.map(({ path }) => path)).toEqual(["spec.provider.openBao.server"]);
  });

  test("what everything is meant for decides between two environments of one namespace name", () => {
    const parts = { namespace: "shared", vault: { server: DEV, namespace: "teams/dev" } };
    expect(judged(parts, "dev")).toEqual([]);
    expect(judged(parts, "prod")).toEqual([
      `ENV001 spec.provider.vault.server: is the Vault of environment "dev"; namespace "shared" belongs to environment "prod", whose Vault is ${PROD}`,
    ]);
  });

  test("a password in the server's address is not shown", () => {
    const server = "https://root:Canary7x@vault.example.org";
    const report = judgeObjects([store({ namespace: "payments", vault: { server } })]);
    expect(report.findings).toHaveLength(1);
    expect(JSON.stringify(report)).not.toContain("Canary7x");
  });

  test.each([
    ["the server", { server: UNKNOWN }, "? ENV001 spec.provider.vault.server: the server is not known yet"],
    [
      "the Vault namespace",
      { server: PROD, namespace: UNKNOWN },
      "? ENV001 spec.provider.vault.namespace: the Vault namespace is not known yet",
    ],
    ["the mount", { server: PROD, path: UNKNOWN }, "? ENV001 spec.provider.vault.path: the KV mount is not known yet"],
  ])("%s not known yet is unknown, not compliant", (_, vault, expected) => {
    const report = judgeObjects([store({ namespace: "payments", vault })]);
    expect(said(report)).toEqual([expected]);
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });

  test("a provider not known yet is unknown", () => {
    expect(judged({ namespace: "payments", spec: { provider: UNKNOWN } })).toEqual([
      "? ENV001 spec.provider: the provider is not known yet",
    ]);
  });
});
