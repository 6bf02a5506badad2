import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isFields, type Fields } from "../json";
import { answer } from "../https-server";
import type { RequestCounter } from "../request-counter";
import type { Audit } from "./audit";
import { bad, refusedPath, refusedToken, VaultError } from "./error";
import type { LogicalRequest, LogicalResponse, Operation, Token } from "./logical";
import type { Mount, Mounts } from "./mounts";
import type { Policies } from "./policies";
import type { Quotas } from "./quotas";
import { answerAlways, noSuchMount, System } from "./system";
import type { Tokens } from "./tokens";
import { decodeProblem, text } from "./values";

export interface CoreParts {
  readonly mounts: Mounts;
  readonly policies: Policies;
  readonly tokens: Tokens;
  readonly quotas: Quotas;
  readonly audit: Audit;
  readonly requests: RequestCounter;
  readonly now: () => number;
}

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Below `/v1/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** The HTTP face of the Vault: sealing, limits, tokens, policies, mounts, answers, audit. */
export class Core {
  sealed = false;
  private limited: { left: number; readonly retryAfter: number } = { left: 0, retryAfter: 0 };

  constructor(private readonly parts: CoreParts) {}

  /** The next requests (but those to `sys/`) are answered 429. */
  limit(requests: number, retryAfterSeconds: number): void {
    this.limited = { left: requests, retryAfter: retryAfterSeconds };
  }

  handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    try {
      const url = request.url ?? "/";
      const mark = url.indexOf("?");
      const raw = mark < 0 ? url : url.slice(0, mark);
      const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
      if (!raw.startsWith("/v1/")) return answer(response, 404, "404 page not found\n", PLAIN);
      const clean = cleaned(raw);
      if (clean !== raw) return answer(response, 307, "", { Location: clean });
      const path = decode(raw.slice("/v1/".length));
      if (path.split("/").includes("..")) throw bad("relative paths not supported");
      this.dispatch({ request, response, path, query, body });
    } catch (error) {
      this.refuse(error, response);
    }
  }

  refuse(error: unknown, response: ServerResponse): void {
    const known = error instanceof VaultError ? error : new VaultError(500, ["internal error"]);
    if (response.headersSent) return void response.destroy();
    answer(response, known.code, JSON.stringify({ errors: known.errors }), known.headers);
  }

  private dispatch(incoming: Incoming): void {
    const { path, response, request, body } = incoming;
    const operation = operationOf(request.method ?? "GET", incoming.query);
    const whole = operation === "list" || operation === "scan" ? `${path.replace(/\/$/, "")}/` : path;
    const mount = this.parts.mounts.find(whole);
    this.parts.requests.count(operation, mount?.path ?? "");
    const always = answerAlways(path, this.sealed, this.parts.now());
    if (always !== undefined) {
      if (operation !== "read") throw new VaultError(405, []);
      return answer(response, always.code, JSON.stringify(always.body));
    }
    if (path === "sys/unseal") return this.unseal(response, readBody(body));
    if (this.sealed) throw new VaultError(503, ["Vault is sealed"]);
    this.checkLimit(path);
    checkPatch(request, operation);
    const data = operation === "update" || operation === "patch" ? readBody(body) : Object.fromEntries(incoming.query);
    this.logical(incoming, { operation, path: whole, data, mount });
  }

  private logical(
    incoming: Incoming,
    asked: {
      readonly operation: Operation;
      readonly path: string;
      readonly data: Fields;
      readonly mount: Mount | undefined;
    },
  ): void {
    const { mount, path, data } = asked;
    const inner = mount === undefined ? "" : path.slice(mount.path.length);
    const operation =
      asked.operation === "update" && mount?.backend.exists?.(inner) === false ? "create" : asked.operation;
    const tokenText = tokenOf(incoming.request);
    const id = randomUUID();
    const { socket } = incoming.request;
    const audited = {
      id,
      operation,
      path,
      mount,
      data: operation === "read" || operation === "list" ? {} : data,
      tokenText,
      remote: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
    };
    let token: Token | undefined;
    try {
      token = this.authorize({ mount, inner, operation, path, tokenText });
      if (mount === undefined) throw noSuchMount(path);
      const request: LogicalRequest = { operation, path: inner, data, text: incoming.body, mount: mount.path, token };
      const result = mount.backend.handle(request);
      this.parts.audit.record(
        { ...audited, token },
        {
          ...(result?.data === undefined ? {} : { data: result.data }),
          ...(result?.auth === undefined ? {} : { auth: result.auth.token }),
        },
      );
      this.reply(incoming.response, id, result);
    } catch (error) {
      this.parts.audit.record(
        { ...audited, token },
        error instanceof VaultError && error.errors.length > 0 ? { error: error.errors.join("; ") } : {},
      );
      throw error;
    }
  }

  /** The token of a request that may do what it asks; undefined where none is needed. @throws VaultError 403 */
  private authorize(asked: {
    readonly mount: Mount | undefined;
    readonly inner: string;
    readonly operation: Operation;
    readonly path: string;
    readonly tokenText: string | undefined;
  }): Token | undefined {
    const { mount, inner, operation, path, tokenText } = asked;
    if (mount?.backend.isOpen?.(inner) === true)
      return tokenText === undefined ? undefined : this.parts.tokens.find(tokenText);
    if (tokenText === undefined) throw refusedToken();
    const token = this.parts.tokens.use(tokenText);
    if (token.policies.includes("root") || path.startsWith("sys/internal/ui/mounts/")) return token;
    if (!this.parts.policies.aclOf(token).allows(operation, path, System.needsSudo(path))) throw refusedPath();
    return token;
  }

  private checkLimit(path: string): void {
    if (path.startsWith("sys/")) return;
    const told = this.limited.left > 0;
    if (told) this.limited.left -= 1;
    else if (this.parts.quotas.admits(path)) return;
    // OpenBao says when to come back only where its operator has turned that on.
    const headers: Record<string, string> = told ? { "Retry-After": String(this.limited.retryAfter) } : {};
    throw new VaultError(429, [`request path ${JSON.stringify(path)}: rate limit quota exceeded`], headers);
  }

  private unseal(response: ServerResponse, data: Fields): void {
    if (text(data, "key") === "" && data.reset !== true)
      throw bad("'key' must be specified in request body as JSON, or 'reset' set to true");
    this.sealed = false;
    answer(response, 200, JSON.stringify(answerAlways("sys/seal-status", this.sealed, this.parts.now())?.body));
  }

  private reply(response: ServerResponse, id: string, result: LogicalResponse | undefined): void {
    const { auth, data } = result ?? {};
    if (result === undefined || (data === undefined && auth === undefined && result.warnings === undefined))
      return answer(response, result?.status ?? 204, "");
    const warnings = result.warnings ?? [];
    const body = {
      request_id: id,
      lease_id: "",
      renewable: false,
      lease_duration: result.leaseDuration ?? 0,
      data: data ?? null,
      wrap_info: null,
      warnings: warnings.length === 0 ? null : warnings,
      auth: auth === undefined ? null : describeAuth(auth.token, auth.leaseDuration),
    };
    answer(response, result.status ?? 200, JSON.stringify(body));
  }
}

const PLAIN = { "Content-Type": "text/plain; charset=utf-8" } as const;

function describeAuth(token: Token, leaseDuration: number): Fields {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.meta,
    lease_duration: leaseDuration,
    renewable: token.renewable,
    entity_id: token.entityId,
    token_type: token.type,
    orphan: token.orphan,
    mfa_requirement: null,
    num_uses: token.usesLeft ?? 0,
  };
}

function operationOf(method: string, query: URLSearchParams): Operation {
  switch (method) {
    case "GET":
      if (isTrue(query.get("list"))) return "list";
      return isTrue(query.get("scan")) ? "scan" : "read";
    case "PUT":
    case "POST":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return "delete";
    default:
      throw new VaultError(405, []);
  }
}

const isTrue = (value: string | null): boolean => value === "true" || value === "1";

function checkPatch(request: IncomingMessage, operation: Operation): void {
  const type = request.headers["content-type"] ?? "";
  if (operation === "patch" && !type.startsWith("application/merge-patch+json"))
    throw new VaultError(415, [`PATCH requires Content-Type of application/merge-patch+json, provided ${type}`]);
}

function readBody(body: string): Fields {
  if (body.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw bad(`failed to decode JSON input: ${decodeProblem(body)}`);
  }
  if (!isFields(value)) throw bad("failed to decode JSON input: the body is not an object");
  return value;
}

function tokenOf(request: IncomingMessage): string | undefined {
  const header = request.headers["x-vault-token"];
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return (Array.isArray(header) ? header[0] : header) ?? bearer;
}

/** Without empty, `.` and `..` segments, as Go's router redirects. */
function cleaned(path: string): string {
  const out: string[] = [];
  const parts = path.split("/").slice(1);
  parts.forEach((part, index) => {
    if (part === "..") out.pop();
    else if (part !== "." && (part !== "" || index === parts.length - 1)) out.push(part);
  });
  return `/${out.join("/")}`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw bad("the path cannot be decoded");
  }
}
