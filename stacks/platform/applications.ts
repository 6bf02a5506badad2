import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AppSecretSpec } from "keyturn";
import { AppSecret } from "keyturn/pulumi";
import type { Tenancy } from "../environments";
import { AT_NIGHT, secretsOf } from "../secrets";

/** The applications of `stacks/gitops`, for companies that deploy them with Pulumi too: `keyturn-platform:applications: "true"`. */
export function deployApplications<N extends string>(tenancy: Tenancy<N>, opts: pulumi.ResourceOptions): void {
  const { checkout, ledger, storefront, catalog, reports } = secretsOf(tenancy);
  const secret = (name: string, spec: AppSecretSpec<N>): AppSecret<N> => new AppSecret(name, spec, opts);
  const [payments, shop, analytics] = [tenancy.payments, tenancy.shop, tenancy.analytics].map(
    ({ name, namespaces }) => namespaces[0] ?? name,
  );

  const db = secret("checkout-db", checkout.db).use({ env: ["DB_USER", "DB_PASSWORD"] });
  const rates = secret("checkout-rates", checkout.rates).use({ env: ["RATES_TOKEN"] });
  new k8s.apps.v1.Deployment(
    "checkout",
    {
      metadata: { name: "checkout", namespace: payments },
      spec: {
        replicas: 2,
        ...pods("checkout", {
          containers: [
            { name: "main", image: "ghcr.io/example/checkout:1.4.2", env: [...db.env, ...rates.env], ports: http },
          ],
        }),
      },
    },
    { ...opts, transformations: [db.rollout(), rates.rollout()] },
  );

  const ledgerDb = secret("ledger-db", ledger.db).use({ env: ["DATABASE_URL"] });
  const files = secret("ledger-tls", ledger.tls).use({
    volume: { mountPath: "/etc/ledger/tls", defaultMode: 0o440 },
  });
  new k8s.core.v1.Service(
    "ledger",
    {
      metadata: { name: "ledger", namespace: payments },
      spec: { selector: { app: "ledger" }, ports: [{ port: 8443 }] },
    },
    opts,
  );
  new k8s.apps.v1.StatefulSet(
    "ledger",
    {
      metadata: { name: "ledger", namespace: payments },
      spec: {
        serviceName: "ledger",
        replicas: 1,
        ...pods("ledger", {
          securityContext: { fsGroup: 2000 },
          volumes: files.volumes,
          containers: [
            {
              name: "main",
              image: "ghcr.io/example/ledger:3.2.0",
              env: ledgerDb.env,
              volumeMounts: files.volumeMounts,
              ports: [{ containerPort: 8443 }],
            },
          ],
        }),
      },
    },
    { ...opts, transformations: [ledgerDb.rollout(AT_NIGHT), files.rollout(AT_NIGHT)] },
  );

  const api = secret("storefront-api", storefront.api);
  const sessions = secret("storefront-sessions", storefront.sessions);
  new k8s.apps.v1.Deployment(
    "storefront",
    {
      metadata: { name: "storefront", namespace: shop },
      spec: {
        replicas: 2,
        ...pods("storefront", {
          containers: [
            {
              name: "main",
              image: "ghcr.io/example/storefront:7.0.1",
              env: api.use({ env: ["PAYMENT_TOKEN", "SEARCH_KEY"] }).env,
              ports: http,
            },
          ],
        }),
      },
    },
    // A search key that was replaced stays valid for a week: the next deployment takes it along.
    { ...opts, transformations: [api.rollout({ keys: ["PAYMENT_TOKEN"] }), sessions.rollout()] },
  );

  const settings = secret("catalog-settings", catalog.settings).use({
    volume: { mountPath: "/etc/catalog", items: [".env"] },
  });
  new k8s.apps.v1.Deployment(
    "catalog",
    {
      metadata: { name: "catalog", namespace: shop },
      spec: {
        replicas: 1,
        ...pods("catalog", {
          volumes: settings.volumes,
          containers: [
            {
              name: "main",
              image: "ghcr.io/example/catalog:2.8.0",
              volumeMounts: settings.volumeMounts,
              ports: http,
            },
          ],
        }),
      },
    },
    { ...opts, transformations: [settings.rollout()] },
  );

  const shared = secret("reports-rates", reports.rates).use({ env: ["RATES_TOKEN"] });
  const warehouse = secret("reports-warehouse", reports.warehouse).use({ envFrom: true });
  new k8s.batch.v1.CronJob(
    "reports",
    {
      metadata: { name: "reports", namespace: analytics },
      spec: {
        schedule: "15 3 * * *",
        jobTemplate: {
          spec: {
            template: {
              spec: {
                restartPolicy: "OnFailure",
                containers: [
                  {
                    name: "reports",
                    image: "ghcr.io/example/reports:0.9.4",
                    env: shared.env,
                    envFrom: warehouse.envFrom,
                  },
                ],
              },
            },
          },
        },
      },
    },
    { ...opts, transformations: [shared.rollout(), warehouse.rollout()] },
  );
}

const http = [{ containerPort: 8080 }];

/** Selector and pod template of a workload that is told by its name. */
function pods(
  app: string,
  spec: k8s.types.input.core.v1.PodSpec,
): Pick<k8s.types.input.apps.v1.DeploymentSpec, "selector" | "template"> {
  return { selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec } };
}
