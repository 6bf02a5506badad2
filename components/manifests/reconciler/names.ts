import type { ResolvedReconciler } from "../../model/reconciler";
import { metadata } from "../manifest";
import type { ObjectMeta } from "../../../api";

/** Name of the Deployment and of everything beside it. */
export const NAME = "keyturn-reconciler";
/** The Secret with the key of the generations, in the reconciler's own namespace. */
export const GENERATION_KEY_SECRET = "keyturn-generation-key";
export const METRICS_PORT = 8080;
export const HEALTH_PORT = 8081;
export const SELECTOR = { "app.kubernetes.io/name": "keyturn", "app.kubernetes.io/component": "reconciler" } as const;

type Texts = Readonly<Record<string, string>>;

/** Metadata of an object of the reconciler; in its own namespace unless said otherwise, null for cluster-scoped ones. */
export function metaOf(
  reconciler: ResolvedReconciler,
  name: string = NAME,
  namespace: string | null = reconciler.environment.reconciler.namespace,
  more: { readonly labels?: Texts; readonly annotations?: Texts } = {},
): ObjectMeta {
  return metadata({
    name,
    ...(namespace === null ? {} : { namespace }),
    environment: reconciler.environment.name,
    labels: { ...more.labels, ...SELECTOR },
    ...(more.annotations === undefined ? {} : { annotations: more.annotations }),
  });
}
