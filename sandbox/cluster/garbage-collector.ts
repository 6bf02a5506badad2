import { attempt } from "./background";
import { builtIn } from "./builtins/table";
import { deleteObject, FOREGROUND, ORPHAN } from "./deletion";
import type { Body, Kind, Owner } from "./kinds";
import { DEFAULT_WRITE, type Objects, type WriteContext } from "./objects";
import type { Registry } from "./registry";
import type { Change } from "./storage";

interface Ref {
  readonly kindId: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

const MANAGER = "kube-controller-manager";

/**
 * Deletes what nothing owns any more, and empties namespaces that are going away. Works on indexes kept from the write
 * stream, shortly after the write that calls for it.
 */
export class GarbageCollector {
  private readonly dependents = new Map<string, Map<string, Ref>>();
  private readonly living = new Map<string, Ref>();
  private readonly queue = new Map<string, () => void>();
  private readonly namespaces = builtIn("Namespace");
  private timer: NodeJS.Immediate | undefined;

  constructor(
    private readonly objects: Objects,
    private readonly registry: Registry,
  ) {
    objects.storage.listenAll((change) => this.observe(change));
  }

  stop(): void {
    if (this.timer !== undefined) clearImmediate(this.timer);
    this.queue.clear();
  }

  /** Objects of the kind that name the uid as an owner. */
  dependentsOf(uid: string, kind: Kind): readonly Body[] {
    const found: Body[] = [];
    for (const [dependentUid, ref] of this.dependents.get(uid) ?? []) {
      const dependent = ref.kindId === kind.id ? this.find(ref, dependentUid) : undefined;
      if (dependent !== undefined) found.push(dependent.body);
    }
    return found;
  }

  private observe(change: Change): void {
    const { metadata } = change.object;
    const ref: Ref = { kindId: change.kind.id, namespace: metadata.namespace, name: metadata.name };
    const deleted = change.type === "DELETED";
    const [before, after] = [
      change.previous?.metadata.ownerReferences ?? NO_OWNERS,
      deleted ? NO_OWNERS : (metadata.ownerReferences ?? NO_OWNERS),
    ];
    if (before !== after) {
      for (const owner of before) this.unlink(owner.uid, metadata.uid);
      for (const owner of after) this.link(owner.uid, metadata.uid, ref);
      if (after.length > 0) this.later(`owners ${metadata.uid}`, () => this.checkOwners(ref, metadata.uid));
    }
    if (deleted) {
      this.living.delete(metadata.uid);
      for (const [uid, dependent] of this.dependents.get(metadata.uid) ?? [])
        this.later(`owners ${uid}`, () => this.checkOwners(dependent, uid));
      for (const owner of before) this.later(`finish ${owner.uid}`, () => this.finish(owner.uid));
      if (metadata.namespace !== undefined) this.checkNamespace(metadata.namespace);
    } else {
      this.living.set(metadata.uid, ref);
      if (metadata.deletionTimestamp !== undefined) {
        this.later(`finish ${metadata.uid}`, () => this.finish(metadata.uid));
        if (change.kind.id === this.namespaces.id) this.checkNamespace(metadata.name);
      }
    }
  }

  private link(owner: string, uid: string, ref: Ref): void {
    const set = this.dependents.get(owner) ?? new Map<string, Ref>();
    this.dependents.set(owner, set.set(uid, ref));
  }

  private unlink(owner: string, uid: string): void {
    const set = this.dependents.get(owner);
    if (set?.delete(uid) === true && set.size === 0) this.dependents.delete(owner);
  }

  /** One check per key and turn, after the write that asked for it has been answered. */
  private later(key: string, work: () => void): void {
    this.queue.set(key, work);
    this.timer ??= setImmediate(() => {
      this.timer = undefined;
      const batch = [...this.queue.values()];
      this.queue.clear();
      for (const task of batch) attempt("garbage collection", task);
    });
  }

  private context(kind: Kind, namespace: string | undefined): WriteContext {
    return {
      ...DEFAULT_WRITE,
      kind,
      version: kind.versions[0] ?? "v1",
      manager: MANAGER,
      ...(namespace === undefined ? {} : { namespace }),
    };
  }

  private find(ref: Ref, uid: string): { readonly kind: Kind; readonly body: Body } | undefined {
    const kind = this.registry.byTable(ref.kindId);
    const body = kind === undefined ? undefined : this.objects.storage.get(kind, ref.namespace, ref.name);
    return kind !== undefined && body !== undefined && body.metadata.uid === uid ? { kind, body } : undefined;
  }

  private exists(owner: Owner, namespace: string | undefined): boolean {
    const ref = this.living.get(owner.uid);
    return ref !== undefined && (ref.namespace === undefined || ref.namespace === namespace);
  }

  /** A dependent: goes when none of its owners exists, loses the references to those that do not. */
  private checkOwners(ref: Ref, uid: string): void {
    const found = this.find(ref, uid);
    const owners = found?.body.metadata.ownerReferences ?? [];
    if (found === undefined || owners.length === 0) return;
    const left = owners.filter((owner) => this.exists(owner, ref.namespace) && !this.waitsFor(owner));
    if (left.length === owners.length) return;
    const context = this.context(found.kind, ref.namespace);
    if (left.length === 0) deleteObject(this.objects, context, ref.name, { propagation: "Background", uid });
    else
      this.objects.update(context, ref.name, (current) => ({
        ...current,
        metadata: { ...current.metadata, ownerReferences: left },
      }));
  }

  /** The owner is being deleted in the foreground: its dependents go first. */
  private waitsFor(owner: Owner): boolean {
    const ref = this.living.get(owner.uid);
    const found = ref === undefined ? undefined : this.find(ref, owner.uid);
    return (
      found?.body.metadata.deletionTimestamp !== undefined &&
      (found.body.metadata.finalizers ?? []).includes(FOREGROUND)
    );
  }

  /** An owner that is being deleted: orphans or waits for its dependents, then lets go. */
  private finish(uid: string): void {
    const ref = this.living.get(uid);
    const found = ref === undefined ? undefined : this.find(ref, uid);
    if (ref === undefined || found?.body.metadata.deletionTimestamp === undefined) return;
    const finalizers = found.body.metadata.finalizers ?? [];
    const dependents = [...(this.dependents.get(uid) ?? [])];
    if (finalizers.includes(ORPHAN)) {
      for (const [dependentUid, dependent] of dependents) this.orphan(dependent, dependentUid, uid);
      this.dropFinalizer(found, ref, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      const blocking = dependents.filter(([dependentUid, dependent]) => this.blocks(dependent, dependentUid, uid));
      for (const [dependentUid, dependent] of dependents)
        this.later(`owners ${dependentUid}`, () => this.checkOwners(dependent, dependentUid));
      if (blocking.length === 0) this.dropFinalizer(found, ref, FOREGROUND);
    }
  }

  private blocks(ref: Ref, uid: string, owner: string): boolean {
    const references = this.find(ref, uid)?.body.metadata.ownerReferences ?? [];
    return references.some((reference) => reference.uid === owner && reference.blockOwnerDeletion === true);
  }

  private orphan(ref: Ref, uid: string, owner: string): void {
    const found = this.find(ref, uid);
    if (found === undefined) return;
    this.objects.update(this.context(found.kind, ref.namespace), ref.name, (current) => {
      const left = (current.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner);
      const { ownerReferences: _, ...metadata } = current.metadata;
      return { ...current, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } };
    });
  }

  private dropFinalizer(found: { readonly kind: Kind; readonly body: Body }, ref: Ref, finalizer: string): void {
    this.objects.update(this.context(found.kind, ref.namespace), ref.name, (current) => {
      const left = (current.metadata.finalizers ?? []).filter((name) => name !== finalizer);
      const { finalizers: _, ...metadata } = current.metadata;
      return { ...current, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
    });
  }

  private checkNamespace(namespace: string): void {
    const body = this.objects.storage.get(this.namespaces, undefined, namespace);
    if (body?.metadata.deletionTimestamp === undefined) return;
    this.later(`namespace ${namespace}`, () => this.emptyNamespace(namespace));
  }

  private emptyNamespace(namespace: string): void {
    let left = 0;
    for (const kind of this.registry.all()) {
      if (!kind.namespaced) continue;
      for (const body of this.objects.storage.list(kind, namespace)) {
        const { gone } = deleteObject(this.objects, this.context(kind, namespace), body.metadata.name, {
          propagation: "Background",
        });
        if (!gone) left += 1;
      }
    }
    const body = this.objects.storage.get(this.namespaces, undefined, namespace);
    if (left === 0 && body !== undefined && (body.metadata.finalizers ?? []).length === 0)
      this.objects.storage.delete(this.namespaces, body);
  }
}

const NO_OWNERS: readonly Owner[] = [];
