import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, type KubernetesObject } from "../../api";
import { exchange, stream, TransportError, type Answer, type Outgoing } from "../http";
import type { Metrics } from "../observe/types";
import type { Connection, Current } from "./connection";
import { KubeError, statusError, unreachable } from "./error";
import { lineSplitter } from "./lines";
import { describeCall, resourcePath } from "./path";
import { SERVICE_ACCOUNTS } from "./resources";
import type { KubeClient, KubeRequest, PatchOptions, Resource } from "./types";

export interface ClientOptions {
  readonly userAgent: string;
  /** Field manager of server-side apply where a call names none. Default `keyturn`. */
  readonly fieldManager?: string;
  readonly metrics?: Metrics;
}

const TIMEOUT = 30_000;
/** Longer than a page of 500 large objects. */
const MAX_BODY = 256 * 1_048_576;
const PAGE = 500;
/** Tries of one call that the server put off with Retry-After. */
const MAX_PUT_OFF = 5;
const CONTENT_TYPES = { merge: "application/merge-patch+json", apply: "application/apply-patch+yaml" } as const;

/** The client of {@link KubeClient} over one connection. */
export function createKubeClient(connection: Connection, options: ClientOptions): KubeClient {
  return new Client(connection, options);
}

class Client implements KubeClient {
  readonly server: string;
  private readonly basePath: string;

  constructor(
    private readonly connection: Connection,
    private readonly options: ClientOptions,
  ) {
    this.server = connection.access.server.origin;
    this.basePath = connection.access.server.pathname.replace(/\/+$/, "");
  }

  async request<T>(request: KubeRequest): Promise<T> {
    const deadline = performance.now() + (request.timeout ?? TIMEOUT);
    let answer = await this.attempt(request, deadline);
    for (let putOff = 0; putOff < MAX_PUT_OFF; putOff++) {
      const wait = waitFor(request, answer);
      if (wait === undefined || performance.now() + wait >= deadline) break;
      await this.pause(wait, request.signal);
      answer = await this.attempt(request, deadline);
    }
    return this.parse<T>(request, answer);
  }

  async stream(request: KubeRequest, onLine: (line: string) => void): Promise<void> {
    const split = lineSplitter(onLine);
    const answer = await this.authorized(request, (current) =>
      stream(current.streams, this.outgoing(request, current, request.timeout ?? TIMEOUT), MAX_BODY, { onData: split }),
    );
    if (answer.status !== 200) throw this.failure(request, answer);
  }

  get<T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string): Promise<T> {
    return this.request<T>({ method: "GET", path: resourcePath(resource, { namespace, name }) });
  }

  async list<T extends KubernetesObject>(
    resource: Resource,
    options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
  ): Promise<readonly T[]> {
    const { namespace, ...selectors } = options;
    const items: T[] = [];
    let next: string | undefined;
    let restarted = false;
    do {
      const path = resourcePath(
        resource,
        { namespace },
        // A list that outlived its snapshot starts again, then in one piece.
        { ...selectors, ...(restarted ? {} : { limit: PAGE, continue: next }) },
      );
      try {
        const page = await this.request<unknown>({ method: "GET", path });
        const read = readList<T>(resource, page);
        if (read === undefined) throw this.invalidAnswer({ method: "GET", path });
        for (const item of read.items) items.push(item);
        next = read.next;
      } catch (error) {
        if (restarted || next === undefined || !(error instanceof KubeError) || error.status !== 410) throw error;
        items.length = 0;
        restarted = true;
      }
    } while (next !== undefined);
    return items;
  }

  create<T extends KubernetesObject>(
    resource: Resource,
    object: KubernetesObject,
    options: { fieldManager?: string } = {},
  ): Promise<T> {
    return this.request<T>({
      method: "POST",
      path: resourcePath(resource, { namespace: object.metadata.namespace }, { fieldManager: options.fieldManager }),
      body: object,
    });
  }

  patch<T extends KubernetesObject>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T> {
    const apply = options.type === "apply";
    return this.request<T>({
      method: "PATCH",
      path: resourcePath(
        resource,
        { namespace, name, ...(options.subresource === undefined ? {} : { subresource: options.subresource }) },
        {
          fieldManager: options.fieldManager ?? (apply ? (this.options.fieldManager ?? "keyturn") : undefined),
          force: apply && options.force === true ? true : undefined,
        },
      ),
      body: patch,
      contentType: CONTENT_TYPES[options.type],
    });
  }

  async delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    preconditions?: { uid?: string; resourceVersion?: string },
  ): Promise<void> {
    await this.request({
      method: "DELETE",
      path: resourcePath(resource, { namespace, name }),
      body: { apiVersion: "v1", kind: "DeleteOptions", ...(preconditions === undefined ? {} : { preconditions }) },
    });
  }

  async requestToken(
    namespace: string,
    serviceAccount: string,
    options: { audiences?: readonly string[]; expirationSeconds: number },
  ): Promise<{ token: string; expiresAt: number }> {
    const path = resourcePath(SERVICE_ACCOUNTS, { namespace, name: serviceAccount, subresource: "token" });
    const answer = await this.request<unknown>({
      method: "POST",
      path,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: options },
    });
    const status = isRecord(answer) && isRecord(answer.status) ? answer.status : {};
    const expiresAt =
      typeof status.expirationTimestamp === "string" ? Date.parse(status.expirationTimestamp) : Number.NaN;
    if (typeof status.token !== "string" || status.token === "" || Number.isNaN(expiresAt))
      throw this.invalidAnswer({ method: "POST", path });
    return { token: status.token, expiresAt };
  }

  close(): void {
    this.connection.close();
  }

  /** One answer, whatever its status. A GET whose connection was closed under it is sent once more. */
  private async attempt(request: KubeRequest, deadline: number): Promise<Answer> {
    const send = (current: Current): Promise<Answer> =>
      exchange(current.requests, this.outgoing(request, current, Math.max(1, deadline - performance.now())), MAX_BODY);
    return this.authorized(request, async (current) => {
      try {
        return await send(current);
      } catch (error) {
        const again = request.method === "GET" && error instanceof TransportError && error.failure === "reset";
        if (!again) throw error;
        return send(current);
      }
    });
  }

  /** Sends with the current credentials; when the server refuses them and there are newer ones, once more with those. */
  private async authorized(request: KubeRequest, send: (current: Current) => Promise<Answer>): Promise<Answer> {
    const started = performance.now();
    const ready = this.connection.ready();
    const current = ready instanceof Promise ? await ready : ready;
    let outcome = "error";
    try {
      let answer: Answer;
      try {
        answer = await send(current);
        if (answer.status === 401 && (await this.connection.renew(current)))
          answer = await send(await this.connection.ready());
      } catch (error) {
        const untrusted = error instanceof TransportError && error.failure === "tls";
        if (!untrusted || !(await this.connection.renew(current))) throw error;
        answer = await send(await this.connection.ready());
      }
      outcome = String(answer.status);
      return answer;
    } catch (error) {
      if (error instanceof TransportError) throw unreachable(this.server, error, this.connection.access.source);
      throw error;
    } finally {
      this.options.metrics?.count("rest_client_requests_total", { code: outcome, method: request.method });
      this.options.metrics?.observe("rest_client_request_duration_seconds", (performance.now() - started) / 1000, {
        verb: request.method,
      });
    }
  }

  private outgoing(request: KubeRequest, current: Current, timeout: number): Outgoing {
    return {
      method: request.method,
      path: `${this.basePath}${request.path}`,
      headers: {
        Accept: request.accept ?? "application/json",
        "User-Agent": this.options.userAgent,
        ...(current.authorization === undefined ? {} : { Authorization: current.authorization }),
        ...(request.body === undefined ? {} : { "Content-Type": request.contentType ?? "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      timeout,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
  }

  private parse<T>(request: KubeRequest, answer: Answer): T {
    if (answer.status < 200 || answer.status > 299) throw this.failure(request, answer);
    try {
      return JSON.parse(answer.body.toString("utf8")) as T;
    } catch {
      // The parser's message quotes the answer.
      throw this.invalidAnswer(request);
    }
  }

  private failure(request: KubeRequest, answer: Answer): KubeError {
    let body: unknown;
    try {
      body = JSON.parse(answer.body.toString("utf8"));
    } catch {
      body = undefined;
    }
    return statusError(request, answer.status, body, retryAfter(answer));
  }

  private invalidAnswer(request: { readonly method: string; readonly path: string }): KubeError {
    return new KubeError({
      status: 0,
      statusReason: "InvalidAnswer",
      object: describeCall(request.method, request.path),
      cause: `the answer of ${this.server} is not what the Kubernetes API promises`,
      remedy: `check that ${this.connection.access.source} points to a Kubernetes API server`,
    });
  }

  private async pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal });
    } catch {
      throw unreachable(
        this.server,
        new TransportError("aborted", "the call was given up"),
        this.connection.access.source,
      );
    }
  }
}

/** Milliseconds of a Retry-After in seconds; the API server sends no dates. */
function retryAfter(answer: Answer): number | undefined {
  const header = answer.headers["retry-after"];
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;
}

/**
 * How long to wait before the call may be sent again, or undefined when it may not: 429 is sent before anything was done; a 503
 * could come from a proxy after the server had begun, so a POST is not repeated.
 */
function waitFor(request: KubeRequest, answer: Answer): number | undefined {
  if (answer.status !== 429 && (answer.status !== 503 || request.method === "POST")) return undefined;
  const wait = retryAfter(answer);
  // Spread over a quarter more, so that those put off together do not come back together.
  return wait === undefined ? undefined : wait * (1 + Math.random() / 4);
}

/** Items of a List; built-in kinds leave apiVersion and kind out of the items. */
function readList<T extends KubernetesObject>(
  resource: Resource,
  page: unknown,
): { items: readonly T[]; next: string | undefined } | undefined {
  if (!isRecord(page) || !isRecord(page.metadata)) return undefined;
  const items: unknown = page.items ?? [];
  if (!Array.isArray(items)) return undefined;
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  const next = page.metadata.continue;
  return {
    items: (items as T[]).map((item) =>
      "kind" in item ? item : Object.assign(item, { apiVersion, kind: resource.kind }),
    ),
    next: typeof next === "string" && next !== "" ? next : undefined,
  };
}
