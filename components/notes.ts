import type { Environment } from "./model/environment";

/** Something a reader of the plan should know that is no mistake. */
export interface PlanNote {
  readonly environment: string;
  readonly about: "audit" | "separation";
  /** One sentence: what is so, and what to do about it. */
  readonly message: string;
}

/** What is noted of the environments, sorted by name. */
export function notesOf(environments: Iterable<Environment>): readonly PlanNote[] {
  const sorted = [...environments].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.flatMap((environment, index) => [
    ...auditNotes(environment),
    ...separationNotes(environment, sorted.slice(0, index)),
  ]);
}

/** Nobody could say where its audit data is. */
function auditNotes({ name, audit }: Environment): readonly PlanNote[] {
  const message =
    audit === undefined
      ? "says nothing about audit data: where its Vault writes down who read what, and who collects that; declare audit: { device, collectedBy }"
      : audit.collectedBy === undefined
        ? "says what its Vault writes audit data to, and not who collects it; declare audit.collectedBy"
        : undefined;
  return message === undefined ? [] : [{ environment: name, about: "audit", message }];
}

/** It keeps its secrets where another one does: then only the teams' prefixes keep them apart. */
function separationNotes({ name, vaults }: Environment, others: readonly Environment[]): readonly PlanNote[] {
  return vaults.flatMap((vault) => {
    const same = others.find((other) => other.vaults.some((candidate) => keepsIn(candidate) === keepsIn(vault)));
    if (same === undefined) return [];
    const message =
      `keeps its secrets in the KV mount "${vault.kv.mount}" of the same Vault as environment "${same.name}": ` +
      "teams with the same prefix read the same values; give each environment a mount of its own";
    return [{ environment: name, about: "separation", message }];
  });
}

function keepsIn({ address, namespace, kv }: Environment["vaults"][number]): string {
  return JSON.stringify([address, namespace, kv.mount]);
}
