import { ApiObject, Chart } from "cdk8s";
import type { Construct } from "constructs";
import { AppSecret } from "keyturn/cdk8s";
import type { Tenancy } from "../environments";
import { secretsOf } from "../secrets";

/** A nightly report, written without cdk8s-plus. Nothing of it is rolled: tonight's pods start with the new Secrets. */
export class AnalyticsChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, tenancy: Tenancy<N>) {
    super(scope, id, { namespace: tenancy.analytics.namespaces[0] ?? tenancy.analytics.name });
    const { reports } = secretsOf(tenancy);

    const rates = new AppSecret(this, "rates", reports.rates).use({ env: ["RATES_TOKEN"] });
    const warehouse = new AppSecret(this, "warehouse", reports.warehouse).use({ envFrom: true });
    new ApiObject(this, "reports", {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "reports" },
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
                    env: rates.env,
                    envFrom: warehouse.envFrom,
                  },
                ],
              },
            },
          },
        },
      },
    }).with(rates.rollout(), warehouse.rollout());
  }
}
