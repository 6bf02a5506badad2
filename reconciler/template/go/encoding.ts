import { sprintf } from "./fmt";
import { INT32 } from "./type";
import { GoInteger } from "./value";

/** Packages `encoding/base64`, `encoding/base32` and `encoding/hex` in their standard forms, with the texts of their errors. */
export type Decoded = { readonly bytes: string } | { readonly error: string };

const INVALID = 0xff;

function alphabet(digits: string): Uint8Array {
  const table = new Uint8Array(256).fill(INVALID);
  for (let value = 0; value < digits.length; value++) table[digits.charCodeAt(value)] = value;
  return table;
}

const BASE64 = alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const BASE32_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32 = alphabet(BASE32_DIGITS);
const HEX = /[0-9A-Fa-f]/;

const PAD = 0x3d;
const isNewline = (code: number): boolean => code === 0x0a || code === 0x0d;

export const base64Encode = (bytes: string): string => Buffer.from(bytes, "latin1").toString("base64");

/** `base64.StdEncoding.DecodeString`: line ends are skipped, bits after the last byte do not matter, padding must be there. */
export function base64Decode(text: string): Decoded {
  const decoded = Buffer.from(text, "base64");
  // Text that encoding gives back is right, which is faster to find out than why it is not.
  if (decoded.toString("base64") !== text) {
    const wrong = base64Error(text);
    if (wrong >= 0) return { error: `illegal base64 data at input byte ${wrong}` };
  }
  return { bytes: decoded.toString("latin1") };
}

/** Where Go finds the input wrong, or -1. */
function base64Error(text: string): number {
  const { length } = text;
  let place = 0;
  let at = 0;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (BASE64[code] !== INVALID) place = (place + 1) & 3;
    else if (!isNewline(code)) break;
  }
  if (at === length) return place === 0 ? -1 : length - place;
  if (text.charCodeAt(at) !== PAD || place < 2) return at;
  at++;
  const skipNewlines = () => {
    while (at < length && isNewline(text.charCodeAt(at))) at++;
  };
  if (place === 2) {
    skipNewlines();
    if (at === length) return length;
    if (text.charCodeAt(at) !== PAD) return at - 1;
    at++;
  }
  skipNewlines();
  return at < length ? at : -1;
}

export function base32Encode(bytes: string): string {
  const out = Buffer.alloc(Math.ceil(bytes.length / 5) * 8, PAD);
  let end = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; at < bytes.length; at++) {
    held = ((held << 8) | bytes.charCodeAt(at)) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[end++] = BASE32_DIGITS.charCodeAt((held >> bits) & 31);
    }
  }
  if (bits > 0) out[end] = BASE32_DIGITS.charCodeAt((held << (5 - bits)) & 31);
  return out.toString("latin1");
}

/** `base32.StdEncoding.DecodeString`: line ends are taken out first, and do not count in the error. */
export function base32Decode(text: string): Decoded {
  const source = text.replace(/[\r\n]+/g, "");
  const wrong = (at: number): Decoded => ({ error: `illegal base32 data at input byte ${at}` });
  const { length } = source;
  const bytes = Buffer.allocUnsafe(Math.ceil(length / 8) * 5);
  let end = 0;
  let held = 0;
  let bits = 0;
  let place = 0;
  for (let at = 0; at < length; at++) {
    const code = source.charCodeAt(at);
    const left = length - at - 1;
    if (code === PAD && place >= 2 && left < 8) {
      if (left + place < 7) return wrong(length);
      for (let next = 0; next < 7 - place; next++)
        if (left > next && source.charCodeAt(at + 1 + next) !== PAD) return wrong(at + next);
      if (place === 3 || place === 6) return wrong(at);
      return { bytes: bytes.toString("latin1", 0, end) };
    }
    const value = BASE32[code] as number;
    if (value === INVALID) return wrong(at);
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[end++] = (held >> bits) & 0xff;
    }
    place = (place + 1) & 7;
  }
  return place === 0 ? { bytes: bytes.toString("latin1", 0, end) } : wrong(length - place);
}

/** `hex.DecodeString`. */
export function hexDecode(text: string): Decoded {
  const decoded = Buffer.from(text, "hex");
  if (decoded.length * 2 === text.length) return { bytes: decoded.toString("latin1") };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!HEX.test(text.charAt(at)))
      return { error: sprintf("encoding/hex: invalid byte: %#U", [new GoInteger(INT32, BigInt(code))]) };
  }
  return { error: "encoding/hex: odd length hex string" };
}
