import type { TemplateCase } from "../../../oracle/case";
import { fixture, pem, store } from "../pki/fixtures";

const KEY = "{{ pkcs12keyPass .pass .in }}";
const CERT = "{{ pkcs12certPass .pass .in }}";

const both = (name: string, pass = "secret"): TemplateCase[] =>
  [KEY, CERT].map((template) => ({ template, data: { pass }, dataB64: { in: store(name) } }));

const emptyPassword = (name: string): TemplateCase[] =>
  ["{{ pkcs12key .in }}", "{{ pkcs12cert .in }}", "{{ .in | pkcs12key | len }}"].map((template) => ({
    template,
    dataB64: { in: store(name) },
  }));

const rfc9579 = (appendix: number): TemplateCase[] =>
  [KEY, CERT].map((template) => ({
    template,
    data: { pass: "1234" },
    dataB64: { in: fixture(`rfc9579-a${appendix}.b64`).toString("latin1").replace(/\s/g, "") },
  }));

/** Each byte of a store changed in turn would be too many cases; these hit headers, parameters, MAC and data. */
const damaged = (name: string, positions: readonly number[]): TemplateCase[] =>
  positions.map((position) => {
    const bytes = Buffer.from(fixture(`${name}.p12`));
    const at = position < 0 ? bytes.length + position : position;
    bytes[at] = (bytes[at] as number) ^ 0x01;
    return { template: KEY, data: { pass: "secret" }, dataB64: { in: bytes.toString("base64") } };
  });

const truncated = (name: string, sizes: readonly number[]): TemplateCase[] =>
  sizes.map((size) => ({
    template: CERT,
    data: { pass: "secret" },
    dataB64: { in: fixture(`${name}.p12`).subarray(0, size).toString("base64") },
  }));

/** The result is random, but its size and a look into it are not. */
const written: readonly TemplateCase[] = [
  { template: "{{ pemToPkcs12 .cert .key | b64dec | pkcs12key }}", data: { cert: pem("leaf"), key: pem("rsa.pkcs8") } },
  {
    template: "{{ pemToPkcs12 .cert .key | b64dec | pkcs12cert }}",
    data: { cert: pem("chain"), key: pem("rsa.pkcs1") },
  },
  { template: "{{ pemToPkcs12 .cert .key | len }}", data: { cert: pem("leaf"), key: pem("rsa.pkcs8") } },
  {
    template: '{{ pemToPkcs12Pass .cert .key "pässword" | b64dec | pkcs12keyPass "pässword" }}',
    data: { cert: pem("self-signed"), key: pem("ec-P-256.sec1") },
  },
  {
    template: '{{ pemToPkcs12Pass .cert .key "right" | b64dec | pkcs12keyPass "wrong" }}',
    data: { cert: pem("self-signed"), key: pem("ec-P-256.sec1") },
  },
  { template: '{{ pemToPkcs12Pass .cert .key "🔑" }}', data: { cert: pem("leaf"), key: pem("rsa.pkcs8") } },
  {
    template: "{{ fullPemToPkcs12 .cert .key | b64dec | pkcs12cert }}",
    data: { cert: pem("chain-unordered"), key: pem("rsa.pkcs8") },
  },
  { template: "{{ fullPemToPkcs12 .cert .key | len }}", data: { cert: pem("chain"), key: pem("rsa.pkcs8") } },
  { template: "{{ fullPemToPkcs12 .cert .key }}", data: { cert: `${pem("chain")}\n`, key: pem("rsa.pkcs8") } },
  { template: "{{ fullPemToPkcs12 .cert .key }}", data: { cert: `${pem("leaf")}rest`, key: pem("rsa.pkcs8") } },
  {
    template: '{{ fullPemToPkcs12Pass .cert .key "p" | b64dec | pkcs12certPass "p" }}',
    data: { cert: `${pem("leaf-ed25519")}${pem("self-signed")}`, key: pem("ed25519") },
  },
  {
    template: '{{ fullPemToPkcs12Pass .cert .key "" | b64dec | pkcs12key }}',
    data: { cert: pem("leaf"), key: pem("x25519") },
  },
  { template: "{{ pemTruststoreToPKCS12 .certs | len }}", data: { certs: pem("chain") } },
  { template: '{{ pemTruststoreToPKCS12Pass .certs "p" | len }}', data: { certs: pem("middle-2") } },
  {
    template: '{{ pemTruststoreToPKCS12Pass .certs "p" | b64dec | pkcs12certPass "p" }}',
    data: { certs: pem("root") },
  },
  { template: "{{ pemTruststoreToPKCS12 .certs | len }}", data: { certs: pem("empty-subject") } },
  { template: "{{ pemTruststoreToPKCS12 .certs | len }}", data: { certs: pem("no-key-ids") } },
  { template: "{{ pemTruststoreToPKCS12 .certs | len }}", data: { certs: pem("leaf-ed25519") } },
  { template: "{{ pemTruststoreToPKCS12 .certs }}", data: { certs: pem("beyond-bmp") } },
  { template: "{{ pemTruststoreToPKCS12 .certs }}", data: { certs: `${pem("root")}\n` } },
  { template: '{{ pemTruststoreToPKCS12 "" | len }}' },
  { template: '{{ pemTruststoreToPKCS12Pass "" "x" | len }}' },
  { template: '{{ pemTruststoreToPKCS12 "no PEM" }}' },
  { template: "{{ pemTruststoreToPKCS12 .certs }}", data: { certs: pem("rsa.pkcs8") } },
];

const refused: readonly TemplateCase[] = [
  "rsa.encrypted-pkcs8",
  "rsa.encrypted-pkcs1",
  "rsa.public",
  "ec-secp256k1.pkcs8",
  "ec-secp256k1.sec1",
  "ec-with-parameters",
  "ec-explicit",
  "ed448",
  "dsa",
  "dsa.pkcs8",
  "leaf",
].map((key) => ({ template: "{{ pemToPkcs12 .cert .key }}", data: { cert: pem("leaf"), key: pem(key) } }));

const keys: readonly TemplateCase[] = [
  "rsa-512",
  "rsa-3-primes",
  "ec-P-224.sec1",
  "ec-P-224.pkcs8",
  "ec-P-384.sec1",
  "ec-P-521.pkcs8",
  "ed25519",
  "x25519",
].map((key) => ({
  template: "{{ pemToPkcs12 .cert .key | b64dec | pkcs12key }}",
  data: { cert: pem("leaf"), key: pem(key) },
}));

export const cases: readonly TemplateCase[] = [
  ...both("modern"),
  ...both("modern", "wrong"),
  ...both("modern", ""),
  ...both("modern", "🔑"),
  ...both("modern-unicode", "sécret €"),
  ...both("modern-sha512"),
  ...both("aes128"),
  ...both("legacy"),
  ...both("legacy", "wrong"),
  ...both("legacy-rc2-128"),
  ...both("legacy-3des"),
  ...emptyPassword("legacy-empty"),
  ...emptyPassword("empty"),
  ...emptyPassword("no-mac"),
  ...emptyPassword("passwordless"),
  ...both("passwordless"),
  ...both("no-mac-secret"),
  ...both("no-mac-secret", ""),
  ...both("key-plain"),
  ...both("plain"),
  ...both("camellia"),
  ...both("key-alone"),
  ...both("certs-alone"),
  ...both("ec"),
  ...both("ed25519"),
  ...both("secp256k1"),
  ...[1, 2, 3, 4, 5, 6].flatMap(rfc9579),
  ...damaged("modern", [0, 1, 2, 6, 20, 30, 60, 90, 130, 200, 1000, 2000, 3000, -1, -3, -10, -30, -60, -75, -85]),
  ...damaged("plain", [0, 5, 20, 30, 60, 90, 130, 200, 1000, 2000, -1, -3, -10, -30, -60, -75, -85]),
  ...truncated("modern", [0, 1, 2, 4, 100, 1000, 3000]),
  { template: "{{ pkcs12key .in }}", data: { in: "not a store" } },
  { template: "{{ pkcs12cert .in }}", data: { in: "" } },
  { template: "{{ pkcs12key .in }}", data: { in: pem("rsa.pkcs8") } },
  { template: "{{ pkcs12key 1 }}" },
  { template: "{{ pkcs12keyPass .in }}", data: { in: "" } },
  ...written,
  ...refused,
  ...keys,
  { template: "{{ pemToPkcs12 .cert .key }}", data: { cert: "no PEM", key: pem("rsa.pkcs8") } },
  { template: "{{ pemToPkcs12 .cert .key }}", data: { cert: pem("leaf"), key: "" } },
  { template: "{{ pemToPkcs12 .cert .key }}", data: { cert: pem("rsa.pkcs8"), key: pem("rsa.pkcs8") } },
  {
    template: "{{ pemToPkcs12 .cert .key | len }}",
    data: { cert: `text\n${pem("leaf")}`, key: `\n${pem("ed25519")}x` },
  },
  { template: "{{ pemToPkcs12 .cert }}", data: { cert: pem("leaf") } },
];
