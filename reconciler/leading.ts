import type { KubernetesObject } from "../api";
import { KubeError } from "./kube/error";
import type { KubeClient } from "./kube/types";

/** The client, except that nothing is written while the lease is not surely ours: an event loop that stood still may have lost it. */
export function whileLeading(kube: KubeClient, isLeader: () => boolean): KubeClient {
  const check = (): void => {
    if (isLeader()) return;
    throw new KubeError({
      status: 0,
      statusReason: "NotLeading",
      object: `Kubernetes API ${kube.server}`,
      cause: "nothing is written: this process does not hold the lease",
    });
  };
  return {
    server: kube.server,
    request: (request) => kube.request(request),
    stream: (request, onLine) => kube.stream(request, onLine),
    get: (resource, namespace, name) => kube.get(resource, namespace, name),
    list: (resource, options) => kube.list(resource, options),
    create: async <T extends KubernetesObject>(...args: Parameters<KubeClient["create"]>) => {
      check();
      return kube.create<T>(...args);
    },
    patch: async <T extends KubernetesObject>(...args: Parameters<KubeClient["patch"]>) => {
      check();
      return kube.patch<T>(...args);
    },
    delete: async (...args) => {
      check();
      return kube.delete(...args);
    },
    requestToken: (namespace, serviceAccount, options) => kube.requestToken(namespace, serviceAccount, options),
    close: () => kube.close(),
  };
}
