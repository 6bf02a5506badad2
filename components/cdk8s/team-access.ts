import type { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { teamAccessManifests } from "../manifests/team-access";
import type { Team } from "../model/team";
import { resolveTeamAccess, teamAccess, type TeamAccessDeclaration, type TeamAccessSpec } from "../model/team-access";
import { declare } from "./declared";
import { emitAll } from "./emit";

/** What a {@link TeamAccess} is given. */
export type TeamAccessProps<N extends string = string> = TeamAccessSpec<N>;

/**
 * A team's way into Vault: the ServiceAccounts and token rights as manifests, policy and role in {@link planOf} and the Vault
 * files. The policy covers the AppSecrets of the whole app.
 */
export class TeamAccess<N extends string = string> extends Construct {
  readonly team: Team<N>;
  readonly declaration: TeamAccessDeclaration<N>;
  /** ServiceAccounts, Roles and bindings, in order of application; none where the environment does not log in by ServiceAccounts. */
  readonly apiObjects: readonly ApiObject[];

  /** @throws DeclarationError */
  constructor(scope: Construct, id: string, props: TeamAccessProps<N>) {
    const declaration = teamAccess(id, props);
    const manifests = teamAccessManifests(resolveTeamAccess(declaration).team);
    super(scope, id);
    this.declaration = declaration;
    this.apiObjects = emitAll(this, manifests);
    this.team = props.team;
    declare(this, this.declaration);
  }
}
