import { Blowfish } from "./blowfish";

const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const TO_BCRYPT = new Map([...STANDARD].map((char, index) => [char, ALPHABET.charAt(index)]));

/** bcrypt's own base64, without padding. */
const encode = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("base64")
    .replace(/=+$/, "")
    .replace(/./g, (char) => TO_BCRYPT.get(char) ?? "");

/**
 * The bcrypt hash of a password of at most 72 bytes, as `golang.org/x/crypto/bcrypt` writes it: `$2a$`, the cost in two digits,
 * salt (16 bytes) and hash. Blocks for some 2^cost · 0.06 ms.
 *
 * Own, because passwords are bytes here and bcryptjs takes text, and because it is small.
 */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost: number): string {
  // C's terminating zero is part of the key.
  const key = Buffer.concat([password, Buffer.of(0)]);
  const cipher = new Blowfish();
  cipher.expand(key, salt);
  for (let left = 2 ** cost; left > 0; left--) {
    cipher.expand(key);
    cipher.expand(salt);
  }
  const data = Buffer.from("OrpheanBeholderScryDoubt", "latin1");
  for (let at = 0; at < data.length; at += 8) for (let round = 0; round < 64; round++) cipher.encrypt(data, at);
  return `$2a$${String(cost).padStart(2, "0")}$${encode(salt)}${encode(data.subarray(0, 23))}`;
}
