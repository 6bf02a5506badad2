import { Chart } from "cdk8s";
import { Deployment, EnvValue, Secret } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { AppSecret } from "keyturn/cdk8s";
import type { Tenancy } from "../environments";

/** The storefront uses two secrets; it rolls for the payment token, and reads the session key from a file that follows by itself. */
export class ShopChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, { shop, staleFor }: Tenancy<N>) {
    super(scope, id, { namespace: shop.namespaces[0] ?? shop.name });

    const api = new AppSecret(this, "api", {
      team: shop,
      name: "storefront-api",
      keys: { PAYMENT_TOKEN: "payment-api#token", SEARCH_KEY: "search#key" },
      staleFor,
    });
    const sessions = new AppSecret(this, "sessions", {
      team: shop,
      name: "storefront-sessions",
      keys: { "session.key": "sessions#signing-key" },
      rotatesEvery: "168h",
    });
    const secret = Secret.fromSecretName(this, "api-secret", api.name);

    const storefront = new Deployment(this, "storefront", {
      metadata: { name: "storefront" },
      replicas: 2,
      containers: [
        {
          image: "ghcr.io/example/storefront:7.0.1",
          portNumber: 8080,
          envVariables: {
            PAYMENT_TOKEN: EnvValue.fromSecretValue({ secret, key: "PAYMENT_TOKEN" }),
            SEARCH_KEY: EnvValue.fromSecretValue({ secret, key: "SEARCH_KEY" }),
          },
        },
      ],
    });
    storefront.with(api.rollout({ keys: ["PAYMENT_TOKEN"] }), sessions.rollout());
  }
}
