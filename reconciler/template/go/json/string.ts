import { isUtf8 } from "node:buffer";
import { isAscii, runeAt, runeBytes, toBuffer } from "../bytes";

const HTML_SPECIAL = /["\\<>&\x00-\x1f]/g;
const SPECIAL = /["\\\x00-\x1f]/g;
/** U+2028 and U+2029. */
const SEPARATOR = /\xe2\x80[\xa8\xa9]/g;

/**
 * A JSON string literal as `encoding/json` writes it: invalid UTF-8 becomes `\ufffd`, the separators U+2028 and U+2029 are
 * always escaped, `<`, `>` and `&` with `html`.
 */
export function jsonString(bytes: string, html: boolean): string {
  const escaped = escapeAscii(bytes, html);
  if (isAscii(escaped)) return `"${escaped}"`;
  const text = isUtf8(toBuffer(escaped)) ? escaped : replaceInvalid(escaped);
  return `"${text.replace(SEPARATOR, (match) => (match[2] === "\xa8" ? "\\u2028" : "\\u2029"))}"`;
}

const escapeAscii = (bytes: string, html: boolean): string =>
  bytes.replace(html ? HTML_SPECIAL : SPECIAL, escapeCharacter);

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** One character as Go escapes it in JSON: `\n`, `\u003c`. */
export const escapeCharacter = (char: string): string =>
  SHORT.get(char) ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

function replaceInvalid(bytes: string): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at);
    out += rune.valid ? runeBytes(rune.value) : "\\ufffd";
    at += rune.size;
  }
  return out;
}

/** HTML escaping of JSON that is already written, as Go does to what a type's own marshaller gave. */
export const escapeJson = (json: string): string => json.replace(/[<>&]/g, escapeCharacter);
