import { Construct } from "constructs";
import { teamAccessManifests } from "../manifests/team-access";
import type { Team } from "../model/team";
import { resolveTeamAccess, teamAccess, type TeamAccessDeclaration, type TeamAccessSpec } from "../model/team-access";
import { declare } from "./declared";
import { emit } from "./emit";

/** What a {@link TeamAccess} is given. */
export type TeamAccessProps<N extends string = string> = TeamAccessSpec<N>;

/**
 * A team's way into Vault: the ServiceAccounts and token rights as manifests, policy and role in {@link planOf} and the Vault
 * files. The policy covers the AppSecrets of the whole app.
 */
export class TeamAccess<N extends string = string> extends Construct {
  readonly team: Team<N>;
  readonly declaration: TeamAccessDeclaration<N>;

  /** @throws DeclarationError */
  constructor(scope: Construct, id: string, props: TeamAccessProps<N>) {
    super(scope, id);
    this.declaration = teamAccess(id, props);
    for (const manifest of teamAccessManifests(resolveTeamAccess(this.declaration).team)) emit(this, manifest);
    this.team = props.team;
    declare(this, this.declaration);
  }
}
