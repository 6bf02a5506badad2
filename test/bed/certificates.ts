import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

/** PEM texts of a certificate and its private key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const LIFETIME_MS = 365 * 24 * 3600 * 1000;

/** A certificate authority of its own for one bed. */
export class Authority {
  readonly #name: string;
  readonly #pair: KeyPair;

  private constructor(name: string, pair: KeyPair) {
    this.#name = name;
    this.#pair = pair;
  }

  static async create(name: string): Promise<Authority> {
    const key = await rsaKey();
    const certificate = unsigned(name, name, key);
    certificate.setExtensions([
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
      { name: "subjectKeyIdentifier" },
    ]);
    return new Authority(name, sign(certificate, key, key));
  }

  /** PEM, what clients trust. */
  get certificate(): string {
    return this.#pair.certificate;
  }

  get key(): string {
    return this.#pair.key;
  }

  /** A certificate for a server on the loopback address and, beside that, under these DNS names. */
  async serverCertificate(name: string, dnsNames: readonly string[] = []): Promise<KeyPair> {
    const key = await rsaKey();
    const certificate = unsigned(name, this.#name, key);
    certificate.setExtensions([
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [{ type: 7, ip: "127.0.0.1" }, ...["localhost", ...dnsNames].map((value) => ({ type: 2, value }))],
      },
    ]);
    return sign(certificate, key, this.#pair.key);
  }
}

/** PEM of a new RSA key, made by Node: node-forge's own generator is slow. */
export async function rsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  return privateKey;
}

function unsigned(subject: string, issuer: string, key: string): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  const { n, e } = forge.pki.privateKeyFromPem(key);
  certificate.publicKey = forge.pki.setRsaPublicKey(n, e);
  // Positive, so the first bit must not be set.
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + LIFETIME_MS);
  certificate.setSubject([{ name: "commonName", value: subject }]);
  certificate.setIssuer([{ name: "commonName", value: issuer }]);
  return certificate;
}

function sign(certificate: forge.pki.Certificate, key: string, issuerKey: string): KeyPair {
  certificate.sign(forge.pki.privateKeyFromPem(issuerKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), key };
}
