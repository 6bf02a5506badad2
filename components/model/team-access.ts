import type { AccessFile, Grant, Problem } from "../../api";
import { readAccess } from "./access";
import { readReason } from "./also-reads";
import { readAppSecret, type AppSecretDeclaration, type ResolvedAppSecret } from "./app-secret";
import { vaultField, type Environment } from "./environment";
import { isOutput, list, record, vaultPath } from "./fields";
import { extraField } from "./grants";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { pathProblem } from "./path";
import { quote } from "./secret-like";
import { didYouMeanStart, extraGrantHint, isTeam, mayRead, readableBy, teamAt, type Team } from "./team";

/**
 * What a TeamAccess is made of: a team's Vault policy and role, and the ServiceAccounts and token rights behind the login. The
 * policy lists exactly the paths of the grants, which come from up to four sources: the AppSecrets of the same plan, `secrets`,
 * `access` and `prefixes`.
 */
export interface TeamAccessSpec<N extends string = string> {
  /** Whose access it is. */
  readonly team: Team<N>;
  /** Which Vault of the environment: one TeamAccess each. Default `main`. */
  readonly vault?: string;
  /** AppSecrets whose paths the team may read, where declarations and policies are not in one plan anyway. */
  readonly secrets?: readonly AppSecretDeclaration<NoInfer<N>>[];
  /** What a synth wrote as `access.json`; the grants of this team are taken, those of others left alone. */
  readonly access?: AccessFile | readonly AccessFile[];
  /** Whole prefixes, the explicit choice of wildcards. Each within the team's own, or an extra grant of a prefix. An AppSecret's `find` needs one that covers it. */
  readonly prefixes?: readonly PrefixGrant[];
}

/** Everything below a prefix may be read: the explicit choice of a wildcard. */
export interface PrefixGrant {
  /** Below the mount, without slashes at the ends: everything below it may be read. */
  readonly prefix: string;
  /** Why exact paths are not enough; shown in the access map. */
  readonly reason: string;
}

/** The declaration of a TeamAccess; plain data. */
export interface TeamAccessDeclaration<N extends string = string> {
  readonly kind: "TeamAccess";
  readonly id: string;
  readonly spec: TeamAccessSpec<N>;
}

/** Declares a TeamAccess. */
export function teamAccess<N extends string>(id: string, spec: TeamAccessSpec<N>): TeamAccessDeclaration<N> {
  return { kind: "TeamAccess", id, spec };
}

/** A TeamAccess with everything derived. */
export interface ResolvedTeamAccess {
  readonly kind: "TeamAccess";
  readonly id: string;
  readonly environment: Environment;
  readonly team: Team;
  /** The AppSecrets it names, read. */
  readonly secrets: readonly ResolvedAppSecret[];
  /** The declared prefixes. */
  readonly prefixes: readonly string[];
  /** Of `access` and `prefixes`, in no particular order. */
  readonly grants: readonly Grant[];
}

/** @throws DeclarationError with every problem of the declaration */
export function resolveTeamAccess(declaration: TeamAccessDeclaration): ResolvedTeamAccess {
  const resolved = collecting((problems) => readTeamAccess(problems, declaration));
  if (resolved === undefined) throw new Error(`TeamAccess ${quote(declaration.id)} was neither resolved nor refused`);
  return resolved;
}

/** As {@link resolveTeamAccess}, reporting instead of throwing; undefined when the team is unusable. */
export function readTeamAccess(
  problems: Problem[],
  declaration: TeamAccessDeclaration,
): ResolvedTeamAccess | undefined {
  const place = Place.of(problems, "TeamAccess", declaration.id);
  if (outputsIn(place, declaration)) return undefined;
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["team", "vault", "secrets", "access", "prefixes"]);
  if (isOutput(fields.team) || !isTeam(fields.team)) {
    place.at("team").report(fields.team === undefined ? "is missing" : "is not made by team(...)");
    return undefined;
  }
  const team = teamAt(place.at("vault"), fields.team, fields.vault);
  const declared = readPrefixes(place, fields.prefixes, team);
  const prefixes = declared.map(({ key }) => key);
  return {
    kind: "TeamAccess",
    id: declaration.id,
    environment: team.environment,
    team,
    secrets: readSecrets(problems, place.at("secrets"), fields.secrets, team),
    prefixes,
    grants: [...readAccessFiles(place.at("access"), fields.access, team, prefixes), ...declared],
  };
}

/** A secret that is wrong would grant nothing: its problems are these too, at its own place. */
function readSecrets(problems: Problem[], place: Place, value: unknown, team: Team): readonly ResolvedAppSecret[] {
  if (value === undefined) return [];
  return list(place, value, (at, entry) => {
    const declaration = entry as AppSecretDeclaration | null;
    if (declaration?.kind !== "AppSecret") return void at.report("is not an AppSecret");
    const owner = (declaration.spec as Partial<AppSecretDeclaration["spec"]> | undefined)?.team as
      Partial<Team> | undefined;
    if (owner?.name === team.name && owner.environment?.name === team.environment.name)
      return readAppSecret(problems, declaration);
    return void at.report(
      `belongs to team ${quote(owner?.name)} of environment ${quote(owner?.environment?.name)}, ` +
        `not to team "${team.name}" of environment "${team.environment.name}"`,
    );
  });
}

function readAccessFiles(place: Place, value: unknown, team: Team, prefixes: readonly string[]): readonly Grant[] {
  if (value === undefined) return [];
  const files = Array.isArray(value)
    ? value.map((file: unknown, index) => [place.at(index), file] as const)
    : [[place, value] as const];
  return files.flatMap(([at, file]) => readAccess(at, file, team, prefixes));
}

function readPrefixes(parent: Place, value: unknown, team: Team): readonly Grant[] {
  if (value === undefined) return [];
  const { mount, version } = team.environment.vault.kv;
  return list(parent.at("prefixes"), value, (place, entry) => {
    const fields = record(place, entry);
    if (fields === undefined) return undefined;
    place.onlyFields(fields, ["prefix", "reason"]);
    const prefix = vaultPath(place.at("prefix"), fields.prefix, pathProblem);
    const reason = readReason(place.at("reason"), fields.reason);
    if (prefix === undefined || reason === undefined) return undefined;
    if (!mayRead(team, prefix, "below"))
      place
        .at("prefix")
        .report(
          `${quote(prefix)} is outside what team "${team.name}" may read (${readableBy(team)}); ` +
            `${extraGrantHint("below")}${didYouMeanStart(prefix, team)}`,
        );
    return {
      environment: team.environment.name,
      team: team.name,
      ...vaultField(team.environment),
      mount,
      kvVersion: version,
      key: prefix,
      prefix: true,
      ...extraField(team, prefix, "below"),
      capabilities: ["read"],
      because: [reason],
    } as const;
  });
}
