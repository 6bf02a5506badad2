import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../api";
import { APPLY_PATCH, send } from "../bed/kube";

/** The documents of every YAML file of a folder. */
export function readManifests(dir: string): readonly KubernetesObject[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => loadAll(readFileSync(join(dir, file), "utf8")) as KubernetesObject[]);
}

/** What `kubectl apply --server-side` and Argo CD do; strict, so that a field the server does not know is an error. */
export async function apply(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects)
    await send("PATCH", `${pathOf(object)}?fieldManager=gitops&force=true&fieldValidation=Strict`, object, APPLY_PATCH);
}

/** Path of an object in the API; kinds with regular plurals. */
export function pathOf({
  apiVersion,
  kind,
  metadata,
}: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  const namespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${root}${namespace}/${plural}/${metadata.name}`;
}
