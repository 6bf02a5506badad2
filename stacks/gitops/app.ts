import { App, Chart } from "cdk8s";
import type { Construct } from "constructs";
import { Platform, Reconciler, Store, TeamAccess, writeVaultFiles, type BundleSource } from "keyturn/cdk8s";
import { company, teams, type Tenancy } from "../environments";
import { AnalyticsChart } from "./analytics";
import { PaymentsChart } from "./payments";
import { ShopChart } from "./shop";

export interface GitopsOptions {
  /** Default: where `cdk8s synth` says, else `dist`. */
  readonly outdir?: string;
  /** Default: all. */
  readonly tenancies?: readonly Tenancy[];
  /** Also what `stacks/platform` deploys with Pulumi: stores, team access, and the reconciler when a bundle is given. Default false. */
  readonly platform?: boolean | PlatformOptions;
}

export interface PlatformOptions {
  /** How Vault reaches the API server. Default `https://kubernetes.default.svc`. */
  readonly kubernetesHost?: string;
  /** PEM. Default: the CA of Vault's own pod. */
  readonly kubernetesCa?: string;
  readonly bundle?: BundleSource;
}

/** The charts of every team in every environment: `<environment>-<team>`, as separate files for separate clusters. */
export function buildApp({ outdir, tenancies, platform = false }: GitopsOptions = {}): App {
  const app = new App(outdir === undefined ? {} : { outdir });
  for (const tenancy of tenancies ?? Object.values(company())) {
    const { name } = tenancy.environment;
    if (platform !== false) new PlatformChart(app, `${name}-platform`, tenancy, platform === true ? {} : platform);
    new PaymentsChart(app, `${name}-payments`, tenancy);
    new ShopChart(app, `${name}-shop`, tenancy);
    new AnalyticsChart(app, `${name}-analytics`, tenancy);
  }
  return app;
}

/** Writes the manifests and, beside them, the Vault half. Returns the paths of the latter. */
export function synthesize(options: GitopsOptions = {}): readonly string[] {
  const app = buildApp(options);
  app.synth();
  return writeVaultFiles(app);
}

/** For companies without Pulumi: the platform as a chart. */
class PlatformChart<N extends string> extends Chart {
  constructor(scope: Construct, id: string, tenancy: Tenancy<N>, options: PlatformOptions) {
    super(scope, id);
    const { environment } = tenancy;
    new Platform(this, "vault", {
      environment,
      // The servers are OpenBao, whose audit devices are in their configuration.
      audit: false,
      kubernetes: {
        host: options.kubernetesHost ?? "https://kubernetes.default.svc",
        ...(options.kubernetesCa === undefined ? {} : { ca: options.kubernetesCa }),
      },
    });
    for (const team of teams(tenancy)) {
      new TeamAccess(this, `${team.name}-access`, { team });
      new Store(this, `${team.name}-store`, { team });
    }
    if (options.bundle !== undefined)
      new Reconciler(this, "reconciler", { environment, teams: teams(tenancy), bundle: options.bundle });
  }
}
