import { readFileSync } from "node:fs";
import { environment, KeyturnError, team, type Environment, type KubernetesLoginSpec, type Team } from "keyturn";

/** What differs between a real Vault and one started for a trial on this computer. */
export interface Endpoint {
  readonly address?: string;
  /** PEM. */
  readonly ca?: string;
  readonly reviewer?: KubernetesLoginSpec["kubernetes"]["reviewer"];
}

/** One environment of the company, with its teams. */
export interface Tenancy<N extends string = string> {
  readonly environment: Environment<N>;
  readonly payments: Team<N>;
  readonly shop: Team<N>;
  readonly analytics: Team<N>;
  /** How old a secret may be; also what the demo shortens. */
  readonly staleFor: string;
}

/** The company: two environments, three teams in each. The clusters are separate, the namespaces named apart all the same. */
export function company(
  endpoints: { readonly dev?: Endpoint; readonly prod?: Endpoint } = endpointsFrom(process.env),
): {
  readonly dev: Tenancy<"dev">;
  readonly prod: Tenancy<"prod">;
} {
  const dev = vaultOf("dev", endpoints.dev);
  const prod = vaultOf("prod", endpoints.prod);
  return {
    dev: { environment: dev, ...teamsOf(dev, "-dev"), staleFor: "1m" },
    prod: { environment: prod, ...teamsOf(prod, ""), staleFor: "5m" },
  };
}

/** The teams are the same everywhere; their namespaces say which environment it is. */
function teamsOf<N extends string>(
  of: Environment<N>,
  suffix: string,
): Pick<Tenancy<N>, "payments" | "shop" | "analytics"> {
  return {
    payments: team(of, "payments", { namespaces: [`payments${suffix}`] }),
    shop: team(of, "shop", { namespaces: [`shop${suffix}`] }),
    analytics: team(of, "analytics", {
      namespaces: [`analytics${suffix}`],
      alsoReads: [
        { path: "payments/fx-rates", reason: "reports convert with the rates checkout uses", until: "2030-06-30" },
      ],
    }),
  };
}

/** Every team of an environment. */
export function teams<N extends string>({ payments, shop, analytics }: Tenancy<N>): readonly Team<N>[] {
  return [payments, shop, analytics];
}

function vaultOf<const N extends string>(name: N, endpoint: Endpoint = {}): Environment<N> {
  return environment(name, {
    vault: {
      address: endpoint.address ?? `https://vault.${name}.example.com:8200`,
      kv: { mount: name, version: 2 },
      login: {
        kubernetes: {
          mount: `k8s-${name}`,
          audience: `vault-${name}`,
          ...(endpoint.reviewer === undefined ? {} : { reviewer: endpoint.reviewer }),
        },
      },
      ...(endpoint.ca === undefined ? {} : { ca: { pem: endpoint.ca } }),
      budget: { requestsPerSecond: 50 },
    },
    audit: {
      device: { type: "file", file: "/var/log/openbao/audit.log" },
      collectedBy: `Loki of ${name}, tenant security, kept for 400 days`,
    },
  });
}

/**
 * Endpoints from the process environment, for trials: `KEYTURN_DEV_VAULT_ADDRESS`, `KEYTURN_DEV_VAULT_CA_FILE` and
 * `KEYTURN_DEV_VAULT_REVIEWER` (`vault` or `client`), and the same for `PROD`.
 */
export function endpointsFrom(variables: NodeJS.ProcessEnv): { readonly dev: Endpoint; readonly prod: Endpoint } {
  const endpoint = (name: string): Endpoint => {
    const address = variables[`KEYTURN_${name}_VAULT_ADDRESS`];
    const caFile = variables[`KEYTURN_${name}_VAULT_CA_FILE`];
    const reviewer = variables[`KEYTURN_${name}_VAULT_REVIEWER`];
    return {
      ...(address ? { address } : {}),
      ...(caFile ? { ca: readPem(`KEYTURN_${name}_VAULT_CA_FILE`, caFile) } : {}),
      // environment(...) refuses anything else and says so.
      ...(reviewer ? { reviewer: reviewer as "vault" | "client" } : {}),
    };
  };
  return { dev: endpoint("DEV"), prod: endpoint("PROD") };
}

/** @throws KeyturnError `FileUnreadable` */
export function readPem(setting: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const cause = `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new KeyturnError({
      code: "FileUnreadable",
      object: setting,
      cause,
      remedy: "name a file with PEM certificates",
    });
  }
}
