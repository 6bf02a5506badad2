import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { FunctionError, LimitError } from "../functions/function";
import {
  DerReader,
  INTEGER,
  integer,
  OCTET_STRING,
  octets,
  oid,
  nothing,
  OID,
  readOid,
  SEQUENCE,
  sequence,
} from "./der";
import { parseSec1, sec1Der, type EcPrivateKey } from "./ec";
import { EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION, X25519 } from "./oid";
import { decodePem, encodePem } from "./pem";
import { parsePkcs1, pkcs1Der, type RsaPrivateKey } from "./rsa";

/** A key of Curve25519; `seed` has 32 bytes. */
export interface EdwardsPrivateKey {
  readonly kind: "ed25519" | "x25519";
  readonly seed: Buffer;
}

export interface DsaPrivateKey {
  readonly kind: "dsa";
  readonly p: bigint;
  readonly q: bigint;
  readonly g: bigint;
  readonly y: bigint;
  readonly x: bigint;
}

/** What Go's x509 reads as a private key. */
export type PrivateKey = RsaPrivateKey | EcPrivateKey | EdwardsPrivateKey;

const refuse = (): FunctionError => new FunctionError("is not a private key");

/** The first of the readings that accepts; bounds are not a refusal. */
function firstOf<T>(readings: readonly (() => T)[]): T {
  for (const read of readings) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
    }
  }
  throw refuse();
}

/** ESO's `parsePrivateKey`: PKCS#1, PKCS#8 or SEC 1, whatever the PEM block is called. Encrypted keys are none of these. */
export const parsePrivateKey = (der: Buffer): PrivateKey =>
  firstOf<PrivateKey>([() => parsePkcs1(der), () => parsePkcs8(der), () => parseSec1(der)]);

/** `x509.ParsePKCS8PrivateKey`. What follows the structure is not looked at. */
export function parsePkcs8(der: Buffer): PrivateKey {
  const fields = new DerReader(der).inside(SEQUENCE);
  fields.int();
  const algorithm = fields.inside(SEQUENCE);
  const id = algorithm.oid();
  const parameters = algorithm.isEmpty ? undefined : algorithm.next();
  const inner = fields.read(OCTET_STRING);
  switch (id) {
    case RSA_ENCRYPTION:
      return parsePkcs1(inner);
    case EC_PUBLIC_KEY:
      return parseSec1(inner, parameters?.id === OID ? readOid(parameters.content) : undefined);
    case ED25519:
    case X25519: {
      const seed = new DerReader(inner).read(OCTET_STRING);
      if (parameters !== undefined || seed.length !== 32) throw refuse();
      return { kind: id === ED25519 ? "ed25519" : "x25519", seed };
    }
    default:
      throw refuse();
  }
}

/** `x509.MarshalPKCS8PrivateKey`. */
export function pkcs8Der(key: PrivateKey): Buffer {
  const wrap = (algorithm: readonly Buffer[], inner: Buffer): Buffer =>
    sequence(integer(0n), sequence(...algorithm), octets(inner));
  switch (key.kind) {
    case "rsa":
      return wrap([oid(RSA_ENCRYPTION), nothing()], pkcs1Der(key));
    case "ec":
      return wrap([oid(EC_PUBLIC_KEY), oid(key.curve.oid)], sec1Der(key, false));
    case "ed25519":
    case "x25519":
      return wrap([oid(key.kind === "ed25519" ? ED25519 : X25519)], octets(key.seed));
  }
}

export const pkcs8Pem = (key: PrivateKey): string => encodePem("PRIVATE KEY", pkcs8Der(key));

/** The form sprig writes a key in: PKCS#1 of RSA, SEC 1 of EC, its own SEQUENCE of DSA, else PKCS#8. */
export function traditionalPem(key: PrivateKey | DsaPrivateKey): string {
  switch (key.kind) {
    case "rsa":
      return encodePem("RSA PRIVATE KEY", pkcs1Der(key));
    case "ec":
      return encodePem("EC PRIVATE KEY", sec1Der(key));
    case "dsa": {
      const numbers = [0n, key.p, key.q, key.g, key.y, key.x].map(integer);
      return encodePem("DSA PRIVATE KEY", sequence(...numbers));
    }
    default:
      return pkcs8Pem(key);
  }
}

/** sprig's `parsePrivateKeyPEM`: the first block's name says what it has to be. Text is a byte string. */
export function parsePrivateKeyPem(text: string): PrivateKey | DsaPrivateKey {
  const { block } = decodePem(text);
  switch (block?.type) {
    case "PRIVATE KEY":
      return parsePkcs8(block.bytes);
    case "RSA PRIVATE KEY":
      return parsePkcs1(block.bytes);
    case "EC PRIVATE KEY":
      return parseSec1(block.bytes);
    case "DSA PRIVATE KEY":
      return parseDsa(block.bytes);
    default:
      throw refuse();
  }
}

function parseDsa(der: Buffer): DsaPrivateKey {
  const fields = new DerReader(der).inside(SEQUENCE);
  fields.int();
  const [p, q, g, y, x] = [fields.integer(), fields.integer(), fields.integer(), fields.integer(), fields.integer()];
  return { kind: "dsa", p, q, g, y, x };
}

/** The DSA key in OpenSSL's PKCS#8, which leaves the public value away. */
export function dsaFromPkcs8(der: Buffer): DsaPrivateKey {
  const fields = new DerReader(der).inside(SEQUENCE);
  fields.read(INTEGER);
  const algorithm = fields.inside(SEQUENCE);
  algorithm.oid();
  const parameters = algorithm.inside(SEQUENCE);
  const [p, q, g] = [parameters.integer(), parameters.integer(), parameters.integer()];
  const x = new DerReader(fields.read(OCTET_STRING)).integer();
  return { kind: "dsa", p, q, g, y: power(g, x, p), x };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** The key for node:crypto. Throws {@link FunctionError} for the few keys that Go takes and OpenSSL does not. */
export function keyObject(key: PrivateKey): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8Der(key), format: "der", type: "pkcs8" });
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw refuse();
  }
}

/** The 32 bytes of the public key. */
export const edwardsPublic = (key: EdwardsPrivateKey): Buffer =>
  createPublicKey(keyObject(key)).export({ format: "der", type: "spki" }).subarray(-32);
