import { createHash, createPublicKey, sign, verify } from "node:crypto";
import { FunctionError } from "../functions/function";
import type { Certificate } from "./certificate";
import { bits, element, explicit, implicit, integer, nothing, octets, oid, sequence, toBigInt, trueValue } from "./der";
import { commonNameDer } from "./name";
import * as ids from "./oid";
import { keyObject, type DsaPrivateKey, type PrivateKey } from "./private-key";
import { pkixDer, publicKeyBytes, publicKeyOf, type PublicKey } from "./public-key";

/** What sprig lets a template say about a certificate. Texts are byte strings. */
export interface Request {
  readonly commonName: string;
  /** 4 or 16 bytes each. */
  readonly ips: readonly Buffer[];
  readonly dnsNames: readonly string[];
  readonly days: bigint;
  readonly isCa: boolean;
  /** Nanoseconds since 1970. */
  readonly now: bigint;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

const refuse = (): FunctionError => new FunctionError("cannot make a certificate of these");

const DAY = 24n * 3_600_000_000_000n;

/**
 * The certificate `x509.CreateCertificate` makes of sprig's template, as DER: signed by the key itself, or by `signer` whose
 * certificate must be of that key. Refuses DSA, X25519 and RSA below 1024 bits as Go does.
 */
export function issueCertificate(
  request: Request,
  subjectKey: PrivateKey | DsaPrivateKey,
  signer?: { readonly certificate: Certificate; readonly key: PrivateKey | DsaPrivateKey },
): Buffer {
  const publicKey = publicHalf(subjectKey);
  const signingKey = signer?.key ?? subjectKey;
  const signingPublic = publicHalf(signingKey);
  const parent = signer?.certificate;
  if (parent !== undefined && parent.publicKey !== "unknown") {
    if (parent.publicKey === "other" || !pkixDer(parent.publicKey).equals(pkixDer(signingPublic))) throw refuse();
  }
  const subject = commonNameDer(request.commonName);
  const issuer = parent?.rawSubject ?? subject;
  const authority = issuer.equals(subject) ? undefined : parent?.subjectKeyId;
  const algorithm = signatureAlgorithm(signingPublic);
  const tbs = sequence(
    explicit(0, integer(2n)),
    integer(toBigInt(Buffer.from(request.serial))),
    algorithm,
    issuer,
    sequence(timeDer(request.now), timeDer(request.now + BigInt.asIntN(64, DAY * request.days))),
    subject,
    pkixDer(publicKey),
    explicit(3, sequence(...extensions(request, publicKey, authority))),
  );
  return sequence(tbs, algorithm, bits(signature(tbs, signingKey as PrivateKey, signingPublic)));
}

function publicHalf(key: PrivateKey | DsaPrivateKey): PublicKey {
  const half = key.kind === "dsa" ? undefined : publicKeyOf(key);
  if (half === undefined) throw refuse();
  return half;
}

const HASH_OF_CURVE = { "P-224": 256, "P-256": 256, "P-384": 384, "P-521": 512 } as const;
const ECDSA_WITH = { 256: ids.ECDSA_WITH_SHA256, 384: ids.ECDSA_WITH_SHA384, 512: ids.ECDSA_WITH_SHA512 } as const;

function signatureAlgorithm(key: PublicKey): Buffer {
  switch (key.kind) {
    case "rsa":
      return sequence(oid(ids.SHA256_WITH_RSA), nothing());
    case "ec":
      return sequence(oid(ECDSA_WITH[HASH_OF_CURVE[key.curve.name]]));
    case "ed25519":
      return sequence(oid(ids.ED25519));
  }
}

/** Verified, as Go does: a key whose parts do not belong together signs nonsense. */
function signature(tbs: Buffer, key: PrivateKey, publicKey: PublicKey): Buffer {
  if (key.kind === "rsa" && key.n >> 1023n === 0n) throw refuse();
  const hash = key.kind === "rsa" ? "sha256" : key.kind === "ec" ? `sha${HASH_OF_CURVE[key.curve.name]}` : null;
  const object = keyObject(key);
  try {
    const signed = sign(hash, tbs, object);
    if (verify(hash, tbs, createPublicKey({ key: pkixDer(publicKey), format: "der", type: "spki" }), signed))
      return signed;
  } catch {
    // OpenSSL does not take everything for a key that Go does.
  }
  throw refuse();
}

/** UTCTime from 1950 to 2049, else GeneralizedTime; whole seconds, rounded down. */
function timeDer(nanoseconds: bigint): Buffer {
  const time = new Date(Number(nanoseconds >= 0n ? nanoseconds / 1_000_000n : (nanoseconds - 999_999n) / 1_000_000n));
  const year = time.getUTCFullYear();
  const digits = time
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  const isUtc = year >= 1950 && year < 2050;
  return element(isUtc ? 0x17 : 0x18, Buffer.from(isUtc ? digits.slice(2) : digits, "latin1"));
}

function extensions(request: Request, key: PublicKey, authority: Buffer | undefined): Buffer[] {
  const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
    sequence(oid(id), ...(critical ? [trueValue()] : []), octets(value));
  // digitalSignature and keyEncipherment, and keyCertSign of an authority.
  const usage = request.isCa ? bits(Buffer.of(0xa4), 2) : bits(Buffer.of(0xa0), 5);
  const out = [
    extension(ids.KEY_USAGE, true, usage),
    extension(ids.EXT_KEY_USAGE, false, sequence(oid(ids.SERVER_AUTH), oid(ids.CLIENT_AUTH))),
    extension(ids.BASIC_CONSTRAINTS, true, sequence(...(request.isCa ? [trueValue()] : []))),
  ];
  if (request.isCa) {
    const keyId = createHash("sha256").update(publicKeyBytes(key)).digest().subarray(0, 20);
    out.push(extension(ids.SUBJECT_KEY_ID, false, octets(keyId)));
  }
  if (authority !== undefined && authority.length > 0) {
    out.push(extension(ids.AUTHORITY_KEY_ID, false, sequence(element(implicit(0), authority))));
  }
  const names = [
    ...request.dnsNames.map((name) => element(implicit(2), Buffer.from(asciiName(name), "latin1"))),
    ...request.ips.map((ip) => element(implicit(7), ip)),
  ];
  if (names.length > 0) {
    out.push(extension(ids.SUBJECT_ALT_NAME, request.commonName === "", sequence(...names)));
  }
  return out;
}

function asciiName(name: string): string {
  if (/[^\x00-\x7f]/.test(name)) throw new FunctionError("is not an ASCII name");
  return name;
}
