import { labelNameProblem, type JsonRecord } from "../../api";
import {
  DeclarationError,
  environment,
  type Environment,
  type EnvironmentSpec,
  type VaultSpec,
} from "../../components/model";
import { MAIN } from "../../components/model/environment";
import type { Connection } from "./connection";
import type { Note } from "./note";
import type { NamedDeclaration } from "./program";
import type { Variables } from "./tree";

/** An environment of the program, and the value it stands for. */
export interface ImportedEnvironment extends NamedDeclaration {
  readonly value: Environment;
}

/** A connection of the input as a Vault of an environment. */
export interface ImportedVault {
  readonly environment: ImportedEnvironment;
  /** Name of the Vault in it. */
  readonly name: string;
  /** The environment with this Vault as the one that is meant. */
  readonly value: Environment;
}

export interface ConnectionUse {
  readonly connection: Connection;
  /** An object with this connection, for messages. */
  readonly object: string;
  /** Name of the store. */
  readonly store: string;
  /** How many ExternalSecrets read through it. */
  readonly users: number;
  /** Intervals of ExternalSecrets to which they mean nothing, so that they say nothing themselves. */
  readonly idle: readonly string[];
}

export interface EnvironmentNames {
  /** From the command line, for connections that name no environment themselves. */
  readonly environment: string | undefined;
  /** Whether these are all Vaults of that one environment. */
  readonly join: boolean;
}

/** Connections that become one environment. */
interface Group {
  readonly wanted: string;
  /** Undefined: of one connection only. */
  readonly key: string | undefined;
  readonly uses: Map<string, ConnectionUse[]>;
}

/**
 * The Vault that each distinct connection becomes, by its id. Connections that say to be of one environment are Vaults of it, and so are all
 * others with `join`; otherwise each is an environment of its own. Those that cannot be declared are notes and missing.
 */
export function importEnvironments(
  uses: readonly ConnectionUse[],
  given: EnvironmentNames,
  variables: Variables,
  notes: Note[],
): ReadonlyMap<string, ImportedVault> {
  const taken = new Set<string>();
  const vaults = new Map<string, ImportedVault>();
  for (const { wanted, uses: members } of groupsOf(uses, given)) {
    const [[, [first] = []] = []] = members;
    if (first === undefined) continue;
    const name = free(wanted, taken);
    noteName(first, { name, wanted, given }, notes);
    const names = vaultNames(name, members);
    const intervals = new Set([...members.values()].flatMap((all) => all.flatMap(({ idle }) => idle)));
    const spec = { ...specOf(name, members, names), ...staleForOf([...intervals]) };
    try {
      const value = environment(name, spec as unknown as EnvironmentSpec);
      const imported = { variable: variables.name([name], [name, "environment"]), name, spec, value };
      for (const [id, [use]] of members) {
        const vault = value.vaults.find((one) => one.name === names.get(id));
        if (vault === undefined || use === undefined) continue;
        vaults.set(id, { environment: imported, name: vault.name, value: { ...value, vault } });
        if (vault.name !== MAIN && use.connection.named === undefined)
          notes.push({
            level: "hint",
            object: use.object,
            field: "spec.provider",
            reason: `became Vault "${vault.name}" of environment "${name}"`,
            remedy: "rename it if you like; its role and the stores that keyturn makes have the name in theirs",
          });
      }
    } catch (error) {
      if (!(error instanceof DeclarationError)) throw error;
      for (const { path, message } of error.problems)
        notes.push({
          level: "left-out",
          object: first.object,
          field: `spec.provider (${path})`,
          reason: message,
          remedy: "correct the store first",
        });
    }
  }
  return vaults;
}

function groupsOf(uses: readonly ConnectionUse[], { environment: given, join }: EnvironmentNames): readonly Group[] {
  const byId = new Map<string, ConnectionUse[]>();
  for (const use of uses) byId.set(use.connection.id, [...(byId.get(use.connection.id) ?? []), use]);
  // The connection that is used most gets the plain name.
  const weight = (all: readonly ConnectionUse[]): number => all.reduce((sum, { users }) => sum + 1 + users, 0);
  const ordered = [...byId].sort(([a, one], [b, other]) => weight(other) - weight(one) || (a < b ? -1 : 1));
  const groups: Group[] = [];
  for (const [id, members] of ordered) {
    const [first] = members;
    if (first === undefined) continue;
    const { connection } = first;
    const wanted = connection.named ?? given ?? guess(connection.spec);
    // Who keeps Secrets in step is said of a whole environment.
    const together = connection.named !== undefined || (join && given !== undefined);
    const key = together ? JSON.stringify([wanted, connection.spec.reconciler]) : undefined;
    const group = groups.find((one) => key !== undefined && one.key === key && !hasPlace(one, connection));
    if (group === undefined) groups.push({ wanted, key, uses: new Map([[id, members]]) });
    else group.uses.set(id, members);
  }
  return groups;
}

/** One Vault, namespace and mount are in an environment once, however one logs in. */
function hasPlace({ uses }: Group, { spec }: Connection): boolean {
  return [...uses.values()].some(([use]) => use !== undefined && placeOf(use.connection.spec) === placeOf(spec));
}

function placeOf(spec: JsonRecord): string {
  const { address, namespace, kv } = (spec as unknown as { readonly vault: VaultSpec }).vault;
  return JSON.stringify([address, namespace, kv.mount]);
}

/** By id of the connection: `main` and the names that stores of keyturn carry, else what the addresses suggest. */
function vaultNames(name: string, members: Group["uses"]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const give = (id: string, vault: string): void => {
    if (names.has(id) || taken.has(vault) || labelNameProblem(vault) !== undefined) return;
    names.set(id, vault);
    taken.add(vault);
  };
  const own = `keyturn-${name}`;
  for (const [id, uses] of members) {
    const stores = uses.map(({ store }) => store).sort();
    if (stores.includes(own)) give(id, MAIN);
    for (const store of stores) if (store.startsWith(`${own}-`)) give(id, store.slice(own.length + 1));
  }
  const rest = [...members].filter(([id]) => !names.has(id));
  const [[main] = [...members.keys()]] = rest;
  if (!taken.has(MAIN) && main !== undefined) {
    taken.delete(names.get(main) ?? "");
    names.delete(main);
    give(main, MAIN);
  }
  for (const [id, [use]] of rest) {
    const { vault } = (use?.connection.spec ?? {}) as unknown as { readonly vault: VaultSpec };
    const host = vault.address.replace(/^https?:\/\//, "").split(/[.:/]/)[0] ?? "";
    give(id, host.toLowerCase());
    give(id, vault.kv.mount.toLowerCase().replaceAll("/", "-"));
    for (let count = 2; !names.has(id); count++) give(id, `vault-${count}`);
  }
  return names;
}

function specOf(name: string, members: Group["uses"], names: ReadonlyMap<string, string>): JsonRecord {
  const specs = [...members].flatMap(([id, [use]]): (readonly [string, JsonRecord])[] =>
    use === undefined ? [] : [[names.get(id) ?? MAIN, withoutDefaultAudience(use.connection.spec, name)]],
  );
  const [[, { vault: only, ...settings }] = [MAIN, {} as JsonRecord]] = specs;
  if (specs.length === 1) return { vault: only, ...settings };
  const order = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    a === MAIN ? -1 : b === MAIN ? 1 : a < b ? -1 : 1;
  return { vaults: Object.fromEntries(specs.map(([at, { vault }]) => [at, vault] as const).sort(order)), ...settings };
}

function staleForOf([staleFor, ...others]: readonly string[]): JsonRecord {
  return staleFor === undefined || staleFor === "1h" || others.length > 0 ? {} : { staleFor };
}

function noteName(
  { object, connection }: ConnectionUse,
  { name, wanted, given }: { readonly name: string; readonly wanted: string; readonly given: EnvironmentNames },
  notes: Note[],
): void {
  const hint = (field: string, reason: string, remedy: string): void =>
    void notes.push({ level: "hint", object, field, reason, remedy });
  if (name !== wanted)
    hint(
      "spec.provider",
      `reaches Vault otherwise than environment "${wanted}" and became "${name}"`,
      given.join
        ? "an environment has one reconciler, and each of its Vaults one login: make the stores alike first, or rename it"
        : "rename it; with --environment NAME --join all Vaults of the input are of one environment",
    );
  if (connection.named === undefined && given.environment === undefined && name === FALLBACK)
    hint("", `names no environment; "${FALLBACK}" was taken`, "say --environment NAME");
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
