import { base64Decode } from "../go/encoding";

/** `base64.StdEncoding.DecodeString` on a byte string; undefined where Go refuses. */
export function decodeBase64(text: string): Buffer | undefined {
  const decoded = base64Decode(text);
  return "error" in decoded ? undefined : Buffer.from(decoded.bytes, "latin1");
}

/**
 * jwx's reading of base64: in the standard alphabet if the text contains `+` or `/`, else in that of URLs; with padding if it ends
 * in `=`, else without.
 */
export function decodeGuessedBase64(text: string): Buffer | undefined {
  const isUrl = !/[+/]/.test(text);
  if (!isUrl && /[-_]/.test(text)) return undefined;
  const standard = isUrl ? text.replace(/-/g, "+").replace(/_/g, "/") : text;
  if (text.endsWith("=")) return decodeBase64(standard);
  const left = standard.replace(/[\r\n]+/g, "").length % 4;
  return left === 1 ? undefined : decodeBase64(standard + "=".repeat((4 - left) % 4));
}
