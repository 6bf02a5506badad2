import { runeBytes } from "../go/bytes";

/**
 * How gjson steps over pieces of a document it does not check. A piece starts at `at`; results are the offset behind it. On
 * malformed documents these offsets decide what is found, so they are gjson's own.
 */

/** Offset behind the closing quote of the string whose text starts at `from`; -1 if it has none. */
export function stringEnd(json: string, from: number): number {
  for (let at = from; ;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return -1;
    let before = quote;
    while (before > from && json.charCodeAt(before - 1) === 0x5c) before--;
    at = quote + 1;
    if (((quote - before) & 1) === 0) return at;
  }
}

/** 1 opens, 2 closes, 3 is a quote. */
const BRACKETS = new Uint8Array(256);
for (const open of "{[(") BRACKETS[open.charCodeAt(0)] = 1;
for (const close of "}])") BRACKETS[close.charCodeAt(0)] = 2;
BRACKETS[0x22] = 3;

/**
 * Offset behind the bracket that closes the one at `at`, whatever kinds both are; the length if there is none, and one more if
 * a string does not end (`parseSquash`, on which the array search relies).
 */
export function bracketEnd(json: string, at: number): number {
  const end = json.length;
  let depth = 1;
  for (let next = at + 1; next < end;) {
    const kind = BRACKETS[json.charCodeAt(next)];
    if (kind === 3) {
      next = stringEnd(json, next + 1);
      if (next < 0) return end + 1;
      continue;
    }
    if (kind === 1) depth++;
    else if (kind === 2 && --depth === 0) return next + 1;
    next++;
  }
  return end;
}

/** The piece at the start of a path or argument: up to the end of a string if it starts with a quote, else of the brackets. */
export function squash(text: string): string {
  const end = text.charCodeAt(0) === 0x22 ? stringEnd(text, 1) : bracketEnd(text, 0);
  return end < 0 ? text : text.slice(0, end);
}

export function numberEnd(json: string, at: number): number {
  let next = at + 1;
  for (; next < json.length; next++) {
    const code = json.charCodeAt(next);
    // Up to white space, comma and closing bracket; whatever else is there belongs to the number.
    if (code <= 0x20 || code === 0x2c || code === 0x5d || code === 0x7d) break;
  }
  return next;
}

export function literalEnd(json: string, at: number): number {
  let next = at + 1;
  for (; next < json.length; next++) {
    const code = json.charCodeAt(next);
    if (code < 0x61 || code > 0x7a) break;
  }
  return next;
}

/** Characters a number may start with: signs, digits, and the names of infinity and NaN. */
export const NUMBER_START = new Uint8Array(256);
for (const start of "+-0123456789iIN") NUMBER_START[start.charCodeAt(0)] = 1;

/** Go's `trim` of gjson: spaces and control characters at both ends. */
export function trim(text: string): string {
  let from = 0;
  let end = text.length;
  while (from < end && text.charCodeAt(from) <= 0x20) from++;
  while (end > from && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(from, end);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ['"', '"'],
]);

/** The text of a JSON string without its quotes. Ends before what is no valid escape and before control characters. */
export function unescape(text: string): string {
  let out = "";
  let from = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code !== 0x5c) continue;
    out += text.slice(from, at);
    if (code < 0x20) return out;
    const letter = text[++at] ?? "";
    if (letter === "u") {
      if (at + 5 > text.length) return out;
      let rune = hex(text, at + 1);
      at += 4;
      if (rune >= 0xd800 && rune <= 0xdfff && text.startsWith("\\u", at + 1) && at + 7 <= text.length) {
        // The second is taken for the other half without a look, and lost if it is none.
        const low = hex(text, at + 3);
        const isPair = rune <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
        rune = isPair ? 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
        at += 6;
      }
      out += runeBytes(rune);
    } else {
      const short = ESCAPES.get(letter);
      if (short === undefined) return out;
      out += short;
    }
    from = at + 1;
  }
  return out + text.slice(from, at);
}

/** `strconv.ParseUint` of four characters in base 16, zero for what is no number. */
function hex(text: string, at: number): number {
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const code = text.charCodeAt(index);
    const lower = code | 0x20;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return 0;
  }
  return value;
}
