import {
  DEFAULT_REFRESH_INTERVAL,
  ENVIRONMENT,
  parseDuration,
  TEAM,
  type ExternalSecret,
  type JsonRecord,
  type StoreRef,
  type VaultProvider,
} from "../../api";
import { plan } from "../../components";
import { appSecret, DeclarationError, type AppSecretSpec, type Environment } from "../../components/model";
import { vaultField } from "../../components/model/environment";
import { quote } from "../../components/model/secret-like";
import { defaultStoreName } from "../../components/model/store";
import { differences, meaningOf } from "./compare";
import { foreignOwner } from "./foreign";
import type { Note } from "./note";
import type { Found, FoundStore } from "./read";
import { Inexpressible, secretSpec, type EntryStore } from "./secret";
import type { StoreUse } from "./stores";
import type { ImportedTeam } from "./teams";
import { Ref, substitute } from "./tree";

/** An ExternalSecret of the input, with what it belongs to. */
export interface PlacedSecret {
  readonly found: Found<ExternalSecret>;
  readonly id: string;
  /** With the Vault of the store as the one that is meant. */
  readonly environment: Environment;
  readonly team: ImportedTeam;
  readonly store: FoundStore;
  readonly mount: string;
  readonly use: StoreUse;
  /** The store of an entry of its own; undefined when the input does not have it or it is of another environment. */
  readonly otherStore: (ref: StoreRef) => Omit<PlacedStoreUse, "own"> | undefined;
}

interface PlacedStoreUse {
  readonly store: FoundStore;
  readonly mount: string;
  readonly use: StoreUse;
}

export interface ImportedSecret {
  readonly id: string;
  readonly object: string;
  readonly spec: JsonRecord;
  /** Stores of single entries. */
  readonly uses: readonly StoreUse[];
}

/**
 * The AppSecret of an ExternalSecret, proven by planning it: what the plan has otherwise is a note, and what would change the Secret
 * itself keeps it from being declared.
 */
export function importSecret(
  placed: PlacedSecret,
  scope: ReadonlyMap<string, unknown>,
  notes: Note[],
): ImportedSecret | undefined {
  const { found, id, team, use } = placed;
  const { object, value } = found;
  const leave = (field: string, reason: string, remedy: string): undefined =>
    void notes.push({ level: "left-out", object, field, reason, remedy });
  const entries = entryStores(placed);
  try {
    const { name, ...rest } = secretSpec(value, {
      storeOf: entries.storeOf,
      prefixes: team.value.prefixes,
      byDefault: placed.environment.staleFor ?? "1h",
    });
    const spec: JsonRecord = {
      team: new Ref(team.variable),
      ...(name === id ? {} : { name }),
      ...(team.value.namespaces.length === 1 ? {} : { namespace: found.namespace }),
      ...(use.ref === undefined ? vaultField(placed.environment) : { store: use.ref }),
      ...rest,
    };
    const [planned] = plan([appSecret(id, substitute(spec, scope) as AppSecretSpec)])
      .manifests as unknown as readonly ExternalSecret[];
    if (planned === undefined) return leave("", "has no plan", "");
    const changed = changes(placed, planned, entries.identity, entries.providerOf);
    const losing = changed.filter(isContent);
    for (const field of losing)
      leave(field, "would be otherwise, and the Secret with it", "leave the ExternalSecret as it is");
    if (losing.length > 0) return undefined;
    for (const field of changed) notes.push(differs(placed, field));
    noteMetadata(found, team, notes);
    return { id, object, spec, uses: entries.used };
  } catch (error) {
    if (error instanceof Inexpressible) return leave(error.field, error.reason, error.remedy);
    if (!(error instanceof DeclarationError)) throw error;
    for (const { path, message } of error.problems)
      leave(path.split(" › ").slice(1).join(" › "), message, "correct it, or leave the ExternalSecret as it is");
    return undefined;
  }
}

/** The stores of the entries, and what a reference to each is called before and after. */
function entryStores({ found, store, mount, use, environment, otherStore }: PlacedSecret): {
  readonly storeOf: (entry?: JsonRecord) => EntryStore | string;
  readonly identity: (ref: StoreRef | undefined) => StoreRef | undefined;
  readonly providerOf: (ref: StoreRef | undefined) => VaultProvider | undefined;
  readonly used: readonly StoreUse[];
} {
  const used: StoreUse[] = [];
  const byDefault = { name: defaultStoreName(environment), kind: "SecretStore" } as const;
  const own = found.value.spec.secretStoreRef;
  const isMain = (ref: StoreRef): boolean =>
    ref.name === store.value.metadata.name && (ref.kind ?? "SecretStore") === store.value.kind;
  const lookUp = (ref: StoreRef): PlacedStoreUse | undefined => (isMain(ref) ? { store, mount, use } : otherStore(ref));
  return {
    storeOf: (entry) => {
      const ref = (entry?.sourceRef as { readonly storeRef?: StoreRef } | undefined)?.storeRef ?? own;
      if (ref === undefined || ref.name === "") return "is missing";
      const there = lookUp(ref);
      if (there === undefined) return "is a store that the input does not have, or of another Vault or environment";
      used.push(there.use);
      const same = isMain(ref) || (there.use.replaced && use.replaced);
      if (!same && there.use.ref === undefined)
        return "is the team's default store beside another; only one of them can be";
      return { provider: there.store.provider, mount: there.mount, own: same ? undefined : there.use.ref };
    },
    identity: (ref) => {
      if (ref === undefined || ref.name === "") return ref;
      return lookUp(ref)?.use.replaced === true ? byDefault : ref;
    },
    providerOf: (ref) => (ref === undefined ? undefined : lookUp(ref)?.store.provider),
    used,
  };
}

function changes(
  { found, environment, mount }: PlacedSecret,
  planned: ExternalSecret,
  identity: (ref: StoreRef | undefined) => StoreRef | undefined,
  providerOf: (ref: StoreRef | undefined) => VaultProvider | undefined,
): readonly string[] {
  const after: VaultProvider = {
    server: environment.vault.address,
    path: mount,
    version: environment.vault.kv.version === 1 ? "v1" : "v2",
  };
  const before = meaningOf(found.value, providerOf);
  const renamed = JSON.parse(
    JSON.stringify(before, (name, entry: unknown) =>
      name === "secretStoreRef" || name === "store" ? identity(entry as StoreRef) : entry,
    ),
  ) as JsonRecord;
  return differences(
    { metadata: metadataOf(found.value), spec: renamed },
    { metadata: metadataOf(planned), spec: JSON.parse(JSON.stringify(meaningOf(planned, () => after))) as unknown },
  );
}

function metadataOf({ metadata }: ExternalSecret): JsonRecord {
  const own = (texts: Readonly<Record<string, string>> = {}): JsonRecord =>
    Object.fromEntries(Object.entries(texts).filter(([name]) => foreignOwner(name) === undefined));
  return { name: metadata.name, labels: own(metadata.labels), annotations: own(metadata.annotations) };
}

/** Whether a field decides what is in the Secret. */
function isContent(field: string): boolean {
  return !/^(?:metadata|spec\.(?:refreshInterval|secretStoreRef|target\.template\.metadata))/.test(field);
}

function differs({ found, team }: PlacedSecret, field: string): Note {
  const { object, value } = found;
  const note = (reason: string, remedy: string): Note => ({ level: "differs", object, field, reason, remedy });
  if (field.startsWith("metadata."))
    return note(
      "looks like a secret value, or is not a text",
      "it is left out, and not shown; rotate it if it was real",
    );
  if (field.startsWith("spec.target.template.metadata."))
    return note(
      "would be there too: with keyturn the Secret has the labels and annotations of its ExternalSecret, also with a template",
      "take them off the AppSecret if the Secret should not have them",
    );
  if (field === "spec.refreshInterval" && isIdle(value))
    return {
      ...note("means nothing to a Secret that is not read at intervals, and becomes that of the environment", ""),
      level: "hint",
    };
  return note(`would be otherwise for team "${team.name}"`, "look at it before you apply");
}

function isIdle({ spec }: ExternalSecret): boolean {
  const { refreshPolicy = "Periodic", refreshInterval = DEFAULT_REFRESH_INTERVAL, target } = spec;
  return refreshPolicy !== "Periodic" || target?.immutable === true || parseDuration(refreshInterval) <= 0;
}

function noteMetadata({ object, value }: Found<ExternalSecret>, team: ImportedTeam, notes: Note[]): void {
  for (const field of ["labels", "annotations"] as const) {
    const names = Object.keys(value.metadata[field] ?? {});
    const owners = names.flatMap((name) => {
      const owner = foreignOwner(name);
      return owner === undefined || owner === "keyturn" || owner === "kubectl" ? [] : [`${quote(name)} of ${owner}`];
    });
    if (owners.length > 0)
      notes.push({
        level: "hint",
        object,
        field: `metadata.${field}`,
        reason: `${owners.join(", ")}: not taken over, since the object is applied otherwise from now on`,
        remedy: "",
      });
  }
  const { [ENVIRONMENT]: environment, [TEAM]: owner } = value.metadata.annotations ?? {};
  if (
    (environment ?? team.value.environment.name) !== team.value.environment.name ||
    (owner ?? team.name) !== team.name
  )
    notes.push({
      level: "differs",
      object,
      field: "metadata.annotations",
      reason: `its keyturn.dev annotations name another team or environment than ${team.value.environment.name} and ${team.name}`,
      remedy: "check where it belongs",
    });
}
