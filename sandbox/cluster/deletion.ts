import { fieldsOf, stringOf, type Fields } from "../json";
import { builtIn } from "./builtins/table";
import type { Body, Kind } from "./kinds";
import { cause, conflict, forbidden, invalid } from "./status";
import type { Objects, WriteContext } from "./objects";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions {
  readonly propagation: Propagation;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Finalizers that the garbage collector takes away when it is done. */
export const ORPHAN = "orphan";
export const FOREGROUND = "foregroundDeletion";

/**
 * `propagationPolicy` and preconditions of a request (query and body).
 * @throws ApiError 422
 */
export function readDeleteOptions(query: URLSearchParams, body: Fields | undefined): DeleteOptions {
  const policy = query.get("propagationPolicy") ?? stringOf(body, "propagationPolicy");
  const orphan = query.get("orphanDependents") ?? body?.orphanDependents;
  if (policy !== undefined && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan")
    throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions", name: "" }, [
      cause.unsupported("propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"]),
    ]);
  const preconditions = fieldsOf(body, "preconditions");
  const uid = stringOf(preconditions, "uid");
  const resourceVersion = stringOf(preconditions, "resourceVersion");
  return {
    propagation: policy ?? (orphan === true || orphan === "true" ? "Orphan" : "Background"),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/**
 * Deletes an object, or marks it while finalizers hold it.
 * @returns the object, and whether it is gone
 * @throws ApiError 403, 404, 409
 */
export function deleteObject(
  objects: Objects,
  context: WriteContext,
  name: string,
  options: DeleteOptions,
): { readonly body: Body; readonly gone: boolean } {
  const { kind } = context;
  const old = objects.get(kind, context.namespace, name);
  checkPreconditions(kind, old, options);
  const namespace = kind.id === builtIn("Namespace").id;
  if (namespace && PROTECTED.has(name))
    throw forbidden({ group: "", kind: "namespaces", name }, "this namespace may not be deleted");
  const finalizers = new Set(old.metadata.finalizers ?? []);
  if (options.propagation === "Orphan") finalizers.add(ORPHAN);
  if (options.propagation === "Foreground") finalizers.add(FOREGROUND);
  if (finalizers.size === 0 && !namespace) {
    if (!context.dryRun) objects.storage.delete(kind, old);
    return { body: old, gone: true };
  }
  if (old.metadata.deletionTimestamp !== undefined && finalizers.size === (old.metadata.finalizers ?? []).length)
    return { body: old, gone: false };
  const next: Body = {
    ...old,
    metadata: {
      ...old.metadata,
      deletionTimestamp: old.metadata.deletionTimestamp ?? objects.timestamp(),
      ...(namespace ? {} : { deletionGracePeriodSeconds: 0 }),
      ...(old.metadata.generation === undefined ? {} : { generation: old.metadata.generation + 1 }),
      ...(finalizers.size === 0 ? {} : { finalizers: [...finalizers] }),
    },
    ...(namespace ? { status: { ...(old.status as Fields), phase: "Terminating" } } : {}),
  };
  return { body: context.dryRun ? next : objects.storage.put(kind, next), gone: false };
}

const PROTECTED = new Set(["default", "kube-system", "kube-public"]);

/** Kinds whose deletion answers with the object instead of a Status. */
export const RETURNS_OBJECT = new Set(["serviceaccounts", "services", "pods"]);

function checkPreconditions(kind: Kind, old: Body, options: DeleteOptions): void {
  const { uid, resourceVersion, name } = old.metadata;
  const subject = { group: kind.group, kind: kind.kind, name };
  if (options.uid !== undefined && options.uid !== uid)
    throw conflict(
      subject,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion)
    throw conflict(
      subject,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
}
