import { createHash } from "node:crypto";
import { textOf } from "../../go/bytes";
import { FunctionError } from "../../functions/function";
import type { Certificate } from "../certificate";
import { BMP_STRING, element, explicit, implicit, integer, octets, oid, sequence, setOf } from "../der";
import * as ids from "../oid";
import { pkcs8Der, type PrivateKey } from "../private-key";
import { encrypt, ITERATIONS } from "./encryption";
import { classicMac } from "./mac";
import { passwordOf, type Password } from "./password";
import type { Spend } from "./derive";

export interface Means {
  readonly random: (size: number) => Buffer;
  readonly spend: Spend;
}

/**
 * go-pkcs12's `Modern.Encode`: the certificates encrypted in a first SafeContents, the key encrypted in a second one, both bound
 * by the SHA-1 of the leaf as local key id, and a SHA-256 MAC. The password is a byte string.
 */
export function writeKeyStore(
  key: PrivateKey,
  leaf: Certificate,
  others: readonly Certificate[],
  passwordText: string,
  means: Means,
): Buffer {
  const password = passwordOf(passwordText);
  const fingerprint = createHash("sha1").update(leaf.raw).digest();
  const localKeyId = attribute(ids.LOCAL_KEY_ID, octets(fingerprint));
  const bags = [certificateBag(leaf, [localKeyId]), ...others.map((certificate) => certificateBag(certificate, []))];
  const { algorithm, encrypted } = encrypt(pkcs8Der(key), password, means.random, means.spend);
  const keyBag = safeBag(ids.SHROUDED_KEY_BAG, sequence(algorithm, octets(encrypted)), [localKeyId]);
  return store(
    [encryptedContents(bags, password, means), contentInfo(ids.DATA, octets(sequence(keyBag)))],
    password,
    means,
  );
}

/** go-pkcs12's `Modern.EncodeTrustStore`: certificates that Java takes for trusted, named after their subjects. */
export function writeTrustStore(certificates: readonly Certificate[], passwordText: string, means: Means): Buffer {
  const password = passwordOf(passwordText);
  const trusted = attribute(ids.JAVA_TRUST_STORE, oid(ids.ANY_EXT_KEY_USAGE));
  const bags = certificates.map((certificate) =>
    certificateBag(certificate, [trusted, attribute(ids.FRIENDLY_NAME, friendlyName(certificate.subject))]),
  );
  return store([encryptedContents(bags, password, means)], password, means);
}

function friendlyName(bytes: string): Buffer {
  const text = textOf(bytes);
  if (/[\ud800-\udfff]/.test(text)) throw new FunctionError("has a subject that cannot be written in UCS-2");
  return element(BMP_STRING, Buffer.from(text, "utf16le").swap16());
}

const attribute = (id: string, value: Buffer): Buffer => sequence(oid(id), setOf(value));

/** Go writes an empty set where there are no attributes. */
const safeBag = (id: string, value: Buffer, attributes: readonly Buffer[]): Buffer =>
  sequence(oid(id), explicit(0, value), setOf(...attributes));

const certificateBag = ({ raw }: Certificate, attributes: readonly Buffer[]): Buffer =>
  safeBag(ids.CERT_BAG, sequence(oid(ids.X509_CERTIFICATE), explicit(0, octets(raw))), attributes);

const contentInfo = (type: string, content: Buffer): Buffer => sequence(oid(type), explicit(0, content));

function encryptedContents(bags: readonly Buffer[], password: Password, { random, spend }: Means): Buffer {
  const { algorithm, encrypted } = encrypt(sequence(...bags), password, random, spend);
  const content = sequence(oid(ids.DATA), algorithm, element(implicit(0), encrypted));
  return contentInfo(ids.ENCRYPTED_DATA, sequence(integer(0n), content));
}

function store(contents: readonly Buffer[], password: Password, { random, spend }: Means): Buffer {
  const authenticatedSafe = sequence(...contents);
  const salt = random(16);
  const mac = classicMac("sha256", authenticatedSafe, password, salt, ITERATIONS, spend);
  const digestInfo = sequence(sequence(oid(ids.SHA256)), octets(mac));
  const macData = sequence(digestInfo, octets(salt), integer(BigInt(ITERATIONS)));
  return sequence(integer(3n), contentInfo(ids.DATA, octets(authenticatedSafe)), macData);
}
