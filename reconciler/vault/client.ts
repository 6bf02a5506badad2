import type { Audit, Metrics } from "../observe/types";
import { describeAnswer, failureOf, type VaultAnswer } from "./answer";
import { Endpoint, type EndpointOptions } from "./endpoint";
import { VaultError } from "./error";
import { unwrapKv } from "./kv";
import { knownPhrases } from "./phrases";
import { Session } from "./session";
import { SharedReads } from "./shared-reads";
import type { VaultClient, VaultFailure, VaultIdentity, VaultSecret } from "./types";

export interface VaultClientOptions {
  /** keyturn's own version, for the User-Agent. */
  readonly version: string;
  /** Requests in flight per Vault; further ones wait. Default 32. */
  readonly maxInFlight?: number;
  /** Milliseconds for a whole request. Default 30,000. */
  readonly timeout?: number;
  /** Milliseconds for a new connection. Default 5,000. */
  readonly connectTimeout?: number;
  /** Bytes of an answer. Default 4 MiB. */
  readonly maxBody?: number;
  /** Probing of a Vault that is sealed or unreachable, in milliseconds. Default 1,000 doubling to 30,000, until 10 min without a caller. */
  readonly probe?: { readonly first?: number; readonly cap?: number; readonly idleAfter?: number };
  readonly metrics?: Metrics;
  /** Gets a line per login. */
  readonly audit?: Audit;
  /** A Vault (`address` as its identities have it) became sealed or unreachable: every read of it fails with this error until `onUp`. */
  readonly onDown?: (address: string, error: VaultError) => void;
  /** A Vault answers again: what failed meanwhile is worth another try. */
  readonly onUp?: (address: string) => void;
}

/** Milliseconds after which sessions and connections nobody uses are given up. */
const UNUSED = 3_600_000;

/** A client for any number of Vaults and OpenBaos and identities. */
export function createVaultClient(options: VaultClientOptions): VaultClient {
  return new Client(options);
}

class Client implements VaultClient {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly sessions = new Map<string, { readonly session: Session; readonly endpoint: Endpoint }>();
  private readonly reads: SharedReads;
  private readonly endpointOptions: EndpointOptions;

  constructor(private readonly options: VaultClientOptions) {
    const { probe = {} } = options;
    this.endpointOptions = {
      userAgent: `keyturn/${options.version}`,
      maxInFlight: options.maxInFlight ?? 32,
      timeout: options.timeout ?? 30_000,
      connectTimeout: options.connectTimeout ?? 5_000,
      maxBody: options.maxBody ?? 4 * 1_048_576,
      probe: { first: probe.first ?? 1_000, cap: probe.cap ?? 30_000, idleAfter: probe.idleAfter ?? 600_000 },
      metrics: options.metrics,
      onDown: (address, error) => options.onDown?.(address, error),
      onUp: (address) => options.onUp?.(address),
    };
    this.reads = new SharedReads(() => options.metrics?.count("keyturn_vault_reads_shared_total"));
    options.metrics?.gauge(
      "keyturn_vault_breakers_open",
      () => [...this.endpoints.values()].filter((endpoint) => endpoint.isDown).length,
    );
  }

  async read(
    identity: VaultIdentity,
    path: string,
    options: { readonly kv: "v1" | "v2"; readonly version?: string; readonly maxAge?: number },
  ): Promise<VaultSecret> {
    const version = options.version ?? "";
    const key = `${identity.id}\0${options.kv}\0${version}\0${path}`;
    return this.reads.read(key, options.maxAge ?? 0, () => this.fetch(identity, path, options.kv, version));
  }

  async login(identity: VaultIdentity): Promise<void> {
    await this.session(identity).session.token();
  }

  forget(identityId: string): void {
    this.sessions.delete(identityId);
    this.reads.forget(`${identityId}\0`);
  }

  close(): void {
    this.reads.clear();
    this.sessions.clear();
    for (const endpoint of this.endpoints.values()) endpoint.close();
    this.endpoints.clear();
  }

  private async fetch(identity: VaultIdentity, path: string, kv: "v1" | "v2", version: string): Promise<VaultSecret> {
    const encoded = requestPath(identity, path, version);
    const { session, endpoint } = this.session(identity);
    const send = (token: string): Promise<VaultAnswer> =>
      endpoint.send({ kind: "read", method: "GET", path: encoded, token, identity });
    const token = await session.token();
    let answer = await send(token);
    let renewed: string | undefined;
    if (answer.status === 403) {
      renewed = await session.renew(token, path);
      if (renewed !== undefined) answer = await send(renewed);
      if (answer.status === 403 && renewed !== undefined) session.forbidden(path);
    }
    if (answer.status !== 403) session.worked(path, renewed !== undefined);
    return unwrap(identity, endpoint.address, path, kv, version, answer);
  }

  private session(identity: VaultIdentity): { readonly session: Session; readonly endpoint: Endpoint } {
    const known = this.sessions.get(identity.id);
    if (known !== undefined) return known;
    this.sweep();
    const key = `${identity.address}\0${identity.namespace ?? ""}\0${identity.ca ?? ""}`;
    const endpoint = this.endpoints.get(key) ?? new Endpoint(identity, this.endpointOptions);
    this.endpoints.set(key, endpoint);
    const entry = { session: new Session(identity, endpoint, this.options.audit), endpoint };
    this.sessions.set(identity.id, entry);
    return entry;
  }

  private sweep(): void {
    const before = performance.now() - UNUSED;
    for (const [id, { session }] of this.sessions) if (session.usedAt < before) this.sessions.delete(id);
    const used = new Set([...this.sessions.values()].map(({ endpoint }) => endpoint));
    for (const [key, endpoint] of this.endpoints) {
      if (used.has(endpoint)) continue;
      this.endpoints.delete(key);
      endpoint.close();
    }
  }
}

function requestPath(identity: VaultIdentity, path: string, version: string): string {
  const segments = path.split("/");
  const invalid = (cause: string, remedy: string): VaultError =>
    new VaultError({
      failure: "Invalid",
      object: `${path} at ${identity.description}`,
      cause,
      remedy,
      address: identity.address,
      path,
    });
  if (segments.some((segment) => segment === "" || segment === "." || segment === ".."))
    throw invalid('is not a path: it has an empty, "." or ".." segment', "write the path without them");
  if (!/^\d{0,10}$/.test(version))
    throw invalid("the version is not a number", "give the number of a version, or none");
  const query = version === "" ? "" : `?version=${version}`;
  return `${segments.map(encodeURIComponent).join("/")}${query}`;
}

const REMEDIES: Readonly<Record<VaultFailure, string>> = {
  Forbidden: "allow this identity to read the path in its Vault policies",
  LoginFailed: "check the login of the store",
  NotFound: "check the key and the mount of the store, or write the secret",
  Deleted: "undelete it or write a new version",
  RateLimited: "refresh less often",
  Sealed: "unseal it",
  Unavailable: "look into Vault's log",
  Unreachable: "check the address",
  Invalid: "check the path, and version (v1 or v2) of the store",
};

function unwrap(
  identity: VaultIdentity,
  address: string,
  path: string,
  kv: "v1" | "v2",
  version: string,
  answer: VaultAnswer,
): VaultSecret {
  const fail = (failure: VaultFailure, cause: string, remedy = REMEDIES[failure]): VaultError =>
    new VaultError({
      failure,
      object: `${path}${version === "" ? "" : ` version ${version}`} at ${identity.description}`,
      cause,
      remedy,
      address,
      path,
      retryAfterMs: answer.retryAfterMs,
    });
  const failure = failureOf(answer);
  if (failure !== undefined && failure !== "NotFound") throw fail(failure, describeAnswer(answer));
  const result = unwrapKv(kv, answer);
  switch (result.kind) {
    case "secret":
      return result.secret;
    case "deleted": {
      const which = result.version === undefined ? "the version" : `version ${result.version}`;
      throw fail("Deleted", `${which} was deleted or destroyed`);
    }
    case "absent": {
      const phrases = knownPhrases(answer.body).join(", ");
      if (phrases.includes("versioned K/V"))
        throw fail("NotFound", "the mount is KV v2", "set version v2 in the store");
      throw fail(
        "NotFound",
        phrases === "" ? "there is no secret at this path" : `there is nothing at this path: ${phrases}`,
      );
    }
    case "invalid":
      throw fail("Invalid", result.cause);
  }
}
