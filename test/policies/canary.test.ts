import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  catalogue,
  judge,
  KeyturnValidation,
  keyturnPolicies,
  parseManifests,
  REPORT_FORMATS,
  writeReport,
} from "../../policies";
import { environments, NOW } from "./fixtures";

// Recognisable values in every place a value can be put by design or by mistake. None may come out anywhere.
const CANARIES = [
  "CanaryData",
  "Q2FuYXJ5QmFzZTY0",
  "CanaryUnknownField",
  "CanaryTemplate",
  "hvs.CanaryTokenCanaryToken0",
  "CanaryPassword",
  "CanaryEnv",
];
const MANIFESTS = `apiVersion: v1
kind: Secret
metadata:
  name: a
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"p":"CanaryData"}}'
data: {b: Q2FuYXJ5QmFzZTY0}
stringData: {password: CanaryData}
password: CanaryUnknownField
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: payments}
spec:
  password: CanaryUnknownField
  provider:
    vault:
      server: https://admin:CanaryPassword@vault.example.org
      token: CanaryUnknownField
      namespace: hvs.CanaryTokenCanaryToken0
      headers: {X-Vault-Token: hvs.CanaryTokenCanaryToken0, X-Vault-Namespace: hvs.CanaryTokenCanaryToken0}
      auth: {tokenSecretRef: {name: t, key: k, value: CanaryUnknownField}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
  namespace: payments
  annotations: {keyturn.dev/environment: hvs.CanaryTokenCanaryToken0, keyturn.dev/team: hvs.CanaryTokenCanaryToken0}
spec:
  secretStoreRef: {name: hvs.CanaryTokenCanaryToken0, kind: ClusterSecretStore}
  data:
    - secretKey: A
      value: CanaryUnknownField
      remoteRef: {key: hvs.CanaryTokenCanaryToken0, property: CanaryUnknownField}
  target: {template: {data: {p: CanaryTemplate}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: payments}
spec: {template: {spec: {containers: [{name: c, env: [{name: P, value: CanaryEnv}]}]}}}
`;

function expectNone(output: string): void {
  for (const canary of CANARIES) expect(output).not.toContain(canary);
  expect(output).not.toMatch(/canary/i);
}

test.each(REPORT_FORMATS)("no value comes out in %s", (format) => {
  const { manifests } = parseManifests(MANIFESTS, "a.yaml");
  const report = judge(manifests, { now: NOW, environments });
  expect(report.findings.length).toBeGreaterThanOrEqual(4);
  const input = {
    report,
    rules: catalogue(),
    files: 1,
    errors: [],
    skipped: [],
    failOn: "error" as const,
    version: "0",
  };
  expectNone(writeReport(format, input, { color: true }));
});

test("no value comes out of the Pulumi policies, which show no property at all", () => {
  const messages: string[] = [];
  const resources = parseManifests(MANIFESTS, "a.yaml").manifests.map(({ object }, index) => {
    const props = object as { apiVersion: string; kind: string };
    const version = props.apiVersion === "v1" ? "core/v1" : props.apiVersion;
    return { type: `kubernetes:${version}:${props.kind}`, urn: `urn:${index}`, name: `r${index}`, props: { ...props } };
  });
  const getConfig = <T extends object>(): T => ({}) as T;
  const report = (message: string): void => void messages.push(message);
  for (const policy of keyturnPolicies({ environments, now: () => NOW })) {
    if ("validateResource" in policy)
      for (const one of resources) policy.validateResource({ ...one, getConfig }, report);
    else policy.validateStack({ resources, getConfig }, report);
  }
  expect(messages.length).toBeGreaterThanOrEqual(4);
  expectNone(messages.join("\n"));
});

test("no value comes out of the cdk8s plugin", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keyturn-canary-"));
  try {
    writeFileSync(join(folder, "a.yaml"), MANIFESTS);
    const said: unknown[] = [];
    await new KeyturnValidation({ environments }).validate({
      manifests: [join(folder, "a.yaml")],
      logger: { log: (message) => void said.push(message) },
      report: { addViolation: (one) => void said.push(one), submit: (...all) => void said.push(all) },
    });
    expect(said.length).toBeGreaterThanOrEqual(3);
    // The folder's own name is not part of the question.
    expectNone(JSON.stringify(said).replaceAll(folder, ""));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
