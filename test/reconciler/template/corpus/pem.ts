import type { TemplateCase } from "../../../oracle/case";
import { pem } from "../pki/fixtures";

const filter = (type: string, input: string): TemplateCase => ({
  template: "{{ filterPEM .type .in }}",
  data: { type, in: input },
});

const chain = (input: string): TemplateCase[] =>
  ["leaf", "intermediate", "root"].map((type) => ({
    template: `{{ filterCertChain "${type}" .in }}`,
    data: { in: input },
  }));

const sans = (input: string): TemplateCase[] =>
  ["{{ certSANs .in }}", '{{ certSANs .in | join "," }}', "{{ certSANs .in | len }}"].map((template) => ({
    template,
    data: { in: input },
  }));

const block = (type: string, body: string, end = type): string =>
  `-----BEGIN ${type}-----\n${body}-----END ${end}-----\n`;

/** What encoding/pem makes of a text shows in what is left of it. */
const TEXTS: readonly string[] = [
  "",
  "\n",
  "no PEM",
  block("A", ""),
  block("A", "AAAA\n"),
  block("a", "AAAA\n"),
  block("A", "AAAA"),
  block("A", "AA\r\nAA\r\n").replace(/\n/g, "\r\n"),
  block("A", "A A\tAA\n"),
  block("A", "AAAA=\n"),
  block("A", "AA==\n"),
  block("A", "AA=\n"),
  block("A", "A*AA\n"),
  block("A", "AAAA\n", "B"),
  block("A", "AAAA\n", "AB"),
  block("AB", "AAAA\n", "A"),
  block("", "AAAA\n"),
  block("A", "AAAA\n").trim(),
  block("A", "AAAA\n").replace("-----\n", "-----  \t\n"),
  block("A", "AAAA\n").replace(/-----\n$/, "-----  \t\r\n"),
  block("A", "AAAA\n").replace(/-----\n$/, "-----x\n"),
  block("A", "AAAA\n").replace("BEGIN A-----", "BEGIN A----"),
  block("A", "AAAA\n").replace("BEGIN", "BEGIN-"),
  ` ${block("A", "AAAA\n")}`,
  `x${block("A", "AAAA\n")}${block("A", "BBBB\n")}`,
  `text\n${block("A", "AAAA\n")}text\n${block("B", "BBBB\n")}text`,
  `text${block("A", "AAAA\n")}text${block("A", "BBBB\n")}text`,
  `${block("A", "*\n")}${block("A", "AAAA\n")}`,
  `-----BEGIN A-----\nAAAA\n${block("A", "BBBB\n")}`,
  `-----BEGIN A-----\n-----BEGIN A-----\nAAAA\n-----END A-----\n-----END A-----\n`,
  `-----END A-----\n${block("A", "AAAA\n")}`,
  `\n-----END A-----\n${block("A", "AAAA\n")}-----END A-----`,
  "-----BEGIN A-----",
  "-----BEGIN A-----\n",
  "-----BEGIN A-----\n-----END A-----",
  "-----BEGIN A-----\n\n-----END A-----",
  "-----BEGIN A----------END A-----\n",
  block("A", "Key: value\n\nAAAA\n"),
  block("A", "Key: value\nAAAA\n"),
  block("A", "Z: 1\nB:2\nProc-Type : 4,ENCRYPTED\nDEK-Info:  AES-128-CBC,00  \n\nAAAA\n"),
  block("A", "Key: value: colon\n:\n: x\n\nAAAA\n"),
  block("A", "Key: a\nKey: b\n\nAAAA\n"),
  block("A", "Key: \u00a0a\u2003\u0085\n\nAAAA\n"),
  block("A", "Key: value\n"),
  block("A", "Key: value\n\n"),
  block("A", "Key: value"),
  block("A: B", "AAAA\n"),
  block("A", "AAAA\n").replace("END A-----", "END A: -----"),
  `${block("A", "AAAA\n")}\n\n${block("A", "BBBB\n")}\n`,
  `${block("A", "AAAA\n")} ${block("A", "BBBB\n")}`,
  block("A", `${"A".repeat(64)}\n${"B".repeat(4)}\n`),
  block("A", `${"A".repeat(128)}\n`),
  block("A", `${"A".repeat(132)}\n`),
  block("ſ", "AAAA\n"),
  block("É", "AAAA\n"),
];

const ALL = pem("leaf") + pem("rsa.pkcs8") + pem("ec-with-parameters") + pem("chain-unordered");

export const cases: readonly TemplateCase[] = [
  ...TEXTS.map((input) => filter("A", input)),
  filter("", block("", "AAAA\n")),
  filter("S", block("ſ", "AAAA\n")),
  filter("k", block("K", "AAAA\n")),
  filter("é", block("É", "AAAA\n")),
  filter("ss", block("ß", "AAAA\n")),
  ...["CERTIFICATE", "certificate", "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", ""].map((type) =>
    filter(type, ALL),
  ),
  filter("RSA PRIVATE KEY", pem("rsa.encrypted-pkcs1")),
  {
    template: '{{ filterPEM "A" .in }}',
    dataB64: { in: Buffer.from(`\xff\xfe${block("A", "AAAA\n")}\xff`, "latin1").toString("base64") },
  },
  {
    template: "{{ filterPEM .type .in }}",
    dataB64: { type: "/w==", in: Buffer.from(block("\xff", "AAAA\n"), "latin1").toString("base64") },
  },
  { template: '{{ filterPEM "A" }}' },
  { template: '{{ filterPEM "A" 1 }}' },

  ...[
    pem("chain"),
    pem("chain-unordered"),
    pem("leaf") + pem("root"),
    pem("middle-1") + pem("leaf") + pem("middle-2"),
    pem("leaf") + pem("middle-2"),
    pem("root"),
    pem("leaf"),
    pem("middle-1"),
    pem("self-signed"),
    pem("no-key-ids"),
    pem("no-key-ids") + pem("no-key-ids"),
    pem("no-key-ids") + pem("self-signed"),
    pem("no-key-ids") + pem("empty-subject"),
    pem("root") + pem("root"),
    pem("leaf") + pem("leaf-ed25519"),
    pem("leaf") + pem("leaf") + pem("middle-2"),
    pem("leaf") + pem("middle-2") + pem("middle-2") + pem("middle-1"),
    pem("chain") + pem("rsa.pkcs8"),
    pem("chain") + pem("secp256k1-certificate"),
    pem("chain") + pem("ed448-certificate"),
    `text\n${pem("chain")}text`,
    `text${pem("chain")}`,
    "",
    "no PEM",
    block("CERTIFICATE", "AAAA\n"),
    block("CERTIFICATE", ""),
    pem("leaf").replace(/CERTIFICATE/g, "ANYTHING"),
  ].flatMap(chain),
  { template: '{{ filterCertChain "other" .in }}', data: { in: pem("chain") } },
  { template: '{{ filterCertChain "" .in }}', data: { in: "" } },
  { template: '{{ filterCertChain "Leaf" .in }}', data: { in: pem("chain") } },
  { template: '{{ filterCertChain "leaf" }}' },

  ...[
    pem("leaf"),
    pem("chain"),
    pem("root"),
    pem("empty-subject"),
    pem("wrong-uri"),
    pem("ed448-certificate"),
    pem("secp256k1-certificate"),
    pem("rsa.pkcs8"),
    `text${pem("leaf")}`,
    "",
    "no PEM",
    block("CERTIFICATE", "MAA=\n"),
  ].flatMap(sans),
  { template: "{{ range certSANs .in }}<{{ . }}>{{ end }}", data: { in: pem("leaf") } },
  { template: '{{ certSANs .in | printf "%T" }}', data: { in: pem("root") } },
  { template: "{{ certSANs .in | toJson }}", data: { in: pem("root") } },
  { template: "{{ certSANs }}" },
];
