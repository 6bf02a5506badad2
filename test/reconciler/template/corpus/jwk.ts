import { createPrivateKey, createPublicKey } from "node:crypto";
import type { TemplateCase } from "../../../oracle/case";
import { pem } from "../pki/fixtures";

type Jwk = Readonly<Record<string, unknown>>;

const privateJwk = (name: string): Jwk => createPrivateKey(pem(name)).export({ format: "jwk" });
const publicJwk = (name: string): Jwk => createPublicKey(pem(name)).export({ format: "jwk" });

const text = (jwk: unknown): string => (typeof jwk === "string" ? jwk : JSON.stringify(jwk));
const both = (jwk: unknown): TemplateCase[] =>
  ["jwkPublicKeyPem", "jwkPrivateKeyPem"].map((name) => ({ template: `{{ ${name} .jwk }}`, data: { jwk: text(jwk) } }));

const without = (jwk: Jwk, ...names: string[]): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));

const RSA = privateJwk("rsa.pkcs8");
const RSA_PUBLIC = publicJwk("rsa.pkcs8");
const EC = privateJwk("ec-P-256.pkcs8");
const EC_PUBLIC = publicJwk("ec-P-256.pkcs8");
const ED = privateJwk("ed25519");
const ED_PUBLIC = publicJwk("ed25519");
const X = privateJwk("x25519");

const base64 = (value: unknown): string => Buffer.from(String(value), "base64url").toString("base64");
const zeros = (value: unknown): string =>
  Buffer.concat([Buffer.alloc(3), Buffer.from(String(value), "base64url")]).toString("base64url");

const KEYS = [
  "rsa.pkcs8",
  "rsa-512",
  "ec-P-256.pkcs8",
  "ec-P-384.pkcs8",
  "ec-P-521.pkcs8",
  "ec-secp256k1.pkcs8",
].concat(["ed25519", "x25519", "ed448"]);

export const cases: readonly TemplateCase[] = [
  ...KEYS.flatMap((name) => [...both(privateJwk(name)), ...both(publicJwk(name))]),
  ...both({ kty: "oct", k: "c2VjcmV0" }),
  ...both({ kty: "oct" }),

  // RSA
  ...both(without(RSA, "dp", "dq", "qi")),
  ...both(without(RSA, "dp")),
  ...both(without(RSA, "p", "q")),
  ...both(without(RSA, "d")),
  ...both(without(RSA, "n")),
  ...both(without(RSA, "e")),
  ...both({ ...RSA, dp: RSA["dq"] }),
  ...both({ ...RSA, d: RSA["dp"] }),
  ...both({ ...RSA, p: RSA["q"], q: RSA["p"] }),
  ...both({ ...without(RSA, "dp", "dq", "qi"), p: RSA["q"], q: RSA["p"] }),
  ...both({ ...RSA, d: null }),
  ...both({ ...RSA, qi: "" }),
  ...both({ ...RSA, n: zeros(RSA["n"]), d: zeros(RSA["d"]) }),
  ...both({ ...RSA_PUBLIC, n: base64(RSA["n"]) }),
  ...both({ ...RSA_PUBLIC, n: `${base64(RSA["n"]).slice(0, 40)}\n${base64(RSA["n"]).slice(40)}` }),
  ...both({ ...RSA_PUBLIC, n: "" }),
  ...both({ ...RSA_PUBLIC, n: null }),
  ...both({ ...RSA_PUBLIC, n: "=" }),
  ...both({ ...RSA_PUBLIC, n: "A" }),
  ...both({ ...RSA_PUBLIC, n: "AA==" }),
  ...both({ ...RSA_PUBLIC, n: "A-+A" }),
  ...both({ ...RSA_PUBLIC, n: "_-8" }),
  ...both({ ...RSA_PUBLIC, n: "/+8" }),
  ...both({ ...RSA_PUBLIC, e: "" }),
  ...both({ ...RSA_PUBLIC, e: "_____w" }),
  ...both({ ...RSA_PUBLIC, e: "____________" }),
  ...both({ ...RSA_PUBLIC, e: 65537 }),
  ...both({ ...RSA, e: "Ag" }),
  ...both({ ...RSA_PUBLIC, p: 1 }),

  // EC
  ...both(without(EC, "x")),
  ...both(without(EC, "y")),
  ...both(without(EC, "crv")),
  ...both({ ...EC, d: "" }),
  ...both({ ...EC, d: null }),
  ...both({ ...EC, d: "AQ" }),
  ...both({ ...EC, d: "_".repeat(43) }),
  ...both({ ...EC, d: zeros(EC["d"]) }),
  ...both({ ...EC, x: EC["y"] }),
  ...both({ ...EC, crv: "P-384" }),
  ...both({ ...EC, crv: "P-224" }),
  ...both({ ...EC, crv: null }),
  ...both({ ...EC_PUBLIC, x: zeros(EC["x"]) }),
  ...both({ ...EC_PUBLIC, x: "", y: "" }),
  ...both({ ...EC_PUBLIC, crv: "p-256" }),

  // OKP
  ...both(without(ED, "x")),
  ...both({ ...ED, x: X["x"] }),
  ...both({ ...X, x: ED["x"] }),
  ...both({ ...ED, d: "AA" }),
  ...both({ ...ED, d: "" }),
  ...both({ ...ED, crv: "X25519" }),
  ...both({ ...ED, crv: "Ed448" }),
  ...both({ ...ED_PUBLIC, x: "AAAA" }),
  ...both({ ...ED_PUBLIC, x: "" }),
  ...both({ ...ED_PUBLIC, crv: "Ed448" }),

  // What is common to all
  ...both({
    ...ED_PUBLIC,
    alg: "EdDSA",
    use: "sig",
    kid: "1",
    key_ops: ["verify"],
    x5c: ["AA"],
    x5t: "a",
    other: { a: [1] },
  }),
  ...both({
    ...ED_PUBLIC,
    alg: null,
    use: null,
    kid: null,
    key_ops: null,
    x5c: null,
    x5t: null,
    "x5t#S256": null,
    x5u: null,
  }),
  ...both({ ...ED_PUBLIC, alg: "none", use: "both", key_ops: ["fly"] }),
  ...["alg", "use", "kid", "x5t", "x5t#S256", "x5u", "x5c", "key_ops"].flatMap((name) =>
    both({ ...ED_PUBLIC, [name]: 1 }),
  ),
  ...both({ ...ED_PUBLIC, key_ops: [1] }),
  ...both({ ...ED_PUBLIC, key_ops: "verify" }),
  ...both({ ...ED_PUBLIC, x5c: [null] }),
  ...both({ ...ED_PUBLIC, x5c: [1] }),
  ...both({ ...without(ED_PUBLIC, "kty"), KTY: "OKP" }),
  ...both({ ...without(ED, "d"), D: ED["d"] }),
  ...both({ ...ED_PUBLIC, kty: "okp" }),
  ...both({ ...ED_PUBLIC, kty: null }),
  ...both({ ...ED_PUBLIC, kty: 1 }),
  ...both({ ...ED_PUBLIC, kty: "RSA" }),
  ...both({ ...ED_PUBLIC, kty: "oct" }),
  ...both(without(ED_PUBLIC, "kty")),
  ...both(`${text(ED_PUBLIC)} trailing`),
  ...both(`${text(ED)}{"kty":1}`),
  ...both(` \n${text(ED)}`),
  ...both(text(ED_PUBLIC).slice(0, -1)),
  ...both(text(ED_PUBLIC).replace("{", '{"number":1e999,')),
  ...both(text(ED_PUBLIC).replace("{", '{"text":"}\\"\\u00e4",')),
  ...both(text(ED_PUBLIC).replace("{", '{"x":"?",')),
  ...both(text(ED_PUBLIC).replace("{", '{"crv":"X25519","crv":null,')),
  ...both({ keys: [ED_PUBLIC] }),
  ...both(`[${text(ED_PUBLIC)}]`),
  ...both("null"),
  ...both("{}"),
  ...both("}"),
  ...both('"x'),
  ...both(""),
  ...both("no JSON"),
  { template: "{{ jwkPublicKeyPem }}" },
  { template: "{{ jwkPrivateKeyPem 1 }}" },
  { template: "{{ .jwk | jwkPublicKeyPem | trim | sha256sum }}", data: { jwk: text(ED_PUBLIC) } },
];
