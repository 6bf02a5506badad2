import { runeAt, runeBytes } from "../bytes";
import { isPrint } from "../unicode";

const PLAIN = /^[ !#-[\]-~]*$/;

/** `strconv.Quote`: a Go string literal; invalid UTF-8 as `\xff`, unprintable runes as `\u00ad`. */
export const quote = (bytes: string): string => quoteWith(bytes, false);

/** `strconv.QuoteToASCII`. */
export const quoteToAscii = (bytes: string): string => quoteWith(bytes, true);

function quoteWith(bytes: string, ascii: boolean): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`;
  let out = '"';
  for (let at = 0; at < bytes.length;) {
    const code = bytes.charCodeAt(at);
    if (code < 0x80) {
      out += escaped(code, DOUBLE, ascii);
      at++;
      continue;
    }
    const rune = runeAt(bytes, at);
    out += rune.valid ? escaped(rune.value, DOUBLE, ascii) : `\\x${code.toString(16)}`;
    at += rune.size;
  }
  return `${out}"`;
}

/** `strconv.QuoteRune`; what is no code point becomes U+FFFD. */
export const quoteRune = (rune: number): string => `'${escaped(validRune(rune), SINGLE, false)}'`;

/** `strconv.QuoteRuneToASCII`. */
export const quoteRuneToAscii = (rune: number): string => `'${escaped(validRune(rune), SINGLE, true)}'`;

const DOUBLE = 0x22;
const SINGLE = 0x27;
const BACKSLASH = 0x5c;

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x0c, "\\f"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x09, "\\t"],
  [0x0b, "\\v"],
]);

const validRune = (rune: number): number =>
  rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff) ? rune : 0xfffd;

function escaped(rune: number, mark: number, ascii: boolean): string {
  if (rune === mark || rune === BACKSLASH) return `\\${String.fromCharCode(rune)}`;
  if ((!ascii || rune < 0x80) && isPrint(rune)) return runeBytes(rune);
  const short = SHORT.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** `strconv.CanBackquote`: whether the string can stand between backquotes. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length;) {
    const code = bytes.charCodeAt(at);
    if (code < 0x80) {
      if ((code < 0x20 && code !== 0x09) || code === 0x60 || code === 0x7f) return false;
      at++;
      continue;
    }
    const rune = runeAt(bytes, at);
    if (!rune.valid || rune.value === 0xfeff) return false;
    at += rune.size;
  }
  return true;
}
