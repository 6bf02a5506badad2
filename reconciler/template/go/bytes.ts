/**
 * Byte strings: Go's strings held as JavaScript strings with one character (0 to 255) for each byte. Text of ASCII alone is the
 * same in both forms, so the common case costs a scan.
 */

const ASCII = /^[\x00-\x7f]*$/;

export const isAscii = (text: string): boolean => ASCII.test(text);

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function bytesOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text of UTF-8 bytes; each invalid byte becomes U+FFFD as Go's `range` and `[]rune` read it. */
export function textOf(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  const text = buffer.toString("utf8");
  // WHATWG decoding replaces a truncated sequence once, Go replaces each of its bytes.
  if (!text.includes("\ufffd")) return text;
  let out = "";
  for (const rune of runesOf(bytes)) out += String.fromCodePoint(rune.value);
  return out;
}

export interface Rune {
  /** U+FFFD for an invalid byte, whose `size` is 1. */
  readonly value: number;
  /** In bytes. */
  readonly size: number;
  /** False where the bytes were not UTF-8, to tell from a written U+FFFD. */
  readonly valid: boolean;
}

/** `utf8.DecodeRuneInString(bytes[at:])`. */
export function runeAt(bytes: string, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { value: first, size: 1, valid: true };
  const size = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (size === 1 || first > 0xf4 || at + size > bytes.length) return INVALID;
  let value = first & (0x7f >> size);
  for (let index = 1; index < size; index++) {
    const next = bytes.charCodeAt(at + index);
    if ((next & 0xc0) !== 0x80) return INVALID;
    value = (value << 6) | (next & 0x3f);
  }
  const least = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return INVALID;
  return { value, size, valid: true };
}

const INVALID: Rune = { value: 0xfffd, size: 1, valid: false };

/** The runes of a byte string, as `for _, r := range s` gives them. */
export function* runesOf(bytes: string): Generator<Rune> {
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at);
    yield rune;
    at += rune.size;
  }
}

/** The bytes of one rune; what is no code point becomes U+FFFD, as Go's `string(rune)`. */
export function runeBytes(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune);
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return Buffer.from(String.fromCodePoint(valid ? rune : 0xfffd), "utf8").toString("latin1");
}

export const isValidUtf8 = (bytes: string): boolean => {
  if (isAscii(bytes)) return true;
  for (const rune of runesOf(bytes)) if (!rune.valid) return false;
  return true;
};

/** `len([]rune(s))`. */
export function runeCount(bytes: string): number {
  if (isAscii(bytes)) return bytes.length;
  let count = 0;
  for (const _ of runesOf(bytes)) count++;
  return count;
}

export const fromBuffer = (buffer: Uint8Array): string =>
  Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString("latin1");
export const toBuffer = (bytes: string): Buffer => Buffer.from(bytes, "latin1");
