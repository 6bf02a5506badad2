import { randomBytes } from "node:crypto";
import { isRecord, KeyturnError, type KubernetesObject } from "../../api";
import type { KubeClient, Resource } from "../../reconciler/kube";

/** What `kubectl apply --server-side` does, in the given order. */
export class Applier {
  private readonly served = new Map<string, Promise<readonly Resource[]>>();

  constructor(private readonly client: KubeClient) {}

  async apply(objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of [...objects].sort((a, b) => rank(a) - rank(b))) {
      const resource = await this.resourceOf(object);
      const { namespace, name } = object.metadata;
      await this.client.patch(resource, namespace, name, object, {
        type: "apply",
        fieldManager: "gitops",
        force: true,
      });
    }
  }

  private async resourceOf({ apiVersion, kind }: KubernetesObject): Promise<Resource> {
    let served = this.served.get(apiVersion);
    if (served === undefined) this.served.set(apiVersion, (served = this.discover(apiVersion)));
    const resource = (await served).find((candidate) => candidate.kind === kind);
    if (resource !== undefined) return resource;
    throw new KeyturnError({
      code: "UnknownKind",
      object: `${apiVersion} ${kind}`,
      cause: "is not served by the cluster",
      remedy: "install its CRD",
    });
  }

  private async discover(apiVersion: string): Promise<readonly Resource[]> {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const path = group === "" ? `/api/${version}` : `/apis/${apiVersion}`;
    const { resources } = await this.client.request<{
      resources: readonly { name: string; kind: string; namespaced: boolean }[];
    }>({ method: "GET", path });
    return resources
      .filter(({ name }) => !name.includes("/"))
      .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }));
  }
}

/** Namespaces and CRDs before what needs them. */
function rank({ kind }: KubernetesObject): number {
  return kind === "Namespace" ? 0 : kind === "CustomResourceDefinition" ? 1 : 2;
}

export function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** A kubeconfig with one token in place of the one it has. */
export function withToken(kubeconfig: object, token: string): object {
  return { ...kubeconfig, users: [{ name: "admin", user: { token } }] };
}

/** A value nobody has seen before and nobody will. */
export function randomValue(): string {
  return randomBytes(18).toString("base64url");
}

/** A nested field, or undefined. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isRecord(current)) return undefined;
    current = current[name];
  }
  return current;
}
