import { createHash } from "node:crypto";
import { clone, dig, fieldsOf, get, isFields, listOf, type Fields } from "../../json";
import { builtIn } from "../builtins/table";
import { deleteObject } from "../deletion";
import type { Body, Kind, Owner } from "../kinds";
import { DEFAULT_WRITE, type Objects, type WriteContext } from "../objects";

const MANAGER = "kube-controller-manager";

export const PODS = builtIn("Pod");
export const NODES = builtIn("Node");
export const REPLICA_SETS = builtIn("ReplicaSet");
export const DEPLOYMENTS = builtIn("Deployment");
export const STATEFUL_SETS = builtIn("StatefulSet");
export const DAEMON_SETS = builtIn("DaemonSet");

/** What the workload controllers need of the cluster. */
export interface World {
  readonly objects: Objects;
  /** Objects of a kind that name the owner's uid. */
  readonly ownedBy: (uid: string, kind: Kind) => readonly Body[];
  /** Asks for another look at a workload after some milliseconds. */
  readonly again: (kind: Kind, body: Body, ms: number) => void;
}

export function contextOf(kind: Kind, body: Body, subresource: "" | "status" = ""): WriteContext {
  const { namespace } = body.metadata;
  return {
    ...DEFAULT_WRITE,
    kind,
    version: "v1",
    subresource,
    manager: MANAGER,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Writes a status (and, for Deployments, annotations), if it differs. */
export function writeStatus(world: World, kind: Kind, body: Body, status: Fields, annotations?: Fields): void {
  world.objects.update(contextOf(kind, body, "status"), body.metadata.name, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      ...(annotations === undefined ? {} : { annotations: { ...current.metadata.annotations, ...annotations } }),
    },
    status,
  }));
}

/** Without the fields that are zero: Go leaves them out. */
export function nonZero(status: Fields): Fields {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0 && value !== undefined));
}

export function remove(world: World, kind: Kind, body: Body): void {
  deleteObject(world.objects, contextOf(kind, body), body.metadata.name, { propagation: "Background" });
}

export function controllerRef(apiVersion: string, kind: string, body: Body): Owner {
  const { name, uid } = body.metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** A pod of a template. */
export function createPod(
  world: World,
  owner: Body,
  reference: Owner,
  pod: { readonly name?: string; readonly labels: Fields; readonly nodeName: string },
): void {
  const template = fieldsOf(fieldsOf(owner, "spec"), "template");
  const metadata = fieldsOf(template, "metadata");
  const body = {
    metadata: {
      ...(pod.name === undefined ? { generateName: `${owner.metadata.name}-` } : { name: pod.name }),
      labels: { ...fieldsOf(metadata, "labels"), ...pod.labels },
      ...(fieldsOf(metadata, "annotations") === undefined ? {} : { annotations: fieldsOf(metadata, "annotations") }),
      ownerReferences: [reference],
    },
    spec: { nodeName: pod.nodeName, ...clone(fieldsOf(template, "spec") ?? {}) },
  };
  world.objects.create(contextOf(PODS, owner), body as unknown as Body);
}

export function conditionOf(body: Body, type: string): Fields | undefined {
  return listOf(fieldsOf(body, "status"), "conditions").find(
    (entry): entry is Fields => isFields(entry) && entry.type === type,
  );
}

export const isReady = (pod: Body): boolean => conditionOf(pod, "Ready")?.status === "True";

/** Ready for as long as `minReadySeconds` asks. */
export function isAvailable(world: World, pod: Body, minReadySeconds: number): boolean {
  const ready = conditionOf(pod, "Ready");
  if (ready?.status !== "True") return false;
  const since = Date.parse(String(ready.lastTransitionTime));
  return minReadySeconds === 0 || world.objects.now().getTime() - since >= minReadySeconds * 1000;
}

/** Ten letters that change with the template, like `pod-template-hash`. */
export function templateHash(body: Body): string {
  const digest = createHash("sha256")
    .update(JSON.stringify(dig(body, "spec", "template")))
    .digest();
  return [...digest.subarray(0, 10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** An absolute number or a percentage of the replicas. */
export function resolve(value: unknown, replicas: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  const share = (Number(/^(\d+)%$/.exec(String(value))?.[1] ?? 0) * replicas) / 100;
  return round === "up" ? Math.ceil(share) : Math.floor(share);
}

export function numberAt(body: Body, ...path: readonly string[]): number {
  const value = dig(body, ...path);
  return typeof value === "number" ? value : 0;
}

export const labelOf = (body: Body, key: string): unknown => get(body.metadata.labels, key);

/** Where pods go: the first node, or the one that the template names. */
export function firstNode(world: World): string {
  return world.objects.storage.list(NODES)[0]?.metadata.name ?? "";
}
