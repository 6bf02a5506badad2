/**
 * Blowfish as bcrypt needs it: key schedules over and over, and the encryption of a few blocks. Its initial state is the fraction
 * of π in binary, which is computed instead of written down.
 */
export class Blowfish {
  /** 18 subkeys. */
  private readonly p: Int32Array;
  /** Four boxes of 256 words. */
  private readonly s: Int32Array;
  private left = 0;
  private right = 0;

  constructor() {
    const words = initialWords();
    this.p = words.slice(0, 18);
    this.s = words.slice(18);
  }

  /** One key schedule. The words of `salt` are mixed in where given; both are used in a circle. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const { p, s } = this;
    const keyWords = circle(key, 18);
    for (let at = 0; at < 18; at++) p[at] = (p[at] as number) ^ (keyWords[at] as number);
    const saltWords = salt === undefined ? undefined : circle(salt, 18 + 1024);
    this.left = 0;
    this.right = 0;
    let next = 0;
    for (const words of [p, s]) {
      for (let at = 0; at < words.length; at += 2) {
        if (saltWords !== undefined) {
          this.left ^= saltWords[next] as number;
          this.right ^= saltWords[next + 1] as number;
          next += 2;
        }
        this.encryptBlock();
        words[at] = this.left;
        words[at + 1] = this.right;
      }
    }
  }

  /** Encrypts the 8 bytes at `at` in place. */
  encrypt(bytes: Buffer, at: number): void {
    this.left = bytes.readInt32BE(at);
    this.right = bytes.readInt32BE(at + 4);
    this.encryptBlock();
    bytes.writeInt32BE(this.left, at);
    bytes.writeInt32BE(this.right, at + 4);
  }

  private encryptBlock(): void {
    const { p, s } = this;
    let left = this.left ^ (p[0] as number);
    let right = this.right;
    for (let round = 1; round < 17; round += 2) {
      let mixed = ((s[left >>> 24] as number) + (s[256 + ((left >>> 16) & 0xff)] as number)) | 0;
      mixed = ((mixed ^ (s[512 + ((left >>> 8) & 0xff)] as number)) + (s[768 + (left & 0xff)] as number)) | 0;
      right ^= mixed ^ (p[round] as number);
      mixed = ((s[right >>> 24] as number) + (s[256 + ((right >>> 16) & 0xff)] as number)) | 0;
      mixed = ((mixed ^ (s[512 + ((right >>> 8) & 0xff)] as number)) + (s[768 + (right & 0xff)] as number)) | 0;
      left ^= mixed ^ (p[round + 1] as number);
    }
    this.left = right ^ (p[17] as number);
    this.right = left;
  }
}

/** That many big-endian words of the bytes repeated. */
function circle(bytes: Uint8Array, count: number): Int32Array {
  const words = new Int32Array(count);
  for (let at = 0, next = 0; at < count; at++) {
    let word = 0;
    for (let part = 0; part < 4; part++, next++) word = (word << 8) | (bytes[next % bytes.length] as number);
    words[at] = word;
  }
  return words;
}

const WORDS = 18 + 4 * 256;
let initial: Int32Array | undefined;

/** The first 1042 words of the fraction of π; once, in some 10 milliseconds. */
function initialWords(): Int32Array {
  if (initial !== undefined) return initial;
  const guard = 64n;
  const scale = BigInt(32 * WORDS) + guard;
  // Machin: π = 16 arctan 1/5 - 4 arctan 1/239
  const pi = 16n * inverseTangent(5n, scale) - 4n * inverseTangent(239n, scale);
  const hex = (pi - (3n << scale)) >> guard;
  const bytes = Buffer.from(hex.toString(16).padStart(8 * WORDS, "0"), "hex");
  return (initial = circle(bytes, WORDS));
}

/** arctan(1/x) · 2^scale */
function inverseTangent(x: bigint, scale: bigint): bigint {
  let power = (1n << scale) / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / n;
  }
  return sum;
}
