import { fieldManager, MANAGED_LABEL, sha3 } from "../../api";
import type { ExternalSecretRecord } from "./record";
import { WITH_NEXT_CHANGE, type SecretRecord } from "./secret-record";

/** Everything the decision needs, gathered once. Times in milliseconds of the wall clock. */
export interface DueInput {
  readonly externalSecret: ExternalSecretRecord;
  /** The target Secret as far as its metadata says; undefined: there is none with the managed label. */
  readonly target: SecretRecord | undefined;
  /** The last complete look at the provider by this process, and the version it was for. */
  readonly checked: { readonly at: number; readonly version: string } | undefined;
  /** Keys the target had when it was last known to be right; undefined: not known yet. */
  readonly knownKeys: readonly string[] | undefined;
  /** A failure holds the object back until then; undefined: nothing does, or somebody waits. */
  readonly heldUntil: number | undefined;
  /** Its store changed, or somebody asked for it. */
  readonly wanted: boolean;
  /** Another ExternalSecret of the same path is read now: a refresh inside the jitter window may share the answer. */
  readonly shared: boolean;
  readonly now: number;
}

export type SyncReason =
  | "wanted"
  | "new version"
  | "never synced"
  | "not ready"
  | "refresh time in the future"
  | "interval"
  | "Secret missing"
  | "Secret changed";

export type DueAction =
  /** Being deleted: ESO's finalizer is taken off, nothing else. */
  | { readonly do: "release" }
  /** The spec cannot be carried out. */
  | { readonly do: "refuse"; readonly problem: string }
  /** Metadata alone cannot tell whether the Secret is as written: read it once. */
  | { readonly do: "verify" }
  /** Read the provider and bring the Secret in step. */
  | { readonly do: "sync"; readonly because: SyncReason }
  /** Nothing now; look again after so many milliseconds (undefined: only when something changes). */
  | { readonly do: "wait"; readonly for: number | undefined };

type Check = (input: DueInput) => DueAction | undefined;

//  deleting ─▶ release     problem ─▶ refuse     held back ─▶ wait     wanted, due, not ready ─▶ sync
//      │no                     │no                   │no                     │no
//      └───────────────────────┴─────────────────────┴───────────────────────┴▶ target missing, changed ─▶ sync
//                                                                               unclear ─▶ verify, right ─▶ wait
const CHECKS: readonly Check[] = [
  whenDeleting,
  whenRefused,
  whenHeld,
  whenWanted,
  whenDue,
  whenNotReady,
  whenTargetIsNotRight,
];

/**
 * What to do with one ExternalSecret now. The order and the rules are ESO's (reference/eso.md 2.4 and 2.5), with two
 * differences: a refresh comes up to a tenth of the interval early (never late), so that refreshes spread; and because
 * `status.refreshTime` is only written when something changed, the process's own last look counts when it is later.
 */
export function decide(input: DueInput): DueAction {
  for (const check of CHECKS) {
    const action = check(input);
    if (action !== undefined) return action;
  }
  return { do: "wait", for: remaining(input) };
}

function whenDeleting({ externalSecret }: DueInput): DueAction | undefined {
  if (!externalSecret.deleting) return undefined;
  return externalSecret.finalizer ? { do: "release" } : { do: "wait", for: undefined };
}

function whenRefused({ externalSecret }: DueInput): DueAction | undefined {
  const { problem } = externalSecret.spec;
  return problem === undefined ? undefined : { do: "refuse", problem };
}

function whenHeld({ heldUntil, now }: DueInput): DueAction | undefined {
  return heldUntil !== undefined && heldUntil > now ? { do: "wait", for: heldUntil - now } : undefined;
}

function whenWanted({ wanted }: DueInput): DueAction | undefined {
  return wanted ? { do: "sync", because: "wanted" } : undefined;
}

/** The last attempt failed, in this process or before it: {@link whenHeld} spaces the attempts. */
function whenNotReady({ externalSecret }: DueInput): DueAction | undefined {
  return externalSecret.status.ready === "True" ? undefined : { do: "sync", because: "not ready" };
}

function whenDue(input: DueInput): DueAction | undefined {
  const because = dueReason(input);
  return because === undefined ? undefined : { do: "sync", because };
}

function dueReason(input: DueInput): SyncReason | undefined {
  const { externalSecret, checked, now } = input;
  const { spec, status, version } = externalSecret;
  const synced = status.syncedVersion;
  const base = lastLook(input);
  const neverSynced = synced === "" || base === undefined;
  switch (spec.refreshPolicy) {
    case "CreatedOnce":
      return neverSynced ? "never synced" : undefined;
    case "OnChange":
      if (neverSynced) return "never synced";
      return synced === version ? undefined : "new version";
    case "Periodic":
      // ESO: with interval 0 not even a changed spec is looked at again.
      if (spec.interval <= 0 && synced !== "") return undefined;
      if (synced !== version) return synced === "" ? "never synced" : "new version";
      if (base === undefined) return "never synced";
      if (base > now && checked === undefined) return "refresh time in the future";
      return now >= base + (input.shared ? 0.9 * spec.interval : refreshAfter(externalSecret)) ? "interval" : undefined;
  }
}

/** The later of `status.refreshTime` and this process's own last look at this version. */
function lastLook({ externalSecret, checked }: DueInput): number | undefined {
  const { refreshTime } = externalSecret.status;
  if (checked === undefined || checked.version !== externalSecret.version) return refreshTime;
  return checked.at;
}

/** The shortest time between two refreshes; protects the provider from an interval such as `1ms`. */
const SHORTEST = 1000;

/** Milliseconds from one refresh to the next: the interval less up to a tenth, by the object's uid. */
export function refreshAfter({ uid, spec }: Pick<ExternalSecretRecord, "uid" | "spec">): number {
  return Math.max(SHORTEST, Math.floor(spec.interval * (1 - 0.1 * fraction(uid))));
}

/** A fixed number in [0, 1) for a text, evenly spread. */
export function fraction(text: string): number {
  return Number.parseInt(sha3(text).slice(0, 8), 16) / 2 ** 32;
}

/** Milliseconds since a periodic refresh was due. */
export function lateness(input: DueInput): number {
  return Math.max(0, input.now - (lastLook(input) ?? input.now) - refreshAfter(input.externalSecret));
}

function remaining(input: DueInput): number | undefined {
  const { externalSecret, now } = input;
  if (externalSecret.spec.refreshPolicy !== "Periodic" || externalSecret.spec.interval <= 0) return undefined;
  return Math.max(0, (lastLook(input) ?? now) + refreshAfter(externalSecret) - now);
}

function whenTargetIsNotRight(input: DueInput): DueAction | undefined {
  // ESO: an orphaned Secret is not watched over between refreshes.
  if (input.externalSecret.spec.creation === "Orphan") return undefined;
  switch (targetState(input)) {
    case "missing":
      return { do: "sync", because: "Secret missing" };
    case "changed":
      return { do: "sync", because: "Secret changed" };
    case "unclear":
      return { do: "verify" };
    case "right":
      return undefined;
  }
}

/**
 * Whether the target is as the reconciler (or ESO before it) wrote it, from its metadata. It is when the object's own field
 * manager is the only one of all data and of the data hash and still owns every label and annotation that it copied: a change
 * by anybody else would have moved that field to them. A key that somebody removed leaves no trace there, so the names are
 * compared too: with the spec, or, when only the provider knows them (`extract`), with the last known state; removed while no
 * reconciler ran, such a key comes back at the next refresh.
 */
export function targetState({
  externalSecret,
  target,
  knownKeys,
}: Pick<DueInput, "externalSecret" | "target" | "knownKeys">): "right" | "missing" | "changed" | "unclear" {
  const { creation } = externalSecret.spec;
  // A Secret that is not ours to create may not exist; whether it does shows at the next refresh.
  if (target === undefined || target.deleting) return creation === "Merge" ? "right" : "missing";
  if (target.dataHash === "") return "changed";
  if (target.verified) return "right";
  if (target.manager !== fieldManager(externalSecret.name)) return "unclear";
  if (creation === "Owner" && target.controller !== externalSecret.uid) return "changed";
  // What a changed spec wants is the policy's business, not drift.
  const current = isCurrent(externalSecret);
  const keys = current ? externalSecret.spec.keys : undefined;
  if (!(keys ?? knownKeys ?? []).every((key) => target.keys.includes(key))) return "changed";
  if (creation === "Owner" && keys !== undefined && keys.length !== target.keys.length) return "changed";
  // Several ExternalSecrets may share a Secret that none of them owns: its metadata is nobody's alone.
  if (!current || creation !== "Owner") return "right";
  const labels = externalSecret.labelKeys.every((key) => target.ownLabels.includes(key) || key === MANAGED_LABEL);
  const annotations = externalSecret.annotationKeys.every(
    (key) => target.ownAnnotations.includes(key) || WITH_NEXT_CHANGE.has(key),
  );
  return labels && annotations ? "right" : "unclear";
}

/** True when the Secret was written for the present spec, labels and annotations. */
export function isCurrent({ version, status }: Pick<ExternalSecretRecord, "version" | "status">): boolean {
  return status.syncedVersion === version;
}
