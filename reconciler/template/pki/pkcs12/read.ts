import { FunctionError } from "../../functions/function";
import { parseCertificates, type Certificate } from "../certificate";
import { constructed, DerReader, implicit, OCTET_STRING, OID, SEQUENCE, SET } from "../der";
import * as ids from "../oid";
import { parsePkcs8, type PrivateKey } from "../private-key";
import type { Spend } from "./derive";
import { decrypt, readAlgorithm } from "./encryption";
import { readMacData, verifyMac } from "./mac";
import { isEmpty, NO_PASSWORD, passwordOf, type Password } from "./password";

export interface KeyStore {
  readonly key: PrivateKey;
  /** The first is taken for the leaf. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
}

const refuse = (): FunctionError => new FunctionError("is not a PKCS#12 key store");

/**
 * go-pkcs12's `DecodeChain`: one key and at least one certificate, in one or two SafeContents. The password is a byte string; an
 * empty one is tried in both of its forms, and without a MAC only it is accepted.
 */
export function readKeyStore(der: Buffer, passwordText: string, spend: Spend): KeyStore {
  const { content, password } = authenticate(der, passwordOf(passwordText), spend);
  let key: PrivateKey | undefined;
  const certificates: Certificate[] = [];
  for (const bag of safeBags(content, password, spend)) {
    switch (bag.id) {
      case ids.CERT_BAG:
        certificates.push(readCertificateBag(bag.value));
        break;
      case ids.KEY_BAG:
      case ids.SHROUDED_KEY_BAG:
        if (key !== undefined) throw new FunctionError("has more than one key");
        key = bag.id === ids.KEY_BAG ? parsePkcs8(bag.value) : readShroudedKey(bag.value, password, spend);
        break;
    }
  }
  const [leaf, ...others] = certificates;
  if (leaf === undefined) throw new FunctionError("has no certificate");
  if (key === undefined) throw new FunctionError("has no private key");
  return { key, certificates: [leaf, ...others] };
}

/** Checks the MAC; gives what it protects, and the form of the password that is the right one. */
function authenticate(der: Buffer, password: Password, spend: Spend): { content: Buffer; password: Password } {
  const outer = new DerReader(der);
  const pfx = outer.inside(SEQUENCE);
  outer.end();
  if (pfx.int() !== 3n) throw refuse();
  const authSafe = pfx.inside(SEQUENCE);
  if (authSafe.oid() !== ids.DATA) throw refuse();
  const content = onlyElement(authSafe.field(constructed(0)) ?? Buffer.alloc(0)).content;
  const macData = pfx.field(SEQUENCE);
  if (macData === undefined) {
    if (!isEmpty(password)) throw new FunctionError("has no MAC");
    return { content, password };
  }
  const mac = readMacData(macData);
  for (const form of isEmpty(password) ? [password, NO_PASSWORD] : [password]) {
    if (verifyMac(mac, content, form, spend)) return { content, password: form };
  }
  throw new FunctionError("has another password");
}

function onlyElement(der: Buffer): { readonly id: number; readonly content: Buffer } {
  const reader = new DerReader(der);
  const element = reader.next();
  reader.end();
  return element;
}

interface SafeBag {
  readonly id: string;
  readonly value: Buffer;
}

function safeBags(authenticatedSafe: Buffer, password: Password, spend: Spend): SafeBag[] {
  const list = onlyElement(authenticatedSafe);
  if (list.id !== SEQUENCE) throw refuse();
  const bags: SafeBag[] = [];
  let count = 0;
  for (const items = new DerReader(list.content); !items.isEmpty; count++) {
    // Counted before anything is decrypted, as a long list would cost as much.
    if (count === 2) throw refuse();
    items.read(SEQUENCE);
  }
  if (count === 0) throw refuse();
  for (const items = new DerReader(list.content); !items.isEmpty;) {
    const data = onlyElement(readContent(items.inside(SEQUENCE), password, spend));
    if (data.id !== SEQUENCE) throw refuse();
    for (const safe = new DerReader(data.content); !safe.isEmpty;) bags.push(readBag(safe.inside(SEQUENCE)));
  }
  return bags;
}

function readContent(info: DerReader, password: Password, spend: Spend): Buffer {
  const type = info.oid();
  const content = onlyElement(info.field(constructed(0)) ?? Buffer.alloc(0));
  if (type === ids.DATA && content.id === OCTET_STRING) return content.content;
  if (type !== ids.ENCRYPTED_DATA || content.id !== SEQUENCE) throw refuse();
  const fields = new DerReader(content.content);
  if (fields.int() !== 0n) throw refuse();
  const encrypted = fields.inside(SEQUENCE);
  encrypted.read(OID);
  const algorithm = readAlgorithm(encrypted.read(SEQUENCE));
  return decrypt(algorithm, encrypted.field(implicit(0)) ?? Buffer.alloc(0), password, spend);
}

function readBag(fields: DerReader): SafeBag {
  const id = fields.oid();
  const value = fields.read(constructed(0));
  const attributes = fields.field(SET);
  if (attributes !== undefined) {
    for (const list = new DerReader(attributes); !list.isEmpty;) {
      const attribute = list.inside(SEQUENCE);
      attribute.oid();
      attribute.next();
    }
  }
  return { id, value };
}

function readCertificateBag(value: Buffer): Certificate {
  const bag = onlyElement(value);
  const fields = new DerReader(bag.content);
  if (bag.id !== SEQUENCE || fields.oid() !== ids.X509_CERTIFICATE) throw refuse();
  fields.enter(constructed(0));
  const certificates = parseCertificates(fields.read(OCTET_STRING));
  const [certificate] = certificates;
  if (certificate === undefined || certificates.length > 1) throw refuse();
  return certificate;
}

function readShroudedKey(value: Buffer, password: Password, spend: Spend): PrivateKey {
  const info = onlyElement(value);
  if (info.id !== SEQUENCE) throw refuse();
  const fields = new DerReader(info.content);
  const algorithm = readAlgorithm(fields.read(SEQUENCE));
  const key = decrypt(algorithm, fields.read(OCTET_STRING), password, spend);
  onlyElement(key);
  return parsePkcs8(key);
}
