import { constructed, DerReader, implicit, OCTET_STRING, SEQUENCE } from "../../../../reconciler/template/pki/der";
import { decrypt, readAlgorithm } from "../../../../reconciler/template/pki/pkcs12/encryption";
import { passwordOf } from "../../../../reconciler/template/pki/pkcs12/password";

const free = (): void => undefined;

/**
 * What a store of certificates and maybe a key says in clear, as hexadecimal DER: its SafeContents decrypted, keys within them as
 * well, and the algorithm identifiers with their random parts cut out. Two stores of one content give the same.
 */
export function opened(der: Buffer, password: string): string[] {
  const form = passwordOf(password);
  const pfx = new DerReader(der).inside(SEQUENCE);
  pfx.int();
  const authSafe = pfx.inside(SEQUENCE);
  authSafe.oid();
  const content = new DerReader(authSafe.read(constructed(0))).read(OCTET_STRING);
  const out: string[] = [];
  for (const items = new DerReader(content).inside(SEQUENCE); !items.isEmpty;) {
    const info = items.inside(SEQUENCE);
    const type = info.oid();
    const inner = new DerReader(info.read(constructed(0)));
    if (type === "1.2.840.113549.1.7.1") {
      const bag = new DerReader(inner.read(OCTET_STRING)).inside(SEQUENCE).inside(SEQUENCE);
      out.push(bag.oid());
      const shrouded = new DerReader(bag.read(constructed(0))).inside(SEQUENCE);
      const algorithm = shrouded.read(SEQUENCE);
      out.push(masked(algorithm));
      out.push(decrypt(readAlgorithm(algorithm), shrouded.read(OCTET_STRING), form, free).toString("hex"));
      out.push(bag.next().full.toString("hex"));
    } else {
      const fields = inner.inside(SEQUENCE);
      out.push(String(fields.int()));
      const encrypted = fields.inside(SEQUENCE);
      out.push(encrypted.oid());
      const algorithm = encrypted.read(SEQUENCE);
      out.push(masked(algorithm));
      out.push(decrypt(readAlgorithm(algorithm), encrypted.read(implicit(0)), form, free).toString("hex"));
    }
  }
  out.push(masked(pfx.read(SEQUENCE)));
  return out;
}

/** Octet strings of 16 bytes (salts and vectors) and of 32 bytes (a MAC) are random here. In one go: a MAC may hold what begins a salt. */
const masked = (bytes: Buffer): string =>
  bytes.toString("hex").replace(/04(?:10.{32}|20.{64})/g, (found) => `${found.slice(0, 4)}..`);
