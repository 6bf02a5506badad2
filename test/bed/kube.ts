import { randomBytes } from "node:crypto";
import { bed, type Bed } from "./bed";
import { eventually } from "./eventually";
import { call, type Answer } from "./http";
import { BedError } from "./log-tail";

export const MERGE_PATCH = "application/merge-patch+json";
/** Server-side apply; the query needs `fieldManager`. */
export const APPLY_PATCH = "application/apply-patch+yaml";

export interface RequestOptions {
  /** Bearer token; default the admin's. An empty text sends none. */
  readonly token?: string;
}

/** A minimal client for tests: it sends exactly what it is told and hides nothing. */
export interface KubeClient {
  /** Any status is an answer. `contentType` defaults to JSON, for PATCH to a merge patch. */
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
    options?: RequestOptions,
  ): Promise<Answer<T>>;
  /** Like `request`, but gives the body, and throws for a status of 400 or more. */
  send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
    options?: RequestOptions,
  ): Promise<T>;
}

/** A client of the API server of a bed. */
export function kubeClient({ server, caFile, token: adminToken }: Bed["kube"]): KubeClient {
  const client: KubeClient = {
    request(method, path, body, contentType = method === "PATCH" ? MERGE_PATCH : "application/json", options = {}) {
      const token = options.token ?? adminToken;
      return call(server, caFile, {
        method,
        path,
        body,
        headers: {
          ...(body === undefined ? {} : { "content-type": contentType }),
          ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        },
      });
    },
    async send<T>(method: string, path: string, body?: unknown, contentType?: string, options?: RequestOptions) {
      const answer = await client.request<T>(method, path, body, contentType, options);
      if (answer.status < 400) return answer.body;
      const { message } = answer.body as { message?: unknown };
      throw new BedError({
        code: "BedRequest",
        object: `${method} ${path}`,
        cause: `answered ${answer.status}${typeof message === "string" ? `: ${message}` : ""}`,
      });
    },
  };
  return client;
}

/** A request to this run's API server; any status is an answer. */
export const request: KubeClient["request"] = (...args) => kubeClient(bed().kube).request(...args);

/** A request to this run's API server that must succeed; gives the body. */
export const send: KubeClient["send"] = (...args) => kubeClient(bed().kube).send(...args);

/** Creates a namespace `<prefix>-<random>` and waits until pods and tokens can be made in it; returns its name. */
export async function uniqueNamespace(prefix = "test"): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString("hex")}`;
  await send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await eventually(
    `ServiceAccount ${name}/default`,
    () => request("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`),
    ({ status }) => status === 200,
  );
  return name;
}

/** Creates a ServiceAccount. */
export async function createServiceAccount(namespace: string, name: string): Promise<void> {
  await send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
  });
}

/** Asks the API server for a token of a ServiceAccount, valid for an hour; without audiences it is for the API server itself. */
export async function requestToken(
  namespace: string,
  serviceAccount: string,
  audiences: readonly string[] = [],
): Promise<string> {
  const { status } = await send<{ readonly status: { readonly token: string } }>(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600, ...(audiences.length > 0 ? { audiences } : {}) },
    },
  );
  return status.token;
}
