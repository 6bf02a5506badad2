import { createHmac, randomBytes } from "node:crypto";
import { isFields, type Fields } from "../json";
import type { Operation, Token } from "./logical";
import type { Mount } from "./mounts";
import { goTime, isRawNumber } from "./values";

/** One line of the audit log, in OpenBao's shape: names and numbers plain, every other string a keyed hash. */
export type AuditEntry = Readonly<Record<string, unknown>> & {
  readonly time: string;
  readonly type: "request" | "response";
  readonly request: {
    readonly id: string;
    readonly operation: Operation;
    readonly path: string;
    readonly mount_type?: string;
    readonly [field: string]: unknown;
  };
  readonly response?: Readonly<Record<string, unknown>>;
  readonly error?: string;
};

export interface AuditedRequest {
  readonly id: string;
  readonly operation: Operation;
  readonly path: string;
  readonly mount: Mount | undefined;
  readonly data: Fields;
  readonly token: Token | undefined;
  readonly tokenText: string | undefined;
  readonly remote: { readonly address: string; readonly port: number };
}

/** Keeps the last entries in memory. */
export class Audit {
  private readonly salt = randomBytes(32);
  private readonly kept: AuditEntry[] = [];

  constructor(
    private readonly now: () => number,
    private readonly limit: number,
  ) {}

  entries(): readonly AuditEntry[] {
    return this.kept;
  }

  record(
    request: AuditedRequest,
    answer: { readonly data?: unknown; readonly auth?: Token; readonly error?: string },
  ): void {
    const described = this.describe(request);
    const base = { auth: this.describeToken(answer.auth ?? request.token), request: described };
    this.add({ time: goTime(this.now()), type: "request", ...base, ...this.refused(request, answer.error) });
    const { mount } = request;
    this.add({
      time: goTime(this.now()),
      type: "response",
      ...base,
      response: {
        ...(mount === undefined ? {} : describeMount(mount)),
        ...(answer.auth === undefined ? {} : { auth: this.describeToken(answer.auth) }),
        ...(answer.data === undefined ? {} : { data: this.hashed(answer.data) }),
      },
      ...(answer.error === undefined ? {} : { error: answer.error }),
    });
  }

  private refused(request: AuditedRequest, error: string | undefined): { readonly error?: string } {
    return error !== undefined && request.token === undefined ? { error } : {};
  }

  private describe({
    id,
    operation,
    path,
    mount,
    data,
    tokenText,
    token,
    remote,
  }: AuditedRequest): AuditEntry["request"] {
    return {
      id,
      operation,
      ...(mount === undefined ? {} : describeMount(mount)),
      ...(tokenText === undefined ? {} : { client_token: this.hash(tokenText) }),
      ...(token === undefined || token.accessor === "" ? {} : { client_token_accessor: this.hash(token.accessor) }),
      namespace: { id: "root" },
      path,
      ...(Object.keys(data).length === 0 ? {} : { data: this.hashed(data) }),
      remote_address: remote.address,
      remote_port: remote.port,
    };
  }

  private describeToken(token: Token | undefined): object {
    if (token === undefined) return { token_type: "default" };
    return {
      client_token: this.hash(token.id),
      ...(token.accessor === "" ? {} : { accessor: this.hash(token.accessor) }),
      display_name: token.displayName,
      policies: token.policies,
      token_policies: token.policies,
      ...(token.meta === null ? {} : { metadata: token.meta }),
      ...(token.entityId === "" ? {} : { entity_id: token.entityId }),
      token_type: token.type,
      ...(token.creationTtl === 0 ? {} : { token_ttl: token.creationTtl }),
      token_issue_time: goTime(token.createdAt),
    };
  }

  private hashed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.hashed(entry));
    if (typeof value === "string") return TIME.test(value) ? value : this.hash(value);
    if (!isFields(value) || isRawNumber(value)) return value;
    return Object.fromEntries(Object.keys(value).map((key) => [key, this.hashed(value[key])]));
  }

  private hash(text: string): string {
    return `hmac-sha256:${createHmac("sha256", this.salt).update(text).digest("hex")}`;
  }

  private add(entry: AuditEntry): void {
    this.kept.push(entry);
    if (this.kept.length > this.limit * 2) this.kept.splice(0, this.kept.length - this.limit);
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function describeMount({ path, backend, accessor }: Mount): Fields {
  return {
    mount_point: path,
    mount_type: backend.type,
    mount_accessor: accessor,
    mount_class: path.startsWith("auth/") ? "auth" : "secret",
  };
}
