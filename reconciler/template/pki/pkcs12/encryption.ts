import { createCipheriv, createDecipheriv } from "node:crypto";
import { FunctionError } from "../../functions/function";
import {
  DerReader,
  INTEGER,
  integer,
  octets,
  oid,
  OCTET_STRING,
  readInteger,
  SEQUENCE,
  sequence,
  type Element,
} from "../der";
import * as ids from "../oid";
import { decryptRc2Cbc } from "../rc2";
import { deriveKey, pbkdf2, PURPOSE, type HashName, type Purpose, type Spend } from "./derive";
import type { Password } from "./password";

/** `pkix.AlgorithmIdentifier`. */
export interface Algorithm {
  readonly id: string;
  readonly parameters: Element | undefined;
}

export function readAlgorithm(content: Buffer): Algorithm {
  const fields = new DerReader(content);
  return { id: fields.oid(), parameters: fields.isEmpty ? undefined : fields.next() };
}

const unsupported = (): FunctionError => new FunctionError("uses an algorithm that is not supported");
const undecipherable = (): FunctionError => new FunctionError("cannot be decrypted with this password");

/** The fields of an algorithm's parameters. */
export function parametersOf({ parameters }: Algorithm): DerReader {
  if (parameters?.id !== SEQUENCE) throw unsupported();
  return new DerReader(parameters.content);
}

interface Cipher {
  readonly name: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc" | "rc2-cbc";
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** The sizes of the keys of the legacy ciphers, whose keys and vectors are both derived with SHA-1. */
const LEGACY: ReadonlyMap<string, { readonly name: Cipher["name"]; readonly size: number }> = new Map([
  [ids.PBE_SHA_3DES, { name: "des-ede3-cbc", size: 24 }],
  [ids.PBE_SHA_RC2_128, { name: "rc2-cbc", size: 16 }],
  [ids.PBE_SHA_RC2_40, { name: "rc2-cbc", size: 5 }],
]);

const AES: ReadonlyMap<string, { readonly name: Cipher["name"]; readonly size: number }> = new Map([
  [ids.AES128_CBC, { name: "aes-128-cbc", size: 16 }],
  [ids.AES192_CBC, { name: "aes-192-cbc", size: 24 }],
  [ids.AES256_CBC, { name: "aes-256-cbc", size: 32 }],
]);

export const HMACS: ReadonlyMap<string, HashName> = new Map([
  [ids.HMAC_SHA1, "sha1"],
  [ids.HMAC_SHA256, "sha256"],
  [ids.HMAC_SHA512, "sha512"],
]);

function cipherOf(algorithm: Algorithm, password: Password, spend: Spend): Cipher {
  if (algorithm.id === ids.PBES2) return pbes2Cipher(algorithm, password, spend);
  const legacy = LEGACY.get(algorithm.id);
  if (legacy === undefined) throw unsupported();
  const fields = parametersOf(algorithm);
  const salt = fields.read(OCTET_STRING);
  const iterations = Number(fields.int());
  const derive = (purpose: Purpose, size: number): Buffer =>
    deriveKey("sha1", password.ucs2, salt, iterations, purpose, size, spend);
  return { name: legacy.name, key: derive(PURPOSE.key, legacy.size), iv: derive(PURPOSE.iv, 8) };
}

function pbes2Cipher(algorithm: Algorithm, password: Password, spend: Spend): Cipher {
  const fields = parametersOf(algorithm);
  const kdf = readAlgorithm(fields.read(SEQUENCE));
  const scheme = readAlgorithm(fields.read(SEQUENCE));
  const aes = AES.get(scheme.id);
  if (aes === undefined) throw unsupported();
  const { prf, salt, iterations } = pbkdf2Parameters(kdf);
  const key = pbkdf2(prf, password.utf8, salt, iterations, aes.size, spend);
  return { name: aes.name, key, iv: scheme.parameters?.content ?? Buffer.alloc(0) };
}

export interface Pbkdf2Parameters {
  readonly prf: HashName;
  readonly salt: Buffer;
  readonly iterations: number;
  /** 0 if it is not said. */
  readonly keyLength: number;
}

export function pbkdf2Parameters(kdf: Algorithm): Pbkdf2Parameters {
  if (kdf.id !== ids.PBKDF2) throw unsupported();
  const fields = parametersOf(kdf);
  const salt = fields.next();
  const iterations = Number(fields.int());
  const length = fields.field(INTEGER);
  const prf = fields.field(SEQUENCE);
  const hash = prf === undefined ? "sha1" : HMACS.get(readAlgorithm(prf).id);
  if ((salt.id & 0x1f) !== OCTET_STRING || hash === undefined) throw unsupported();
  if (length !== undefined && length.length > 8) throw unsupported();
  return {
    prf: hash,
    salt: salt.content,
    iterations,
    keyLength: length === undefined ? 0 : Number(readInteger(length)),
  };
}

/** Throws {@link FunctionError} for unknown algorithms and where the padding is wrong. */
export function decrypt(algorithm: Algorithm, data: Buffer, password: Password, spend: Spend): Buffer {
  const cipher = cipherOf(algorithm, password, spend);
  const blockSize = cipher.name.startsWith("aes") ? 16 : 8;
  if (data.length === 0 || data.length % blockSize !== 0) throw undecipherable();
  const plain = decipher(cipher, data);
  const padding = plain[plain.length - 1] ?? 0;
  const end = plain.length - padding;
  if (padding === 0 || padding > blockSize || !plain.subarray(end).every((byte) => byte === padding))
    throw undecipherable();
  return plain.subarray(0, end);
}

function decipher({ name, key, iv }: Cipher, data: Buffer): Buffer {
  if (name === "rc2-cbc") return decryptRc2Cbc(key, iv, data);
  try {
    const decipher = createDecipheriv(name, key, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    throw undecipherable();
  }
}

/** What go-pkcs12's `Modern` encoder uses. */
export const ITERATIONS = 2048;

/** PBES2 of AES-256-CBC and PBKDF2 with HMAC-SHA-256; the identifier as DER, and the encrypted data. */
export function encrypt(
  data: Buffer,
  password: Password,
  random: (size: number) => Buffer,
  spend: Spend,
): { readonly algorithm: Buffer; readonly encrypted: Buffer } {
  const salt = random(16);
  const iv = random(16);
  const key = pbkdf2("sha256", password.utf8, salt, ITERATIONS, 32, spend);
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const encrypted = Buffer.concat([cipher.update(data), cipher.final()]);
  const kdf = sequence(octets(salt), integer(BigInt(ITERATIONS)), sequence(oid(ids.HMAC_SHA256)));
  const parameters = sequence(sequence(oid(ids.PBKDF2), kdf), sequence(oid(ids.AES256_CBC), octets(iv)));
  return { algorithm: sequence(oid(ids.PBES2), parameters), encrypted };
}
