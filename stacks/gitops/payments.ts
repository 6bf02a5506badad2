import { Chart } from "cdk8s";
import { Deployment, EnvValue, Secret } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { AppSecret } from "keyturn/cdk8s";
import type { Tenancy } from "../environments";

/** Checkout takes its database account from Vault and rolls when it is rotated. */
export class PaymentsChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, { payments, staleFor }: Tenancy<N>) {
    super(scope, id, { namespace: payments.namespaces[0] ?? payments.name });

    const db = new AppSecret(this, "db", {
      team: payments,
      name: "app-db-secret",
      keys: { DB_USER: "db#username", DB_PASSWORD: "db#password" },
      rotatesEvery: "24h",
      staleFor,
    });
    const secret = Secret.fromSecretName(this, "db-secret", db.name);

    const checkout = new Deployment(this, "checkout", {
      metadata: { name: "checkout" },
      replicas: 2,
      containers: [
        {
          image: "ghcr.io/example/checkout:1.4.2",
          portNumber: 8080,
          envVariables: {
            DB_USER: EnvValue.fromSecretValue({ secret, key: "DB_USER" }),
            DB_PASSWORD: EnvValue.fromSecretValue({ secret, key: "DB_PASSWORD" }),
          },
        },
      ],
    });
    checkout.with(db.rollout());
  }
}
