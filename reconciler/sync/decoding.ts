import { base64Decode } from "../template/go/encoding";

/** ESO's decoding strategies (reference/eso.md 2.9). */
export const DECODINGS = ["None", "Base64", "Base64URL", "Auto"] as const;
export type Decoding = (typeof DECODINGS)[number];

export function isDecoding(value: unknown): value is Decoding {
  return (DECODINGS as readonly unknown[]).includes(value);
}

/**
 * The bytes that a value stands for, both as byte strings; undefined when it is not in that form. As Go decodes: padding is needed, line ends are
 * skipped. `Auto` takes what is neither form as it is, so a plain text that happens to be base64 is decoded.
 */
export function decode(bytes: string, strategy: Decoding): string | undefined {
  switch (strategy) {
    case "None":
      return bytes;
    case "Base64":
      return decoded(bytes);
    case "Base64URL":
      return /[+/]/.test(bytes) ? undefined : decoded(bytes.replaceAll("-", "+").replaceAll("_", "/"));
    case "Auto":
      return decode(bytes, "Base64") ?? decode(bytes, "Base64URL") ?? bytes;
  }
}

function decoded(text: string): string | undefined {
  const result = base64Decode(text);
  return "bytes" in result ? result.bytes : undefined;
}
