import {
  kvReadPath,
  targetName,
  TEAM,
  isRecord,
  type ExternalSecret,
  type JsonRecord,
  type RemoteRef,
  type StoreRef,
} from "../../api";
import { problemsOf, type Declaration } from "../../components/plan";
import { appSecret, store, type AppSecretSpec, type StoreSpec } from "../../components/model";
import { MAIN } from "../../components/model/environment";
import { connectionOf, mountOf } from "./connection";
import { importEnvironments, type ConnectionUse, type EnvironmentNames, type ImportedVault } from "./environments";
import type { Note } from "./note";
import type { NamedDeclaration, Program, SecretDeclaration, StoreDeclaration } from "./program";
import type { Found, FoundStore, Input } from "./read";
import { idleInterval, keyBelowMount, kvMount } from "./secret";
import { importSecret, type PlacedSecret } from "./secrets";
import { importStores, storeDeclaration, type PlacedStore } from "./stores";
import { importTeams, teamKey, type TeamUse } from "./teams";
import { Ref, substitute, Variables } from "./tree";

export interface ImportNames extends EnvironmentNames {
  readonly team: string | undefined;
}

/** The declarations for what was found. Pure; the same input gives the same program. */
export function importProgram(input: Input, names: ImportNames): Program {
  const variables = new Variables();
  const notes: Note[] = [...input.notes];
  const teamOf = teamNames(input, names.team);
  const links = linkSecrets(input, notes);

  // 1. Environments: a connection for each store and mount.
  const connections = new Map<string, ConnectionUse>();
  const connectionId = (found: FoundStore, mount: string): string => `${found.object}\n${mount}`;
  for (const found of input.stores) {
    const mount = mountOf(found.provider);
    const users = links.filter(({ store: used }) => used === found);
    const mounts = mount === undefined ? [...new Set(users.map((link) => link.mount))] : [mount];
    if (mounts.length === 0)
      notes.push({
        level: "left-out",
        object: found.object,
        field: "spec.provider.vault.path",
        reason: "is missing, and no ExternalSecret of the input says which mount it means",
        remedy: "give the ExternalSecrets that use it as well",
      });
    const owner = teamOf(found.namespace === "" ? (users[0]?.secret.namespace ?? "") : found.namespace);
    for (const at of mounts)
      connections.set(connectionId(found, at), {
        connection: connectionOf(found, at, owner),
        object: found.object,
        store: found.value.metadata.name,
        users: users.filter(({ mount: used }) => used === at).length,
        idle: users.flatMap(({ secret, mount: used }) => (used === at ? idleInterval(secret.value) : [])),
      });
  }
  const vaults = importEnvironments([...connections.values()], names, variables, notes);
  const environments = [...new Set([...vaults.values()].map(({ environment }) => environment))];
  const vaultOf = (found: FoundStore, mount: string): ImportedVault | undefined => {
    const use = connections.get(connectionId(found, mount));
    return use === undefined ? undefined : vaults.get(use.connection.id);
  };

  // 2. Teams: who lives in each namespace, and what is read there.
  const uses: TeamUse[] = [];
  for (const { secret, store: used, mount } of links) {
    const environment = vaultOf(used, mount)?.environment;
    if (environment === undefined) continue;
    const { object, namespace, value } = secret;
    uses.push({
      environment,
      namespace,
      team: teamOf(namespace),
      object,
      keys: keysOf(value, used, mount),
      serviceAccount: undefined,
    });
  }
  for (const found of input.stores) {
    const mount = mountOf(found.provider);
    const environment = mount === undefined ? undefined : vaultOf(found, mount)?.environment;
    if (environment === undefined || found.namespace === "") continue;
    const { object, namespace } = found;
    uses.push({ environment, namespace, team: teamOf(namespace), object, keys: [], serviceAccount: accountOf(found) });
  }
  const teams = importTeams(uses, variables, notes);

  // 3. Stores, as they are, by reference, or replaced.
  const placedStores = input.stores.flatMap((found): PlacedStore[] => {
    const mount = mountOf(found.provider) ?? links.find((link) => link.store === found)?.mount;
    const vault = mount === undefined ? undefined : vaultOf(found, mount);
    const use = mount === undefined ? undefined : connections.get(connectionId(found, mount));
    if (vault === undefined || use === undefined) return [];
    const team = found.namespace === "" ? undefined : teams.get(teamKey(vault.environment, found.namespace));
    return found.namespace !== "" && team === undefined ? [] : [{ found, vault, team, connection: use.connection }];
  });
  const stores = importStores(placedStores, variables, notes);
  const declared: StoreDeclaration[] = [...stores.declared];

  // 4. Secrets.
  const secrets: SecretDeclaration[] = [];
  const ids = idsOf(links.map(({ secret }) => secret));
  const targets = new Map<string, boolean>();
  const scope = new Map<string, unknown>();
  for (const { variable, value } of [...environments, ...new Set(teams.values())]) scope.set(variable, value);
  for (const { variable, environment, ...rest } of stores.references)
    scope.set(variable, { environment: scope.get(environment.variable), ...rest });
  for (const { variable, id, spec } of declared) scope.set(variable, store(id, substitute(spec, scope) as StoreSpec));
  for (const link of links) {
    const { secret, store: used, mount } = link;
    const vault = vaultOf(used, mount);
    const environment = vault?.environment;
    const team = environment === undefined ? undefined : teams.get(teamKey(environment, secret.namespace));
    const use = stores.uses.get(used);
    const leave = (field: string, reason: string, remedy: string): void =>
      void notes.push({ level: "left-out", object: secret.object, field, reason, remedy });
    if (vault === undefined || environment === undefined || team === undefined || use === undefined) {
      leave("spec.secretStoreRef", "its store could not be declared", "see the note on the store");
      continue;
    }
    const target = targetOf(environment, secret);
    const shares = ["Merge", "CreateOrMerge"].includes(secret.value.spec.target?.creationPolicy ?? "Owner");
    if (target !== undefined && targets.has(target) && !(shares && targets.get(target) === true)) {
      leave(
        "spec.target.name",
        "is the Secret of another ExternalSecret, too",
        'put both into one AppSecret by hand, or give both creationPolicy "CreateOrMerge"',
      );
      continue;
    }
    const placed: PlacedSecret = {
      found: secret,
      id: ids.get(secret) ?? secret.value.metadata.name,
      environment: vault.value,
      team,
      store: used,
      mount,
      use,
      // A store of another environment or Vault does not fit into one AppSecret.
      otherStore: (ref) => {
        const other = findStore(input, ref, secret.namespace);
        const otherMount = other === undefined ? undefined : (mountOf(other.provider) ?? mount);
        if (other === undefined || otherMount === undefined) return undefined;
        const otherUse = stores.uses.get(other);
        const same = vaultOf(other, otherMount) === vault;
        return otherUse !== undefined && same ? { store: other, mount: otherMount, use: otherUse } : undefined;
      },
    };
    const imported = importSecret(placed, scope, notes);
    if (imported === undefined) continue;
    if (target !== undefined) targets.set(target, shares);
    secrets.push({ ...imported, variable: variables.name(...secretNames(placed)) });
    const all = [use, ...imported.uses];
    if (
      all.some(({ replaced }) => replaced) &&
      !declared.some((entry) => isDefaultStore(entry, team.variable, vault.name))
    ) {
      const replacement = storeDeclaration(team, vault, undefined, team.value.namespaces, variables);
      declared.push(replacement);
      scope.set(replacement.variable, store(replacement.id, substitute(replacement.spec, scope) as StoreSpec));
    }
  }
  const program = {
    environments,
    teams: [...new Set(teams.values())],
    stores: declared,
    references: stores.references.filter(({ variable }) => secrets.some(({ spec }) => refersTo(spec, variable))),
    secrets: secrets.map(({ variable, id, object, spec }) => ({ variable, id, object, spec })),
  };
  checkTogether(program, scope, notes);
  return { ...program, notes: sortedNotes(notes) };
}

function isDefaultStore({ spec }: StoreDeclaration, team: string, vault: string): boolean {
  const here = spec.team instanceof Ref && spec.team.variable === team && (spec.vault ?? MAIN) === vault;
  return here && spec.name === undefined && spec.namespaces === undefined;
}

function refersTo(tree: unknown, variable: string): boolean {
  if (tree instanceof Ref) return tree.variable === variable;
  if (Array.isArray(tree)) return tree.some((entry) => refersTo(entry, variable));
  return isRecord(tree) && Object.values(tree).some((entry) => refersTo(entry, variable));
}

interface Link {
  readonly secret: Found<ExternalSecret>;
  readonly store: FoundStore;
  readonly mount: string;
}

function sortedNotes(notes: readonly Note[]): readonly Note[] {
  const key = ({ object, field }: Note): string => `${object}\n${field}`;
  return [...notes].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** Each ExternalSecret with its store: its own, or that of its first entry. */
function linkSecrets(input: Input, notes: Note[]): readonly Link[] {
  return input.secrets.flatMap((secret): Link[] => {
    const { spec } = secret.value;
    const entries = [...(spec.data ?? []), ...(spec.dataFrom ?? [])];
    const ref = named(spec.secretStoreRef) ?? entries.map((entry) => named(entry.sourceRef?.storeRef)).find(Boolean);
    const store = ref === undefined ? undefined : findStore(input, ref, secret.namespace);
    if (store === undefined) {
      const generator = entries.some((entry) => isRecord((entry.sourceRef as JsonRecord | undefined)?.generatorRef));
      notes.push({
        level: "left-out",
        object: secret.object,
        field: "spec.secretStoreRef",
        reason:
          ref !== undefined
            ? "is a store that the input does not have"
            : generator
              ? "is none: a generator makes the values"
              : "is missing",
        remedy:
          ref === undefined
            ? "give it the secretStoreRef of a store of its environment, or leave the ExternalSecret as it is"
            : "give the store's manifest as well: kubectl get secretstores,clustersecretstores -A -o yaml",
      });
      return [];
    }
    const own = mountOf(store.provider);
    const key = refsRead(secret.value)[0]?.key;
    const mount = own ?? (key === undefined ? "" : (kvReadPath(kvMount(store.provider), key).split("/")[0] ?? ""));
    return [{ secret, store, mount }];
  });
}

function named(ref: StoreRef | undefined): StoreRef | undefined {
  return ref === undefined || ref.name === "" || ref.name === undefined ? undefined : ref;
}

function findStore({ stores }: Input, { name, kind }: StoreRef, namespace: string): FoundStore | undefined {
  const at = kind === "ClusterSecretStore" ? "" : namespace;
  return stores.find((store) => store.namespace === at && store.value.metadata.name === name);
}

function refsRead({ spec }: ExternalSecret): readonly Pick<RemoteRef, "key" | "metadataPolicy">[] {
  return [
    ...(spec.data ?? []).map(({ remoteRef }) => remoteRef),
    ...(spec.dataFrom ?? []).flatMap(({ extract, find }) => {
      const path = find?.path?.replace(/^\/+|\/+$/g, "") ?? "";
      return extract ?? (path === "" ? [] : { key: path, metadataPolicy: "Fetch" as const });
    }),
  ];
}

function keysOf(secret: ExternalSecret, { provider }: FoundStore, mount: string): readonly string[] {
  return refsRead(secret).map((ref) => keyBelowMount({ provider, mount }, ref));
}

function accountOf({ provider }: FoundStore): string | undefined {
  const { kubernetes, jwt } = provider.auth ?? {};
  const token = isRecord(jwt) ? jwt.kubernetesServiceAccountToken : undefined;
  const ref: unknown = kubernetes?.serviceAccountRef ?? (isRecord(token) ? token.serviceAccountRef : undefined);
  return isRecord(ref) && typeof ref.name === "string" ? ref.name : undefined;
}

/** The team of a namespace: as its objects say, else the given name, else the namespace's own. */
function teamNames(input: Input, given: string | undefined): (namespace: string) => string {
  const annotated = new Map<string, string>();
  for (const { namespace, value } of [...input.secrets, ...input.stores]) {
    const name = value.metadata.annotations?.[TEAM];
    if (name !== undefined && !annotated.has(namespace)) annotated.set(namespace, name);
  }
  return (namespace) => annotated.get(namespace) ?? given ?? namespace;
}

/** What an ExternalSecret makes; undefined: nothing. */
function targetOf(environment: NamedDeclaration, { namespace, value }: Found<ExternalSecret>): string | undefined {
  const { creationPolicy, manifest } = value.spec.target ?? {};
  if (creationPolicy === "None") return undefined;
  return JSON.stringify([environment.name, namespace, manifest?.apiVersion, manifest?.kind, targetName(value)]);
}

/** The Secret's name, with its namespace where several have it; the ExternalSecret's where several make one Secret. */
function idsOf(secrets: readonly Found<ExternalSecret>[]): ReadonlyMap<Found<ExternalSecret>, string> {
  const names: readonly ((secret: Found<ExternalSecret>) => string)[] = [
    ({ value }) => targetName(value),
    ({ namespace, value }) => `${namespace}-${targetName(value)}`,
    ({ namespace, value }) => `${namespace}-${targetName(value)}-${value.metadata.name}`,
  ];
  const counts = new Map<string, number>();
  for (const secret of secrets)
    for (const id of new Set(names.map((name) => name(secret)))) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Map(
    secrets.map((secret) => {
      const ids = names.map((name) => name(secret));
      return [secret, ids.find((id) => counts.get(id) === 1) ?? (ids.at(-1) as string)];
    }),
  );
}

function secretNames({ found, team }: PlacedSecret): readonly (readonly string[])[] {
  const name = targetName(found.value);
  return [[name], [team.name, name], [found.namespace, name], [team.value.environment.name, found.namespace, name]];
}

/** What only shows when all are seen together, such as two teams with one role. */
function checkTogether(program: Omit<Program, "notes">, scope: ReadonlyMap<string, unknown>, notes: Note[]): void {
  const declarations: Declaration[] = [
    ...program.stores.map(({ id, spec }) => store(id, substitute(spec, scope) as StoreSpec)),
    ...program.secrets.map(({ id, spec }) => appSecret(id, substitute(spec, scope) as AppSecretSpec)),
  ];
  for (const { path, message } of problemsOf(declarations))
    notes.push({
      level: "differs",
      object: "all together",
      field: path,
      reason: message,
      remedy: "correct it in the output",
    });
}
