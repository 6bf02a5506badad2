import type { AccessFile, Grant } from "../../api";
import type { ResolvedAppSecret } from "./app-secret";

/** The grants that an AppSecret implies: one read of each distinct path. */
export function grantsOf(secret: ResolvedAppSecret): readonly Grant[] {
  const { mount, version } = secret.environment.vault.kv;
  return [...new Set(secret.keys.map(({ key }) => key))].map((key) => ({
    environment: secret.environment.name,
    team: secret.team.name,
    mount,
    kvVersion: version,
    key,
    prefix: false,
    capabilities: ["read"],
    because: [`${secret.namespace}/${secret.name}`],
  }));
}

/** Grants of the same path become one with all reasons; everything sorted. */
function mergeGrants(grants: readonly Grant[]): readonly Grant[] {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const id = identity(grant);
    const known = merged.get(id);
    const because = [...new Set([...(known?.because ?? []), ...grant.because])].sort();
    merged.set(id, { ...(known ?? grant), because });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function identity({ environment, team, mount, kvVersion, key, prefix }: Grant): string {
  return JSON.stringify([environment, team, mount, kvVersion, key, prefix]);
}

/** `access.json`. */
export function accessFile(grants: readonly Grant[]): AccessFile {
  return { apiVersion: "keyturn.dev/v1alpha1", kind: "Access", grants: mergeGrants(grants) };
}
