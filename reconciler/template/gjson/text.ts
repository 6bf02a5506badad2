import { runeAt } from "../go/bytes";
import { isSpace } from "../go/unicode";

const SPECIAL = /[\x00-\x1f"\\<>&\x80-\xff]/;
const SHORT: ReadonlyMap<number, string> = new Map([
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

/** `AppendJSONString`: a JSON string with the escapes of Go's `json.Marshal`, HTML's characters among them. */
export function quoteJson(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  let out = '"';
  let from = 0;
  for (let at = 0; at < text.length;) {
    const rune = runeAt(text, at);
    const escape = escapeOf(rune.value, rune.valid);
    if (escape !== undefined) {
      out += text.slice(from, at) + escape;
      from = at + rune.size;
    }
    at += rune.size;
  }
  return `${out}${text.slice(from)}"`;
}

function escapeOf(rune: number, isValid: boolean): string | undefined {
  if (!isValid) return "\\ufffd";
  const short = SHORT.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x3c || rune === 0x3e || rune === 0x26) return `\\u${rune.toString(16).padStart(4, "0")}`;
  return rune === 0x2028 || rune === 0x2029 ? `\\u${rune.toString(16)}` : undefined;
}

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

/** `Valid`: whether the text is JSON. Like gjson, it does not ask for UTF-8, so the byte string can be given to JavaScript's own. */
export function isValidJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
