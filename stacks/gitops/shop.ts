import { Chart } from "cdk8s";
import { Deployment, Secret, Volume } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { AppSecret } from "keyturn/cdk8s";
import type { Tenancy } from "../environments";
import { secretsOf } from "../secrets";

/** The storefront rolls for its payment token and its session key, not for the search key; the catalog reads a file of settings. */
export class ShopChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, tenancy: Tenancy<N>) {
    super(scope, id, { namespace: tenancy.shop.namespaces[0] ?? tenancy.shop.name });
    const { storefront, catalog } = secretsOf(tenancy);

    const api = new AppSecret(this, "api", storefront.api);
    const sessions = new AppSecret(this, "sessions", storefront.sessions);
    const use = api.use({ env: ["PAYMENT_TOKEN", "SEARCH_KEY"] });
    new Deployment(this, "storefront", {
      metadata: { name: "storefront" },
      replicas: 2,
      containers: [{ image: "ghcr.io/example/storefront:7.0.1", portNumber: 8080, envVariables: use.envVariables }],
      // A search key that was replaced stays valid for a week: the next deployment takes it along.
    }).with(api.rollout({ keys: ["PAYMENT_TOKEN"] }), sessions.rollout());

    const settings = new AppSecret(this, "catalog-settings", catalog.settings);
    const file = settings.use({ volume: { mountPath: "/etc/catalog", items: [".env"] } });
    new Deployment(this, "catalog", {
      metadata: { name: "catalog" },
      replicas: 1,
      containers: [
        {
          image: "ghcr.io/example/catalog:2.8.0",
          portNumber: 8080,
          volumeMounts: file.volumeMounts.map(({ mountPath }) => ({
            path: mountPath,
            readOnly: true,
            volume: Volume.fromSecret(
              this,
              "catalog-files",
              Secret.fromSecretName(this, "catalog-secret", settings.name),
              file.secretVolumeOptions,
            ),
          })),
        },
      ],
    }).with(file.rollout());
  }
}
