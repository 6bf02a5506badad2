import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KeyturnError, type AccessFile, type Team } from "keyturn";
import { Platform, Reconciler, Store, TeamAccess, type TeamAccessArgs } from "keyturn/pulumi";
import { company, readPem, teams, type Tenancy } from "../environments";
import { declarationsOf } from "../secrets";
import { deployApplications } from "./applications";

// The platform of one environment: `pulumi up -s dev` or `-s prod`. Which Vault and which cluster it is, the providers say
// (VAULT_ADDR, VAULT_TOKEN, KUBECONFIG, or provider configuration).
const config = new pulumi.Config();

/** Whether the applications are deployed here as well; otherwise Argo CD or Flux applies what `stacks/gitops` has written. */
const withApplications = config.getBoolean("applications") ?? false;

function deploy<N extends string>(tenancy: Tenancy<N>): void {
  const { environment } = tenancy;
  const all = teams(tenancy);
  const platform = new Platform("vault", {
    environment,
    // The servers are OpenBao, whose audit devices are in their configuration.
    audit: false,
    kubernetes: apiServer(environment.name),
    keepSecrets: config.getBoolean("keepSecrets") ?? true,
  });
  const namespaces = all.flatMap((team) =>
    team.namespaces.map((name) => new k8s.core.v1.Namespace(`${team.name}-${name}`, { metadata: { name } })),
  );
  // `keyturn-platform:crds: keyturn` where External Secrets Operator has installed its own, `none` where all are there.
  const crds = config.get<"all" | "keyturn" | "none">("crds") ?? "all";
  // First: it brings the kinds that stores and secrets are of.
  const reconciler =
    (config.getBoolean("reconciler") ?? true)
      ? [new Reconciler("reconciler", { environment, teams: all, crds }, { dependsOn: namespaces })]
      : [];
  const read = whatTeamsRead(tenancy);
  const stores = all.map((team) => {
    const access = new TeamAccess(team.name, { team, ...read(team) }, { dependsOn: [platform, ...namespaces] });
    return new Store(`${team.name}-store`, { team }, { dependsOn: [access, ...reconciler] });
  });
  if (withApplications) deployApplications(tenancy, { dependsOn: stores });
}

/**
 * The policies open what the secrets read: those of this program, or what the teams' synth has written to `access.json`; then run
 * `npx cdk8s synth` first.
 */
function whatTeamsRead<N extends string>(
  tenancy: Tenancy<N>,
): (team: Team<N>) => Pick<TeamAccessArgs<N>, "access" | "secrets"> {
  if (withApplications) {
    const secrets = declarationsOf(tenancy);
    return ({ name }) => ({ secrets: secrets.filter(({ spec }) => spec.team.name === name) });
  }
  const access = readAccess(resolve(__dirname, config.get("access") ?? "../gitops/out/access.json"));
  return () => ({ access });
}

/** How Vault reaches the API server: configuration, or `KEYTURN_<ENVIRONMENT>_KUBERNETES_HOST` and `_CA_FILE` for trials. */
function apiServer(environment: string): { readonly host: string; readonly ca?: string } {
  const variable = (name: string): string | undefined =>
    process.env[`KEYTURN_${environment.toUpperCase()}_KUBERNETES_${name}`];
  const host = variable("HOST") ?? config.get("kubernetesHost") ?? "https://kubernetes.default.svc";
  const caFile = variable("CA_FILE") ?? config.get("kubernetesCaFile");
  return caFile === undefined ? { host } : { host, ca: readPem("keyturn-platform:kubernetesCaFile", caFile) };
}

function readAccess(path: string): AccessFile {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as AccessFile;
  } catch (error) {
    const cause =
      error instanceof SyntaxError ? "is not JSON" : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new pulumi.RunError(
      `${path}: ${cause}; run \`npx cdk8s synth\`, or say where it is with keyturn-platform:access`,
    );
  }
}

try {
  const environments = company();
  const chosen = config.require("environment");
  if (chosen === "dev") deploy(environments.dev);
  else if (chosen === "prod") deploy(environments.prod);
  else throw new pulumi.RunError(`keyturn-platform:environment: "${chosen}" is not an environment; use dev or prod`);
} catch (error) {
  // The message says what to do; a stack trace would only hide it.
  throw error instanceof KeyturnError ? new pulumi.RunError(error.message) : error;
}
