import * as k8s from "@pulumi/kubernetes";
import { ApiObject, App, Chart, Testing } from "cdk8s";
import * as cdk8s from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";
import { devPayments, payments, prod, refusal, shop } from "./fixtures";
import { record } from "./pulumi-rig";

const keys = { PASSWORD: "db#password" };
const newChart = (namespace?: string): Chart =>
  new Chart(new App({ outdir: "unused" }), "chart", namespace === undefined ? {} : { namespace });
const deployment = (scope: Chart): ApiObject =>
  new ApiObject(scope, "checkout", { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "payments" } });

describe("Store.fromName", () => {
  it("is a store for AppSecrets and emits nothing, in cdk8s", () => {
    const chart = newChart();
    const vault = cdk8s.Store.fromName(prod, "vault-backend");
    expect(vault).toEqual({ environment: prod, name: "vault-backend" });
    new cdk8s.AppSecret(chart, "db", { team: payments, keys, store: vault });
    const objects = Testing.synth(chart) as { kind: string; spec: { secretStoreRef: unknown } }[];
    expect(objects.map(({ kind, spec }) => [kind, spec.secretStoreRef])).toEqual([
      ["ExternalSecret", { kind: "SecretStore", name: "vault-backend" }],
    ]);
  });

  it("is a store for AppSecrets and registers nothing, in Pulumi", async () => {
    const { resources } = await record(() => {
      const vault = components.Store.fromName(prod, "vault-backend");
      new components.AppSecret("app", { team: payments, keys, store: vault });
    });
    expect(resources.map(({ type }) => type)).toEqual([
      "keyturn:index:AppSecret",
      "kubernetes:external-secrets.io/v1:ExternalSecret",
    ]);
    expect(resources[0]?.inputs.store).toBe("vault-backend");
  });

  it("belongs to its environment, also for the compiler, and has a name that can be one", () => {
    const vault = cdk8s.Store.fromName(prod, "vault-backend");
    expect(
      // @ts-expect-error a store of prod does not fit a team of dev
      refusal(() => new cdk8s.AppSecret(newChart(), "db", { team: devPayments, keys, store: vault })),
    ).toEqual([
      'AppSecret "db" › store: belongs to environment "prod", team "payments" to "dev"; take the store of "dev"',
    ]);
    for (const { Store } of [cdk8s, components]) {
      expect(refusal(() => Store.fromName(prod, "Vault"))).toEqual([
        'Store "Vault" › name: "Vault" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
      ]);
      expect(refusal(() => Store.fromName(prod, "vault", { vault: "legacy" }))).toEqual([
        'Store "vault" › vault: "legacy" is not a Vault of environment "prod" (main)',
      ]);
      expect(refusal(() => Store.fromName({} as typeof prod, "vault"))).toEqual([
        'Store "vault" › environment: is not made by environment(...)',
      ]);
    }
  });
});

describe("AppSecret.fromSecretName", () => {
  it("rolls a workload and emits nothing, in cdk8s", () => {
    const chart = newChart();
    const legacy = cdk8s.AppSecret.fromSecretName(chart, "legacy", "legacy-db", { team: payments, keys: ["PASSWORD"] });
    deployment(chart).with(legacy.rollout({ keys: ["PASSWORD"] }));
    const objects = Testing.synth(chart) as { kind: string; metadata: { annotations: unknown } }[];
    expect(objects.map(({ kind, metadata }) => [kind, metadata.annotations])).toEqual([
      ["Deployment", { "keyturn.dev/rollout-on": "legacy-db/PASSWORD" }],
    ]);
    expect(cdk8s.planOf(chart).manifests).toEqual([]);
    expect(legacy instanceof cdk8s.AppSecret).toBe(false);
    expect(legacy.rolloutAnnotations()).toEqual({ "keyturn.dev/rollout-on": "legacy-db" });
  });

  it("stops the synth when the rollout reached nothing", () => {
    const chart = newChart();
    cdk8s.AppSecret.fromSecretName(chart, "legacy", "legacy-db", { team: payments }).rollout();
    expect(() => void Testing.synth(chart)).toThrow("was applied to nothing that can be rolled");
  });

  it("takes the chart's namespace where the team has several", () => {
    expect(cdk8s.AppSecret.fromSecretName(newChart("shop-eu"), "x", "s", { team: shop }).namespace).toBe("shop-eu");
    expect(refusal(() => cdk8s.AppSecret.fromSecretName(newChart(), "x", "s", { team: shop }))).toEqual([
      'AppSecret "x" › namespace: is missing; team "shop" has several: shop, shop-eu',
    ]);
  });

  it("rolls a workload and registers nothing of its own, in Pulumi", async () => {
    const { resources, named } = await record(() => {
      const legacy = components.AppSecret.fromSecretName("legacy-db", { team: payments, keys: ["PASSWORD"] });
      new k8s.apps.v1.Deployment(
        "checkout",
        { metadata: { name: "checkout", namespace: "payments" }, spec: { selector: {}, template: {} } },
        { transformations: [legacy.rollout()] },
      );
      expect(legacy.rolloutAnnotations({ keys: ["PASSWORD"] })).toEqual({
        "keyturn.dev/rollout-on": "legacy-db/PASSWORD",
      });
    });
    expect(resources.map(({ name }) => name)).toEqual(["checkout"]);
    expect(named("checkout").inputs.metadata).toMatchObject({ annotations: { "keyturn.dev/rollout-on": "legacy-db" } });
  });

  it("refuses wrong names, namespaces and keys with their places", () => {
    const wrong = { team: payments, namespace: "paymnts", keys: ["a b"] };
    const expected = (id: string): readonly string[] => [
      `AppSecret "${id}" › name: "${"DB"}" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")`,
      `AppSecret "${id}" › namespace: "paymnts" is not a namespace of team "payments" (payments); did you mean "payments"?`,
      `AppSecret "${id}" › keys[0]: "a b" may only have letters, digits, "-", "_" and "."`,
    ];
    expect(refusal(() => cdk8s.AppSecret.fromSecretName(newChart(), "x", "DB", wrong))).toEqual(expected("x"));
    expect(refusal(() => components.AppSecret.fromSecretName("DB", wrong))).toEqual(expected("DB"));
    const legacy = components.AppSecret.fromSecretName("db", { team: payments, keys: ["PASSWORD"] });
    expect(refusal(() => legacy.rollout({ keys: ["PASSWRD"] }))).toEqual([
      'AppSecret "db" › rollout.keys[0]: "PASSWRD" is not a key of the Secret (PASSWORD); did you mean "PASSWORD"?',
    ]);
  });
});
