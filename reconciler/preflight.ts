import { KeyturnError } from "../api";
import { isKubeStatus } from "./kube/error";
import { resourcePath } from "./kube/path";
import { EXTERNAL_SECRETS, SECRET_ROLLOUTS, SECRET_STORES } from "./kube/resources";
import type { KubeClient, Resource } from "./kube/types";

/**
 * Asks at start what would otherwise only show in the log for ever: that the API server answers, that it has our kinds, and that
 * we may read them.
 * @throws KeyturnError
 */
export async function preflight(kube: KubeClient, namespaces: readonly string[]): Promise<void> {
  await Promise.all(
    [EXTERNAL_SECRETS, SECRET_STORES, SECRET_ROLLOUTS].map((resource) => readable(kube, resource, namespaces[0])),
  );
}

async function readable(kube: KubeClient, resource: Resource, namespace: string | undefined): Promise<void> {
  try {
    await kube.request({ method: "GET", path: resourcePath(resource, { namespace }, { limit: 1 }), timeout: 10_000 });
  } catch (error) {
    if (!isKubeStatus(error, 404)) throw error;
    throw new KeyturnError({
      code: "CrdMissing",
      object: `Kubernetes API ${kube.server}`,
      cause: `does not have ${resource.plural}.${resource.group}/${resource.version}`,
      remedy: "install keyturn's CRDs: Platform or Reconciler of keyturn/pulumi or keyturn/cdk8s write them",
    });
  }
}
