import type { EnvironmentsFile } from "../../api";
import { environmentData, type Environment } from "./environment";
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
