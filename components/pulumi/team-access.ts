import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { teamAccessManifests } from "../manifests/team-access";
import type { AppSecretDeclaration } from "../model/app-secret";
import { record } from "../model/fields";
import { didYouMean } from "../model/nearest";
import { collecting, Place } from "../model/problems";
import { sortByName } from "../model/sorted";
import { accessName, type Team } from "../model/team";
import { resolveTeamAccess, teamAccess, type TeamAccessDeclaration, type TeamAccessSpec } from "../model/team-access";
import { plan } from "../plan";
import { renderHcl, type PolicyDocument } from "../vault/policy";
import type { LoginRole } from "../vault/role";
import type { AppSecret } from "./app-secret";
import { childOptions, emitAll } from "./emit";

/** What a {@link TeamAccess} is given. */
export interface TeamAccessArgs<N extends string = string> extends Omit<TeamAccessSpec<N>, "secrets"> {
  /** AppSecrets of this program whose paths the team may read. */
  readonly secrets?: readonly (AppSecret<NoInfer<N>> | AppSecretDeclaration<NoInfer<N>>)[];
  /**
   * Kubernetes providers by cluster, where the environment has several and this program reaches more than one: ServiceAccounts and token
   * rights are made in each of these. Default: in the cluster of the component's own provider.
   */
  readonly clusters?: Readonly<Record<string, pulumi.ProviderResource>>;
}

/**
 * A team's way into Vault: policy and role, and in the cluster the ServiceAccounts and the reconciler's right to tokens of exactly
 * these. The policy lists the paths of `secrets`, of `access` (a synth's `access.json`) and of `prefixes`.
 */
export class TeamAccess<N extends string = string> extends pulumi.ComponentResource {
  readonly team: Team<N>;
  readonly declaration: TeamAccessDeclaration<N>;
  /** Name of the policy and of the role. */
  readonly accessName: string;
  readonly policy: vault.Policy;

  /** @throws DeclarationError */
  constructor(name: string, args: TeamAccessArgs<N>, opts?: pulumi.ComponentResourceOptions) {
    const { secrets, clusters, ...rest } = args;
    const declaration = teamAccess<N>(name, {
      ...rest,
      ...(secrets === undefined ? {} : { secrets: secrets.map((secret) => declarationOf<N>(secret)) }),
    });
    const { team } = resolveTeamAccess(declaration);
    collecting((problems) => checkClusters(Place.of(problems, "TeamAccess", name).at("clusters"), clusters, team));
    const { policy, roles } = documentsOf(declaration, team.environment.vault.name);
    super(
      "keyturn:index:TeamAccess",
      name,
      { environment: team.environment.name, team: team.name, paths: policy.rules.map((rule) => rule.path) },
      opts,
    );
    this.team = args.team;
    this.declaration = declaration;
    this.accessName = accessName(team);
    const child = childOptions(this, opts);
    this.policy = new vault.Policy(`${name}-policy`, { name: policy.name, policy: renderHcl(policy) }, child);
    const several = team.environment.clusters.length > 1;
    roles.forEach((role, index) => {
      // One role for each cluster, in their order.
      const suffix = several ? `-${team.environment.clusters[index]?.name ?? index}` : "";
      registerRole(`${name}-role${suffix}`, role, childOptions(this, opts, this.policy));
    });
    const manifests = teamAccessManifests(team);
    if (clusters === undefined) emitAll(name, manifests, (value) => value, child);
    for (const [cluster, provider] of sortByName(Object.entries(clusters ?? {})))
      emitAll(`${name}-${cluster}`, manifests, (value) => value, { ...child, provider });
    this.registerOutputs({ accessName: this.accessName });
  }
}

function registerRole(name: string, role: LoginRole, opts: pulumi.CustomResourceOptions): void {
  const shared = {
    backend: role.mount,
    roleName: role.name,
    tokenPolicies: [...role.policies],
    tokenType: "batch",
    tokenTtl: role.tokenTtl,
    tokenMaxTtl: role.tokenTtl,
    tokenNoDefaultPolicy: true,
  };
  switch (role.method) {
    case "kubernetes":
      new vault.kubernetes.AuthBackendRole(
        name,
        {
          ...shared,
          boundServiceAccountNames: [...role.serviceAccounts],
          boundServiceAccountNamespaces: [...role.namespaces],
          audience: role.audience,
          aliasNameSource: "serviceaccount_uid",
        },
        opts,
      );
      break;
    case "jwt":
      new vault.jwt.AuthBackendRole(
        name,
        {
          ...shared,
          roleType: "jwt",
          boundAudiences: [role.audience],
          userClaim: "sub",
          // The provider takes several values of one claim as a text with commas.
          boundClaims: { sub: role.subjects.join(",") },
        },
        opts,
      );
  }
}

function declarationOf<N extends string>(
  secret: AppSecret<NoInfer<N>> | AppSecretDeclaration<NoInfer<N>>,
): AppSecretDeclaration<NoInfer<N>> {
  return "declaration" in secret ? secret.declaration : secret;
}

function documentsOf(
  declaration: TeamAccessDeclaration,
  name: string,
): {
  readonly policy: PolicyDocument;
  readonly roles: readonly LoginRole[];
} {
  const documents = plan([declaration]).vault.find((one) => one.vault === name);
  const policy = documents?.policies[0];
  if (policy === undefined) throw new Error("a TeamAccess without a policy");
  return { policy, roles: documents?.roles ?? [] };
}

/** Providers are for clusters that the environment has. */
function checkClusters(place: Place, clusters: unknown, { environment }: Team): void {
  if (clusters === undefined) return;
  const known = environment.clusters.map(({ name }) => name);
  for (const name of Object.keys(record(place, clusters) ?? {}))
    if (!known.includes(name))
      place
        .at(name)
        .report(
          `is not a cluster of environment "${environment.name}" (${known.join(", ") || "none"})${didYouMean(name, known)}`,
        );
}
