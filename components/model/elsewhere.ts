import type { Environment } from "./environment";
import { isEnvironment } from "./environment";
import { isOutput, label, list, objectName, record, text } from "./fields";
import { didYouMean } from "./nearest";
import { refuseOutputs } from "./outputs";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";
import type { StoreLike } from "./store";
import { isTeam, type Team } from "./team";
import { secretKeyProblem } from "../../api";

/**
 * A SecretStore that is declared elsewhere: what an AppSecret takes as `store`.
 * @throws DeclarationError
 */
export function storeElsewhere<N extends string>(
  environment: Environment<N>,
  name: string,
  vault?: string,
): StoreLike<N> {
  refuseOutputs("Store", name, { environment, vault });
  return collecting((problems) => {
    const place = Place.of(problems, "Store", name);
    if (!isEnvironment(environment)) place.at("environment").report("is not made by environment(...)");
    else if (vault !== undefined && !environment.vaults.some((one) => one.name === vault))
      place
        .at("vault")
        .report(
          `${quote(vault)} is not a Vault of environment "${environment.name}" (${environment.vaults.map((one) => one.name).join(", ")})`,
        );
    objectName(place.at("name"), name);
    return { environment, name, ...(vault === undefined ? {} : { vault }) };
  });
}

/** What is known of a Secret that is declared elsewhere. */
export interface SecretElsewhereSpec<N extends string = string> {
  /** Whose Secret it is. */
  readonly team: Team<N>;
  /** One of the team's namespaces. Default: the team's namespace, when it has just one. */
  readonly namespace?: string;
  /** Its keys, so that those a workload uses can be checked. Default: not known, and every name is taken. */
  readonly keys?: readonly string[];
}

export interface SecretElsewhere {
  readonly name: string;
  readonly namespace: string;
  /** Sorted; undefined: not known. */
  readonly secretKeys: readonly string[] | undefined;
}

/**
 * A Secret that is declared elsewhere.
 * @param id how messages name it
 * @throws DeclarationError
 */
export function secretElsewhere(id: string, name: string, spec: SecretElsewhereSpec): SecretElsewhere {
  refuseOutputs("AppSecret", id, spec);
  return collecting((problems) => {
    const place = Place.of(problems, "AppSecret", id);
    const fields = record(place, spec) ?? {};
    place.onlyFields(fields, ["team", "namespace", "keys"]);
    const { team, keys } = fields;
    objectName(place.at("name"), name);
    const usable = !isOutput(team) && isTeam(team);
    if (!usable) place.at("team").report(team === undefined ? "is missing" : "is not made by team(...)");
    return {
      name,
      namespace: usable ? namespaceOf(place.at("namespace"), fields.namespace, team) : "",
      secretKeys: keys === undefined ? undefined : [...new Set(list(place.at("keys"), keys, readKey))].sort(),
    };
  });
}

function readKey(place: Place, value: unknown): string | undefined {
  const key = text(place, value);
  const problem = key === undefined ? undefined : secretKeyProblem(key);
  if (problem !== undefined) place.report(`${quote(key)} ${problem}`);
  return key;
}

function namespaceOf(place: Place, value: unknown, team: Team): string {
  const [only = "", ...others] = team.namespaces;
  if (value === undefined) {
    if (others.length > 0) place.report(`is missing; team "${team.name}" has several: ${team.namespaces.join(", ")}`);
    return only;
  }
  const namespace = label(place, value) ?? "";
  if (namespace !== "" && !team.namespaces.includes(namespace))
    place.report(
      `${quote(namespace)} is not a namespace of team "${team.name}" (${team.namespaces.join(", ")})` +
        didYouMean(namespace, team.namespaces),
    );
  return namespace;
}
