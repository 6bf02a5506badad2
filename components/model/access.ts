import { isRecord, withinPrefixes, type Grant } from "../../api";
import { MAIN, vaultField } from "./environment";
import { record, vaultPath } from "./fields";
import { didYouMean } from "./nearest";
import type { Place } from "./problems";
import { pathProblem } from "./path";
import { quote } from "./secret-like";
import { extraField } from "./grants";
import { didYouMeanStart, extraGrantHint, mayRead, readableBy, type Team } from "./team";

/**
 * The grants of one team in an access file (`access.json`). The file may come from another repository, so a grant that the team
 * could not have declared itself (another mount, outside what it may read, other capabilities) is a problem and not taken. What `find` needs is
 * taken where the TeamAccess declares the prefix.
 */
export function readAccess(place: Place, value: unknown, team: Team, prefixes: readonly string[]): readonly Grant[] {
  const fields = record(place, value);
  if (fields === undefined) return [];
  if (fields.apiVersion !== "keyturn.dev/v1alpha1" || fields.kind !== "Access" || !Array.isArray(fields.grants)) {
    place.report("is not a keyturn.dev/v1alpha1 Access document; take the access.json that a synth wrote");
    return [];
  }
  return fields.grants.flatMap((grant: unknown, index) => {
    const at = place.at("grants").at(index);
    if (!isRecord(grant)) {
      at.report("is not an object");
      return [];
    }
    if (grant.environment !== team.environment.name || grant.team !== team.name) return [];
    const vault = grant.vault ?? MAIN;
    if (vault === team.environment.vault.name) return readGrant(at, grant, team, prefixes);
    // What no TeamAccess will ever take would be lost in silence.
    const known = team.environment.vaults.map(({ name }) => name);
    if (!known.some((name) => name === vault))
      at.at("vault").report(
        `${quote(vault)} is not a Vault of environment "${team.environment.name}" (${known.join(", ")})${didYouMean(vault, known)}`,
      );
    return [];
  });
}

const CAPABILITIES: readonly Grant["capabilities"][] = [["read"], ["list"], ["list", "read"]];

function readGrant(
  place: Place,
  grant: Readonly<Record<string, unknown>>,
  team: Team,
  prefixes: readonly string[],
): readonly Grant[] {
  const { mount, version } = team.environment.vault.kv;
  let usable = true;
  const refuse = (at: Place, message: string): void => {
    usable = false;
    at.report(message);
  };
  if (grant.mount !== mount || grant.kvVersion !== version)
    refuse(place.at("mount"), `${quote(grant.mount)} is not "${mount}" (KV version ${version}) of the environment`);
  const key = vaultPath(place.at("key"), grant.key, pathProblem);
  const extent = grant.prefix === true ? "below" : "key";
  if (key !== undefined && !mayRead(team, key, extent))
    refuse(
      place.at("key"),
      `${quote(key)} is outside what team "${team.name}" may read (${readableBy(team)}); ` +
        `${extraGrantHint(extent)}${didYouMeanStart(key, team)}`,
    );
  if (typeof grant.prefix !== "boolean") refuse(place.at("prefix"), "must be true or false");
  if (grant.metadata !== undefined && (grant.metadata !== true || version === 1))
    refuse(place.at("metadata"), "may only be true, with KV version 2");
  const metadata = grant.metadata === true;
  const capabilities = CAPABILITIES.find((choice) => JSON.stringify(choice) === JSON.stringify(grant.capabilities));
  // Names can be listed below a prefix, and are metadata where there are any.
  const mayList = grant.prefix === true && (metadata || version === 1);
  if (capabilities === undefined || (capabilities.includes("list") && !mayList))
    refuse(place.at("capabilities"), mayList ? 'must be ["read"], ["list"] or ["list", "read"]' : 'must be ["read"]');
  else if (capabilities.includes("list") && key !== undefined && !withinPrefixes(prefixes, key))
    refuse(
      place.at("capabilities"),
      `list below ${quote(key)}, which needs a declared prefix: prefixes: [{ prefix: ${quote(key)}, reason }]`,
    );
  const because = grant.because;
  if (!Array.isArray(because) || because.some((reason) => typeof reason !== "string"))
    refuse(place.at("because"), "must be a list of texts");
  if (key === undefined || capabilities === undefined || !usable) return [];
  return [
    {
      environment: team.environment.name,
      team: team.name,
      ...vaultField(team.environment),
      mount,
      kvVersion: version,
      key,
      prefix: grant.prefix === true,
      ...(metadata ? { metadata } : {}),
      ...extraField(team, key, extent),
      capabilities,
      because: because as string[],
    },
  ];
}
