import { randomBytes, randomUUID } from "node:crypto";
import { bad, refusedToken, VaultError } from "./error";
import type { Auth, Grant, Token } from "./logical";

/** OpenBao's defaults: 32 days. */
const SYSTEM_TTL = 2_764_800;

export interface Granted {
  readonly auth: Auth;
  readonly warnings: readonly string[];
}

/** Every token that was issued and is not over. */
export class Tokens {
  private readonly byId = new Map<string, Token>();
  readonly root: Token;

  constructor(private readonly now: () => number) {
    this.root = this.grant({
      policies: ["root"],
      displayName: "root",
      meta: null,
      type: "service",
      ttl: 0,
      maxTtl: 0,
      explicitMaxTtl: 0,
      period: 0,
      renewable: false,
      numUses: 0,
      path: "auth/token/root",
      entityId: "",
      orphan: true,
      parent: undefined,
    }).auth.token;
  }

  /** Makes a token; a root token without a TTL never ends. */
  grant(grant: Grant): Granted {
    const now = this.now();
    const warnings: string[] = [];
    const endless = grant.policies.includes("root") && grant.ttl === 0;
    const most = grant.explicitMaxTtl || grant.maxTtl || SYSTEM_TTL;
    const wanted = grant.period || grant.ttl || Math.min(most, SYSTEM_TTL);
    const ttl = endless ? 0 : grant.period > 0 ? wanted : Math.min(wanted, most);
    if (!endless && wanted > ttl) warnings.push(capped(wanted, most));
    const batch = grant.type === "batch";
    const token: Token = {
      id: grant.id ?? (batch ? `b.${randomBytes(96).toString("base64url")}` : `s.${randomId()}`),
      accessor: batch ? "" : randomId(),
      policies: grant.policies,
      displayName: grant.displayName,
      meta: grant.meta,
      type: grant.type,
      createdAt: now,
      creationTtl: ttl,
      expiresAt: endless ? undefined : now + ttl * 1000,
      maxTtl: most,
      explicitMaxTtl: grant.explicitMaxTtl,
      period: grant.period,
      renewable: grant.renewable && !batch && !endless,
      usesLeft: grant.numUses > 0 ? grant.numUses : undefined,
      path: grant.path,
      entityId: grant.entityId,
      orphan: grant.orphan,
      parent: grant.parent,
    };
    this.byId.set(token.id, token);
    return { auth: { token, leaseDuration: ttl }, warnings };
  }

  find(id: string): Token | undefined {
    const token = this.byId.get(id);
    if (token === undefined) return undefined;
    const over = token.expiresAt !== undefined && token.expiresAt <= this.now();
    if (over) this.revoke(token);
    return over || token.usesLeft === 0 ? undefined : token;
  }

  findByAccessor(accessor: string): Token | undefined {
    for (const token of this.byId.values())
      if (token.accessor === accessor && accessor !== "") return this.find(token.id);
    return undefined;
  }

  /** The token of a request; counts a use. @throws VaultError 403 */
  use(id: string): Token {
    const token = this.find(id);
    if (token === undefined) throw refusedToken();
    if (token.usesLeft !== undefined) token.usesLeft -= 1;
    return token;
  }

  /** @throws VaultError 400 for batch tokens and others that cannot be renewed */
  renew(token: Token, increment: number): Granted {
    if (token.type === "batch") throw bad("batch tokens cannot be renewed");
    if (!token.renewable) throw bad("lease is not renewable");
    const now = this.now();
    const wanted = token.period || increment || token.creationTtl;
    const left = token.maxTtl - Math.floor((now - token.createdAt) / 1000);
    const ttl = token.period > 0 ? wanted : Math.min(wanted, left);
    token.expiresAt = now + ttl * 1000;
    return {
      auth: { token, leaseDuration: ttl },
      warnings: wanted > ttl ? [capped(wanted, ttl)] : [],
    };
  }

  /** The token and every token made with it. */
  revoke(token: Token): void {
    this.byId.delete(token.id);
    for (const child of [...this.byId.values()]) if (child.parent === token.id) this.revoke(child);
  }

  /** @throws VaultError 400 */
  revokeByRequest(token: Token): void {
    if (token.type === "batch") throw bad("batch tokens cannot be revoked");
    this.revoke(token);
  }

  ttlOf(token: Token): number {
    return token.expiresAt === undefined ? 0 : Math.max(0, Math.floor((token.expiresAt - this.now()) / 1000));
  }
}

export const badToken = (): VaultError => new VaultError(403, ["bad token"]);

/** 24 letters and digits, like service tokens and accessors. */
function randomId(): string {
  return randomBytes(36)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 24)
    .padEnd(24, "0");
}

export const newEntityId = (): string => randomUUID();

function capped(wanted: number, most: number): string {
  return `TTL of "${goDuration(wanted)}" exceeded the effective max_ttl of "${goDuration(most)}"; TTL value is capped accordingly`;
}

/** `2h`, `30m`, `45s`, `1h30m`: Go's short form. */
function goDuration(total: number): string {
  const [hours, minutes, left] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${left > 0 || total === 0 ? `${left}s` : ""}`;
}
