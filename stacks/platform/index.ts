import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KeyturnError, type AccessFile } from "keyturn";
import { Platform, Reconciler, Store, TeamAccess } from "keyturn/pulumi";
import { company, readPem, type Tenancy } from "../environments";

// The platform of one environment: `pulumi up -s dev` or `-s prod`. Which Vault and which cluster it is, the providers say
// (VAULT_ADDR, VAULT_TOKEN, KUBECONFIG, or provider configuration).
const config = new pulumi.Config();

/** What the teams' synth says they read; run `npx cdk8s synth` first. */
const access = readAccess(resolve(__dirname, config.get("access") ?? "../gitops/out/access.json"));

function deploy<N extends string>({ environment, payments, shop }: Tenancy<N>): void {
  const platform = new Platform("vault", {
    environment,
    kubernetes: apiServer(environment.name),
    keepSecrets: config.getBoolean("keepSecrets") ?? true,
  });
  const teams = [payments, shop];
  for (const team of teams) {
    const namespaces = team.namespaces.map(
      (name) => new k8s.core.v1.Namespace(`${team.name}-${name}`, { metadata: { name } }),
    );
    const dependsOn = [platform, ...namespaces];
    const teamAccess = new TeamAccess(team.name, { team, access }, { dependsOn });
    new Store(`${team.name}-store`, { team }, { dependsOn: [teamAccess, ...namespaces] });
  }
  if (config.getBoolean("reconciler") ?? true) {
    // `keyturn-platform:crds: keyturn` where External Secrets Operator has installed its own, `none` where all are there.
    const crds = config.get<"all" | "keyturn" | "none">("crds") ?? "all";
    new Reconciler("reconciler", { environment, teams, crds });
  }
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
