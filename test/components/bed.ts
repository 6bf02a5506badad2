import type { KubernetesObject } from "../../api";
import type { VaultDocuments, VaultWrite } from "../../components";
import { accessWrites } from "../../components";
import * as bao from "../bed/bao";
import { APPLY_PATCH, request } from "../bed/kube";

const CLUSTER_SCOPED = ["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"];

/** The API path of an object. */
export function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const plural = `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = CLUSTER_SCOPED.includes(kind) ? "" : `/namespaces/${metadata.namespace ?? "default"}`;
  return `${group}${namespace}/${plural}/${encodeURIComponent(metadata.name)}`;
}

/** Applies an object server-side with strict field validation; any status is an answer. */
export function apply(object: KubernetesObject, { dryRun = false } = {}) {
  const query = `fieldManager=keyturn-test&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
  return request<KubernetesObject & { readonly message?: string }>(
    "PATCH",
    `${pathOf(object)}?${query}`,
    object,
    APPLY_PATCH,
  );
}

/** Applies objects in their order; throws what the server says when it refuses one. */
export async function applyAll(objects: readonly KubernetesObject[], options?: { dryRun?: boolean }): Promise<void> {
  for (const object of objects) {
    const { status, body } = await apply(object, options);
    if (status >= 400)
      throw new Error(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}: ${body.message}`);
  }
}

/**
 * Writes what a plan asks of Vault, in order, below an OpenBao namespace when one is given (with a slash at the end). Rate limits of a
 * mount there are for the root namespace to set. Audit devices are left out: OpenBao takes them from its configuration only.
 */
export async function writeVault(documents: VaultDocuments, namespace = ""): Promise<void> {
  for (const { path, body } of [...documents.platform, ...accessWrites(documents)] as readonly VaultWrite[])
    if (path.startsWith("sys/audit/")) continue;
    else if (namespace !== "" && path.startsWith("sys/quotas/"))
      await bao.send("POST", `${path}-${namespace.slice(0, -1).replaceAll("/", "-")}`, {
        ...body,
        path: `${namespace}${String(body.path)}`,
      });
    else await bao.send("POST", `${namespace}${path}`, body);
}
