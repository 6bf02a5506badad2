import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { dig, isFields, listOf, type Fields } from "../json";
import type { Body } from "./kinds";

const ISSUER = "https://kubernetes.default.svc.cluster.local";
export const DEFAULT_AUDIENCE = ISSUER;

/** Who a ServiceAccount token speaks for. */
export interface TokenClaims {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
}

/** Signs and checks ServiceAccount tokens (ES256 JWTs with the claims of TokenRequest). */
export class TokenIssuer {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;
  private readonly keyId: string;

  constructor(private readonly now: () => Date) {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.privateKey = pair.privateKey;
    this.publicKey = createPublicKey(pair.privateKey);
    this.keyId = createHash("sha256")
      .update(this.publicKey.export({ type: "spki", format: "der" }))
      .digest("base64url");
  }

  issue(
    account: Body,
    audiences: readonly string[],
    seconds: number,
    bound?: { readonly kind: string; readonly name: string; readonly uid: string },
  ): string {
    const { name, namespace = "", uid } = account.metadata;
    const issuedAt = Math.floor(this.now().getTime() / 1000);
    const header = { alg: "ES256", kid: this.keyId };
    const claims = {
      aud: audiences,
      exp: issuedAt + seconds,
      iat: issuedAt,
      iss: ISSUER,
      jti: randomUUID(),
      "kubernetes.io": {
        namespace,
        ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const body = `${encode(header)}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(body), { key: this.privateKey, dsaEncoding: "ieee-p1363" });
    return `${body}.${signature.toString("base64url")}`;
  }

  /** Claims of a token this cluster signed and that has not expired; undefined for any other text. */
  read(token: string): TokenClaims | undefined {
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    if (signature === "" || more.length > 0) return undefined;
    const key = { key: this.publicKey, dsaEncoding: "ieee-p1363" } as const;
    if (!verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")))
      return undefined;
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    if (!isFields(claims) || typeof claims.exp !== "number" || claims.exp * 1000 <= this.now().getTime())
      return undefined;
    const details = claims["kubernetes.io"] as Fields;
    return {
      namespace: String(details.namespace),
      name: String(dig(details, "serviceaccount", "name")),
      uid: String(dig(details, "serviceaccount", "uid")),
      audiences: listOf(claims, "aud").map(String),
    };
  }

  /** The public key as a JSON Web Key Set. */
  keys(): object {
    return { keys: [{ ...this.publicKey.export({ format: "jwk" }), use: "sig", kid: this.keyId, alg: "ES256" }] };
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
