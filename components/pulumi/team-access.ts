import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { teamAccessManifests } from "../manifests/team-access";
import type { AppSecretDeclaration } from "../model/app-secret";
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
    const { secrets, ...rest } = args;
    const declaration = teamAccess<N>(name, {
      ...rest,
      ...(secrets === undefined ? {} : { secrets: secrets.map((secret) => declarationOf<N>(secret)) }),
    });
    const { team } = resolveTeamAccess(declaration);
    const { policy, role } = documentsOf(declaration, team.environment.vault.name);
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
    if (role !== undefined) registerRole(`${name}-role`, role, childOptions(this, opts, this.policy));
    emitAll(name, teamAccessManifests(team), (value) => value, child);
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
  readonly role: LoginRole | undefined;
} {
  const documents = plan([declaration]).vault.find((one) => one.vault === name);
  const policy = documents?.policies[0];
  if (policy === undefined) throw new Error("a TeamAccess without a policy");
  return { policy, role: documents?.roles[0] };
}
