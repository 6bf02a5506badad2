import { isAscii } from "../go/bytes";
import type { GoType } from "../go/type";
import { GoObject, GoSlice, type Value } from "../go/value";
import { decodeBase64 } from "../pki/base64";
import { parseCertificate, type Certificate } from "../pki/certificate";
import { parseIp } from "../pki/ip";
import { issueCertificate } from "../pki/issue";
import { decodePem, encodePem } from "../pki/pem";
import { parsePrivateKeyPem, traditionalPem, type DsaPrivateKey, type PrivateKey } from "../pki/private-key";
import { parsePkcs1 } from "../pki/rsa";
import { generateRsa } from "./crypto";
import { FunctionError, type GoFunction, type Render } from "./function";

const TYPE: GoType = { name: "sprig.certificate", kind: "struct" };

/** sprig's certificate with its key, both as PEM. */
class CertificateAndKey extends GoObject {
  readonly type = TYPE;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(
    readonly cert: string,
    readonly key: string,
  ) {
    super();
    this.fields = new Map([
      ["Cert", cert],
      ["Key", key],
    ]);
  }
}

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

/** The strings of a `[]interface{}`; nil is an empty one. */
function strings(value: Value | undefined): string[] {
  if (!(value instanceof GoSlice)) return [];
  return value.items.map((item) => {
    if (typeof item !== "string") throw new FunctionError("is not a string");
    return item;
  });
}

function firstCertificate(pem: string): Certificate {
  const { block } = decodePem(pem);
  if (block === undefined) throw new FunctionError("is not PEM");
  return parseCertificate(block.bytes);
}

interface Names {
  readonly commonName: string;
  readonly ips?: Value | undefined;
  readonly dns?: Value | undefined;
  readonly days: Value | undefined;
}

/** Signed by the own key without a signer. Without `keyText` a new RSA key is made. */
function make(
  names: Names,
  keyText: string | undefined,
  render: Render,
  kind: "ca" | "leaf",
  signer?: CertificateAndKey,
): CertificateAndKey {
  const key: PrivateKey | DsaPrivateKey =
    keyText === undefined ? parsePkcs1(generateRsa(2048, render)) : parsePrivateKeyPem(keyText);
  const ips = strings(names.ips).map((ip) => {
    const parsed = isAscii(ip) ? parseIp(ip) : undefined;
    if (parsed === undefined) throw new FunctionError("is not an IP address");
    return parsed;
  });
  const request = {
    commonName: names.commonName,
    ips,
    dnsNames: strings(names.dns),
    days: typeof names.days === "bigint" ? names.days : 0n,
    isCa: kind === "ca",
    now: render.now,
    serial: render.random(16),
  };
  const by =
    signer === undefined
      ? undefined
      : { certificate: firstCertificate(signer.cert), key: parsePrivateKeyPem(signer.key) };
  return new CertificateAndKey(encodePem("CERTIFICATE", issueCertificate(request, key, by)), traditionalPem(key));
}

function signerOf(value: Value | undefined): CertificateAndKey {
  if (value instanceof CertificateAndKey) return value;
  throw new FunctionError("is not a certificate made by a template");
}

function buildCustomCert(certificate: string, key: string): CertificateAndKey {
  const [cert, keyPem] = [certificate, key].map((encoded) => {
    const decoded = decodeBase64(encoded);
    if (decoded === undefined) throw new FunctionError("is not base64");
    return decoded.toString("latin1");
  }) as [string, string];
  firstCertificate(cert);
  parsePrivateKeyPem(keyPem);
  return new CertificateAndKey(cert, keyPem);
}

export const certificatesFunctions: readonly GoFunction[] = [
  {
    name: "buildCustomCert",
    signature: "func(b64cert string, b64key string) (sprig.certificate, error)",
    doc: "A certificate and its key, both base64 of PEM, as an object with the fields Cert and Key.",
    call: ([certificate, key]) => buildCustomCert(text(certificate), text(key)),
  },
  {
    name: "genCA",
    signature: "func(cn string, daysValid int) (sprig.certificate, error)",
    doc: "A new certificate authority with an RSA key of 2048 bits.",
    random: true,
    call: ([cn, days], render) => make({ commonName: text(cn), days }, undefined, render, "ca"),
  },
  {
    name: "genCAWithKey",
    signature: "func(cn string, daysValid int, privPEM string) (sprig.certificate, error)",
    doc: "A new certificate authority with a given key.",
    random: true,
    call: ([cn, days, key], render) => make({ commonName: text(cn), days }, text(key), render, "ca"),
  },
  {
    name: "genSelfSignedCert",
    signature:
      "func(cn string, ips []interface{}, alternateDNS []interface{}, daysValid int) (sprig.certificate, error)",
    doc: "A new self-signed certificate with an RSA key of 2048 bits, for IP addresses and DNS names.",
    random: true,
    call: ([cn, ips, dns, days], render) => make({ commonName: text(cn), ips, dns, days }, undefined, render, "leaf"),
  },
  {
    name: "genSelfSignedCertWithKey",
    signature:
      "func(cn string, ips []interface{}, alternateDNS []interface{}, daysValid int, privPEM string) (sprig.certificate, error)",
    doc: "A new self-signed certificate with a given key.",
    random: true,
    call: ([cn, ips, dns, days, key], render) =>
      make({ commonName: text(cn), ips, dns, days }, text(key), render, "leaf"),
  },
  {
    name: "genSignedCert",
    signature:
      "func(cn string, ips []interface{}, alternateDNS []interface{}, daysValid int, ca sprig.certificate) (sprig.certificate, error)",
    doc: "A new certificate with an RSA key of 2048 bits, signed by a CA of genCA or buildCustomCert.",
    random: true,
    call: ([cn, ips, dns, days, ca], render) =>
      make({ commonName: text(cn), ips, dns, days }, undefined, render, "leaf", signerOf(ca)),
  },
  {
    name: "genSignedCertWithKey",
    signature:
      "func(cn string, ips []interface{}, alternateDNS []interface{}, daysValid int, ca sprig.certificate, privPEM string) (sprig.certificate, error)",
    doc: "A new certificate with a given key, signed by a CA of genCA or buildCustomCert.",
    random: true,
    call: ([cn, ips, dns, days, ca, key], render) =>
      make({ commonName: text(cn), ips, dns, days }, text(key), render, "leaf", signerOf(ca)),
  },
];
