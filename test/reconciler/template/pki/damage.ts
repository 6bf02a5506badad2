import { createPrivateKey } from "node:crypto";
import fc from "fast-check";
import { decodePem, encodePem } from "../../../../reconciler/template/pki/pem";
import type { TemplateCase } from "../../../oracle/case";
import { fixture, pem } from "./fixtures";

/** Bytes that mean something in DER: identifiers, lengths, booleans. */
const MEANINGFUL = [
  0, 1, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x7f, 0x80, 0x82, 0x86, 0x87, 0xa0,
].concat([0xa3, 0xfe, 0xff]);

type Change = readonly [kind: "flip" | "set" | "drop" | "insert", at: number, value: number];

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom("flip", "set", "set", "drop", "insert"),
  fc.nat(),
  fc.oneof(fc.nat(255), fc.constantFrom(...MEANINGFUL)),
);

function damage(bytes: Buffer, changes: readonly Change[]): Buffer {
  let out = Buffer.from(bytes);
  for (const [kind, position, value] of changes) {
    const at = position % out.length;
    switch (kind) {
      case "flip":
        out[at] = (out[at] as number) ^ (1 << (value % 8));
        break;
      case "set":
        out[at] = value;
        break;
      case "drop":
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1)]);
        break;
      case "insert":
        out = Buffer.concat([out.subarray(0, at), Buffer.of(value), out.subarray(at)]);
        break;
    }
  }
  return out;
}

const damaged = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => damage(bytes, changes));

const derOf = (name: string): { type: string; der: Buffer } => {
  const { block } = decodePem(pem(name));
  if (block === undefined) throw new Error(`no PEM in ${name}`);
  return { type: block.type, der: block.bytes };
};

const CERTIFICATES = ["leaf", "middle-2", "root", "leaf-ed25519", "no-key-ids", "empty-subject", "self-signed"];

const certificate: fc.Arbitrary<TemplateCase> = fc.constantFrom(...CERTIFICATES).chain((name) =>
  damaged(derOf(name).der).map((der) => ({
    template: '{{ certSANs .c }}{{ filterCertChain "leaf" .c }}{{ filterCertChain "root" .c }}',
    data: { c: encodePem("CERTIFICATE", der) },
  })),
);

const KEYS = [
  "rsa.pkcs8",
  "rsa.pkcs1",
  "rsa-3-primes",
  "rsa-512",
  "ec-P-224.sec1",
  "ec-P-256.pkcs8",
  "ec-P-521.sec1",
].concat(["ed25519", "x25519", "dsa"]);

const key: fc.Arbitrary<TemplateCase> = fc
  .record({ name: fc.constantFrom(...KEYS), isSigned: fc.boolean() })
  .chain(({ name, isSigned }) => {
    const { type, der } = derOf(name);
    return damaged(der).map((bytes) => ({
      template: isSigned ? '{{ (genCAWithKey "x" 1 .k).Key }}' : "{{ pemToPkcs12 .c .k | b64dec | pkcs12key }}",
      data: { c: pem("leaf"), k: encodePem(type, bytes) },
    }));
  });

/** Without a MAC, so that damage reaches what is inside. */
const store: fc.Arbitrary<TemplateCase> = fc.constantFrom("passwordless", "no-mac", "modern").chain((name) =>
  damaged(fixture(`${name}.p12`)).map((der) => ({
    template: "{{ pkcs12key .in }}{{ pkcs12cert .in }}",
    dataB64: { in: der.toString("base64") },
  })),
);

const text: fc.Arbitrary<TemplateCase> = damaged(
  Buffer.from(`text\n${pem("rsa.encrypted-pkcs1")}${pem("ec-with-parameters")}`),
).map((bytes) => ({
  template: '{{ filterPEM "RSA PRIVATE KEY" .in }}|{{ filterPEM "EC PRIVATE KEY" .in }}',
  dataB64: { in: bytes.toString("base64") },
}));

const jwk: fc.Arbitrary<TemplateCase> = fc
  .constantFrom("rsa.pkcs8", "ec-P-256.pkcs8", "ed25519")
  .chain((name) => damaged(Buffer.from(JSON.stringify(createPrivateKey(pem(name)).export({ format: "jwk" })))))
  .map((bytes) => ({ template: "{{ jwkPrivateKeyPem .in }}", dataB64: { in: bytes.toString("base64") } }));

/** Fixtures with a few bytes changed, as inputs of the functions that read them. */
export const damagedCase: fc.Arbitrary<TemplateCase> = fc.oneof(
  { arbitrary: certificate, weight: 4 },
  { arbitrary: key, weight: 3 },
  { arbitrary: store, weight: 3 },
  { arbitrary: text, weight: 2 },
  { arbitrary: jwk, weight: 1 },
);
