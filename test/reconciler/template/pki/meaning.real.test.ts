import { createHash, createPublicKey, publicEncrypt, constants } from "node:crypto";
import { bcryptHash } from "../../../../reconciler/template/pki/bcrypt";
import { DerReader, SEQUENCE } from "../../../../reconciler/template/pki/der";
import { decodePem } from "../../../../reconciler/template/pki/pem";
import type { TemplateCase } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { ourRender } from "../../../oracle/ours";
import { pem } from "./fixtures";
import { opened } from "./opened";

type Side = (cases: readonly TemplateCase[]) => Promise<string[]>;

/** Each renders or fails the test. */
const go: Side = async (cases) => (await goRender(cases)).map(output);
const ours: Side = (cases) => Promise.resolve(cases.map((entry) => output(ourRender(entry))));
const SIDES: readonly (readonly [name: string, writer: Side, reader: Side])[] = [
  ["ours, read by Go", ours, go],
  ["Go's, read by ours", go, ours],
];

function output({ out, outB64, error }: { out?: string; outB64?: string; error?: { message?: string } }): string {
  if (error !== undefined) throw new Error(error.message);
  return out ?? Buffer.from(outB64 ?? "", "base64").toString("latin1");
}

const KEYS = [
  "rsa.pkcs8",
  "rsa.pkcs1",
  "rsa-512",
  "rsa-3-primes",
  "ec-P-224.sec1",
  "ec-P-256.pkcs8",
  "ec-P-384.sec1",
].concat(["ec-P-521.pkcs8", "ed25519", "x25519"]);

describe.each(SIDES)("key stores %s", (_, writer, reader) => {
  const passwords = ["", "secret", "pässword €", "x".repeat(200)];

  test.each(KEYS)("give back the key %s and the certificates", async (name) => {
    const written = await writer(
      passwords.flatMap((pass) => [
        { template: "{{ fullPemToPkcs12Pass .cert .key .pass }}", data: { cert: pem("chain"), key: pem(name), pass } },
        { template: "{{ pemToPkcs12Pass .cert .key .pass }}", data: { cert: pem("chain"), key: pem(name), pass } },
      ]),
    );
    const stores = written.map((text, index) => ({ in: text, pass: passwords[index >> 1] ?? "" }));
    const read = (template: string): Promise<string[]> => reader(stores.map((data) => ({ template, data })));
    const keys = await read("{{ .in | b64dec | pkcs12keyPass .pass }}");
    // What the reader says about the file it was made of.
    const [expected] = await reader([
      { template: "{{ pemToPkcs12 .cert .key | b64dec | pkcs12key }}", data: { cert: pem("leaf"), key: pem(name) } },
    ]);
    expect(keys).toEqual(keys.map(() => expected));
    const certificates = await read("{{ .in | b64dec | pkcs12certPass .pass }}");
    expect(certificates).toEqual(passwords.flatMap(() => [pem("chain"), pem("leaf")]));
  });

  test("without a password in the call are those of the empty password", async () => {
    const data = { cert: pem("chain"), key: pem("ed25519") };
    const [first, full] = await writer([
      { template: "{{ pemToPkcs12 .cert .key }}", data },
      { template: "{{ fullPemToPkcs12 .cert .key }}", data },
    ]);
    const read = await reader(
      [first, full].map((text = "") => ({ template: "{{ .in | b64dec | pkcs12cert }}", data: { in: text } })),
    );
    expect(read).toEqual([pem("leaf"), pem("chain")]);
  });
});

test("key stores and trust stores of ours and Go's differ in their random bytes alone", async () => {
  const calls: readonly (readonly [template: string, data: Record<string, string>])[] = [
    ["{{ fullPemToPkcs12Pass .cert .key .pass }}", { cert: pem("chain"), key: pem("rsa.pkcs8"), pass: "secret" }],
    ["{{ pemToPkcs12Pass .cert .key .pass }}", { cert: pem("leaf-ed25519"), key: pem("ed25519"), pass: "" }],
    ...["chain", "middle-2", "leaf-ed25519", "empty-subject", "no-key-ids", "root"].map(
      (name) => ["{{ pemTruststoreToPKCS12Pass .certs .pass }}", { certs: pem(name), pass: "secret" }] as const,
    ),
    ["{{ pemTruststoreToPKCS12 .certs }}", { certs: "", pass: "" }],
    ["{{ pemTruststoreToPKCS12 .certs }}", { certs: pem("self-signed"), pass: "" }],
  ];
  const cases = calls.map(([template, data]) => ({ template, data }));
  const open = (outputs: readonly string[]): string[][] =>
    outputs.map((text, index) => opened(Buffer.from(text, "base64"), cases[index]?.data["pass"] ?? ""));
  expect(open(await ours(cases))).toEqual(open(await go(cases)));
});

describe.each(SIDES)("AES texts %s", (_, writer, reader) => {
  test("decrypt to what was encrypted", async () => {
    const texts = ["a", "text of sixteen.", "ä€🔑", "\0\0", "x".repeat(10_000)];
    const cases = texts.flatMap((text) => ["", "key", "k".repeat(40)].map((key) => ({ key, text })));
    const encrypted = await writer(cases.map((data) => ({ template: "{{ encryptAES .key .text }}", data })));
    const decrypted = await reader(
      cases.map(({ key }, index) => ({
        template: "{{ decryptAES .key .text }}",
        data: { key, text: encrypted[index] ?? "" },
      })),
    );
    expect(decrypted).toEqual(cases.map(({ text }) => text));
  });
});

describe.each(SIDES)("new private keys %s", (_, writer, reader) => {
  test.each(["ecdsa", "ed25519", "dsa", "rsa", ""])("are in the form of their type: %s", async (type) => {
    const [key = ""] = await writer([{ template: "{{ genPrivateKey .type }}", data: { type } }]);
    const b64 = (text: string): string => Buffer.from(text).toString("base64");
    const [read] = await reader([
      { template: "{{ (buildCustomCert .cert .key).Key }}", data: { cert: b64(pem("leaf")), key: b64(key) } },
    ]);
    expect(read).toBe(key);
    const size = decodePem(key).block?.bytes.length ?? 0;
    const [least, most] = { ecdsa: [121, 121], ed25519: [48, 48], dsa: [800, 860] }[type] ?? [2340, 2360];
    expect(size).toBeGreaterThanOrEqual(least as number);
    expect(size).toBeLessThanOrEqual(most as number);
  });
});

describe("bcrypt hashes of Go", () => {
  test.each(["", "password", "pässword", "x".repeat(72)])(
    "are what ours gives for their salt: %s",
    async (password) => {
      const [hash = "", line = ""] = await go([
        { template: "{{ bcrypt .p }}", data: { p: password } },
        { template: '{{ htpasswd "user" .p "bcrypt" }}', data: { p: password } },
      ]);
      for (const found of [hash, line.replace(/^user:/, "")]) {
        expect(bcryptHash(Buffer.from(password), saltOf(found), 10)).toBe(found);
      }
    },
  );

  function saltOf(hash: string): Buffer {
    const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const bits = [...hash.slice(7, 29)].map((char) => alphabet.indexOf(char).toString(2).padStart(6, "0")).join("");
    return Buffer.from(Array.from({ length: 16 }, (_, index) => parseInt(bits.slice(8 * index, 8 * index + 8), 2)));
  }
});

/** The certificate without what differs from one to the next: serial number, dates and signature. */
function comparable(certificate: string): string[] {
  const whole = new DerReader(decodePem(certificate).block?.bytes ?? Buffer.alloc(0)).inside(SEQUENCE);
  const tbs = whole.inside(SEQUENCE);
  const out: string[] = [];
  for (let field = 0; !tbs.isEmpty; field++) {
    const { full } = tbs.next();
    if (field !== 1 && field !== 4) out.push(full.toString("hex"));
  }
  return [...out, whole.next().full.toString("hex")];
}

describe("certificates with a given key", () => {
  const b64 = (name: string): string => Buffer.from(pem(name)).toString("base64");
  const names = [
    '"cn" nil nil',
    '"" (list "192.0.2.1" "2001:db8::1") (list "a.example" "b.example")',
    '"é,=*" (list) (list "*.a")',
  ];
  const SIGNING = [
    "rsa.pkcs8",
    "rsa-3-primes",
    "ec-P-224.pkcs8",
    "ec-P-256.pkcs8",
    "ec-P-384.pkcs8",
    "ec-P-521.pkcs8",
    "ed25519",
  ];

  test.each(SIGNING)("differ from Go's in serial number, dates and signature alone: %s", async (name) => {
    const data = { key: pem(name), ca: b64("root"), caKey: b64("root.key") };
    const cases = [
      '{{ (genCAWithKey "ca & Co" 10 .key).Cert }}',
      ...names.map((args) => `{{ (genSelfSignedCertWithKey ${args} 10 .key).Cert }}`),
      ...names.map((args) => `{{ (genSignedCertWithKey ${args} 10 (buildCustomCert .ca .caKey) .key).Cert }}`),
      '{{ (genSignedCertWithKey "a" nil nil 10 (genCAWithKey "a" 10 .key) .key).Cert }}',
      '{{ (genSignedCertWithKey "a" nil nil 10 (genCAWithKey "b" 10 .key) .key).Cert }}',
    ].map((template) => ({ template, data }));
    expect((await ours(cases)).map(comparable)).toEqual((await go(cases)).map(comparable));
  });

  test("have dates of Go's forms", async () => {
    const dates = (certificate: string): string[] => {
      const tbs = new DerReader(decodePem(certificate).block?.bytes ?? Buffer.alloc(0))
        .inside(SEQUENCE)
        .inside(SEQUENCE);
      for (let field = 0; field < 4; field++) tbs.next();
      const validity = tbs.inside(SEQUENCE);
      // To the hour: the two are not made at once.
      return [validity.next(), validity.next()].map(
        ({ id, content }) => `${id} ${content.toString("latin1").slice(0, 8)}`,
      );
    };
    const cases = [
      -40_000,
      -1,
      0,
      1,
      365,
      8_000,
      10_000,
      100_000,
      106_751,
      106_752,
      300_000,
      Number.MAX_SAFE_INTEGER,
    ].map((days) => ({
      template: `{{ (genCAWithKey "ca" ${days} .key).Cert }}`,
      data: { key: pem("ed25519") },
    }));
    expect((await ours(cases)).map(dates)).toEqual((await go(cases)).map(dates));
  });
});

describe.each(SIDES)("certificates %s", (_, writer, reader) => {
  test("of a new authority sign in one template and are read in the other", async () => {
    const [text = ""] = await writer([
      {
        template:
          '{{ $ca := genCA "ca" 10 }}{{ $a := genSignedCert "a" (list "192.0.2.1") (list "a.example") 10 $ca }}' +
          '{{ $b := genSelfSignedCert "b" nil (list "b.example") 10 }}' +
          "{{ list $ca.Cert $ca.Key $a.Cert $a.Key $b.Cert $b.Key | toJson }}",
      },
    ]);
    const [ca = "", caKey = "", a = "", aKey = "", b = "", bKey = ""] = JSON.parse(text) as string[];
    const data = { ca, caKey, a, aKey, b, bKey, chain: ca + a };
    const look = await reader([
      { template: "{{ certSANs .a }}{{ certSANs .b }}{{ certSANs .ca }}", data },
      { template: '{{ filterCertChain "leaf" .a }}', data },
      { template: '{{ filterCertChain "root" .ca }}', data },
      { template: "{{ fullPemToPkcs12 .chain .aKey | b64dec | pkcs12cert }}", data },
      {
        template:
          '{{ (genSignedCert "c" nil (list "c.example") 1 (buildCustomCert (b64enc .ca) (b64enc .caKey))).Cert | certSANs }}',
        data,
      },
      { template: "{{ range list .caKey .aKey .bKey }}{{ filterPEM `RSA PRIVATE KEY` . | eq . }}{{ end }}", data },
    ]);
    // The two are no chain to ESO: the authority names no authority, and the other has no subject key id.
    expect(look).toEqual(["[a.example 192.0.2.1][b.example][]", a, ca, ca + a, "[c.example]", "truetruetrue"]);
  });
});

test("texts encrypted with OAEP are decrypted as Go does, whatever the hash and the size", async () => {
  const key = createPublicKey(pem("rsa.pkcs8"));
  const cases = ["sha1", "sha256", "sha512"].flatMap((hash) =>
    [0, 1, 126].map((size) => {
      const text = createHash("shake256", { outputLength: Math.max(size, 1) })
        .update(hash)
        .digest()
        .subarray(0, size);
      const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash };
      return {
        template: `{{ rsaDecrypt "RSA-OAEP" "${hash.toUpperCase()}" .in .key | b64enc }}`,
        data: { key: pem("rsa.pkcs8") },
        dataB64: { in: publicEncrypt(options, text).toString("base64") },
        expected: text.toString("base64"),
      };
    }),
  );
  const expected = cases.map((entry) => entry.expected);
  expect(await ours(cases)).toEqual(expected);
  expect(await go(cases)).toEqual(expected);
});
