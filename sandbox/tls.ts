import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { asn1 } from "./asn1";

/** A certificate authority of one sandbox, and the one certificate (`127.0.0.1`, `::1`, `localhost`) both its servers use. */
export interface SandboxTls {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** P-256 keys: made in under a millisecond each, where RSA keys would cost the start 100 ms. */
export function createTls(): SandboxTls {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = name("keyturn sandbox CA");
  return {
    caPem: certificate(issuer, issuer, authority.publicKey, authority.privateKey, [
      extension(OID.basicConstraints, true, asn1.sequence(asn1.boolean(true))),
      extension(OID.keyUsage, true, asn1.bits(Buffer.from([0b0000_0110]), 1)), // keyCertSign, cRLSign
    ]),
    certificatePem: certificate(issuer, name("keyturn sandbox"), server.publicKey, authority.privateKey, [
      extension(OID.basicConstraints, true, asn1.sequence()),
      extension(OID.keyUsage, true, asn1.bits(Buffer.from([0b1000_0000]), 7)), // digitalSignature
      extension(OID.extendedKeyUsage, false, asn1.sequence(asn1.oid(OID.serverAuth))),
      extension(
        OID.subjectAltName,
        false,
        asn1.sequence(
          asn1.implicit(2, Buffer.from("localhost")),
          asn1.implicit(7, Buffer.from([127, 0, 0, 1])),
          asn1.implicit(7, Buffer.from([...new Array<number>(15).fill(0), 1])),
        ),
      ),
    ]),
    privateKeyPem: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

const OID = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  authorityKeyIdentifier: "2.5.29.35",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  subjectAltName: "2.5.29.17",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/** Strict verifiers (OpenSSL's X509_STRICT, Python's default) want to see which key signed which. */
function keyIdentifiers(signer: KeyObject, subject: KeyObject): readonly Buffer[] {
  const identifier = (key: KeyObject): Buffer =>
    createHash("sha1")
      .update(key.export({ type: "spki", format: "der" }))
      .digest();
  return [
    extension(OID.subjectKeyIdentifier, false, asn1.octets(identifier(subject))),
    extension(OID.authorityKeyIdentifier, false, asn1.sequence(asn1.implicit(0, identifier(signer)))),
  ];
}

const DAY = 86_400_000;

/** X.509 v3 (RFC 5280 4.1), signed with ECDSA and SHA-256. */
function certificate(
  issuer: Buffer,
  subject: Buffer,
  publicKey: KeyObject,
  signer: KeyObject,
  extensions: readonly Buffer[],
): string {
  const algorithm = asn1.sequence(asn1.oid(OID.ecdsaWithSha256));
  const now = Date.now();
  const body = asn1.sequence(
    asn1.explicit(0, asn1.integer(Buffer.from([2]))),
    asn1.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    issuer,
    asn1.sequence(asn1.time(new Date(now - DAY)), asn1.time(new Date(now + 365 * DAY))),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    asn1.explicit(3, asn1.sequence(...extensions, ...keyIdentifiers(createPublicKey(signer), publicKey))),
  );
  const der = asn1.sequence(body, algorithm, asn1.bits(sign("sha256", body, signer), 0));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function name(commonName: string): Buffer {
  return asn1.sequence(asn1.set(asn1.sequence(asn1.oid(OID.commonName), asn1.utf8(commonName))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return asn1.sequence(asn1.oid(id), ...(critical ? [asn1.boolean(true)] : []), asn1.octets(value));
}
