import { createHmac, timingSafeEqual } from "node:crypto";
import { FunctionError } from "../../functions/function";
import { DerReader, INTEGER, OCTET_STRING, readInteger, SEQUENCE } from "../der";
import { PBMAC1, SHA1, SHA256, SHA512 } from "../oid";
import { deriveKey, outputSize, pbkdf2, PURPOSE, type HashName, type Spend } from "./derive";
import { HMACS, parametersOf, pbkdf2Parameters, readAlgorithm, type Algorithm } from "./encryption";
import type { Password } from "./password";

/** The MAC of a store. */
export interface MacData {
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

const HASHES: ReadonlyMap<string, HashName> = new Map([
  [SHA1, "sha1"],
  [SHA256, "sha256"],
  [SHA512, "sha512"],
]);

const unsupported = (): FunctionError => new FunctionError("uses an algorithm that is not supported");

export function readMacData(content: Buffer): MacData {
  const fields = new DerReader(content);
  const digestInfo = fields.inside(SEQUENCE);
  const algorithm = readAlgorithm(digestInfo.read(SEQUENCE));
  const digest = digestInfo.read(OCTET_STRING);
  const salt = fields.read(OCTET_STRING);
  const iterations = fields.field(INTEGER);
  if (iterations !== undefined && iterations.length > 8) throw unsupported();
  return { algorithm, digest, salt, iterations: iterations === undefined ? 1 : Number(readInteger(iterations)) };
}

export function verifyMac(mac: MacData, message: Buffer, password: Password, spend: Spend): boolean {
  const expected =
    mac.algorithm.id === PBMAC1 ? pbmac1(mac, message, password, spend) : classic(mac, message, password, spend);
  return expected.length === mac.digest.length && timingSafeEqual(expected, mac.digest);
}

function classic({ algorithm, salt, iterations }: MacData, message: Buffer, password: Password, spend: Spend): Buffer {
  const name = HASHES.get(algorithm.id);
  if (name === undefined) throw unsupported();
  return classicMac(name, message, password, salt, iterations, spend);
}

/** HMAC with a key of PKCS#12's own derivation. */
export function classicMac(
  name: HashName,
  message: Buffer,
  password: Password,
  salt: Buffer,
  iterations: number,
  spend: Spend,
): Buffer {
  const key = deriveKey(name, password.ucs2, salt, iterations, PURPOSE.mac, outputSize(name), spend);
  return createHmac(name, key).update(message).digest();
}

/** RFC 9579: salt and iterations are in the algorithm's parameters, and the length of the key has to be said. */
function pbmac1({ algorithm }: MacData, message: Buffer, password: Password, spend: Spend): Buffer {
  const fields = parametersOf(algorithm);
  const kdf = pbkdf2Parameters(readAlgorithm(fields.read(SEQUENCE)));
  const name = HMACS.get(readAlgorithm(fields.read(SEQUENCE)).id);
  if (name === undefined || kdf.keyLength <= 0) throw unsupported();
  const key = pbkdf2(kdf.prf, password.utf8, kdf.salt, kdf.iterations, kdf.keyLength, spend);
  return createHmac(name, key).update(message).digest();
}
