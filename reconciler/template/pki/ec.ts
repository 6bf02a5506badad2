import { createECDH } from "node:crypto";
import { FunctionError } from "../functions/function";
import {
  BIT_STRING,
  bits,
  constructed,
  DerReader,
  explicit,
  integer,
  OCTET_STRING,
  octets,
  oid,
  readBits,
  readOid,
  OID,
  SEQUENCE,
  sequence,
  toBigInt,
} from "./der";

export interface Curve {
  readonly name: "P-224" | "P-256" | "P-384" | "P-521";
  readonly oid: string;
  /** OpenSSL's name. */
  readonly openssl: string;
  /** Of a coordinate and of a private key. */
  readonly bytes: number;
  /** y² = x³ - 3x + b modulo p */
  readonly p: bigint;
  readonly b: bigint;
  /** Of the base point. */
  readonly order: bigint;
}

const CURVES: readonly Curve[] = [
  {
    name: "P-224",
    oid: "1.3.132.0.33",
    openssl: "secp224r1",
    bytes: 28,
    p: 2n ** 224n - 2n ** 96n + 1n,
    b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
    order: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  },
  {
    name: "P-256",
    oid: "1.2.840.10045.3.1.7",
    openssl: "prime256v1",
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  {
    name: "P-384",
    oid: "1.3.132.0.34",
    openssl: "secp384r1",
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  {
    name: "P-521",
    oid: "1.3.132.0.35",
    openssl: "secp521r1",
    bytes: 66,
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
];

export const curveOfOid = (id: string): Curve | undefined => CURVES.find((curve) => curve.oid === id);
export const curveOfName = (name: string): Curve | undefined => CURVES.find((curve) => curve.name === name);

export interface EcPublicKey {
  readonly kind: "ec";
  readonly curve: Curve;
  /** Uncompressed: 4, x, y. */
  readonly point: Buffer;
}

export interface EcPrivateKey extends EcPublicKey {
  /** As many bytes as the curve has. */
  readonly d: Buffer;
}

const invalid = (): FunctionError => new FunctionError("is not a valid EC key");

/** `ecdsa.ParseUncompressedPublicKey`. */
export function ecPublicKey(curve: Curve, point: Buffer): EcPublicKey {
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) throw invalid();
  const x = toBigInt(point.subarray(1, 1 + curve.bytes));
  const y = toBigInt(point.subarray(1 + curve.bytes));
  if (x >= curve.p || y >= curve.p) throw invalid();
  if ((y * y - (x * x * x - 3n * x + curve.b)) % curve.p !== 0n) throw invalid();
  return { kind: "ec", curve, point };
}

/** `ecdsa.ParseRawPrivateKey`: refuses zero and what is not below the order. */
function ecPrivateKey(curve: Curve, d: Buffer): EcPrivateKey {
  const pair = createECDH(curve.openssl);
  try {
    pair.setPrivateKey(d);
    return { kind: "ec", curve, d, point: pair.getPublicKey() };
  } catch {
    throw invalid();
  }
}

/** `x509.ParseECPrivateKey` (SEC 1). Inside of PKCS#8 the curve is named there; without a name it must be named here. */
export function parseSec1(der: Buffer, outside?: string): EcPrivateKey {
  const fields = new DerReader(der).inside(SEQUENCE);
  const version = fields.int();
  let scalar = fields.read(OCTET_STRING);
  const name = fields.explicitField(constructed(0), OID);
  const inside = name === undefined ? "" : readOid(name);
  const point = fields.explicitField(constructed(1), BIT_STRING);
  if (point !== undefined) readBits(point);
  const curve = curveOfOid(outside ?? inside);
  if (version !== 1n || curve === undefined) throw invalid();
  // Old writers padded with zeros, or left leading ones away.
  const extra = scalar.length - curve.bytes;
  if (extra > 0) {
    if (scalar.subarray(0, extra).some((byte) => byte !== 0)) throw invalid();
    scalar = scalar.subarray(extra);
  }
  const d = Buffer.alloc(curve.bytes);
  scalar.copy(d, curve.bytes - scalar.length);
  return ecPrivateKey(curve, d);
}

/** `x509.MarshalECPrivateKey`; inside of PKCS#8 the curve is not named again. */
export const sec1Der = (key: EcPrivateKey, named = true): Buffer =>
  sequence(
    integer(1n),
    octets(key.d),
    ...(named ? [explicit(0, oid(key.curve.oid))] : []),
    explicit(1, bits(key.point)),
  );
