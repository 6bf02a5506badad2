import { setTimeout as delay } from "node:timers/promises";
import { ProviderError } from "../plugin/errors";
import { JsonClient, type Answer } from "../plugin/https";
import { at, isList, textAt, type Json } from "../plugin/values";
import type { ClusterAccess } from "./kubeconfig";

/** A kind as the API server serves it. */
export interface ServedKind {
  /** E.g. `configmaps`. */
  readonly resource: string;
  readonly namespaced: boolean;
}

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Ignored for kinds without namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The API server refused; `reason` is its machine-readable word, e.g. `NotFound`, `Conflict`, `Forbidden`. */
export class ApiError extends ProviderError {
  constructor(
    message: string,
    readonly status: number,
    readonly reason: string,
    /** For a server-side apply conflict: the field managers that own the fields. */
    readonly conflictingManagers: readonly string[],
  ) {
    super(message);
  }
}

/** The API server serves no such kind: its CustomResourceDefinition is not there (yet). */
export class UnknownKind extends ProviderError {}

/** Test fixture. The calls the provider needs of a Kubernetes API, for any kind that discovery knows. */
export class KubernetesApi {
  readonly #client: JsonClient;
  readonly #served = new Map<string, Promise<ReadonlyMap<string, ServedKind>>>();

  constructor(
    private readonly access: ClusterAccess,
    private readonly signal: AbortSignal,
  ) {
    this.#client = new JsonClient("the Kubernetes API", access.server, access.tls, signal);
  }

  /** @throws {UnknownKind} */
  async kind(apiVersion: string, kind: string): Promise<ServedKind> {
    const known = (await this.#groupVersion(apiVersion)).get(kind);
    if (known !== undefined) return known;
    this.#served.delete(apiVersion);
    const fresh = (await this.#groupVersion(apiVersion)).get(kind);
    if (fresh !== undefined) return fresh;
    throw new UnknownKind(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  }

  /** Undefined when it does not exist. */
  async get(name: ObjectName): Promise<Json | undefined> {
    const answer = await this.#call({ method: "GET", path: await this.#path(name) });
    return answer.status === 404 ? undefined : accepted(answer);
  }

  async apply(
    name: ObjectName,
    object: Json,
    options: { readonly manager: string; readonly dryRun: boolean; readonly force: boolean },
  ): Promise<Json> {
    const query = new URLSearchParams({ fieldManager: options.manager, fieldValidation: "Strict" });
    if (options.force) query.set("force", "true");
    if (options.dryRun) query.set("dryRun", "All");
    const path = `${await this.#path(name)}?${query.toString()}`;
    const headers = { "content-type": "application/apply-patch+yaml" };
    return accepted(await this.#call({ method: "PATCH", path, headers, body: object }));
  }

  /** Deletes with the given propagation and waits until the object is gone, another one has its name, or `timeoutMs` are over. */
  async remove(name: ObjectName, propagationPolicy: string, timeoutMs: number): Promise<void> {
    const path = await this.#path(name);
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    const answer = await this.#call({ method: "DELETE", path, body });
    if (answer.status === 404) return;
    const deleted = accepted(answer);
    const uid = textAt(deleted, "metadata", "uid") ?? textAt(deleted, "details", "uid");
    const deadline = performance.now() + timeoutMs;
    for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
      const live = await this.get(name);
      if (live === undefined || (uid !== undefined && textAt(live, "metadata", "uid") !== uid)) return;
      if (performance.now() > deadline) {
        throw new ProviderError(
          `${describe(name)} was not gone ${timeoutMs / 1000} s after its deletion: ${whatHolds(live)}`,
          true,
        );
      }
      await delay(pause, undefined, { signal: this.signal }).catch(() => {
        throw new ProviderError(`waiting for the deletion of ${describe(name)} was cancelled`, true);
      });
    }
  }

  async #path({ apiVersion, kind, namespace, name }: ObjectName): Promise<string> {
    const { resource, namespaced } = await this.kind(apiVersion, kind);
    const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? this.access.namespace)}` : "";
    return `${root(apiVersion)}${scope}/${resource}/${encodeURIComponent(name)}`;
  }

  #groupVersion(apiVersion: string): Promise<ReadonlyMap<string, ServedKind>> {
    let served = this.#served.get(apiVersion);
    if (served === undefined) {
      served = this.#discover(apiVersion);
      served.catch(() => this.#served.delete(apiVersion));
      this.#served.set(apiVersion, served);
    }
    return served;
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, ServedKind>> {
    const answer = await this.#call({ method: "GET", path: root(apiVersion) });
    const kinds = new Map<string, ServedKind>();
    if (answer.status === 404) return kinds;
    const resources = at(accepted(answer), "resources");
    for (const item of isList(resources) ? resources : []) {
      const [resource, kind] = [textAt(item, "name"), textAt(item, "kind")];
      if (resource === undefined || kind === undefined || resource.includes("/")) continue;
      kinds.set(kind, { resource, namespaced: at(item, "namespaced") === true });
    }
    return kinds;
  }

  #call(call: { method: string; path: string; headers?: Record<string, string>; body?: Json }): Promise<Answer> {
    return this.#client.call({ ...call, headers: { ...this.access.headers, ...call.headers } });
  }
}

export function describe({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The namespace itself is missing, not the object. */
export function isMissingNamespace(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && /^namespaces "[^"]*" not found$/.test(error.message);
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function accepted({ status, body }: Answer): Json {
  if (status >= 200 && status < 300) return body;
  const message = textAt(body, "message") ?? `the Kubernetes API answered ${status} without saying why`;
  const causes = at(body, "details", "causes");
  const managers = (isList(causes) ? causes : []).flatMap((cause) => {
    const manager = /conflict with "((?:[^"\\]|\\.)*)"/.exec(textAt(cause, "message") ?? "")?.[1];
    return textAt(cause, "reason") === "FieldManagerConflict" && manager !== undefined ? [manager] : [];
  });
  throw new ApiError(message, status, textAt(body, "reason") ?? "", managers);
}

/** What keeps a deleted object: its finalizers, and for a namespace what its conditions say. */
function whatHolds(live: Json): string {
  const finalizers = at(live, "metadata", "finalizers") ?? at(live, "spec", "finalizers");
  const conditions = at(live, "status", "conditions");
  const messages = (isList(conditions) ? conditions : [])
    .filter((condition) => at(condition, "status") === "True")
    .map((condition) => textAt(condition, "message") ?? "");
  const held = isList(finalizers)
    ? [`finalizers ${finalizers.filter((item) => typeof item === "string").join(", ")}`]
    : [];
  return [...held, ...messages].join("; ") || "it is still there";
}
