import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Yaml } from "cdk8s";
import { isKubernetesObject, parseEnvironments, type AccessFile, type KubernetesObject } from "../../api";
import { company } from "../../stacks/environments";
import { synthesize } from "../../stacks/gitops/app";

const root = join(__dirname, "../..");
let outdir: string;
beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "keyturn-gitops-"))));
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

const objectsOf = (file: string): readonly KubernetesObject[] =>
  (Yaml.load(join(outdir, file)) as unknown[]).filter(isKubernetesObject);
const names = (file: string): readonly string[] =>
  objectsOf(file).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);

it("the real `cdk8s synth` writes a file per environment and team, and the Vault half", () => {
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/cdk8s-cli/bin/cdk8s"),
      "synth",
      "--output",
      outdir,
      "--no-validate",
      "--check-upgrade=false",
    ],
    { cwd: root, encoding: "utf8", stdio: "pipe" },
  );
  expect(readdirSync(outdir).sort()).toEqual([
    "access.json",
    "dev-analytics.k8s.yaml",
    "dev-payments.k8s.yaml",
    "dev-shop.k8s.yaml",
    "environments.json",
    "prod-analytics.k8s.yaml",
    "prod-payments.k8s.yaml",
    "prod-shop.k8s.yaml",
    "vault",
  ]);
  expect(readdirSync(join(outdir, "vault")).sort()).toEqual([
    "keyturn-dev-analytics.hcl",
    "keyturn-dev-payments.hcl",
    "keyturn-dev-shop.hcl",
    "keyturn-prod-analytics.hcl",
    "keyturn-prod-payments.hcl",
    "keyturn-prod-shop.hcl",
    "roles.json",
  ]);
  expect(names("prod-shop.k8s.yaml")).toEqual([
    "ExternalSecret shop/storefront-api",
    "ExternalSecret shop/storefront-sessions",
    "Deployment shop/storefront",
    "ExternalSecret shop/catalog-settings",
    "Deployment shop/catalog",
  ]);
  expect(names("prod-analytics.k8s.yaml")).toEqual([
    "ExternalSecret analytics/reports-rates",
    "ExternalSecret analytics/reports-warehouse",
    "CronJob analytics/reports",
  ]);
  const find = (kind: string, name: string) =>
    objectsOf("prod-payments.k8s.yaml").find((object) => object.kind === kind && object.metadata.name === name);
  const [secret, deployment] = [find("ExternalSecret", "app-db-secret"), find("Deployment", "checkout")];
  expect(secret).toMatchObject({
    metadata: {
      name: "app-db-secret",
      namespace: "payments",
      annotations: { "keyturn.dev/environment": "prod", "keyturn.dev/team": "payments" },
    },
    spec: { refreshInterval: "5m0s", secretStoreRef: { kind: "SecretStore", name: "keyturn-prod" } },
  });
  expect(deployment?.metadata).toEqual({
    name: "checkout",
    namespace: "payments",
    annotations: {
      "keyturn.dev/rollout-on": "app-db-secret/DB_PASSWORD,app-db-secret/DB_USER,checkout-rates/RATES_TOKEN",
    },
  });
  expect(find("StatefulSet", "ledger")).toMatchObject({
    metadata: {
      annotations: {
        "keyturn.dev/rollout-on": "ledger-db/DATABASE_URL,ledger-tls",
        "keyturn.dev/rollout-window": "02:00-04:00 Europe/Berlin",
      },
    },
    spec: {
      template: {
        spec: {
          containers: [
            {
              env: [{ name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "ledger-db", key: "DATABASE_URL" } } }],
              volumeMounts: [{ mountPath: "/etc/ledger/tls", name: "ledger-tls", readOnly: true }],
            },
          ],
          volumes: [{ name: "ledger-tls", secret: { secretName: "ledger-tls", defaultMode: 0o440 } }],
        },
      },
    },
  });
  const access = JSON.parse(readFileSync(join(outdir, "access.json"), "utf8")) as AccessFile;
  expect(access.grants.map(({ environment, mount, key }) => `${environment} ${mount}/${key}`)).toEqual([
    ...["dev", "prod"].flatMap((name) => [
      `${name} ${name}/analytics/warehouse`,
      `${name} ${name}/payments/fx-rates`,
      `${name} ${name}/payments/db`,
      `${name} ${name}/payments/fx-rates`,
      `${name} ${name}/payments/ledger-db`,
      `${name} ${name}/payments/ledger-tls`,
      `${name} ${name}/shop/catalog`,
      `${name} ${name}/shop/payment-api`,
      `${name} ${name}/shop/search`,
      `${name} ${name}/shop/sessions`,
    ]),
  ]);
  const environments = parseEnvironments(
    JSON.parse(readFileSync(join(outdir, "environments.json"), "utf8")),
    "environments.json",
  );
  expect(environments.map(({ name, teams }) => [name, teams.map((team) => team.name)])).toEqual([
    ["dev", ["analytics", "payments", "shop"]],
    ["prod", ["analytics", "payments", "shop"]],
  ]);
});

it("synthesizes in-process for one environment, with the platform where Pulumi does not deploy it", () => {
  const { dev } = company({ dev: { address: "https://127.0.0.1:8200", ca: "-----BEGIN CERTIFICATE-----\nx\n" } });
  synthesize({
    outdir,
    tenancies: [{ ...dev, staleFor: "2s" }],
    platform: { kubernetesHost: "https://127.0.0.1:6443", bundle: { text: "0" } },
  });
  expect(
    readdirSync(outdir)
      .filter((file) => file.endsWith(".yaml"))
      .sort(),
  ).toEqual(["dev-analytics.k8s.yaml", "dev-payments.k8s.yaml", "dev-platform.k8s.yaml", "dev-shop.k8s.yaml"]);
  const platform = names("dev-platform.k8s.yaml");
  expect(platform).toContain("SecretStore payments-dev/keyturn-dev");
  expect(platform).toContain("ServiceAccount shop-dev/keyturn-shop");
  expect(platform).toContain("Deployment keyturn-system/keyturn-reconciler");
  expect(objectsOf("dev-payments.k8s.yaml")[0]).toMatchObject({ spec: { refreshInterval: "2s" } });
  expect(JSON.parse(readFileSync(join(outdir, "vault/platform.json"), "utf8"))).toContainEqual({
    environment: "dev",
    path: "auth/k8s-dev/config",
    body: { kubernetes_host: "https://127.0.0.1:6443", disable_local_ca_jwt: false },
  });
});

it("takes the endpoints of a trial from the environment, and says what is wrong with them", () => {
  expect(company({ dev: { address: "https://127.0.0.1:1" } }).dev.environment.vault.address).toBe(
    "https://127.0.0.1:1",
  );
  expect(() => company({ prod: { address: "localhost" } })).toThrow(
    'Environment "prod" › vault.address: "localhost" is not an address like "https://vault.example.com:8200"',
  );
});
