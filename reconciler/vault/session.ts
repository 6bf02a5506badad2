import { KeyturnError } from "../../api";
import type { Audit } from "../observe/types";
import { describeAnswer, failureOf, type VaultAnswer } from "./answer";
import { isShared, type Endpoint } from "./endpoint";
import { VaultError } from "./error";
import { isMap } from "./json";
import { JsonNumber, type VaultIdentity } from "./types";

interface Login {
  readonly token: string;
  /** From here a new login is made in the background. */
  readonly renewAt: number;
  readonly expiresAt: number;
  /** The token is used up by a number of calls. */
  readonly limitedUses: boolean;
}

type State =
  | { readonly kind: "none" }
  | { readonly kind: "in"; readonly login: Login }
  | { readonly kind: "refused"; readonly error: VaultError; readonly until: number };

/** Milliseconds after which a given token is asked for again, so that a changed Secret is noticed while the old one still works. */
const STATIC_TOKEN_AGE = 600_000;
const LOGIN_BACKOFF = { first: 1_000, cap: 30_000 };
const FRUITLESS_BACKOFF = { first: 5_000, cap: 300_000 };
/** Paths remembered as readable. */
const MAX_PATHS = 10_000;

/**
 * The login of one identity, shared by all its reads: one at a time, kept until 2/3 of its life, renewed in the background
 * while the old token still works. A refused login is not tried again for 1, 2, 4 .. 30 s.
 */
export class Session {
  usedAt = performance.now();
  private state: State = { kind: "none" };
  private running: Promise<Login> | undefined;
  private failures = 0;
  private fruitless = 0;
  private fruitlessUntil = 0;
  private readonly readable = new Set<string>();

  constructor(
    private readonly identity: VaultIdentity,
    private readonly endpoint: Endpoint,
    private readonly audit: Audit | undefined,
  ) {}

  /**
   * A token that should work.
   * @throws VaultError
   */
  async token(): Promise<string> {
    const now = performance.now();
    this.usedAt = now;
    const { state } = this;
    if (state.kind === "in" && now < state.login.expiresAt) {
      if (now >= state.login.renewAt) this.login().catch(() => undefined);
      return state.login.token;
    }
    if (state.kind === "refused" && now < state.until) throw again(state.error, state.until - now);
    return (await this.login()).token;
  }

  /**
   * The server said 403 to `path` with this token, which it also says to expired and revoked ones: a newer token to try once more, or
   * undefined when the answer is about the path. A path that could be read before always gets a new login; others share a backoff,
   * so that forbidden paths do not cost a login per refresh.
   */
  async renew(refused: string, path: string): Promise<string | undefined> {
    const { state } = this;
    if (state.kind === "in" && state.login.token !== refused) return state.login.token;
    const limited = state.kind === "in" && state.login.limitedUses;
    const wait = !limited && !this.readable.has(path) && performance.now() < this.fruitlessUntil;
    if (wait && this.identity.login.method !== "token") return undefined;
    const { token } = await this.login();
    return token === refused ? undefined : token;
  }

  worked(path: string, afterRenewal: boolean): void {
    if (this.readable.size >= MAX_PATHS) this.readable.clear();
    this.readable.add(path);
    if (afterRenewal) this.fruitless = this.fruitlessUntil = 0;
  }

  /** Also the new token was refused. */
  forbidden(path: string): void {
    this.readable.delete(path);
    this.fruitlessUntil =
      performance.now() + Math.min(FRUITLESS_BACKOFF.cap, FRUITLESS_BACKOFF.first * 2 ** this.fruitless);
    this.fruitless += 1;
  }

  private login(): Promise<Login> {
    this.running ??= this.perform().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async perform(): Promise<Login> {
    try {
      const login = await this.attempt();
      this.failures = 0;
      this.state = { kind: "in", login };
      this.record("ok");
      return login;
    } catch (error) {
      const failed = error instanceof VaultError ? error : this.refused("the login failed unexpectedly");
      this.record("failed", failed.code);
      // An outage and a rate limit say nothing about this login; their own waits apply.
      if (!isShared(failed)) {
        const wait = Math.min(LOGIN_BACKOFF.cap, LOGIN_BACKOFF.first * 2 ** this.failures);
        this.failures += 1;
        const { state } = this;
        const usable = state.kind === "in" && performance.now() < state.login.expiresAt;
        // The old token goes on serving; the next background login waits.
        if (usable) this.state = { kind: "in", login: { ...state.login, renewAt: performance.now() + wait } };
        else this.state = { kind: "refused", error: failed, until: performance.now() + wait };
      }
      throw failed;
    }
  }

  private async attempt(): Promise<Login> {
    const { login } = this.identity;
    switch (login.method) {
      case "token": {
        const token = (await this.credential("token", login.token)).trim();
        const now = performance.now();
        return { token, renewAt: now + STATIC_TOKEN_AGE, expiresAt: Number.POSITIVE_INFINITY, limitedUses: false };
      }
      case "kubernetes":
        return this.post(login.mount, {
          role: login.role,
          jwt: await this.credential("ServiceAccount token", login.jwt),
        });
      case "appRole":
        return this.post(login.mount, {
          role_id: (await this.credential("role id", login.roleId)).trim(),
          secret_id: (await this.credential("secret id", login.secretId)).trim(),
        });
    }
  }

  private async credential(what: string, read: () => Promise<string>): Promise<string> {
    let value: string;
    try {
      value = await read();
    } catch (error) {
      if (error instanceof VaultError) throw error;
      const why = error instanceof KeyturnError ? `${error.object}: ${error.reason}` : "it could not be read";
      throw this.refused(`there is no ${what}: ${why}`, error instanceof KeyturnError ? error.remedy : undefined);
    }
    if (value.trim() === "") throw this.refused(`the ${what} is empty`);
    return value;
  }

  private async post(mount: string, body: Readonly<Record<string, string>>): Promise<Login> {
    const started = performance.now();
    const answer = await this.endpoint.send({
      kind: "login",
      method: "POST",
      path: `auth/${encodeMount(mount)}/login`,
      body,
      identity: this.identity,
    });
    const failure = failureOf(answer);
    if (failure === "Unavailable") {
      throw new VaultError({
        failure,
        object: `login at ${this.identity.description}`,
        cause: describeAnswer(answer),
        remedy: "look into Vault's log; the login method may not reach the Kubernetes API",
        address: this.endpoint.address,
      });
    }
    if (failure !== undefined) throw this.refused(describeAnswer(answer), this.remedy());
    return this.read(answer, started);
  }

  private read(answer: VaultAnswer, started: number): Login {
    const auth = answer.body?.get("auth");
    const token = isMap(auth) ? auth.get("client_token") : undefined;
    if (!isMap(auth) || typeof token !== "string" || token === "")
      throw this.refused(
        "the answer has no token",
        "check that the mount is a login method that needs no second factor",
      );
    const seconds = auth.get("lease_duration");
    const life = seconds instanceof JsonNumber ? Number(seconds.source) * 1_000 : 0;
    const uses = auth.get("num_uses");
    const limitedUses = uses instanceof JsonNumber && Number(uses.source) > 0;
    // 0 is a token that does not end.
    if (!(life > 0))
      return { token, renewAt: Number.POSITIVE_INFINITY, expiresAt: Number.POSITIVE_INFINITY, limitedUses };
    // Up to 10 % earlier, so that identities that began together do not renew together.
    return {
      token,
      renewAt: started + life * (2 / 3) * (1 - Math.random() / 10),
      expiresAt: started + life * 0.95,
      limitedUses,
    };
  }

  private remedy(): string {
    switch (this.identity.login.method) {
      case "kubernetes":
        return "check the role, its bound ServiceAccounts, namespaces and audience";
      case "appRole":
        return "check the role id and the secret id";
      case "token":
        return "check the token";
    }
  }

  private refused(cause: string, remedy?: string): VaultError {
    return new VaultError({
      failure: "LoginFailed",
      object: `login at ${this.identity.description}`,
      cause,
      remedy,
      address: this.endpoint.address,
    });
  }

  private record(outcome: "ok" | "failed", code?: string): void {
    if (this.identity.login.method === "token") return;
    const { description } = this.identity;
    this.audit?.record({
      event: "login",
      outcome,
      object: description,
      identity: description,
      ...(code === undefined ? {} : { code }),
    });
  }
}

/** The same failure, with the time that is left. */
function again(error: VaultError, retryAfterMs: number): VaultError {
  return new VaultError({
    failure: error.failure,
    object: error.object,
    cause: error.reason,
    remedy: error.remedy,
    address: error.address,
    path: error.path,
    retryAfterMs,
  });
}

function encodeMount(mount: string): string {
  return mount
    .replace(/^\/+|\/+$/g, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
}
