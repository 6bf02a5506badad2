import type { Environment } from "./model/environment";

/** Something a reader of the plan should know that is no mistake. */
export interface PlanNote {
  readonly environment: string;
  readonly about: "audit";
  /** One sentence: what is so, and what to do about it. */
  readonly message: string;
}

/** Environments of which nobody could say where their audit data is, sorted by name. */
export function notesOf(environments: Iterable<Environment>): readonly PlanNote[] {
  return [...environments]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, audit }): PlanNote[] => {
      const message =
        audit === undefined
          ? "says nothing about audit data: where its Vault writes down who read what, and who collects that; declare audit: { device, collectedBy }"
          : audit.collectedBy === undefined
            ? "says what its Vault writes audit data to, and not who collects it; declare audit.collectedBy"
            : undefined;
      return message === undefined ? [] : [{ environment: name, about: "audit", message }];
    });
}
