const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CONTROL: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
  ["\\", 92],
  ['"', 34],
]);
const ESCAPE = /\\(?:([abfnrtv\\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/**
 * What stands between the quotes of a string, escapes replaced; undefined for an escape that names no character (the server breaks
 * the connection off then). Escapes give bytes, so that several can make one character. In HCL `${...}` is copied as it is.
 * @param inside the text between the quotes, whose escapes are well formed
 */
export function unquote(inside: string, form: "hcl" | "json"): string | undefined {
  const parts: Uint8Array[] = [];
  let index = 0;
  while (index < inside.length) {
    if (form === "hcl" && inside.startsWith("${", index)) {
      const end = interpolationEnd(inside, index + 2);
      const copied = inside.slice(index, end);
      if (copied.includes("\uFFFD")) return undefined;
      parts.push(encoder.encode(copied));
      index = end;
      continue;
    }
    ESCAPE.lastIndex = index;
    const escape = ESCAPE.exec(inside);
    if (escape === null) {
      const next = /[^\\$]+|[^]/y;
      next.lastIndex = index;
      const plain = next.exec(inside)?.[0] ?? "";
      parts.push(encoder.encode(plain));
      index += plain.length;
      continue;
    }
    const bytes = bytesOf(escape, form);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
    index += escape[0].length;
  }
  return decoder.decode(Buffer.concat(parts));
}

/** Index after the brace that closes the one before `index`. */
function interpolationEnd(text: string, index: number): number {
  let depth = 1;
  let end = index;
  while (depth > 0 && end < text.length) {
    if (text[end] === "{") depth += 1;
    if (text[end] === "}") depth -= 1;
    end += 1;
  }
  return end;
}

function bytesOf([, control, octal, byte, short, long]: RegExpExecArray, form: "hcl" | "json"): Uint8Array | undefined {
  if (control !== undefined) return Uint8Array.of(CONTROL.get(control) ?? 0);
  if (octal !== undefined) {
    const value = parseInt(octal, 8);
    return value > 255 ? undefined : Uint8Array.of(value);
  }
  if (byte !== undefined) return Uint8Array.of(parseInt(byte, 16));
  // A Go rune: 32 bits, signed. HCL lets negative ones and surrogates pass as U+FFFD, Go's own unquoting (JSON) does not.
  const rune = parseInt(short ?? long ?? "", 16) | 0;
  const isCharacter = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  if (isCharacter) return encoder.encode(String.fromCodePoint(rune));
  return form === "json" || rune > 0x10ffff ? undefined : encoder.encode("\uFFFD");
}
