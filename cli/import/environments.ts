import { labelNameProblem, type JsonRecord } from "../../api";
import {
  DeclarationError,
  environment,
  type Environment,
  type EnvironmentSpec,
  type VaultSpec,
} from "../../components/model";
import type { Connection } from "./connection";
import type { Note } from "./note";
import type { NamedDeclaration } from "./program";
import type { Variables } from "./tree";

/** An environment of the program, and the value it stands for. */
export interface ImportedEnvironment extends NamedDeclaration {
  readonly value: Environment;
}

export interface ConnectionUse {
  readonly connection: Connection;
  /** An object with this connection, for messages. */
  readonly object: string;
  /** Intervals of ExternalSecrets to which they mean nothing, so that they say nothing themselves. */
  readonly idle: readonly string[];
}

/**
 * One environment for each distinct connection, by its id. Those that cannot be declared are notes and missing.
 * @param given the name from the command line, for connections that name none themselves
 */
export function importEnvironments(
  uses: readonly ConnectionUse[],
  given: string | undefined,
  variables: Variables,
  notes: Note[],
): ReadonlyMap<string, ImportedEnvironment> {
  const first = new Map<string, ConnectionUse>();
  const counts = new Map<string, number>();
  for (const use of uses) {
    const { id } = use.connection;
    first.set(id, first.get(id) ?? use);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  // The connection that is used most gets the plain name.
  const ordered = [...first].sort(([a], [b]) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const taken = new Set<string>();
  const environments = new Map<string, ImportedEnvironment>();
  for (const [id, use] of ordered) {
    const wanted = use.connection.named ?? given ?? guess(use.connection.spec);
    const name = free(wanted, taken);
    if (name !== wanted)
      notes.push({
        level: "hint",
        object: use.object,
        field: "spec.provider",
        reason: `reaches Vault otherwise than environment "${wanted}" and became "${name}": an environment has one Vault, KV mount and login`,
        remedy: "rename it, or make the stores alike first",
      });
    if (use.connection.named === undefined && given === undefined && name === FALLBACK)
      notes.push({
        level: "hint",
        object: use.object,
        field: "",
        reason: `names no environment; "${FALLBACK}" was taken`,
        remedy: "say --environment NAME",
      });
    const [staleFor, ...others] = new Set(uses.flatMap(({ connection, idle }) => (connection.id === id ? idle : [])));
    const spec = {
      ...withoutDefaultAudience(use.connection.spec, name),
      ...(staleFor === undefined || staleFor === "1h" || others.length > 0 ? {} : { staleFor }),
    };
    try {
      const value = environment(name, spec as unknown as EnvironmentSpec);
      environments.set(id, { variable: variables.name([name], [name, "environment"]), name, spec, value });
    } catch (error) {
      if (!(error instanceof DeclarationError)) throw error;
      for (const { path, message } of error.problems)
        notes.push({
          level: "left-out",
          object: use.object,
          field: `spec.provider (${path})`,
          reason: message,
          remedy: "correct the store first",
        });
    }
  }
  return environments;
}

function free(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}

const FALLBACK = "imported";
const WORDS = "production|prod|prd|staging|stage|stg|preprod|development|develop|dev|testing|test|qa|uat|int|sandbox";

/** An environment's usual name as a part of the address, the Vault namespace, the mount or the login mount. */
function guess(spec: JsonRecord): string {
  const { vault } = spec as unknown as { readonly vault: VaultSpec };
  const places = [
    vault.address.replace(/^https?:\/\//, ""),
    vault.namespace,
    vault.kv.mount,
    JSON.stringify(vault.login),
  ];
  for (const place of places) {
    const found = new RegExp(`(?<![a-z])(?:${WORDS})(?![a-z])`, "i").exec(place ?? "")?.[0].toLowerCase();
    if (found !== undefined && labelNameProblem(found) === undefined) return found;
  }
  return FALLBACK;
}

/** What environment() fills in itself need not be written. */
function withoutDefaultAudience(spec: JsonRecord, name: string): JsonRecord {
  const vault = spec.vault as JsonRecord;
  const login = Object.entries(vault.login as JsonRecord).map(([method, fields]): [string, unknown] => {
    const { audience, ...rest } = fields as JsonRecord;
    return [method, audience === undefined || audience === `vault-${name}` ? rest : fields];
  });
  return { ...spec, vault: { ...vault, login: Object.fromEntries(login) } };
}
