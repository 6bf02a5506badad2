import { DeclarationError, store, type StoreLike, type StoreSpec } from "../../components/model";
import { vaultField } from "../../components/model/environment";
import { quote } from "../../components/model/secret-like";
import { defaultStoreName } from "../../components/model/store";
import { accessName } from "../../components/model/team";
import { plan } from "../../components";
import { CLUSTER, ENVIRONMENT, TEAM, vaultProviderOf, type JsonRecord, type SecretStore } from "../../api";
import { differences, storeMeaning } from "./compare";
import type { Connection } from "./connection";
import type { ImportedVault } from "./environments";
import { foreignOwner } from "./foreign";
import type { Note } from "./note";
import type { StoreDeclaration, StoreReference } from "./program";
import type { FoundStore } from "./read";
import type { ImportedTeam } from "./teams";
import { Ref, type Variables } from "./tree";

/** A store of the input, with what it belongs to. */
export interface PlacedStore {
  readonly found: FoundStore;
  readonly connection: Connection;
  readonly vault: ImportedVault;
  /** Undefined for cluster-wide ones. */
  readonly team: ImportedTeam | undefined;
}

/** How AppSecrets refer to a store of the input. */
export interface StoreUse {
  /** What they write as `store`; undefined: the default store of their environment. */
  readonly value: StoreLike | undefined;
  readonly ref: Ref | undefined;
  /** A store of another name stands in for it. */
  readonly replaced: boolean;
}

export interface ImportedStores {
  readonly declared: readonly StoreDeclaration[];
  readonly references: readonly StoreReference[];
  readonly uses: ReadonlyMap<FoundStore, StoreUse>;
}

/** Declares the stores that keyturn would write just so; the others stay as they are and are referred to, or are replaced. */
export function importStores(placed: readonly PlacedStore[], variables: Variables, notes: Note[]): ImportedStores {
  const declared: StoreDeclaration[] = [];
  const references = new Map<string, StoreReference>();
  const uses = new Map<FoundStore, StoreUse>();
  const groups = new Map<
    string,
    {
      readonly team: ImportedTeam;
      readonly vault: ImportedVault;
      readonly name: string;
      readonly stores: PlacedStore[];
    }
  >();
  for (const entry of placed) {
    const { found, vault, team } = entry;
    const { environment } = vault;
    const { name } = found.value.metadata;
    const lost = unusable(entry);
    if (lost !== undefined || team === undefined) {
      notes.push({
        level: "differs",
        object: found.object,
        field: lost?.field ?? "kind",
        reason: lost?.reason ?? EVERYWHERE,
        remedy: REPLACED,
      });
      uses.set(found, { value: undefined, ref: undefined, replaced: true });
      continue;
    }
    const differing = differencesOf(entry, team);
    if (differing.length === 0) {
      const id = JSON.stringify([team.variable, vault.name, name]);
      const group = groups.get(id) ?? { team, vault, name, stores: [] };
      groups.set(id, group);
      group.stores.push(entry);
      noteMetadata(found, notes);
      continue;
    }
    const id = JSON.stringify([environment.name, vault.name, name]);
    const reference = references.get(id) ?? {
      variable: variables.name([name], [environment.name, name], [environment.name, name, "store"]),
      environment: new Ref(environment.variable),
      name,
      ...vaultField(vault.value),
    };
    references.set(id, reference);
    uses.set(found, {
      value: { name, environment: environment.value, ...vaultField(vault.value) },
      ref: new Ref(reference.variable),
      replaced: false,
    });
    for (const field of differing) notes.push(noteOf(entry, team, field));
  }
  for (const { team, vault, name, stores } of groups.values()) {
    const declaration = storeDeclaration(
      team,
      vault,
      name,
      stores.map(({ found }) => found.namespace),
      variables,
    );
    declared.push(declaration);
    const isDefault = declaration.spec.name === undefined;
    for (const { found } of stores)
      uses.set(found, {
        value: isDefault ? undefined : { name, environment: team.value.environment, ...vaultField(vault.value) },
        ref: isDefault ? undefined : new Ref(declaration.variable),
        replaced: false,
      });
  }
  return { declared, references: [...references.values()], uses };
}

/** A store of the team; without a name the one that secrets use which name none. */
export function storeDeclaration(
  team: ImportedTeam,
  vault: ImportedVault,
  name: string | undefined,
  namespaces: readonly string[],
  variables: Variables,
): StoreDeclaration {
  const own = name === undefined || name === defaultStoreName(vault.value);
  const which = vaultField(vault.value);
  const all = team.value.namespaces.every((namespace) => namespaces.includes(namespace));
  const words = [team.value.environment.name, team.name, ...Object.values(which), ...(own ? ["store"] : [name])];
  return {
    variable: variables.name([team.name, ...(own ? [...Object.values(which), "store"] : [name])], words),
    id: words.join("-"),
    spec: {
      team: new Ref(team.variable),
      ...which,
      ...(own ? {} : { name }),
      ...(all ? {} : { namespaces: [...new Set(namespaces)].sort() }),
    },
  };
}

const EVERYWHERE = "is for every namespace; keyturn has a SecretStore in each namespace, and a role for each team";
const REPLACED =
  'the secrets below use the SecretStore "keyturn-<environment>" of their team instead: apply the team\'s access and store before them';

function unusable({ found, team }: PlacedStore): { readonly field: string; readonly reason: string } | undefined {
  if (team === undefined) return { field: "kind", reason: EVERYWHERE };
  const { path } = found.provider;
  return path === undefined || path === ""
    ? { field: "spec.provider.vault.path", reason: "is missing; keyturn's stores name their mount, and keys do not" }
    : undefined;
}

/** Where the store that keyturn would write in its place is another. */
function differencesOf({ found, connection, vault }: PlacedStore, team: ImportedTeam): readonly string[] {
  if (connection.loginLost !== undefined) return ["spec.provider.vault.auth"];
  const { name } = found.value.metadata;
  try {
    const spec: StoreSpec = { team: team.value, ...vaultField(vault.value), name, namespaces: [found.namespace] };
    const [planned] = plan([store("store", spec)]).manifests as unknown as readonly SecretStore[];
    const provider = planned === undefined ? undefined : vaultProviderOf(planned);
    if (planned === undefined || provider === undefined) return ["spec"];
    return differences(
      { spec: storeMeaning(found.value, found.provider), metadata: ownership(found.value, team) },
      { spec: storeMeaning(planned, provider), metadata: ownership(planned, team) },
    );
  } catch (error) {
    if (error instanceof DeclarationError) return ["metadata"];
    throw error;
  }
}

/** keyturn's own annotations, where there are any. */
function ownership({ metadata }: SecretStore, team: ImportedTeam): JsonRecord {
  const { [ENVIRONMENT]: environment = team.value.environment.name, [TEAM]: owner = team.name } =
    metadata.annotations ?? {};
  return { environment, owner };
}

function noteMetadata({ object, value }: FoundStore, notes: Note[]): void {
  for (const field of ["labels", "annotations"] as const)
    if (Object.keys(value.metadata[field] ?? {}).some((name) => foreignOwner(name) === undefined))
      notes.push({
        level: "differs",
        object,
        field: `metadata.${field}`,
        reason: `a store of keyturn has no ${field} of its own`,
        remedy: "add them in the chart or stack",
      });
  const cluster = value.metadata.annotations?.[CLUSTER];
  if (cluster !== undefined)
    notes.push({
      level: "differs",
      object,
      field: "metadata.annotations",
      reason: `is for cluster ${quote(cluster)} of several; one cluster's objects do not say what the others are`,
      remedy: "declare the environment's clusters, and which of them the store is for",
    });
}

const KEEP = "the store stays as it is and the secrets refer to it";

function noteOf({ found, connection, vault }: PlacedStore, team: ImportedTeam, field: string): Note {
  const role = /\.(?:role|vaultRole)$/.test(field);
  const account = field.endsWith("serviceAccountRef.name");
  const reason =
    connection.loginLost ??
    (role
      ? `is not "${accessName({ ...team.value, environment: vault.value })}", the role by which keyturn's stores of the team log in`
      : account
        ? "is not the ServiceAccount of the team's other stores"
        : field.endsWith("serviceAccountRef.audiences")
          ? "are none; keyturn's tokens are for one audience"
          : "would be otherwise in a store of keyturn");
  const remedy = role ? `${KEEP}; to move it, apply TeamAccess and Store of the team, then leave \`store\` out` : KEEP;
  return { level: "differs", object: found.object, field, reason, remedy };
}
