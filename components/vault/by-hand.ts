import type { SecretKey } from "../model/login";
import { accessName, identityName, type Team } from "../model/team";

/** Something that has to be made by hand: a login's credential, or what only the root namespace of Vault takes. */
export interface ByHand {
  /** Whose login it is for; absent for what the whole environment needs. */
  readonly team?: string;
  /** Where it is made in Vault, below `/v1/`. */
  readonly path: string;
  /** What must be there, as a sentence. */
  readonly what: string;
}

/** What must exist by hand so that the team can log in; undefined where the role is derived. */
export function byHandOf(team: Team): ByHand | undefined {
  const { login } = team.environment.vault;
  const policy = accessName(team);
  const namespaces = [...team.namespaces].sort().join(", ");
  const lies = (what: string, { secret, key }: SecretKey): string => `${what} in key "${key}" of Secret "${secret}"`;
  const by = (path: string, subject: string, credentials: string): ByHand => ({
    team: team.name,
    path,
    what: `${subject} with the policy ${policy}; ${credentials}, in each of the namespaces ${namespaces}`,
  });
  if ("appRole" in login) {
    const { mount, roleId, secretId } = login.appRole;
    const credentials = `${lies("its role_id", roleId)} and ${lies("a secret_id", secretId)}`;
    return by(`auth/${mount}/role/${policy}`, "a role", credentials);
  }
  if ("cert" in login) {
    const { mount, role, certificate, privateKey } = login.cert;
    const credentials = `${lies("a certificate it trusts", certificate)} and ${lies("its key", privateKey)}`;
    return by(`auth/${mount}/certs/${identityName(role, team)}`, "a certificate role", credentials);
  }
  if ("userPass" in login || "ldap" in login) {
    const { mount, username, password } = "ldap" in login ? login.ldap : login.userPass;
    const user = "ldap" in login ? "a user of the directory" : "a user";
    return by(`auth/${mount}/users/${identityName(username, team)}`, user, lies("the password", password));
  }
  return "token" in login
    ? by("auth/token/create", "a token that its owner renews,", lies("the token", login.token))
    : undefined;
}
