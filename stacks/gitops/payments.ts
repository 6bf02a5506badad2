import { Chart } from "cdk8s";
import { Deployment, Secret, Service, StatefulSet, Volume } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { AppSecret } from "keyturn/cdk8s";
import type { Tenancy } from "../environments";
import { AT_NIGHT, secretsOf } from "../secrets";

/** Checkout takes its database account from Vault; the ledger its database URL, and a certificate as files. Both roll when they change. */
export class PaymentsChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, tenancy: Tenancy<N>) {
    super(scope, id, { namespace: tenancy.payments.namespaces[0] ?? tenancy.payments.name });
    const { checkout, ledger } = secretsOf(tenancy);

    const db = new AppSecret(this, "db", checkout.db).use({ env: ["DB_USER", "DB_PASSWORD"] });
    const rates = new AppSecret(this, "rates", checkout.rates).use({ env: ["RATES_TOKEN"] });
    new Deployment(this, "checkout", {
      metadata: { name: "checkout" },
      replicas: 2,
      containers: [
        {
          image: "ghcr.io/example/checkout:1.4.2",
          portNumber: 8080,
          envVariables: { ...db.envVariables, ...rates.envVariables },
        },
      ],
    }).with(db.rollout(), rates.rollout());

    const ledgerDb = new AppSecret(this, "ledger-db", ledger.db).use({ env: ["DATABASE_URL"] });
    const certificate = new AppSecret(this, "ledger-tls", ledger.tls);
    const files = certificate.use({ volume: { mountPath: "/etc/ledger/tls", defaultMode: 0o440 } });
    new StatefulSet(this, "ledger", {
      metadata: { name: "ledger" },
      service: new Service(this, "ledger-service", { metadata: { name: "ledger" }, ports: [{ port: 8443 }] }),
      replicas: 1,
      securityContext: { fsGroup: 2000 },
      containers: [
        {
          image: "ghcr.io/example/ledger:3.2.0",
          portNumber: 8443,
          envVariables: ledgerDb.envVariables,
          volumeMounts: files.volumeMounts.map(({ mountPath }) => ({
            path: mountPath,
            readOnly: true,
            volume: Volume.fromSecret(
              this,
              "ledger-files",
              Secret.fromSecretName(this, "ledger-tls-secret", certificate.name),
              files.secretVolumeOptions,
            ),
          })),
        },
      ],
    }).with(ledgerDb.rollout(AT_NIGHT), files.rollout(AT_NIGHT));
  }
}
