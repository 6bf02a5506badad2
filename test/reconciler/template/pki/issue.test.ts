import { createPublicKey, X509Certificate } from "node:crypto";
import { compileTemplate } from "../../../../reconciler/template";
import { pem } from "./fixtures";

const NOW = Date.UTC(2026, 10, 25, 12);
let count = 0;
/** Bytes that differ from call to call, so that two of them in one place would show. */
const world = { now: BigInt(NOW) * 1_000_000n, random: (size: number) => Buffer.alloc(size, ++count) };

function render(template: string, data: Record<string, string> = {}): string {
  const bytes = new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "latin1")]));
  return Buffer.from(compileTemplate(template).render(bytes, world)).toString("latin1");
}

/** Certificates and keys one after the other, as OpenSSL reads them. */
function certificates(template: string, data: Record<string, string> = {}): X509Certificate[] {
  return render(template, data)
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((text) => new X509Certificate(text));
}

test("an authority and what it signs hold for OpenSSL", () => {
  const [ca, leaf] = certificates(
    '{{ $ca := genCA "My CA" 365 }}{{ $ca.Cert }}' +
      '{{ (genSignedCert "leaf" (list "192.0.2.1" "2001:db8::1") (list "a.example" "*.b.example") 30 $ca).Cert }}',
  ) as [X509Certificate, X509Certificate];
  expect(ca.ca).toBe(true);
  expect(ca.subject).toBe("CN=My CA");
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.issuer).toBe("CN=My CA");
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.subjectAltName).toBe(
    "DNS:a.example, DNS:*.b.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1",
  );
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n });
  expect(new Date(leaf.validFrom).getTime()).toBe(NOW);
  expect(new Date(leaf.validTo).getTime()).toBe(NOW + 30 * 86_400_000);
  expect(leaf.serialNumber).not.toBe(ca.serialNumber);
});

test.each(["rsa.pkcs8", "ec-P-224.pkcs8", "ec-P-256.pkcs8", "ec-P-384.pkcs8", "ec-P-521.pkcs8", "ed25519"])(
  "the signature by a given key holds: %s",
  (name) => {
    const [certificate] = certificates('{{ (genSelfSignedCertWithKey "cn" nil nil 1 .key).Cert }}', {
      key: pem(name),
    }) as [X509Certificate];
    const publicKey = createPublicKey(pem(name));
    expect(certificate.verify(publicKey)).toBe(true);
    expect(certificate.publicKey.export({ format: "der", type: "spki" })).toEqual(
      publicKey.export({ format: "der", type: "spki" }),
    );
  },
);

test("a certificate without a common name has the alternative names as its critical subject", () => {
  const [certificate] = certificates('{{ (genSelfSignedCertWithKey "" nil (list "a.example") 1 .key).Cert }}', {
    key: pem("ed25519"),
  }) as [X509Certificate];
  expect(certificate.subject).toBeFalsy();
  expect(certificate.raw.includes(Buffer.from("0603551d110101ff04", "hex"))).toBe(true);
});

test("a certificate prints as the struct it is in sprig", () => {
  const data = {
    cert: Buffer.from(pem("leaf")).toString("base64"),
    key: Buffer.from(pem("ed25519")).toString("base64"),
  };
  expect(render("{{ buildCustomCert .cert .key }}", data)).toBe(`{${pem("leaf")} ${pem("ed25519")}}`);
});
