import { createHmac, scryptSync } from "node:crypto";

/** The Master Password algorithm as sprig's `derivePassword` has it: a site's password out of one password, without storing any. */

const SEED = "com.lyndir.masterpassword";

/** Each character of a template stands for a set of characters. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["maximum", ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]],
  [
    "long",
    (
      "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv " +
      "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv " +
      "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
    ).split(" "),
  ],
  ["medium", ["CvcnoCvc", "CvcCvcno"]],
  ["short", ["Cvcn"]],
  ["basic", ["aaanaaan", "aannaaan", "aaannaaa"]],
  ["pin", ["nnnn"]],
]);

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["V", "AEIOU"],
  ["C", "BCDFGHJKLMNPQRSTVWXYZ"],
  ["v", "aeiou"],
  ["c", "bcdfghjklmnpqrstvwxyz"],
  ["A", "AEIOUBCDFGHJKLMNPQRSTVWXYZ"],
  ["a", "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"],
  ["n", "0123456789"],
  ["o", "@&%?,=[]_:-+*$#!'^~;()/."],
  ["x", "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()"],
]);

export const isPasswordType = (type: string): boolean => TEMPLATES.has(type);

/** Blocks for some 100 ms and takes 32 MiB meanwhile (scrypt). The type must be one; counter is 32 bits. */
export function derivePassword(counter: number, type: string, password: Buffer, user: Buffer, site: Buffer): string {
  const size = (bytes: Buffer): Buffer => uint32(bytes.length);
  const salt = Buffer.concat([Buffer.from(SEED), size(user), user]);
  const key = scryptSync(password, salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 });
  const message = Buffer.concat([Buffer.from(SEED), size(site), site, uint32(counter)]);
  const seed = createHmac("sha256", key).update(message).digest();
  const templates = TEMPLATES.get(type) ?? [];
  const template = templates[(seed[0] as number) % templates.length] ?? "";
  return [...template]
    .map((kind, index) => {
      const characters = CHARACTERS.get(kind) ?? "";
      return characters.charAt((seed[index + 1] as number) % characters.length);
    })
    .join("");
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}
