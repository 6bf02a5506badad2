import { compileTemplate, TemplateError, type Limits } from "../../../../reconciler/template";
import { cryptoFunctions } from "../../../../reconciler/template/functions/crypto";
import { certificatesFunctions } from "../../../../reconciler/template/functions/certificates";
import { jwkFunctions } from "../../../../reconciler/template/functions/jwk";
import { pemFunctions } from "../../../../reconciler/template/functions/pem";
import { pkcs12Functions } from "../../../../reconciler/template/functions/pkcs12";
import { explicit, integer, octets, oid, sequence } from "../../../../reconciler/template/pki/der";
import * as ids from "../../../../reconciler/template/pki/oid";
import { encodePem } from "../../../../reconciler/template/pki/pem";
import { fixture, pem } from "./fixtures";

const world = { now: 0n, random: (size: number) => Buffer.alloc(size, 1) };

function failure(
  template: string,
  data: Record<string, Uint8Array | string>,
  limits: Partial<Limits> = {},
): TemplateError {
  const bytes = new Map(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? Buffer.from(value, "latin1") : value]),
  );
  try {
    compileTemplate(template, { limits }).render(bytes, world);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error("it rendered");
}

/** What a store with these MAC parameters asks for, without ever being right. */
function storeWith(digestAlgorithm: Buffer, iterations: bigint): Buffer {
  const digestInfo = sequence(digestAlgorithm, octets(Buffer.alloc(32)));
  return sequence(
    integer(3n),
    sequence(oid(ids.DATA), explicit(0, octets(sequence()))),
    sequence(digestInfo, octets(Buffer.alloc(8)), integer(iterations)),
  );
}

function pbmac1(iterations: bigint, keyLength: bigint): Buffer {
  const kdf = sequence(
    octets(Buffer.alloc(8)),
    integer(iterations),
    integer(keyLength),
    sequence(oid(ids.HMAC_SHA256)),
  );
  return sequence(oid(ids.PBMAC1), sequence(sequence(oid(ids.PBKDF2), kdf), sequence(oid(ids.HMAC_SHA256))));
}

test.each([
  ["of 2^31 iterations", storeWith(sequence(oid(ids.SHA256)), 2n ** 31n)],
  ["of 2^62 iterations", storeWith(sequence(oid(ids.SHA1)), 2n ** 62n)],
  ["with PBMAC1 of 2^31 iterations", storeWith(pbmac1(2n ** 31n, 32n), 1n)],
  ["with PBMAC1 and a key of 2^31 bytes", storeWith(pbmac1(1n, 2n ** 31n), 1n)],
])("a store %s ends at a limit, at once", (_, store) => {
  const start = performance.now();
  expect(failure("{{ pkcs12key .in }}", { in: store }).code).toBe("limit");
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a store of many iterations is still read, to four for each step of a render", () => {
  const data = { in: storeWith(sequence(oid(ids.SHA256)), 200_000n) };
  expect(failure('{{ pkcs12keyPass "x" .in }}', data, { steps: 51_000 }).code).toBe("exec");
  expect(failure('{{ pkcs12keyPass "x" .in }}', data, { steps: 49_000 }).code).toBe("limit");
});

test("iterations below one count as one, as in Go", () => {
  expect(failure("{{ pkcs12key .in }}", { in: storeWith(sequence(oid(ids.SHA256)), -5n) }).code).toBe("exec");
});

test("an RSA key larger than any ends at a limit, at once", () => {
  const huge = (1n << 400_000n) + 1n;
  const key = sequence(...[0n, huge, 65537n, huge - 2n, 3n, huge].map(integer));
  const start = performance.now();
  const data = { cert: pem("leaf"), key: encodePem("RSA PRIVATE KEY", key) };
  expect(failure("{{ pemToPkcs12 .cert .key }}", data).code).toBe("limit");
  expect(performance.now() - start).toBeLessThan(1000);
});

test("slow functions end at a limit when they are repeated", () => {
  const slow = [
    'derivePassword 1 "pin" "a" "b" "c"',
    'bcrypt "a"',
    'genPrivateKey "rsa"',
    'genPrivateKey "dsa"',
    'genCA "a" 1',
  ];
  for (const call of slow) {
    const error = failure(`{{ range until 1000 }}{{ ${call} }}{{ end }}`, {}, { steps: 19_000 });
    expect([call, error.code]).toEqual([call, "limit"]);
  }
});

test("more random bytes than a render may make are a limit", () => {
  expect(failure("{{ randBytes 1000000000000 }}", {}).code).toBe("limit");
});

describe("hostile text is read in linear time", () => {
  const size = 1_000_000;
  const texts: readonly (readonly [name: string, text: string])[] = [
    ["ends without beginnings", "\n-----END A-----".repeat(size / 16)],
    ["beginnings without ends", "-----BEGIN A-----\n".repeat(size / 18)],
    ["broken blocks", "-----BEGIN A-----\n*\n-----END A-----\n".repeat(size / 36)],
    ["headers without end", `-----BEGIN A-----\n${"a:b\n".repeat(size / 4)}\n-----END A-----\n`],
    ["white space", `-----BEGIN A-----\na:${" \t".repeat(size / 2)}x\n\n-----END A-----\n`],
    ["whole blocks", "-----BEGIN A-----\nAAAA\n-----END A-----\n".repeat(size / 40)],
  ];
  test.each(texts)("%s", (_, text) => {
    const start = performance.now();
    for (const template of ['{{ filterPEM "A" .in | len }}', '{{ filterCertChain "leaf" .in | len }}']) {
      try {
        compileTemplate(template).render(new Map([["in", Buffer.from(text)]]), world);
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
      }
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("JSON of a million brackets", () => {
    const start = performance.now();
    expect(failure("{{ jwkPublicKeyPem .in }}", { in: `{"a":${"[".repeat(size)}` }).code).toBe("exec");
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

test("no error says anything of what was given", () => {
  const secret = "7h3-5ecret-v41ue";
  const cases: readonly (readonly [template: string, data: Record<string, string>])[] = [
    ["{{ pkcs12keyPass .s .in }}", { in: fixture("modern.p12").toString("latin1") }],
    ["{{ pkcs12key .s }}", {}],
    ["{{ pemToPkcs12 .s .s }}", {}],
    ["{{ pemToPkcs12 .in .s }}", { in: pem("leaf") }],
    ["{{ pemTruststoreToPKCS12 .s }}", {}],
    ["{{ filterPEM .s .s }}", {}],
    ["{{ filterCertChain .s .s }}", {}],
    ["{{ certSANs .s }}", {}],
    ["{{ jwkPublicKeyPem .s }}", {}],
    ["{{ jwkPrivateKeyPem .in }}", { in: `{"kty":"${secret}","d":"${secret}"}` }],
    ["{{ rsaDecrypt .s .s .s .s }}", {}],
    ['{{ rsaDecrypt "RSA-OAEP" "SHA1" .s .in }}', { in: pem("rsa.pkcs8") }],
    ["{{ decryptAES .s .s }}", {}],
    ["{{ buildCustomCert .s .s }}", {}],
    ["{{ genCAWithKey .s 1 .s }}", {}],
    ["{{ genSelfSignedCertWithKey .s (list .s) nil 1 .in }}", { in: pem("ed25519") }],
    ['{{ genSelfSignedCertWithKey .s nil (list (cat .s "ä")) 1 .in }}', { in: pem("ed25519") }],
  ];
  for (const [template, data] of cases) {
    const error = failure(template, { s: secret, ...data });
    expect([template, error.code]).toEqual([template, "exec"]);
    expect(`${error.message} ${error.reason} ${error.stack ?? ""}`).not.toContain(secret);
    expect(`${error.message} ${error.reason}`).not.toMatch(/-----BEGIN|asn1|error:/);
  }
});

test("exactly the functions whose result can differ from call to call are random", () => {
  const all = [cryptoFunctions, certificatesFunctions, jwkFunctions, pemFunctions, pkcs12Functions].flat();
  const fixed = all.filter(({ random }) => random !== true).map(({ name }) => name);
  expect(fixed.sort()).toEqual([
    "buildCustomCert",
    "certSANs",
    "decryptAES",
    "derivePassword",
    "filterCertChain",
    "filterPEM",
    "jwkPrivateKeyPem",
    "jwkPublicKeyPem",
    "pkcs12cert",
    "pkcs12certPass",
    "pkcs12key",
    "pkcs12keyPass",
    "rsaDecrypt",
  ]);
  for (const { name, random, example } of all) if (random === true) expect([name, example]).toEqual([name, undefined]);
});
