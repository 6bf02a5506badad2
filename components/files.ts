import { dump } from "js-yaml";
import type { Plan } from "./plan";
import { MAIN } from "./model/environment";
import { collecting, Place } from "./model/problems";
import { configOperatorDocuments } from "./vault/config-operator";
import type { ConfigOperatorSpec } from "./vault/config-operator-spec";
import { accessWrites, type VaultDocuments } from "./vault/documents";
import { renderHcl } from "./vault/policy";
import { sharedNotes } from "./vault/shared";

/** What {@link planFiles} writes besides. */
export interface PlanFilesOptions {
  /**
   * Also as objects of vault-config-operator: `vault/config-operator.<environment>.yaml`, and what it has no kind for in
   * `vault/config-operator-rest.json`. One for all environments, or one for each; an environment without gets none.
   */
  readonly configOperator?: ConfigOperatorSpec | ((environment: string) => ConfigOperatorSpec | undefined);
}

/**
 * The Vault half of a plan as files, by path: `vault/<policy>.hcl` (with comments on paths that other teams read too),
 * `vault/roles.json` (the writes of roles), `vault/platform.json` (mounts and settings, when a Platform is declared),
 * `vault/by-hand.json` (what logins need besides), `access.json` and `environments.json`. Every write is `{path, body}` of Vault's
 * HTTP API: `vault write PATH @body`.
 * @throws DeclarationError when the options are wrong
 */
export function planFiles(plan: Plan, options: PlanFilesOptions = {}): ReadonlyMap<string, string> {
  collecting((problems) => Place.of(problems, "planFiles", "options").onlyFields(options, ["configOperator"]));
  const files = new Map<string, string>();
  const texts = policyTexts(plan);
  for (const [name, text] of texts) files.set(`vault/${name}.hcl`, text);
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
  for (const [file, content] of configOperatorFiles(plan, texts, options)) files.set(file, content);
  files.set("access.json", json({ ...plan.access, ...(plan.shared.length === 0 ? {} : { shared: plan.shared }) }));
  files.set("environments.json", json(plan.environments));
  return files;
}

/** HCL by name of the policy. */
function policyTexts({ vault: all, shared }: Plan): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap(({ environment, vault, policies }) => {
      const here = shared.filter((path) => path.environment === environment && path.vault === vault);
      const notes = sharedNotes(policies, here);
      return policies.map((policy) => [policy.name, renderHcl(policy, notes.get(policy.team))] as const);
    }),
  );
}

function configOperatorFiles(
  { vault: all }: Plan,
  texts: ReadonlyMap<string, string>,
  { configOperator }: PlanFilesOptions,
): readonly (readonly [file: string, content: string])[] {
  if (configOperator === undefined) return [];
  const environments = [...new Set(all.map(({ environment }) => environment))].sort();
  const files = environments.flatMap((environment) => {
    const spec = typeof configOperator === "function" ? configOperator(environment) : configOperator;
    if (spec === undefined) return [];
    const own = all.filter((documents) => documents.environment === environment);
    const made = configOperatorDocuments(own, spec, ({ name }) => texts.get(name) ?? "");
    return [{ file: `vault/config-operator.${environment}.yaml`, ...made }];
  });
  const rest = files.flatMap((each) => each.rest);
  return [
    ...files
      .filter(({ manifests }) => manifests.length > 0)
      .map(({ file, manifests }) => [file, manifests.map(yaml).join("---\n")] as const),
    ...(rest.length === 0 ? [] : [["vault/config-operator-rest.json", json(rest)] as const]),
  ];
}

function yaml(object: object): string {
  return dump(object, { lineWidth: -1, noRefs: true });
}

/** Which Vault an entry is for; `vault` is absent for `main`. */
function whereOf({ environment, vault }: VaultDocuments): { readonly environment: string; readonly vault?: string } {
  return { environment, ...(vault === MAIN ? {} : { vault }) };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
