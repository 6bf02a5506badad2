import { createHmac } from "node:crypto";
import { parseCertificate } from "../../../../reconciler/template/pki/certificate";
import { explicit, integer, octets, oid, sequence } from "../../../../reconciler/template/pki/der";
import * as ids from "../../../../reconciler/template/pki/oid";
import { decodePem } from "../../../../reconciler/template/pki/pem";
import { deriveKey, PURPOSE } from "../../../../reconciler/template/pki/pkcs12/derive";
import { readKeyStore } from "../../../../reconciler/template/pki/pkcs12/read";
import { writeKeyStore } from "../../../../reconciler/template/pki/pkcs12/write";
import { parsePrivateKey, pkcs8Pem, type PrivateKey } from "../../../../reconciler/template/pki/private-key";
import { pem } from "./fixtures";

const free = (): void => undefined;
const der = (name: string): Buffer => decodePem(pem(name)).block?.bytes ?? Buffer.alloc(0);
const key: PrivateKey = parsePrivateKey(der("ed25519"));
const leaf = parseCertificate(der("leaf-ed25519"));

/** PKCS#12's derivation as other programs know it (from the test vectors that BouncyCastle and forge share). */
test.each([
  [PURPOSE.key, 24, "smeg", "0a58cf64530d823f", 1, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"],
  [PURPOSE.iv, 8, "smeg", "0a58cf64530d823f", 1, "79993dfe048d3b76"],
  [PURPOSE.key, 24, "queeg", "05dec959acff72f7", 1000, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"],
  [PURPOSE.iv, 8, "queeg", "05dec959acff72f7", 1000, "11dedad7758d4860"],
  [PURPOSE.mac, 20, "queeg", "263216fcc2fab31c", 1000, "5ec4c7a80df652294c3925b6489a7ab857c83476"],
] as const)("key derivation for purpose %d and %d bytes", (purpose, size, password, salt, iterations, expected) => {
  const ucs2 = Buffer.from(`${password}\0`, "utf16le").swap16();
  expect(deriveKey("sha1", ucs2, Buffer.from(salt, "hex"), iterations, purpose, size, free).toString("hex")).toBe(
    expected,
  );
});

test("a store written with fixed randomness is always the same, and is read again", () => {
  const write = (): Buffer =>
    writeKeyStore(key, leaf, [], "secret", { random: (size) => Buffer.alloc(size, 7), spend: free });
  expect(write()).toEqual(write());
  const read = readKeyStore(write(), "secret", free);
  expect(pkcs8Pem(read.key)).toBe(pem("ed25519"));
  expect(read.certificates.map(({ raw }) => raw)).toEqual([leaf.raw]);
});

test("what was spent is told before it is done", () => {
  const spent: number[] = [];
  writeKeyStore(key, leaf, [], "secret", {
    random: (size) => Buffer.alloc(size, 7),
    spend: (count) => spent.push(count),
  });
  // A key for each of two ciphers, and one for the MAC.
  expect(spent).toEqual([2048, 2048, 2048]);
});

test("an empty password of no bytes is found as well as one of a terminator", () => {
  const certificateBag = sequence(
    oid(ids.CERT_BAG),
    explicit(0, sequence(oid(ids.X509_CERTIFICATE), explicit(0, octets(leaf.raw)))),
  );
  const keyBag = sequence(oid(ids.KEY_BAG), explicit(0, decodePem(pem("ed25519")).block?.bytes ?? Buffer.alloc(0)));
  const contents = sequence(oid(ids.DATA), explicit(0, octets(sequence(certificateBag, keyBag))));
  const authenticatedSafe = sequence(contents);
  const salt = Buffer.alloc(8, 3);
  const store = (password: Buffer): Buffer => {
    const macKey = deriveKey("sha1", password, salt, 3, PURPOSE.mac, 20, free);
    const mac = createHmac("sha1", macKey).update(authenticatedSafe).digest();
    return sequence(
      integer(3n),
      sequence(oid(ids.DATA), explicit(0, octets(authenticatedSafe))),
      sequence(sequence(sequence(oid(ids.SHA1)), octets(mac)), octets(salt), integer(3n)),
    );
  };
  for (const password of [Buffer.alloc(0), Buffer.alloc(2)]) {
    expect(pkcs8Pem(readKeyStore(store(password), "", free).key)).toBe(pem("ed25519"));
    expect(() => readKeyStore(store(password), "x", free)).toThrow("has another password");
  }
});
