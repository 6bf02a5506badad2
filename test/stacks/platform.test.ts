import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { buildApp } from "../../stacks/gitops/app";
import { planOf } from "keyturn/cdk8s";
import { record } from "../components/pulumi-rig";

// The engine runs this program in the end-to-end test; here it is seen without one.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keyturn-platform-"));
  writeFileSync(join(folder, "access.json"), JSON.stringify(planOf(buildApp({ outdir: folder })).access));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the platform of dev: mount, login, and for each team namespace, policy, role, account and store", async () => {
  const settings = {
    environment: "dev",
    keepSecrets: "false",
    reconciler: "false",
    access: join(folder, "access.json"),
  };
  const { resources, named } = await record(() => {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [`rig:${key}`, value])),
    );
    jest.isolateModules(() => {
      // The one copy that has the mocks.
      jest.doMock("@pulumi/pulumi", () => pulumi);
      jest.requireActual("../../stacks/platform/index");
    });
  });
  const own = resources.filter(({ custom }) => custom).map(({ type, name }) => `${name} ${type.replace(/.*[:/]/, "")}`);
  expect(own.sort()).toEqual([
    "payments-payments-dev Namespace",
    "payments-payments-dev-account ServiceAccount",
    "payments-payments-dev-token-binding RoleBinding",
    "payments-payments-dev-token-role Role",
    "payments-policy Policy",
    "payments-role AuthBackendRole",
    "payments-store-payments-dev SecretStore",
    "shop-policy Policy",
    "shop-role AuthBackendRole",
    "shop-shop-dev Namespace",
    "shop-shop-dev-account ServiceAccount",
    "shop-shop-dev-token-binding RoleBinding",
    "shop-shop-dev-token-role Role",
    "shop-store-shop-dev SecretStore",
    "vault-auth AuthBackend",
    "vault-auth-config AuthBackendConfig",
    "vault-mount Mount",
  ]);
  expect(named("shop-policy").inputs.policy).toContain('path "dev/data/shop/search"');
  expect(named("vault-mount").retainOnDelete).toBe(false);
});
