import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { buildApp } from "../../stacks/gitops/app";
import { planOf } from "keyturn/cdk8s";
import type { KubernetesObject } from "../../api";
import { record, type Recording } from "../components/pulumi-rig";

// The engine runs this program in the end-to-end test; here it is seen without one.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keyturn-platform-"));
  writeFileSync(join(folder, "access.json"), JSON.stringify(planOf(buildApp({ outdir: folder })).access));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program registers with these settings. */
async function deploy(more: Readonly<Record<string, string>>): Promise<Recording> {
  const settings = {
    environment: "dev",
    keepSecrets: "false",
    reconciler: "false",
    access: join(folder, "access.json"),
    ...more,
  };
  return record(() => {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [`rig:${key}`, value])),
    );
    jest.isolateModules(() => {
      // The one copy that has the mocks.
      jest.doMock("@pulumi/pulumi", () => pulumi);
      jest.requireActual("../../stacks/platform/index");
    });
  });
}

const kindOf = (type: string): string => type.replace(/.*[:/]/, "");

it("the platform of dev: mount, login, and for each team namespace, policy, role, account and store", async () => {
  const { resources, named } = await deploy({});
  const own = resources.filter(({ custom }) => custom).map(({ type, name }) => `${name} ${kindOf(type)}`);
  const ofTeam = (team: string): readonly string[] => [
    `${team}-${team}-dev Namespace`,
    `${team}-${team}-dev-account ServiceAccount`,
    `${team}-${team}-dev-token-binding RoleBinding`,
    `${team}-${team}-dev-token-role Role`,
    `${team}-policy Policy`,
    `${team}-role AuthBackendRole`,
    `${team}-store-${team}-dev SecretStore`,
  ];
  expect(own.sort()).toEqual(
    [
      ...["analytics", "payments", "shop"].flatMap(ofTeam),
      "vault-auth AuthBackend",
      "vault-auth-config AuthBackendConfig",
      "vault-mount Mount",
      "vault-quota QuotaRateLimit",
    ].sort(),
  );
  expect(named("shop-policy").inputs.policy).toContain('path "dev/data/shop/search"');
  expect(named("vault-mount").retainOnDelete).toBe(false);
});

it("analytics reads the one shared path of payments and nothing else of theirs, and the policy says why", async () => {
  const { named } = await deploy({});
  const policy = String(named("analytics-policy").inputs.policy);
  expect([...policy.matchAll(/^path "([^"]+)"/gm)].map(([, path]) => path)).toEqual([
    "dev/data/analytics/warehouse",
    "dev/data/payments/fx-rates",
  ]);
  expect(policy).toContain("2030-06-30");
});

it("with the applications: the secrets and workloads that gitops writes, and policies of the same paths", async () => {
  const { resources, named } = await deploy({ applications: "true" });
  const platform = await deploy({});
  for (const policy of ["payments-policy", "shop-policy", "analytics-policy"])
    expect(named(policy).inputs.policy).toBe(platform.named(policy).inputs.policy);
  const app = buildApp({ outdir: folder });
  const synthesized = app.charts
    .filter(({ node }) => node.id.startsWith("dev-"))
    .flatMap((chart) => chart.toJson() as KubernetesObject[]);
  const registered = resources
    .filter(({ custom, type }) => custom && type.startsWith("kubernetes:"))
    .map(({ type, inputs }) => ({ ...(inputs as unknown as KubernetesObject), kind: kindOf(type) }));
  const byName = (objects: readonly KubernetesObject[], kinds: readonly string[]): readonly string[] =>
    objects
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, metadata: { name, namespace, annotations } }) =>
        [kind, `${namespace}/${name}`, annotations?.["keyturn.dev/rollout-on"] ?? ""].join(" ").trim(),
      )
      .sort();
  const workloads = ["Deployment", "StatefulSet", "CronJob"];
  expect(byName(registered, workloads)).toEqual(byName(synthesized, workloads));
  expect(byName(registered, workloads)).toHaveLength(5);
  const secrets = (objects: readonly KubernetesObject[]): readonly unknown[] =>
    objects
      .filter(({ kind }) => kind === "ExternalSecret")
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ metadata, spec }) => ({ metadata, spec }));
  expect(secrets(registered)).toEqual(secrets(synthesized));
  expect(secrets(registered)).toHaveLength(9);
});
