/** Classes of characters as libyaml has them. Texts are byte strings that end in NULs, so that looking ahead needs no bound. */

export const NUL = 0x00;
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

export const isBlank = (code: number): boolean => code === SPACE || code === TAB;

/** CR, LF, NEL, LS and PS; at CR LF it is true for each of the two. */
export function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return code === LF || code === CR;
  if (code === 0xc2) return text.charCodeAt(at + 1) === 0x85;
  return code === 0xe2 && text.charCodeAt(at + 1) === 0x80 && (text.charCodeAt(at + 2) & 0xfe) === 0xa8;
}

export function isBreakOrEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code >= SPACE && code < 0x80) return false;
  return code === NUL || isBreak(text, at);
}

export function isBlankOrEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code > SPACE && code < 0x80) return false;
  return code === SPACE || code === TAB || code === NUL || isBreak(text, at);
}

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Letters, digits, `_` and `-`: what names of anchors and tags are made of. */
export const isNameChar = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d;

/** The value of a hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (isDigit(code)) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Bytes of the UTF-8 character that starts with this byte; 0 if none can. */
export function widthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if ((byte & 0xe0) === 0xc0) return 2;
  if ((byte & 0xf0) === 0xe0) return 3;
  return (byte & 0xf8) === 0xf0 ? 4 : 0;
}
