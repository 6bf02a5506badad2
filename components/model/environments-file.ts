import type { EnvironmentData, EnvironmentsFile, LoginData, VaultData } from "../../api";
import { loginMounts, type Cluster } from "./clusters";
import { MAIN, type Environment, type EnvironmentVault } from "./environment";
import type { Login } from "./login";
import { teamData, type Team } from "./team";

/** `environments.json`: the environments with the teams that are known here; both sorted by name. */
export function environmentsFile(environments: Iterable<Environment>, teams: Iterable<Team>): EnvironmentsFile {
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
  const known = new Map([...environments].map((environment) => [environment.name, environment]));
  const allTeams = [...teams];
  return {
    apiVersion: "keyturn.dev/v1alpha1",
    kind: "Environments",
    environments: [...known.values()].sort(byName).map((environment) => {
      const own = new Map(
        allTeams.filter((team) => team.environment.name === environment.name).map((team) => [team.name, team]),
      );
      return { ...environmentData(environment), teams: [...own.values()].sort(byName).map(teamData) };
    }),
  };
}

/** The form the rules, the CLI and the reconciler read, without teams. */
function environmentData(environment: Environment): Omit<EnvironmentData, "teams"> {
  const others = environment.vaults.filter(({ name }) => name !== MAIN);
  const main = environment.vaults.find(({ name }) => name === MAIN) ?? environment.vault;
  return {
    name: environment.name,
    vault: vaultData(main, environment.clusters),
    ...(others.length === 0
      ? {}
      : {
          otherVaults: Object.fromEntries(others.map((vault) => [vault.name, vaultData(vault, environment.clusters)])),
        }),
    ...(environment.audit === undefined ? {} : { audit: environment.audit }),
  };
}

function vaultData({ address, namespace, kv, login }: EnvironmentVault, clusters: readonly Cluster[]): VaultData {
  return {
    address,
    ...(namespace === undefined ? {} : { namespace }),
    kv: { mount: kv.mount, version: kv.version },
    login: loginData(login, clusters),
  };
}

function loginData(login: Login, clusters: readonly Cluster[]): LoginData {
  if ("token" in login) return { token: { secret: login.token.secret, key: login.token.key } };
  const of = ({ mount, audience }: { readonly mount: string; readonly audience: string }) => ({
    ...loginMounts(mount, clusters),
    audience,
  });
  if ("kubernetes" in login) return { kubernetes: of(login.kubernetes) };
  if ("jwt" in login) return { jwt: of(login.jwt) };
  if ("appRole" in login) return { appRole: { mount: login.appRole.mount } };
  if ("userPass" in login) return { userPass: { mount: login.userPass.mount } };
  return "ldap" in login ? { ldap: { mount: login.ldap.mount } } : { cert: { mount: login.cert.mount } };
}
