import { timingSafeEqual } from "node:crypto";
import { builtIn } from "./builtins/table";
import type { Storage } from "./storage";
import { DEFAULT_AUDIENCE, type TokenIssuer } from "./tokens";

/** The user behind a request. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };
const ADMIN: User = { name: "sandbox-admin", groups: ["system:masters", "system:authenticated"] };

/** Tells bearer tokens apart: the administrator's, and those of ServiceAccounts that still exist. */
export class Authenticator {
  private readonly accounts = builtIn("ServiceAccount");

  constructor(
    private readonly storage: Storage,
    private readonly issuer: TokenIssuer,
    private readonly adminToken: string,
  ) {}

  /** The user of a token for one of the audiences; undefined when the token is not good for any. */
  user(
    token: string,
    audiences: readonly string[] = [DEFAULT_AUDIENCE],
  ): { readonly user: User; readonly audiences: readonly string[] } | undefined {
    if (same(token, this.adminToken)) return { user: ADMIN, audiences };
    const claims = this.issuer.read(token);
    if (claims === undefined) return undefined;
    const common = audiences.filter((audience) => claims.audiences.includes(audience));
    const account = this.storage.get(this.accounts, claims.namespace, claims.name);
    if (common.length === 0 || account?.metadata.uid !== claims.uid) return undefined;
    return {
      user: {
        name: `system:serviceaccount:${claims.namespace}:${claims.name}`,
        uid: claims.uid,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${claims.namespace}`, "system:authenticated"],
      },
      audiences: common,
    };
  }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
