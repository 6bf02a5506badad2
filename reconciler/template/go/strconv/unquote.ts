import { isValidUtf8, runeAt, runeBytes } from "../bytes";

/**
 * `strconv.Unquote`: the bytes a Go string, raw string or character literal stands for; undefined where the literal has a
 * syntax error.
 */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  if (literal.length < 2 || (mark !== '"' && mark !== "'" && mark !== "`")) return undefined;
  if (literal.indexOf(mark, 1) < 0) return undefined;
  if (mark === "`") {
    if (literal.indexOf("`", 1) !== literal.length - 1) return undefined;
    return literal.slice(1, -1).replaceAll("\r", "");
  }
  const inner = literal.slice(1, -1);
  if (mark === '"' && literal.endsWith('"') && PLAIN.test(inner) && isValidUtf8(inner)) return inner;
  let out = "";
  let at = 1;
  for (; at < literal.length && literal[at] !== mark;) {
    if (literal[at] === "\n") return undefined;
    const char = unquoteChar(literal, at, mark);
    if (char === undefined) return undefined;
    out += char.bytes;
    at += char.size;
    if (mark === "'") break;
  }
  return at === literal.length - 1 && literal[at] === mark ? out : undefined;
}

const PLAIN = /^[^\n"\\]*$/;

interface Char {
  readonly bytes: string;
  /** Length of its spelling. */
  readonly size: number;
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
]);

const HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** `strconv.UnquoteChar`. */
function unquoteChar(text: string, at: number, mark: string): Char | undefined {
  const first = text[at] as string;
  if (first >= "\x80") {
    const rune = runeAt(text, at);
    return { bytes: runeBytes(rune.value), size: rune.size };
  }
  if (first !== "\\") return { bytes: first, size: 1 };
  const kind = text[at + 1];
  if (kind === undefined) return undefined;
  const simple = SIMPLE.get(kind);
  if (simple !== undefined) return { bytes: simple, size: 2 };
  if (kind === mark) return { bytes: mark, size: 2 };
  const length = HEX_LENGTH.get(kind);
  if (length !== undefined) {
    const digits = text.slice(at + 2, at + 2 + length);
    if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const value = Number.parseInt(digits, 16);
    if (kind === "x") return { bytes: String.fromCharCode(value), size: 4 };
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
    return { bytes: runeBytes(value), size: 2 + length };
  }
  const octal = text.slice(at + 1, at + 4);
  if (!/^[0-7]{3}$/.test(octal)) return undefined;
  const value = Number.parseInt(octal, 8);
  return value > 255 ? undefined : { bytes: String.fromCharCode(value), size: 4 };
}
