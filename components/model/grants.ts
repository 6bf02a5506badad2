import { extraGrantFor, withinPrefixes, type AccessFile, type Extent, type Grant } from "../../api";
import { referencesOf, type ResolvedAppSecret } from "./app-secret";
import { vaultField } from "./environment";
import type { ResolvedFind } from "./from";
import type { Team } from "./team";
import type { ResolvedTeamAccess } from "./team-access";

/**
 * The grants that an AppSecret implies: one read of each distinct path, of its metadata where these are what is read, and for each `find`
 * what {@link findGrants} says.
 */
export function grantsOf(secret: ResolvedAppSecret): readonly Grant[] {
  const grants = referencesOf(secret).map(({ key, metadata }): Grant => {
    const grant = { ...whoOf(secret), key, prefix: false, capabilities: ["read"] } as const;
    const rest = { ...extraField(secret.team, key, "key"), because: whyOf(secret) };
    return { ...grant, ...(metadata === true ? { metadata } : {}), ...rest };
  });
  const distinct = new Map(grants.map((grant) => [identity(grant), grant]));
  return [...distinct.values(), ...findsOf(secret).flatMap((find) => findGrants(secret, find))];
}

/** A list of names and a read of everything below the path; KV v2 lists below the metadata, where tags are read too. */
function findGrants(secret: ResolvedAppSecret, { key, tags }: ResolvedFind): readonly Grant[] {
  const grant = {
    ...whoOf(secret),
    key,
    prefix: true,
    ...extraField(secret.team, key, "below"),
    because: whyOf(secret),
  };
  if (grant.kvVersion === 1) return [{ ...grant, capabilities: ["list", "read"] }];
  return [
    { ...grant, capabilities: ["read"] },
    { ...grant, metadata: true, capabilities: tags === undefined ? ["list"] : ["list", "read"] },
  ];
}

function findsOf(secret: ResolvedAppSecret): readonly ResolvedFind[] {
  return secret.from.filter((from) => from.kind === "find");
}

/** The extra grant that a grant rests on, as its field. */
export function extraField(team: Team, key: string, extent: Extent): Pick<Grant, "extra"> {
  const extra = extraGrantFor(team, key, extent);
  return extra === undefined ? {} : { extra };
}

/** Tells whether a prefix that the team declared in a TeamAccess covers everything below a grant's key. */
export function declaredPrefixes(
  accesses: readonly ResolvedTeamAccess[],
): (grant: Pick<Grant, "environment" | "team" | "vault" | "key">) => boolean {
  const declared = new Map<string, readonly string[]>();
  for (const { environment, team, prefixes } of accesses) {
    const id = JSON.stringify([environment.name, team.name, vaultField(environment).vault]);
    declared.set(id, [...(declared.get(id) ?? []), ...prefixes]);
  }
  return ({ environment, team, vault, key }) =>
    withinPrefixes(declared.get(JSON.stringify([environment, team, vault])) ?? [], key);
}

function whoOf({
  environment,
  team,
}: ResolvedAppSecret): Pick<Grant, "environment" | "team" | "vault" | "mount" | "kvVersion"> {
  const { mount, version } = environment.vault.kv;
  return { environment: environment.name, team: team.name, ...vaultField(environment), mount, kvVersion: version };
}

function whyOf({ namespace, name }: ResolvedAppSecret): readonly string[] {
  return [`${namespace}/${name}`];
}

/** Grants of the same path become one with all capabilities and reasons; everything sorted. */
function mergeGrants(grants: readonly Grant[]): readonly Grant[] {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const id = identity(grant);
    const known = merged.get(id);
    const because = [...new Set([...(known?.because ?? []), ...grant.because])].sort();
    const capabilities = [...new Set([...(known?.capabilities ?? []), ...grant.capabilities])].sort();
    merged.set(id, { ...(known ?? grant), capabilities, because });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function identity({ environment, team, vault, mount, kvVersion, key, prefix, metadata }: Grant): string {
  const which = vault === undefined ? [] : [vault];
  const what = metadata === true ? [true] : [];
  return JSON.stringify([environment, team, ...which, mount, kvVersion, key, prefix, ...what]);
}

/** `access.json`. */
export function accessFile(grants: readonly Grant[]): AccessFile {
  return { apiVersion: "keyturn.dev/v1alpha1", kind: "Access", grants: mergeGrants(grants) };
}
