import type { Plan } from "./plan";
import { MAIN } from "./model/environment";
import { accessWrites, type VaultDocuments } from "./vault/documents";
import { renderHcl } from "./vault/policy";
import { sharedNotes } from "./vault/shared";

/**
 * The Vault half of a plan as files, by path: `vault/<policy>.hcl` (with comments on paths that other teams read too),
 * `vault/roles.json` (the writes of roles), `vault/platform.json` (mounts and settings, when a Platform is declared),
 * `vault/by-hand.json` (what logins need besides), `access.json` and `environments.json`. Every write is `{path, body}` of Vault's
 * HTTP API: `vault write PATH @body`.
 */
export function planFiles(plan: Plan): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { environment, vault, policies } of plan.vault) {
    const here = plan.shared.filter((path) => path.environment === environment && path.vault === vault);
    const notes = sharedNotes(policies, here);
    for (const policy of policies) files.set(`vault/${policy.name}.hcl`, renderHcl(policy, notes.get(policy.team)));
  }
  const roles = plan.vault.flatMap((documents) =>
    accessWrites(documents)
      .filter(({ path }) => path.startsWith("auth/"))
      .map((write) => ({ ...whereOf(documents), ...write })),
  );
  files.set("vault/roles.json", json(roles));
  const platform = plan.vault.flatMap((documents) =>
    documents.platform.map((write) => ({ ...whereOf(documents), ...write })),
  );
  if (platform.length > 0) files.set("vault/platform.json", json(platform));
  const byHand = plan.vault.flatMap((documents) =>
    documents.byHand.map((need) => ({ ...whereOf(documents), ...need })),
  );
  if (byHand.length > 0) files.set("vault/by-hand.json", json(byHand));
  files.set("access.json", json({ ...plan.access, ...(plan.shared.length === 0 ? {} : { shared: plan.shared }) }));
  files.set("environments.json", json(plan.environments));
  return files;
}

/** Which Vault an entry is for; `vault` is absent for `main`. */
function whereOf({ environment, vault }: VaultDocuments): { readonly environment: string; readonly vault?: string } {
  return { environment, ...(vault === MAIN ? {} : { vault }) };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
