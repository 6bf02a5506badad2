import type { Fields } from "../json";

/** What a request does, in the words of the audit log. */
export type Operation = "create" | "update" | "read" | "list" | "scan" | "delete" | "patch";

/** A request as a mount sees it. */
export interface LogicalRequest {
  readonly operation: Operation;
  /** Below the mount, without a leading slash. */
  readonly path: string;
  /** The JSON body, or the query of a read. */
  readonly data: Fields;
  /** The body as sent: KV v1 keeps numbers as they were written. */
  readonly text: string;
  readonly mount: string;
  readonly token: Token | undefined;
}

export interface LogicalResponse {
  readonly data?: Fields | null;
  readonly auth?: Auth;
  readonly warnings?: readonly string[];
  /** Seconds. */
  readonly leaseDuration?: number;
  /** Default 200. */
  readonly status?: number;
}

/** A token as stored. Times in milliseconds, durations in seconds. */
export interface Token {
  readonly id: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly displayName: string;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly type: "service" | "batch";
  readonly createdAt: number;
  readonly creationTtl: number;
  /** When it ends; undefined for a token that never does. */
  expiresAt: number | undefined;
  readonly maxTtl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly renewable: boolean;
  usesLeft: number | undefined;
  readonly path: string;
  readonly entityId: string;
  readonly orphan: boolean;
  readonly parent: string | undefined;
}

/** The `auth` part of an answer. */
export interface Auth {
  readonly token: Token;
  readonly leaseDuration: number;
}

/** What a login grants; the token store makes a token of it. */
export interface Grant {
  readonly policies: readonly string[];
  readonly displayName: string;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly type: "service" | "batch";
  /** Seconds; 0 means the system's default. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly renewable: boolean;
  readonly numUses: number;
  readonly path: string;
  readonly entityId: string;
  readonly orphan: boolean;
  readonly parent: string | undefined;
  readonly id?: string;
}

/** A secrets engine or auth method at a mount. */
export interface Backend {
  /** As in `sys/mounts`. */
  readonly type: string;
  readonly options: Readonly<Record<string, string>> | null;
  /** Answers, or returns undefined for 204. @throws VaultError */
  handle(request: LogicalRequest): LogicalResponse | undefined;
  /** Whether a write to the path updates; undefined when the path has no such distinction (a write is then an update). */
  exists?(path: string): boolean | undefined;
  /** Paths that need no token. */
  isOpen?(path: string): boolean;
}
