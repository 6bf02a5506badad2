import fc from "fast-check";
import { appSecret, environment, plan, reconciler, store, team, teamAccess, type ReconcilerSpec } from "keyturn";
import { crds, kvReadPath, type KubernetesObject } from "../../api";
import { remoteKey, rolloutOn } from "../../components/manifests";
import { dev, payments, prod, shop } from "./fixtures";

const annotations = { "keyturn.dev/environment": "prod", "keyturn.dev/team": "payments" };
const only = (objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject => {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects of kind ${kind} ${name}`);
  return found[0];
};

describe("ExternalSecret", () => {
  it("writes out every field a CRD of any ESO version would default", () => {
    const secret = appSecret("db", {
      team: payments,
      name: "app-db-secret",
      keys: { USER: "db#username", PIN: { path: "db", property: "pin", version: 3 } },
      staleFor: "5m",
      labels: { z: "1", app: "checkout" },
      annotations: { note: "n", "keyturn.dev/team": "someone-else" },
    });
    expect(plan([secret]).manifests).toEqual([
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: {
          name: "app-db-secret",
          namespace: "payments",
          labels: { app: "checkout", z: "1" },
          annotations: { ...annotations, note: "n" },
        },
        spec: {
          secretStoreRef: { kind: "SecretStore", name: "keyturn-prod" },
          refreshPolicy: "Periodic",
          refreshInterval: "5m0s",
          target: { name: "app-db-secret", creationPolicy: "Owner", deletionPolicy: "Retain" },
          data: [
            {
              secretKey: "PIN",
              remoteRef: {
                key: "payments/db",
                property: "pin",
                version: "3",
                metadataPolicy: "None",
                conversionStrategy: "Default",
                decodingStrategy: "None",
              },
            },
            {
              secretKey: "USER",
              remoteRef: {
                key: "payments/db",
                property: "username",
                metadataPolicy: "None",
                conversionStrategy: "Default",
                decodingStrategy: "None",
              },
            },
          ],
        },
      },
    ]);
  });

  it("writes a key that begins with the mount's name in full, because ESO would cut it off", () => {
    expect(remoteKey({ mount: "payments", version: 2 }, "payments/db")).toBe("payments/payments/db");
    expect(remoteKey({ mount: "prod", version: 2 }, "payments/db")).toBe("payments/db");
    expect(remoteKey({ mount: "prod", version: 2 }, "data/db")).toBe("data/db");
    expect(remoteKey({ mount: "prod", version: 1 }, "prod/db")).toBe("prod/prod/db");
  });

  it("is read at exactly the path that was declared, whatever mount and key share", () => {
    const segments = fc
      .array(fc.constantFrom("prod", "data", "db", "a"), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("/"));
    fc.assert(
      fc.property(segments, segments, fc.constantFrom(1 as const, 2 as const), (mount, key, version) => {
        const path = kvReadPath({ path: mount, version: `v${version}` }, remoteKey({ mount, version }, key));
        expect(path).toBe(version === 2 ? `${mount}/data/${key}` : `${mount}/${key}`);
      }),
    );
  });
});

describe("SecretStore", () => {
  const storeOf = (vault: object): KubernetesObject => {
    const environment_ = environment("prod", {
      vault: {
        address: "https://v:8200",
        kv: { mount: "prod" },
        login: { kubernetes: { mount: "k8s" } },
        ...vault,
      },
    });
    return only(
      plan([store("s", { team: team(environment_, "payments", { namespaces: ["payments"] }) })]).manifests,
      "SecretStore",
    );
  };

  it("belongs to keyturn and logs in as the team's ServiceAccount, for the environment's audience", () => {
    expect(plan([store("s", { team: payments })]).manifests).toEqual([
      {
        apiVersion: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: { name: "keyturn-prod", namespace: "payments", annotations },
        spec: {
          controller: "keyturn",
          provider: {
            vault: {
              server: "https://vault.prod.example.com:8200",
              path: "prod",
              version: "v2",
              auth: {
                kubernetes: {
                  mountPath: "k8s-prod",
                  role: "keyturn-prod-payments",
                  serviceAccountRef: { name: "keyturn-payments", audiences: ["vault-prod"] },
                },
              },
            },
          },
        },
      },
    ]);
  });

  const variants: readonly (readonly [object, object])[] = [
    [
      { kv: { mount: "old", version: 1 }, namespace: "tenants/a" },
      { path: "old", version: "v1", namespace: "tenants/a" },
    ],
    [{ login: { token: { secret: "t", key: "k" } } }, { auth: { tokenSecretRef: { name: "t", key: "k" } } }],
    [
      { ca: { pem: "-----BEGIN CERTIFICATE-----\nx" } },
      { caBundle: Buffer.from("-----BEGIN CERTIFICATE-----\nx").toString("base64") },
    ],
    [{ ca: { configMap: { name: "ca", key: "k" } } }, { caProvider: { type: "ConfigMap", name: "ca", key: "k" } }],
    [{ ca: { secret: { name: "ca", key: "k" } } }, { caProvider: { type: "Secret", name: "ca", key: "k" } }],
    [
      { login: { kubernetes: { mount: "k8s", reviewer: "client" } } },
      {
        auth: {
          kubernetes: {
            mountPath: "k8s",
            role: "keyturn-prod-payments",
            serviceAccountRef: {
              name: "keyturn-payments",
              audiences: ["vault-prod", "https://kubernetes.default.svc.cluster.local"],
            },
          },
        },
      },
    ],
  ];
  it.each(variants)("of %j", (vault, provider) => {
    expect(storeOf(vault)).toMatchObject({ spec: { provider: { vault: provider } } });
  });

  it("is in each namespace of the team, or in those that are named", () => {
    const namespaces = (given?: readonly string[]) =>
      plan([store("s", { team: shop, ...(given === undefined ? {} : { namespaces: given }) })]).manifests.map(
        ({ metadata }) => metadata.namespace,
      );
    expect(namespaces()).toEqual(["shop", "shop-eu"]);
    expect(namespaces(["shop-eu"])).toEqual(["shop-eu"]);
  });
});

describe("TeamAccess", () => {
  it("lets the reconciler ask for tokens of exactly the team's ServiceAccount", () => {
    const meta = { name: "keyturn-payments-token", namespace: "payments", annotations };
    expect(plan([teamAccess("a", { team: payments })]).manifests).toEqual([
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "keyturn-payments", namespace: "payments", annotations },
        automountServiceAccountToken: false,
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: meta,
        rules: [
          {
            apiGroups: [""],
            resources: ["serviceaccounts/token"],
            resourceNames: ["keyturn-payments"],
            verbs: ["create"],
          },
        ],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: meta,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "keyturn-payments-token" },
        subjects: [{ kind: "ServiceAccount", name: "keyturn", namespace: "keyturn-system" }],
      },
    ]);
  });

  it("binds the ServiceAccount to token review only where the login reviews itself", () => {
    const client = environment("prod", {
      vault: {
        address: "https://v:8200",
        kv: { mount: "prod" },
        login: { kubernetes: { mount: "k8s", reviewer: "client" } },
      },
    });
    const { manifests } = plan([teamAccess("a", { team: team(client, "payments", { namespaces: ["payments"] }) })]);
    expect(only(manifests, "ClusterRoleBinding")).toEqual({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "keyturn:reviewer:payments:keyturn-payments", annotations },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
      subjects: [{ kind: "ServiceAccount", name: "keyturn-payments", namespace: "payments" }],
    });
  });

  it("has no ServiceAccount, no rights and no role where a token logs in", () => {
    const token = environment("prod", {
      vault: { address: "https://v:8200", kv: { mount: "prod" }, login: { token: { secret: "t", key: "k" } } },
    });
    const result = plan([teamAccess("a", { team: team(token, "payments", { namespaces: ["payments"] }) })]);
    expect(result.manifests).toEqual([]);
    expect(result.vault.map(({ roles, policies }) => [roles.length, policies.length])).toEqual([[0, 1]]);
  });
});

describe("Reconciler", () => {
  const spec: ReconcilerSpec<"prod"> = { environment: prod, teams: [shop, payments], bundle: "start()" };
  const manifests = (change: Partial<ReconcilerSpec<"prod">> = {}) =>
    plan([reconciler("r", { ...spec, ...change })]).manifests;
  const names = (objects: readonly KubernetesObject[]) =>
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);

  it("is a namespace, CRDs, exact rights, the program and its surroundings", () => {
    expect(names(manifests())).toEqual([
      "Namespace /keyturn-system",
      "CustomResourceDefinition /clustersecretstores.external-secrets.io",
      "CustomResourceDefinition /externalsecrets.external-secrets.io",
      "CustomResourceDefinition /secretrollouts.keyturn.dev",
      "CustomResourceDefinition /secretstores.external-secrets.io",
      "ServiceAccount keyturn-system/keyturn",
      "Role keyturn-system/keyturn-reconciler-own",
      "Role payments/keyturn-reconciler",
      "Role shop/keyturn-reconciler",
      "Role shop-eu/keyturn-reconciler",
      "RoleBinding keyturn-system/keyturn-reconciler-own",
      "RoleBinding payments/keyturn-reconciler",
      "RoleBinding shop/keyturn-reconciler",
      "RoleBinding shop-eu/keyturn-reconciler",
      "ConfigMap keyturn-system/keyturn-reconciler",
      "ConfigMap keyturn-system/keyturn-reconciler-environments",
      "Service keyturn-system/keyturn-reconciler",
      "NetworkPolicy keyturn-system/keyturn-reconciler",
      "PodDisruptionBudget keyturn-system/keyturn-reconciler",
      "Deployment keyturn-system/keyturn-reconciler",
    ]);
  });

  it("installs the CRDs it is asked for", () => {
    const kinds = (which: "keyturn" | "none") =>
      manifests({ crds: which, createNamespace: false }).map(({ kind }) => kind);
    expect(kinds("none").slice(0, 2)).toEqual(["ServiceAccount", "Role"]);
    expect(kinds("keyturn").slice(0, 2)).toEqual(["CustomResourceDefinition", "ServiceAccount"]);
    expect(manifests().filter(({ kind }) => kind === "CustomResourceDefinition")).toHaveLength(crds.length);
  });

  it("may do in the declared namespaces what it does there, and nothing anywhere else", () => {
    expect(only(manifests(), "RoleBinding", "keyturn-reconciler-own")).toMatchObject({
      subjects: [{ kind: "ServiceAccount", name: "keyturn", namespace: "keyturn-system" }],
    });
    const role = manifests().find(({ kind, metadata }) => kind === "Role" && metadata.namespace === "payments");
    expect(role?.rules).toEqual([
      { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: ["get", "list", "watch", "patch"] },
      { apiGroups: ["external-secrets.io"], resources: ["secretstores"], verbs: ["get", "list", "watch"] },
      {
        apiGroups: ["external-secrets.io"],
        resources: ["externalsecrets/status", "secretstores/status"],
        verbs: ["patch"],
      },
      { apiGroups: ["external-secrets.io"], resources: ["externalsecrets/finalizers"], verbs: ["update"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "patch", "delete"] },
      { apiGroups: [""], resources: ["events"], verbs: ["create"] },
      {
        apiGroups: ["apps"],
        resources: ["daemonsets", "deployments", "statefulsets"],
        verbs: ["get", "list", "watch", "patch"],
      },
      {
        apiGroups: ["keyturn.dev"],
        resources: ["secretrollouts"],
        verbs: ["get", "list", "watch", "create", "delete"],
      },
      { apiGroups: ["keyturn.dev"], resources: ["secretrollouts/status"], verbs: ["patch"] },
    ]);
    expect(only(manifests(), "Role", "keyturn-reconciler-own").rules).toEqual([
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        resourceNames: ["keyturn-reconciler"],
        verbs: ["get", "update"],
      },
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["keyturn-generation-key"], verbs: ["get"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    ]);
    expect(names(manifests()).filter((name) => name.startsWith("ClusterRole"))).toEqual([]);
  });

  it("gets rights in the whole cluster only on request", () => {
    const cluster = manifests({ scope: "cluster" });
    expect(names(cluster).filter((name) => name.includes("Role"))).toEqual([
      "ClusterRole /keyturn:reconciler:keyturn-system",
      "ClusterRoleBinding /keyturn:reconciler:keyturn-system",
      "Role keyturn-system/keyturn-reconciler-own",
      "RoleBinding keyturn-system/keyturn-reconciler-own",
    ]);
    expect(only(cluster, "Deployment")).not.toMatchObject({
      spec: {
        template: {
          spec: { containers: [{ args: expect.arrayContaining([expect.stringMatching(/^--namespaces/)]) as unknown }] },
        },
      },
    });
    const stores = only(manifests({ clusterStores: true }), "ClusterRole");
    expect(stores.rules).toEqual([
      { apiGroups: ["external-secrets.io"], resources: ["clustersecretstores"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["external-secrets.io"], resources: ["clustersecretstores/status"], verbs: ["patch"] },
      { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
    ]);
  });

  it("reads the ConfigMap with the CA by name, where there is one", () => {
    const withCa = environment("prod", {
      vault: {
        address: "https://v",
        kv: { mount: "kv" },
        login: { kubernetes: { mount: "k" } },
        ca: { configMap: { name: "vault-ca", key: "ca.crt" } },
      },
    });
    const owner = team(withCa, "payments", { namespaces: ["payments"] });
    const [role] = plan([reconciler("r", { environment: withCa, teams: [owner], bundle: "0" })]).manifests.filter(
      ({ kind, metadata }) => kind === "Role" && metadata.namespace === "payments",
    );
    expect(role?.rules).toContainEqual({
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["vault-ca"],
      verbs: ["get"],
    });
  });

  it("runs the bundle from a ConfigMap on a stock Node image under the restricted pod standard", () => {
    const deployment = only(manifests(), "Deployment");
    expect(deployment).toMatchObject({
      metadata: { name: "keyturn-reconciler", namespace: "keyturn-system" },
      spec: {
        replicas: 2,
        template: {
          metadata: {
            annotations: {
              "keyturn.dev/config": expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
              "keyturn.dev/vault": "https://vault.prod.example.com:8200",
            },
          },
          spec: {
            serviceAccountName: "keyturn",
            automountServiceAccountToken: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65532,
              runAsGroup: 65532,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                image: "docker.io/library/node:24-slim",
                command: [
                  "node",
                  "--max-semi-space-size=2",
                  "--disable-proto=throw",
                  "--disallow-code-generation-from-strings",
                  "/app/reconciler.cjs",
                ],
                args: [
                  "--namespaces=payments,shop,shop-eu",
                  "--leader-elect",
                  "--environments=/etc/keyturn/environments.json",
                  "--metrics-address=0.0.0.0:8080",
                  "--health-address=0.0.0.0:8081",
                  "--audit=stdout",
                  "--log-level=info",
                ],
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    });
    expect(only(manifests(), "ConfigMap", "keyturn-reconciler")).toMatchObject({
      metadata: { annotations: { "argocd.argoproj.io/sync-options": "ServerSideApply=true" } },
      data: { "reconciler.cjs": "start()" },
    });
    const { data } = only(manifests(), "ConfigMap", "keyturn-reconciler-environments") as KubernetesObject & {
      data: Record<string, string>;
    };
    expect(JSON.parse(data["environments.json"] ?? "")).toMatchObject({
      kind: "Environments",
      environments: [{ name: "prod", teams: [{ name: "payments" }, { name: "shop" }] }],
    });
  });

  it("takes another image by tag or by digest", () => {
    const image = (given: ReconcilerSpec["image"]) =>
      JSON.stringify(only(manifests({ image: given ?? {} }), "Deployment")).match(/"image":"([^"]*)"/)?.[1];
    expect(image({ tag: "24.21.0-alpine" })).toBe("docker.io/library/node:24.21.0-alpine");
    expect(image({ repository: "registry.example.com:5000/base/node", digest: `sha256:${"a".repeat(64)}` })).toBe(
      `registry.example.com:5000/base/node@sha256:${"a".repeat(64)}`,
    );
  });

  it("gets new pods when the program or its configuration changes, and only then", () => {
    const hash = (change: Partial<ReconcilerSpec<"prod">>) =>
      JSON.stringify(only(manifests(change), "Deployment")).match(/"keyturn.dev\/config":"(\w+)"/)?.[1];
    const before = hash({});
    expect(hash({ logLevel: "info" })).toBe(before);
    expect(hash({ bundle: "start(2)" })).not.toBe(before);
    expect(hash({ teams: [payments] })).not.toBe(before);
  });

  it("mentions its environment on every object of its own", () => {
    for (const { kind, metadata } of manifests())
      if (kind !== "CustomResourceDefinition") expect(metadata.annotations?.["keyturn.dev/environment"]).toBe("prod");
    expect(dev.name).toBe("dev");
  });
});

describe("keyturn.dev/rollout-on", () => {
  const cases: readonly (readonly [Parameters<typeof rolloutOn>, string])[] = [
    [[[{ secret: "b", keys: undefined }]], "b"],
    [[[{ secret: "b", keys: ["y", "x"] }]], "b/x,b/y"],
    [[[{ secret: "b", keys: ["x"] }], "a/z"], "a/z,b/x"],
    [[[{ secret: "b", keys: ["x"] }], "b"], "b"],
    [[[{ secret: "b", keys: undefined }], "b/x"], "b"],
    [[[{ secret: "b", keys: ["x"] }], "b/y"], "b/x,b/y"],
    [[[{ secret: "b", keys: ["x"] }], "auto"], "auto"],
  ];
  it.each(cases)("of %j is %s", ([used, existing], value) => expect(rolloutOn(used, existing)).toBe(value));
});
