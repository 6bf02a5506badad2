import type { TemplateCase } from "../../../oracle/case";
import { fixture, pem } from "../pki/fixtures";

const derive = (counter: number, type: string, password: string, user: string, site: string): TemplateCase => ({
  template: `{{ derivePassword ${counter} .type .password .user .site }}`,
  data: { type, password, user, site },
});

const decrypt = (hash: string, ciphertext: string, key = "rsa.pkcs8"): TemplateCase => ({
  template: `{{ rsaDecrypt "RSA-OAEP" "${hash}" .in .key }}`,
  data: { key: pem(key) },
  dataB64: { in: fixture(`oaep-${ciphertext}.bin`).toString("base64") },
});

const oaep = (bytes: Buffer): TemplateCase => ({
  template: '{{ rsaDecrypt "RSA-OAEP" "SHA256" .in .key }}',
  data: { key: pem("rsa.pkcs8") },
  dataB64: { in: bytes.toString("base64") },
});

const aes = (password: string, text: string): TemplateCase => ({
  template: "{{ decryptAES .password .text }}",
  data: { password, text },
});

/** Of AES-256-CBC under a key of zeros after "secretkey": one block for the vector, one of text. */
const PLAINTEXT = "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=";

export const cases: readonly TemplateCase[] = [
  ...["maximum", "long", "medium", "short", "basic", "pin"].map((type) =>
    derive(1, type, "password", "user", "example.com"),
  ),
  derive(0, "long", "", "", ""),
  derive(4294967295, "maximum", "päss", "üser", "例え.jp"),
  derive(2, "none", "password", "user", "example.com"),
  derive(-1, "long", "password", "user", "example.com"),
  derive(4294967296, "pin", "password", "user", "example.com"),
  {
    template: '{{ derivePassword 3 "long" .password .user "site" }}',
    dataB64: { password: "/wD+gA==", user: "gICAgA==" },
  },
  { template: '{{ $counter := 1 }}{{ derivePassword $counter "long" "p" "u" "s" }}' },
  { template: '{{ derivePassword 1 "long" "p" "u" }}' },

  { template: '{{ htpasswd "user" "password" "sha" }}' },
  { template: '{{ htpasswd .user .password "sha" }}', data: { user: "üser", password: "päss" } },
  { template: '{{ htpasswd "us:er" "password" "sha" }}' },
  { template: '{{ htpasswd "us:er" "password" "bcrypt" }}' },
  { template: '{{ htpasswd "" "" "sha" }}' },
  { template: '{{ htpasswd "user" "password" "bcrypt" | trunc 12 }} {{ htpasswd "user" "password" "" | len }}' },
  { template: '{{ htpasswd "user" "password" }}' },
  { template: '{{ htpasswd "user" "password" .algorithm }}', data: { algorithm: "sha" } },
  { template: '{{ "sha" | htpasswd "user" "password" }}' },
  { template: '{{ $a := "sha" }}{{ htpasswd "user" "password" $a }}' },
  { template: '{{ htpasswd "user" (repeat 73 "x") "bcrypt" }}' },

  { template: '{{ bcrypt "password" | len }} {{ bcrypt "" | trunc 7 }}' },
  { template: '{{ bcrypt (repeat 72 "x") | trunc 7 }}' },
  { template: '{{ bcrypt (repeat 73 "x") }}' },
  { template: "{{ bcrypt 1 }}" },

  aes("secretkey", PLAINTEXT),
  aes("secretkez", PLAINTEXT),
  aes("", PLAINTEXT),
  aes("secretkey", ""),
  aes("secretkey", "no base64"),
  aes("secretkey", "AAAA"),
  aes("secretkey", Buffer.alloc(16).toString("base64")),
  aes("secretkey", Buffer.alloc(24).toString("base64")),
  aes("secretkey", Buffer.alloc(40, 7).toString("base64")),
  ...Array.from({ length: 12 }, (_, index) => aes("secretkey", Buffer.alloc(32, index).toString("base64"))),
  {
    template:
      '{{ encryptAES "key" "text" | len }} {{ encryptAES "key" "" }}|{{ encryptAES "key" "text of sixteen." | len }}',
  },
  { template: '{{ encryptAES "key" "text ä" | decryptAES "key" }}' },
  { template: "{{ encryptAES .key .text | decryptAES .key }}", dataB64: { key: "/wD+gA==", text: "gICAgAA=" } },
  { template: '{{ encryptAES (repeat 40 "k") "text" | decryptAES (repeat 32 "k") }}' },

  { template: "{{ randBytes 0 }}|{{ randBytes 1 | len }}|{{ randBytes 33 | b64dec | len }}" },
  { template: "{{ randBytes -1 }}" },
  { template: '{{ randBytes "1" }}' },
  {
    template:
      "{{ uuidv4 | len }} {{ uuidv4 | substr 14 15 }} {{ regexMatch `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$` uuidv4 }}",
  },
  { template: '{{ uuidv4 "x" }}' },

  { template: '{{ genPrivateKey "ed25519" | trunc 27 }}' },
  { template: '{{ genPrivateKey "ecdsa" | trunc 30 }}' },
  { template: '{{ genPrivateKey "none" }}' },
  { template: "{{ genPrivateKey .type }}", data: { type: "RSA" } },
  { template: "{{ genPrivateKey }}" },

  { template: '{{ rsaDecrypt "None" "" .in "" }}', dataB64: { in: "AP+A" } },
  { template: '{{ rsaDecrypt "none" "" "x" "" }}' },
  { template: '{{ rsaDecrypt "RSA-PKCS1" "SHA1" "x" .key }}', data: { key: pem("rsa.pkcs8") } },
  decrypt("SHA1", "sha1"),
  decrypt("SHA256", "sha256"),
  decrypt("SHA512", "sha512"),
  decrypt("None", "sha256"),
  decrypt("", "sha256"),
  decrypt("sha1", "sha256"),
  decrypt("SHA384", "sha256"),
  decrypt("SHA1", "sha256"),
  decrypt("SHA256", "sha512"),
  decrypt("SHA256", "sha256", "rsa.pkcs1"),
  decrypt("SHA256", "sha256", "rsa-3-primes"),
  decrypt("SHA256", "sha256", "rsa-512"),
  decrypt("SHA256", "sha256", "rsa.encrypted-pkcs8"),
  decrypt("SHA256", "sha256", "rsa.encrypted-pkcs1"),
  decrypt("SHA256", "sha256", "rsa.public"),
  decrypt("SHA256", "sha256", "ec-P-256.pkcs8"),
  decrypt("SHA256", "sha256", "leaf"),
  { template: '{{ rsaDecrypt "RSA-OAEP" "SHA256" "x" "no PEM" }}' },
  oaep(Buffer.alloc(0)),
  oaep(Buffer.alloc(256)),
  oaep(Buffer.alloc(256, 0xff)),
  oaep(Buffer.concat([fixture("oaep-sha256.bin"), Buffer.of(0)])),
  oaep(Buffer.concat([Buffer.of(0), fixture("oaep-sha256.bin")])),
  oaep(fixture("oaep-sha256.bin").subarray(1)),
];
