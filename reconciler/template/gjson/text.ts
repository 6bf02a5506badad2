import { runeAt } from "../go/bytes";
import { isSpace } from "../go/unicode";

const SPECIAL = /[\x00-\x1f"\\<>&\x80-\xff]/;
/** `AppendJSONString`: a JSON string with the escapes of Go's `json.Marshal`, HTML's characters among them. */
export function quoteJson(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    let size = 1;
    let escape = code < 0x80 ? ASCII_ESCAPES[code] : undefined;
    if (code >= 0x80) {
      const rune = runeAt(text, at);
      size = rune.size;
      if (!rune.valid) escape = "\\ufffd";
      else if (rune.value === 0x2028 || rune.value === 0x2029) escape = hexEscape(rune.value);
    }
    if (escape !== undefined) {
      if (from < at) pieces.push(text.slice(from, at));
      pieces.push(escape);
      from = at + size;
    }
    at += size;
  }
  return `"${pieces.join("")}${text.slice(from)}"`;
}

const hexEscape = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/** By code; undefined for what is written as it is. */
const ASCII_ESCAPES: readonly (string | undefined)[] = Array.from({ length: 0x80 }, (_, code) => {
  const char = String.fromCharCode(code);
  return SHORT.get(char) ?? (code < 0x20 || "<>&".includes(char) ? hexEscape(code) : undefined);
});

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let from = 0;
  let end = text.length;
  while (from < end) {
    const { value, size } = runeAt(text, from);
    if (!isSpace(value)) break;
    from += size;
  }
  while (from < end) {
    const size = lastSpace(text, from, end);
    if (size === 0) break;
    end -= size;
  }
  return text.slice(from, end);
}

/** Bytes of the white space that ends there, 0 if none does. */
function lastSpace(text: string, from: number, end: number): number {
  for (let size = 1; size <= 3 && end - size >= from; size++) {
    const rune = runeAt(text, end - size);
    if (rune.valid && rune.size === size) return isSpace(rune.value) ? size : 0;
  }
  return 0;
}
