import { isRecord, type JsonRecord, type Problem } from "../../../api";
import { appSecret, resolveAppSecret, type AppSecretDeclaration } from "../../model/app-secret";
import { storeElsewhere } from "../../model/elsewhere";
import { environment, type Environment } from "../../model/environment";
import { isOutput, record } from "../../model/fields";
import { DeclarationError, Place } from "../../model/problems";
import type { StoreLike } from "../../model/store";
import { team, type Team } from "../../model/team";

/** The arguments of a component, and what is wrong with the data they were made of. */
export interface Declared<Args> {
  readonly args: Args;
  readonly problems: readonly Problem[];
}

/**
 * Makes of plain data what a TypeScript program has: environments by `environment(...)`, teams by `team(...)`, stores by their names.
 * Everything else is passed on as it is and judged by the component.
 */
export function declared(kind: string, name: string, inputs: JsonRecord): Declared<JsonRecord> {
  const problems: Problem[] = [];
  const place = Place.of(problems, kind, name);
  const given = withoutNothing(inputs) as JsonRecord;
  const { environment: from, team: owner, teams, secrets, ...rest } = given;
  const here = readEnvironment(problems, place.at("environment"), from);
  if (here === undefined) return { args: given, problems };
  const theTeam = owner === undefined ? undefined : readTeam(problems, place.at("team"), owner, here);
  const args: Record<string, unknown> = kind === "AppSecret" ? withStores(problems, place, rest, here) : { ...rest };
  if (kind === "Platform" || kind === "Reconciler") args.environment = here;
  else if (theTeam !== undefined) args.team = theTeam;
  else if (owner === undefined) place.at("team").report("is missing");
  if (Array.isArray(teams))
    args.teams = teams.map((one, at) => readTeam(problems, place.at("teams").at(at), one, here));
  else if (teams !== undefined) args.teams = teams;
  if (Array.isArray(secrets) && theTeam !== undefined)
    args.secrets = secrets.map((one, at) => readSecret(problems, place.at("secrets").at(at), one, theTeam));
  else if (secrets !== undefined) args.secrets = secrets;
  return { args, problems };
}

function readEnvironment(problems: Problem[], place: Place, value: unknown): Environment | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const { name, ...spec } = fields;
  return within(problems, place, () => environment(name as string, spec as never));
}

function readTeam(problems: Problem[], place: Place, value: unknown, of: Environment): Team | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const { name, ...spec } = fields;
  return within(problems, place, () => team(of, name as string, spec as never));
}

function readSecret(problems: Problem[], place: Place, value: unknown, owner: Team): AppSecretDeclaration | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const { name = "secrets", ...spec } = withStores(problems, place, fields, owner.environment);
  return within(problems, place, () => {
    const declaration = appSecret(String(name), { ...spec, team: owner });
    resolveAppSecret(declaration);
    return declaration;
  });
}

/** Stores by their names, on the AppSecret itself, on its keys and on its groups of keys. */
function withStores(problems: Problem[], place: Place, fields: JsonRecord, of: Environment): Record<string, unknown> {
  const vault = typeof fields.vault === "string" ? fields.vault : undefined;
  const named = (at: Place, value: unknown): unknown =>
    isRecord(value) && !isOutput(value) && typeof value.store === "string"
      ? { ...value, store: readStore(problems, at.at("store"), value.store, of, vault) }
      : value;
  const { keys, from } = fields;
  return {
    ...(named(place, fields) as JsonRecord),
    ...(isRecord(keys) && !isOutput(keys)
      ? {
          keys: Object.fromEntries(
            Object.entries(keys).map(([key, value]) => [key, named(place.at("keys").at(key), value)]),
          ),
        }
      : {}),
    ...(Array.isArray(from) ? { from: from.map((value, at) => named(place.at("from").at(at), value)) } : {}),
  };
}

function readStore(
  problems: Problem[],
  place: Place,
  name: string,
  of: Environment,
  vault: string | undefined,
): StoreLike | undefined {
  return within(problems, place, () => storeElsewhere(of, name, vault));
}

/** Declares a part; its problems are reported with the part's place in front. */
function within<T>(problems: Problem[], place: Place, declare: () => T): T | undefined {
  try {
    return declare();
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    for (const { path, message } of error.problems) {
      const inside = SUBJECT.exec(path)?.[1] ?? "";
      problems.push({
        path: `${place.toString()}${inside === "" || inside.startsWith("[") ? "" : "."}${inside}`,
        message,
      });
    }
    return undefined;
  }
}

/** `Environment "prod" › vault.address`: the kind, the name in quotes or described, the path. */
const SUBJECT = /^\w+ (?:"(?:[^"\\]|\\.)*"|[^"›]*?)(?: › (.*))?$/s;

/** Languages write null for what was not given. */
function withoutNothing(value: unknown): unknown {
  if (isOutput(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutNothing(entry)]));
}
