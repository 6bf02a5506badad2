import { kvKeyProblem, labelNameProblem, withinPrefixes } from "../../api";
import { DeclarationError, team, type Team, type TeamSpec } from "../../components/model";
import { secretLike } from "../../components/model/secret-like";
import type { ImportedEnvironment } from "./environments";
import type { Note } from "./note";
import type { NamedDeclaration } from "./program";
import { Ref, type Variables } from "./tree";

/** A team of the program, and the value it stands for. */
export interface ImportedTeam extends NamedDeclaration {
  readonly environment: Ref;
  readonly value: Team;
}

/** Something of one namespace. */
export interface TeamUse {
  readonly environment: ImportedEnvironment;
  readonly namespace: string;
  readonly team: string;
  readonly object: string;
  /** Below the mount: what is read. */
  readonly keys: readonly string[];
  readonly serviceAccount: string | undefined;
}

/** By environment and namespace: {@link teamKey}. */
export function importTeams(
  uses: readonly TeamUse[],
  variables: Variables,
  notes: Note[],
): ReadonlyMap<string, ImportedTeam> {
  const groups = new Map<string, TeamUse[]>();
  for (const use of uses) {
    const id = JSON.stringify([use.environment.name, use.team]);
    groups.set(id, [...(groups.get(id) ?? []), use]);
  }
  const teams = new Map<string, ImportedTeam>();
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group;
    if (first === undefined) continue;
    const { environment, team: name } = first;
    const namespaces = [...new Set(group.map(({ namespace }) => namespace))].sort();
    const prefixes = prefixesOf(
      group.flatMap(({ keys }) => keys),
      name,
    );
    const account = mostCommon(group.flatMap(({ serviceAccount }) => serviceAccount ?? []));
    const spec: TeamSpec = {
      namespaces,
      ...(account === undefined || account === `keyturn-${name}` ? {} : { serviceAccount: account }),
      ...(prefixes.length === 1 && prefixes[0] === name ? {} : { prefixes }),
    };
    try {
      const value = team(environment.value, name, spec);
      const variable = variables.name([name], [environment.name, name], [environment.name, name, "team"]);
      const imported = { variable, name, spec: { ...spec }, environment: new Ref(environment.variable), value };
      for (const namespace of namespaces) teams.set(teamKey(environment, namespace), imported);
    } catch (error) {
      if (!(error instanceof DeclarationError)) throw error;
      for (const { path, message } of error.problems)
        notes.push({
          level: "left-out",
          object: first.object,
          field: path,
          reason: message,
          remedy: "say --team NAME",
        });
    }
  }
  return teams;
}

export function teamKey(environment: ImportedEnvironment, namespace: string): string {
  return JSON.stringify([environment.name, namespace]);
}

/** The team's own prefix when that is enough, else the folders of what it reads, the one with most keys first. */
export function prefixesOf(keys: readonly string[], name: string): readonly string[] {
  const usable = keys.filter(
    (key) => kvKeyProblem(key) === undefined && !/"|\$\{/.test(key) && secretLike(key) === undefined,
  );
  if (usable.every((key) => withinPrefixes([name], key))) return [labelNameProblem(name) === undefined ? name : "x"];
  const folders = usable.map((key) => (key.includes("/") ? key.slice(0, key.lastIndexOf("/")) : key));
  const counts = new Map<string, number>();
  for (const folder of folders) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const outer = [...counts.keys()].filter(
    (folder) => ![...counts.keys()].some((other) => other !== folder && withinPrefixes([other], folder)),
  );
  const weight = (folder: string): number => usable.filter((key) => withinPrefixes([folder], key)).length;
  return outer.sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1));
}

function mostCommon(names: readonly string[]): string | undefined {
  const count = (name: string): number => names.filter((other) => other === name).length;
  return [...new Set(names)].sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1))[0];
}
