import { environment, team, type Team } from "../components";
import { ENVIRONMENT, KEYS, PROPERTIES, TEAMS, type Named } from "./synth-data";

const prod = environment(ENVIRONMENT, {
  vault: {
    address: "https://vault.prod.example.com:8200",
    kv: { mount: ENVIRONMENT, version: 2 },
    login: { kubernetes: { mount: "k8s-prod", audience: "vault-prod" } },
  },
});

const teams: ReadonlyMap<string, Team<"prod">> = new Map(
  Array.from({ length: TEAMS }, (_, index) => {
    const name = `team-${index}`;
    return [name, team(prod, name, { namespaces: [name] })] as const;
  }),
);

/** What an AppSecret is given for `externalSecret(named(index))`. */
export function specOf({ name, team, path }: Named) {
  const owner = teams.get(team);
  if (owner === undefined) throw new Error(`no team ${team}`);
  return {
    team: owner,
    name,
    keys: Object.fromEntries(KEYS.map((key, index) => [key, `${path}#${PROPERTIES[index]}`])),
    rotatesEvery: "24h",
    staleFor: "5m",
  };
}
