import { createOrigin, exchange, retireOrigin, TransportError, type Answer, type Origin, type Outgoing } from "../http";
import type { Metrics } from "../observe/types";
import { guardedLookup, parseAddress } from "./address";
import { describeAnswer, failureOf, readAnswer, type VaultAnswer } from "./answer";
import { Breaker, type Outage } from "./breaker";
import { isOutage, VaultError } from "./error";
import { Limiter } from "./limiter";
import type { VaultIdentity } from "./types";

export interface EndpointOptions {
  readonly userAgent: string;
  readonly maxInFlight: number;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly maxBody: number;
  readonly probe: { readonly first: number; readonly cap: number; readonly idleAfter: number };
  readonly metrics: Metrics | undefined;
  readonly onDown: (address: string, error: VaultError) => void;
  readonly onUp: (address: string) => void;
}

/** A request to one Vault. */
export interface VaultCall {
  readonly kind: "login" | "read";
  readonly method: "GET" | "POST";
  /** Below `/v1/`, encoded, with the query. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly identity: VaultIdentity;
}

/** Longest hint of a rate limit that callers wait for in line; a longer one fails them at once. */
const LONGEST_PAUSE = 10_000;
/** OpenBao rounds what is left of an interval of a second down to `Retry-After: 0`. */
const SHORTEST_PAUSE = 250;

/** One Vault as seen with one CA and namespace: its connections, its in-flight cap and its breaker. */
export class Endpoint {
  /** As the identity has it. */
  readonly address: string;
  usedAt = performance.now();
  private readonly url: URL;
  private readonly origin: Origin;
  private readonly limiter: Limiter;
  private readonly breaker: Breaker;

  /** @throws VaultError `Invalid` for an address or CA that cannot be used */
  constructor(
    identity: VaultIdentity,
    private readonly options: EndpointOptions,
  ) {
    this.url = parseAddress(identity.address);
    this.address = identity.address;
    try {
      this.origin = createOrigin(this.url, {
        maxSockets: options.maxInFlight,
        lookup: guardedLookup,
        ...(identity.ca === undefined ? {} : { ca: identity.ca }),
      });
    } catch {
      throw new VaultError({
        failure: "Invalid",
        object: `Vault ${this.address}`,
        cause: "its CA is not valid PEM",
        remedy: "give the certificate of the CA, beginning with -----BEGIN CERTIFICATE-----",
        address: this.address,
      });
    }
    this.limiter = new Limiter(options.maxInFlight);
    this.breaker = new Breaker({
      ...options.probe,
      probe: () => this.probe(),
      onOpen: (outage) => options.onDown(this.address, this.outageError(outage)),
      onClose: () => options.onUp(this.address),
    });
  }

  get isDown(): boolean {
    return this.breaker.isOpen;
  }

  /**
   * Sends one request when it is its turn. Answers other than an outage or a rate limit are the caller's to judge.
   * @throws VaultError `Sealed`, `Unreachable`, `RateLimited`, `Invalid`
   */
  async send(call: VaultCall): Promise<VaultAnswer> {
    this.usedAt = performance.now();
    this.refuse();
    return this.limiter.run(async () => {
      // Others may have met an outage while this one waited.
      this.refuse();
      const epoch = this.breaker.begin();
      const started = performance.now();
      let outcome = "ok";
      try {
        const answer = readAnswer(await this.exchange(call));
        const failure = failureOf(answer);
        outcome = failure ?? "ok";
        if (failure === "Sealed")
          throw this.fail(epoch, { failure, words: `is sealed or not ready: ${describeAnswer(answer)}` });
        this.breaker.worked(epoch);
        if (failure === "RateLimited") throw this.rateLimited(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        const failed = this.transportFailed(epoch, error);
        outcome = failed.failure;
        throw failed;
      } finally {
        this.options.metrics?.count("keyturn_vault_requests_total", { kind: call.kind, outcome });
        this.options.metrics?.observe("keyturn_vault_request_duration_seconds", (performance.now() - started) / 1_000, {
          kind: call.kind,
        });
      }
    });
  }

  close(): void {
    this.breaker.close();
    retireOrigin(this.origin);
  }

  private refuse(): void {
    const refusal = this.breaker.refusal();
    if (refusal !== undefined) throw this.outageError(refusal, refusal.retryAfterMs);
  }

  /** A closed connection and a redirect to the same host are answered by one more try; reads and logins may be sent twice. */
  private async exchange(call: VaultCall): Promise<Answer> {
    let path = `${this.url.pathname.replace(/\/+$/, "")}/v1/${call.path}`;
    const send = (): Promise<Answer> => exchange(this.origin, this.outgoing(call, path), this.options.maxBody);
    let answer: Answer;
    try {
      answer = await send();
    } catch (error) {
      if (!(error instanceof TransportError) || error.failure !== "reset") throw error;
      answer = await send();
    }
    const location = answer.status === 307 ? this.sameHost(answer.headers.location) : undefined;
    if (location === undefined) return answer;
    path = location;
    return send();
  }

  private sameHost(location: string | undefined): string | undefined {
    if (location === undefined || !URL.canParse(location, this.url.href)) return undefined;
    const target = new URL(location, this.url);
    return target.origin === this.url.origin ? `${target.pathname}${target.search}` : undefined;
  }

  private outgoing(call: VaultCall, path: string): Outgoing {
    const { identity, token, body } = call;
    return {
      method: call.method,
      path,
      headers: {
        ...identity.headers,
        Accept: "application/json",
        "User-Agent": this.options.userAgent,
        // Vault Agent and Proxy can demand it against request forgery.
        "X-Vault-Request": "true",
        ...(identity.namespace === undefined || identity.namespace === ""
          ? {}
          : { "X-Vault-Namespace": identity.namespace }),
        ...(token === undefined ? {} : { "X-Vault-Token": token }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeout: this.options.timeout,
      connectTimeout: this.options.connectTimeout,
    };
  }

  private rateLimited(answer: VaultAnswer): VaultError {
    const retryAfterMs = Math.max(answer.retryAfterMs ?? 1_000, SHORTEST_PAUSE);
    this.limiter.pause(Math.min(retryAfterMs, LONGEST_PAUSE));
    return new VaultError({
      failure: "RateLimited",
      object: `Vault ${this.address}`,
      cause: `${describeAnswer(answer)}: too many requests`,
      remedy: "raise its rate limit quota, or refresh less often",
      address: this.address,
      retryAfterMs,
    });
  }

  private transportFailed(epoch: number, error: TransportError): VaultError {
    if (error.failure === "too-large" || error.failure === "protocol") {
      return new VaultError({
        failure: "Invalid",
        object: `Vault ${this.address}`,
        cause: error.words,
        remedy: "check that the address is that of a Vault",
        address: this.address,
      });
    }
    return this.fail(epoch, { failure: "Unreachable", words: `cannot be reached, ${error.words}` });
  }

  private fail(epoch: number, outage: Outage): VaultError {
    this.breaker.failed(epoch, outage);
    return this.outageError(outage);
  }

  private outageError(outage: Outage, retryAfterMs?: number): VaultError {
    return new VaultError({
      failure: outage.failure,
      object: `Vault ${this.address}`,
      cause: outage.words,
      remedy:
        outage.failure === "Sealed"
          ? "unseal it; nothing has to be done here then"
          : "check that it runs, the address and CA of the store, and the way to it (network policy, DNS)",
      address: this.address,
      retryAfterMs,
    });
  }

  /** `sys/health`, without token and namespace. A server that answers anything but sealed or failing is worth a real call. */
  private async probe(): Promise<Outage | undefined> {
    let outcome = "ok";
    try {
      const answer = readAnswer(
        await exchange(
          this.origin,
          {
            method: "GET",
            path: `${this.url.pathname.replace(/\/+$/, "")}/v1/sys/health?standbyok=true&perfstandbyok=true`,
            headers: { "User-Agent": this.options.userAgent, "X-Vault-Request": "true" },
            timeout: this.options.connectTimeout * 2,
            connectTimeout: this.options.connectTimeout,
          },
          this.options.maxBody,
        ),
      );
      if (answer.status < 500) return undefined;
      outcome = "Sealed";
      const sealed = answer.body?.get("sealed") === true;
      const initialized = answer.body?.get("initialized") !== false;
      const words = !initialized ? "is not initialized" : sealed ? "is sealed" : describeAnswer(answer);
      return { failure: "Sealed", words };
    } catch (error) {
      outcome = "Unreachable";
      const words = error instanceof TransportError ? error.words : "the probe failed";
      return { failure: "Unreachable", words: `cannot be reached, ${words}` };
    } finally {
      this.options.metrics?.count("keyturn_vault_requests_total", { kind: "probe", outcome });
    }
  }
}

/** True for errors that say nothing about the identity or the path. */
export function isShared(error: unknown): boolean {
  return error instanceof VaultError && (isOutage(error.failure) || error.failure === "RateLimited");
}
