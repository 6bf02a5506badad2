import type { TemplateCase } from "../../../oracle/case";
import { pem } from "../pki/fixtures";

const encoded = (name: string): string => Buffer.from(pem(name)).toString("base64");

const custom = (cert: string, key: string): TemplateCase => ({
  template: "{{ with buildCustomCert .cert .key }}{{ .Cert }}{{ .Key }}{{ end }}",
  data: { cert, key },
});

const KEYS = ["rsa.pkcs8", "rsa.pkcs1", "rsa-512", "rsa-3-primes", "ec-P-224.pkcs8", "ec-P-256.sec1", "ec-P-384.pkcs8"]
  .concat([
    "ec-P-521.sec1",
    "ec-secp256k1.sec1",
    "ec-with-parameters",
    "ed25519",
    "x25519",
    "ed448",
    "dsa",
    "dsa.pkcs8",
  ])
  .concat(["rsa.encrypted-pkcs8", "rsa.encrypted-pkcs1", "rsa.public", "leaf"]);

/** What of a certificate does not depend on chance. */
const LOOK = '{{ certSANs .Cert | join " " }}|{{ .Key }}|{{ filterPEM "CERTIFICATE" .Cert | eq .Cert }}';

const selfSigned = (args: string, key = "ec-P-256.sec1"): TemplateCase => ({
  template: `{{ with genSelfSignedCertWithKey ${args} .key }}${LOOK}{{ end }}`,
  data: { key: pem(key) },
});

const signed = (ca: string, args: string, cert = "root", caKey = "root.key", key = "ec-P-384.sec1"): TemplateCase => ({
  template: `{{ $ca := ${ca} }}{{ with genSignedCertWithKey ${args} $ca .key }}${LOOK}{{ filterCertChain "leaf" .Cert | eq .Cert }}{{ end }}`,
  data: { cert: encoded(cert), caKey: encoded(caKey), key: pem(key) },
});

const CUSTOM = "buildCustomCert .cert .caKey";

export const cases: readonly TemplateCase[] = [
  ...KEYS.map((key) => custom(encoded("leaf"), encoded(key))),
  custom(encoded("chain"), encoded("rsa.pkcs8")),
  custom(encoded("secp256k1-certificate"), encoded("rsa.pkcs8")),
  custom(encoded("ed448-certificate"), encoded("rsa.pkcs8")),
  custom(encoded("rsa.pkcs8"), encoded("rsa.pkcs8")),
  custom("", ""),
  custom("no base64", encoded("rsa.pkcs8")),
  custom(encoded("leaf"), "no base64"),
  custom(Buffer.from("no PEM").toString("base64"), encoded("rsa.pkcs8")),
  custom(encoded("leaf"), Buffer.from("no PEM").toString("base64")),
  { template: "{{ buildCustomCert .cert .key }}", data: { cert: encoded("leaf"), key: encoded("rsa.pkcs8") } },
  { template: "{{ buildCustomCert .cert .key | toJson }}", data: { cert: encoded("leaf"), key: encoded("ed25519") } },
  { template: "{{ (buildCustomCert .cert .key).cert }}", data: { cert: encoded("leaf"), key: encoded("ed25519") } },
  {
    template: '{{ buildCustomCert .cert .key | printf "%T %+v" }}',
    data: { cert: encoded("leaf"), key: encoded("ed25519") },
  },

  ...KEYS.map((key): TemplateCase => ({
    template:
      '{{ with genCAWithKey "ca" 10 .key }}{{ .Key }}{{ filterCertChain "root" .Cert | eq .Cert }}{{ certSANs .Cert }}{{ end }}',
    data: { key: pem(key) },
  })),
  { template: '{{ (genCA "ca" 10).Cert | trunc 27 }} {{ kindOf (genCA "ca" 10) }}' },
  { template: '{{ genCA "ca" "10" }}' },
  { template: '{{ genCA "ca" }}' },
  { template: "{{ genCAWithKey .cn 10 .key }}", data: { key: pem("ed25519") }, dataB64: { cn: "/w==" } },
  { template: '{{ genCAWithKey "ca" 10 "no PEM" }}' },
  { template: '{{ (genCAWithKey "" 10 .key).Cert | certSANs }}', data: { key: pem("ed25519") } },
  { template: '{{ (genCAWithKey "ca" -10 .key).Cert | certSANs }}', data: { key: pem("ed25519") } },
  { template: '{{ (genCAWithKey "ca" 36500 .key).Cert | certSANs }}', data: { key: pem("ed25519") } },
  { template: '{{ (genCAWithKey "ca" 9223372036854775807 .key).Cert | certSANs }}', data: { key: pem("ed25519") } },
  { template: '{{ (genCAWithKey "ca" 3650000 .key).Cert | certSANs }}', data: { key: pem("ed25519") } },

  selfSigned('"cn" nil nil 1'),
  selfSigned('"cn" (list) (list) 1', "rsa.pkcs8"),
  selfSigned(
    '"cn" (list "192.0.2.1" "2001:db8::1" "::ffff:1.2.3.4" "::") (list "a.example" "*.b.example") 1',
    "ed25519",
  ),
  selfSigned('"" (list "192.0.2.1") nil 1'),
  selfSigned('"" nil nil 1'),
  selfSigned('"cn" nil (list "") 1'),
  selfSigned('"cn" nil (list "ä.example") 1'),
  selfSigned('"cn" nil (list 1) 1'),
  selfSigned('"cn" (list 1) nil 1'),
  ...["", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::", "fe80::1%eth0"]
    .concat(["1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "1::8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::1:2:3:4:5:6:7:8"])
    .concat(["12345::", "1.2.3.4::", "g::", ":1", "1:", "::ffff:0:0", "0:0:1:0:0:0:1:0", "1:0:0:2:0:0:3:0", "é"])
    .map((ip) => selfSigned(`"cn" (list "${ip}") nil 1`)),
  { template: '{{ genSelfSignedCert "cn" (list "x") nil 1 }}' },
  { template: '{{ genSelfSignedCert "cn" "1.2.3.4" nil 1 }}' },
  { template: '{{ genSelfSignedCert "cn" nil (splitList "," "a,b") 1 }}' },
  { template: '{{ (genSelfSignedCert "cn" nil (list "a") 1).Cert | certSANs }}' },

  signed(CUSTOM, '"cn" nil (list "a.example") 1'),
  signed(CUSTOM, '"Root" nil nil 1'),
  signed(CUSTOM, '"cn" nil nil 1', "self-signed", "ec-P-256.pkcs8", "rsa.pkcs8"),
  signed(CUSTOM, '"cn" nil nil 1', "no-key-ids", "ec-P-521.sec1"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "rsa.pkcs8"),
  signed(CUSTOM, '"cn" nil nil 1', "leaf-ed25519", "ed25519", "ed25519"),
  signed(CUSTOM, '"cn" nil nil 1', "ed448-certificate", "ed25519", "ed25519"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "dsa"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "root.key", "dsa"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "root.key", "x25519"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "root.key", "rsa-3-primes"),
  signed(CUSTOM, '"cn" nil nil 1', "root", "x25519"),
  signed('genCA "ca" 1', '"cn" nil nil 1'),
  signed('genCAWithKey "cn" 1 .key', '"cn" nil nil 1'),
  {
    template: '{{ (genSignedCert "cn" nil (list "a") 1 (genCA "ca" 1)).Cert | certSANs }}',
  },
  { template: '{{ genSignedCert "cn" nil nil 1 "ca" }}' },
  { template: '{{ genSignedCert "cn" nil nil 1 nil }}' },
  { template: '{{ genSignedCert "cn" nil nil 1 }}' },
];
