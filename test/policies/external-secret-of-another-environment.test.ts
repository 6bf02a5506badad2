import { UNKNOWN } from "../../policies";
import { externalSecret, judgeObjects, said, store } from "./fixtures";

const PROD = "https://vault.prod.example.com:8200";
const DEV = "https://vault.dev.example.com:8200";
const ofDev = { server: DEV, namespace: "teams/dev" };
const cluster = { name: "vault-dev", kind: "ClusterSecretStore" };

describe("ENV002: an ExternalSecret uses a store of its own environment", () => {
  test("a ClusterSecretStore of another environment among the manifests is a finding", () => {
    const report = judgeObjects([
      externalSecret({ namespace: "payments", store: cluster, keys: ["payments/db"] }),
      store({ ...cluster, vault: ofDev }),
    ]);
    expect(said(report)).toEqual([
      `ENV002 spec.secretStoreRef: ClusterSecretStore "vault-dev": spec.provider.vault.server is the Vault of environment "dev"; namespace "payments" belongs to environment "prod", whose Vault is ${PROD}`,
    ]);
  });

  test("a store of one entry's own sourceRef is a finding at that entry", () => {
    const data = [{ secretKey: "A", remoteRef: { key: "payments/db" }, sourceRef: { storeRef: cluster } }];
    const report = judgeObjects([
      externalSecret({ namespace: "payments", spec: { data } }),
      store({ ...cluster, vault: ofDev }),
    ]);
    expect(report.findings.map(({ path }) => path)).toEqual(["spec.data[0].sourceRef.storeRef"]);
  });

  test("a store that says another environment is a finding whatever its server", () => {
    const report = judgeObjects([
      externalSecret({ namespace: "payments", store: cluster, keys: ["prod/payments/db"] }),
      store({ ...cluster, annotations: { "keyturn.dev/environment": "stage" }, vault: { server: PROD } }),
    ]);
    expect(said(report)).toEqual([
      `ENV002 spec.secretStoreRef: ClusterSecretStore "vault-dev" says it belongs to environment "stage"; namespace "payments" belongs to environment "prod"`,
    ]);
  });

  test("an annotation that contradicts the namespace is a finding without any store", () => {
    const annotations = { "keyturn.dev/environment": "dev" };
    expect(said(judgeObjects([externalSecret({ namespace: "payments", annotations, keys: ["payments/db"] })]))).toEqual(
      [
        `ENV002 metadata.annotations["keyturn.dev/environment"]: namespace "payments" belongs to environment "prod", but the object says it belongs to environment "dev"`,
      ],
    );
  });

  test("one cause is one finding: a wrong store of the same namespace is said once, at the store", () => {
    const report = judgeObjects([
      store({ namespace: "payments", vault: { server: DEV, path: "dev" } }),
      externalSecret({ namespace: "payments", keys: ["payments/a", "payments/b"] }),
      externalSecret({ namespace: "payments", keys: ["payments/c"] }),
    ]);
    expect(report.findings.map(({ ruleId, subject }) => `${ruleId} ${subject.kind}`)).toEqual(["ENV001 SecretStore"]);
  });

  test("an annotation chooses between environments of one namespace name, and the store has to follow", () => {
    const shared = store({ namespace: "shared", vault: { server: PROD, path: "prod" } });
    const claiming = (environment: string): object =>
      externalSecret({
        namespace: "shared",
        annotations: { "keyturn.dev/environment": environment },
        keys: ["payments/db"],
      });
    expect(said(judgeObjects([shared, claiming("prod")]))).toEqual([]);
    expect(said(judgeObjects([shared, claiming("dev")]))).toEqual([
      `ENV002 spec.secretStoreRef: SecretStore "vault": spec.provider.vault.server is the Vault of environments "prod" and "stage"; namespace "shared" belongs to environment "dev", whose Vault is ${DEV}`,
    ]);
  });

  test.each([
    ["a right store", [store({ ...cluster, vault: { server: PROD, path: "prod" } })]],
    ["no store among the manifests", []],
    [
      "a store of that name in another namespace",
      [store({ name: "vault-dev", namespace: "payments-dev", vault: ofDev })],
    ],
    ["a store of another provider", [store({ ...cluster, spec: { provider: { aws: {} } } })]],
  ])("nothing is said about %s", (_, stores) => {
    expect(
      said(judgeObjects([externalSecret({ namespace: "payments", store: cluster, keys: ["payments/db"] }), ...stores])),
    ).toEqual([]);
  });

  test("two stores of one name are both judged, in any order", () => {
    const objects = [
      externalSecret({ namespace: "payments", store: cluster, keys: ["payments/db"] }),
      store({ ...cluster, vault: { server: PROD, path: "prod" } }),
      store({ ...cluster, vault: ofDev }),
    ];
    expect(judgeObjects(objects).findings).toHaveLength(1);
    expect(judgeObjects(objects.toReversed())).toEqual(judgeObjects(objects));
  });

  test("what is not known yet is unknown: the store's name, its server", () => {
    const unknownName = externalSecret({ namespace: "payments", store: { name: UNKNOWN }, keys: ["payments/db"] });
    expect(said(judgeObjects([unknownName]))).toEqual(["? ENV002 spec.secretStoreRef: the store is not known yet"]);
    const report = judgeObjects([
      externalSecret({ namespace: "payments", store: cluster, keys: ["payments/db"] }),
      store({ ...cluster, vault: { server: UNKNOWN, path: "prod" } }),
    ]);
    expect(said(report)).toEqual([
      `? ENV002 spec.secretStoreRef: ClusterSecretStore "vault-dev": spec.provider.vault.server: the server is not known yet`,
    ]);
  });
});
