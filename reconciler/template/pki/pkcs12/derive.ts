import { hash, pbkdf2Sync } from "node:crypto";
import { LimitError } from "../../functions/function";

/**
 * Called with the number of hash iterations before they are done: an input says itself how many it wants. Throws when they are
 * too many.
 */
export type Spend = (iterations: number) => void;

export type HashName = "sha1" | "sha256" | "sha512";

const SIZES: Readonly<Record<HashName, { readonly output: number; readonly block: number }>> = {
  sha1: { output: 20, block: 64 },
  sha256: { output: 32, block: 64 },
  sha512: { output: 64, block: 128 },
};

export const outputSize = (name: HashName): number => SIZES[name].output;

/** What a derived key is for. */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;
export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

/** A key larger than any cipher or MAC takes only costs time. */
const MOST_KEY_BYTES = 1024;

/** The key derivation of PKCS#12, RFC 7292 appendix B.2. Fewer than one iteration counts as one, as in Go. */
export function deriveKey(
  name: HashName,
  password: Buffer,
  salt: Buffer,
  iterations: number,
  purpose: Purpose,
  size: number,
  spend: Spend,
): Buffer {
  const { output, block } = SIZES[name];
  const rounds = Math.ceil(size / output);
  spend(Math.max(1, iterations) * rounds);
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([repeated(salt, block), repeated(password, block)]);
  const out: Buffer[] = [];
  for (let round = 0; round < rounds; round++) {
    let digest = hash(name, Buffer.concat([diversifier, input]), "buffer");
    for (let left = iterations - 1; left > 0; left--) digest = hash(name, digest, "buffer");
    out.push(digest);
    const addend = Buffer.alloc(block);
    for (let at = 0; at < block; at++) addend[at] = digest[at % output] as number;
    for (let at = 0; at < input.length; at += block) addPlusOne(input.subarray(at, at + block), addend);
  }
  return Buffer.concat(out).subarray(0, size);
}

/** Bytes over and over, to a multiple of the block size. */
function repeated(bytes: Buffer, block: number): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);
}

/** `target += addend + 1`, modulo its size. */
function addPlusOne(target: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let at = target.length - 1; at >= 0; at--) {
    carry += (target[at] as number) + (addend[at] as number);
    target[at] = carry & 0xff;
    carry >>= 8;
  }
}

/** PBKDF2 with HMAC. Fewer than one iteration counts as one, as in Go. */
export function pbkdf2(
  name: HashName,
  password: Buffer,
  salt: Buffer,
  iterations: number,
  size: number,
  spend: Spend,
): Buffer {
  if (size > MOST_KEY_BYTES) throw new LimitError("size");
  const count = Math.max(1, iterations);
  spend(count * Math.ceil(size / outputSize(name)));
  return pbkdf2Sync(password, salt, count, size, name);
}
