import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  type KeyObject,
} from "node:crypto";
import { fromBuffer, toBuffer } from "../go/bytes";
import { GoInteger, type Value } from "../go/value";
import { decodeBase64 } from "../pki/base64";
import { bcryptHash } from "../pki/bcrypt";
import { fromBigInt } from "../pki/der";
import { derivePassword, isPasswordType } from "../pki/master-password";
import { decodePem, encodePem } from "../pki/pem";
import { dsaFromPkcs8, keyObject, parsePrivateKey, traditionalPem } from "../pki/private-key";
import { FunctionError, type GoFunction, type Render } from "./function";

/** What slow functions are charged, so that a render ends after some seconds at most. */
const COST = { bcrypt: 20_000, scrypt: 100_000, rsa2048: 100_000, rsa4096: 400_000, dsa: 400_000 } as const;

const isNumber = (value: Value | undefined): bigint =>
  value instanceof GoInteger ? value.value : typeof value === "bigint" ? value : 0n;
/** Arguments are checked by the signature before a call. */
const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

function bcrypt(password: string, render: Render): string {
  if (password.length > 72) return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
  render.step(COST.bcrypt);
  return bcryptHash(toBuffer(password), render.random(16), 10);
}

function htpasswd(user: string, password: string, algorithm: string, render: Render): string {
  if (user.includes(":")) return `invalid username: ${user}`;
  if (algorithm !== "sha") return `${user}:${bcrypt(password, render)}`;
  return `${user}:{SHA}${createHash("sha1").update(toBuffer(password)).digest("base64")}`;
}

const der = (key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): Buffer =>
  key.export({ format: "der", type: type as "pkcs8" });

/** `2048` is sprig's size for certificates, `4096` that of `genPrivateKey`. Blocks for a good part of a second, or several. */
export function generateRsa(bits: 2048 | 4096, render: Render): Buffer {
  render.step(bits === 2048 ? COST.rsa2048 : COST.rsa4096);
  return der(generateKeyPairSync("rsa", { modulusLength: bits }).privateKey, "pkcs1");
}

function genPrivateKey(type: string, render: Render): string {
  switch (type) {
    case "":
    case "rsa":
      return encodePem("RSA PRIVATE KEY", generateRsa(4096, render));
    case "dsa": {
      render.step(COST.dsa);
      const { privateKey } = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 });
      return traditionalPem(dsaFromPkcs8(der(privateKey, "pkcs8")));
    }
    case "ecdsa":
      return encodePem("EC PRIVATE KEY", der(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "sec1"));
    case "ed25519":
      return encodePem("PRIVATE KEY", der(generateKeyPairSync("ed25519").privateKey, "pkcs8"));
    default:
      return `Unknown type ${type}`;
  }
}

/** The first 32 bytes of the password, filled up with zeros. */
function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32);
  toBuffer(password).copy(key);
  return key;
}

function encryptAes(password: string, plain: string, render: Render): string {
  if (plain === "") return "";
  const iv = render.random(16);
  const cipher = createCipheriv("aes-256-cbc", aesKey(password), iv);
  return Buffer.concat([iv, cipher.update(toBuffer(plain)), cipher.final()]).toString("base64");
}

/** Only the last byte says how much padding to cut off, whatever the others are. */
function decryptAes(password: string, encoded: string): string {
  if (encoded === "") return "";
  const all = decodeBase64(encoded);
  if (all === undefined) throw new FunctionError("is not base64");
  if (all.length < 32 || all.length % 16 !== 0) throw new FunctionError("is not whole blocks of AES");
  const decipher = createDecipheriv("aes-256-cbc", aesKey(password), all.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(all.subarray(16)), decipher.final()]);
  const end = plain.length - (plain[plain.length - 1] ?? 0);
  if (end < 0) throw new FunctionError("cannot be decrypted with this password");
  return fromBuffer(plain.subarray(0, end));
}

function randBytes(count: bigint, render: Render): string {
  if (count < 0n) throw new FunctionError("is a negative count");
  render.room(Number(count));
  return Buffer.from(render.random(Number(count))).toString("base64");
}

function uuid(render: Render): string {
  const bytes = Buffer.from(render.random(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const OAEP_HASH: ReadonlyMap<string, string> = new Map([
  ["SHA1", "sha1"],
  ["SHA512", "sha512"],
]);

function rsaDecrypt(scheme: string, hash: string, ciphertext: string, keyText: string): string {
  if (scheme === "None") return ciphertext;
  if (scheme !== "RSA-OAEP") throw new FunctionError("is not a supported decryption scheme");
  const { block } = decodePem(keyText);
  if (block === undefined) throw new FunctionError("is not PEM");
  const key = parsePrivateKey(block.bytes);
  if (key.kind !== "rsa" || key.n >> 1023n === 0n) throw new FunctionError("is not an RSA key of at least 1024 bits");
  const size = fromBigInt(key.n).length;
  const undecipherable = (): FunctionError => new FunctionError("cannot be decrypted with this key");
  if (ciphertext.length > size) throw undecipherable();
  const padded = Buffer.alloc(size);
  toBuffer(ciphertext).copy(padded, size - ciphertext.length);
  const object = keyObject(key);
  try {
    const options = {
      key: object,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: OAEP_HASH.get(hash) ?? "sha256",
    };
    return fromBuffer(privateDecrypt(options, padded));
  } catch {
    throw undecipherable();
  }
}

export const cryptoFunctions: readonly GoFunction[] = [
  {
    name: "bcrypt",
    signature: "func(input string) string",
    doc: "The bcrypt hash of a password, at cost 10. For more than 72 bytes the text of an error.",
    random: true,
    call: ([input], render) => bcrypt(text(input), render),
  },
  {
    name: "htpasswd",
    signature: "func(username string, password string, hashAlgorithm sprig.HashAlgorithm) string",
    doc: 'A line of an htpasswd file; the algorithm is a literal of the template, "sha" or, for anything else, bcrypt.',
    random: true,
    call: ([user, password, algorithm], render) => htpasswd(text(user), text(password), text(algorithm), render),
  },
  {
    name: "genPrivateKey",
    signature: "func(typ string) string",
    doc: 'A new private key as PEM: "rsa" (4096 bits, takes seconds), "dsa", "ecdsa" (P-256) or "ed25519".',
    random: true,
    call: ([type], render) => genPrivateKey(text(type), render),
  },
  {
    name: "derivePassword",
    signature: "func(counter uint32, passwordType string, password string, user string, site string) string",
    doc: 'A password by the Master Password algorithm; the type is "maximum", "long", "medium", "short", "basic" or "pin".',
    example: ['{{ derivePassword 1 "long" "password" "user" "example.com" }}', "ZedaFaxcZaso9*"],
    call: ([counter, type, password, user, site], render) => {
      if (!isPasswordType(text(type))) return `cannot find password template ${text(type)}`;
      render.step(COST.scrypt);
      const [secret, name, place] = [password, user, site].map((value) => toBuffer(text(value))) as [
        Buffer,
        Buffer,
        Buffer,
      ];
      return derivePassword(Number(isNumber(counter)), text(type), secret, name, place);
    },
  },
  {
    name: "encryptAES",
    signature: "func(password string, plaintext string) (string, error)",
    doc: "AES-256-CBC with the first 32 bytes of the password as key, the random vector in front, as base64.",
    random: true,
    call: ([password, plain], render) => encryptAes(text(password), text(plain), render),
  },
  {
    name: "decryptAES",
    signature: "func(password string, crypt64 string) (string, error)",
    doc: "Undoes encryptAES. The key proves nothing: a wrong one mostly gives other bytes instead of an error.",
    example: ['{{ decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}', "plaintext"],
    call: ([password, encoded]) => decryptAes(text(password), text(encoded)),
  },
  {
    name: "randBytes",
    signature: "func(count int) (string, error)",
    doc: "That many random bytes, as base64.",
    random: true,
    call: ([count], render) => randBytes(isNumber(count), render),
  },
  {
    name: "uuidv4",
    signature: "func() string",
    doc: "A random UUID.",
    random: true,
    call: (_, render) => uuid(render),
  },
  {
    name: "rsaDecrypt",
    signature: "func(scheme string, hash string, in string, privateKey string) (string, error)",
    doc: 'Decrypts with a PEM private key; the scheme is "RSA-OAEP" (hash "SHA1", "SHA512", else SHA-256) or "None".',
    example: ['{{ rsaDecrypt "None" "None" "as it is" "" }}', "as it is"],
    call: ([scheme, hash, ciphertext, key]) => rsaDecrypt(text(scheme), text(hash), text(ciphertext), text(key)),
  },
];
