/** A JSON value that keeps each number as the server wrote it (`12345678901234567890` and `1.0` survive). */
export type Json = string | boolean | null | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

export class JsonNumber {
  constructor(readonly source: string) {}
}

/** One KV secret as read. */
export interface VaultSecret {
  readonly data: ReadonlyMap<string, Json>;
  /** KV v2 version number. */
  readonly version?: number;
}

/** Why a Vault call failed; the retry and the message depend on it, see reference/runtime.md 2.2 and 3.3. */
export type VaultFailure =
  | "Forbidden" // 403, also after one new login
  | "LoginFailed" // the login itself was refused
  | "NotFound" // 404 without data: path, mount or secret not there
  | "Deleted" // KV v2: the version was deleted or destroyed
  | "RateLimited" // 429
  | "Sealed" // 503
  | "Unavailable" // 5xx
  | "Unreachable" // no connection, time-out, TLS failure
  | "Invalid"; // 400 and answers that are not what the API promises

/** How to reach and log in to one Vault as one identity. Equal `id`s share a session. */
export interface VaultIdentity {
  /** Cache key: address, namespace, CA, mount, role and ServiceAccount, never a credential. */
  readonly id: string;
  /** What messages call it, e.g. `https://vault:8200 as role payments (auth/k8s-prod)`. */
  readonly description: string;
  readonly address: string;
  readonly namespace?: string;
  /** PEM; absent: Node's own roots. */
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly login:
    | {
        readonly method: "kubernetes";
        readonly mount: string;
        readonly role: string;
        readonly jwt: () => Promise<string>;
      }
    | {
        readonly method: "appRole";
        readonly mount: string;
        readonly roleId: () => Promise<string>;
        readonly secretId: () => Promise<string>;
      }
    | { readonly method: "token"; readonly token: () => Promise<string> };
}

/** Sessions by identity: one login each, kept until near its end; one read per distinct path and version at a time. */
export interface VaultClient {
  /**
   * Reads a KV secret. `path` is the API path below `/v1/` (see api/kv-path). Concurrent reads of one path and version by one
   * identity share one request, and so do reads within `maxAge` milliseconds of its answer (default 0).
   * @throws VaultError
   */
  read(
    identity: VaultIdentity,
    path: string,
    options: { readonly kv: "v1" | "v2"; readonly version?: string; readonly maxAge?: number },
  ): Promise<VaultSecret>;
  /**
   * Logs in unless the identity has a session, and reads nothing: how a store is validated.
   * @throws VaultError
   */
  login(identity: VaultIdentity): Promise<void>;
  /** Forgets the login of an identity, e.g. because its store changed. */
  forget(identityId: string): void;
  /** Revokes nothing (batch tokens cannot be), closes connections. */
  close(): void;
}
