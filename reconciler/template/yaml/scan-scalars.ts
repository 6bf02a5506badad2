import { hexValue, isBlank, isBlankOrEnd, isBreak, NUL, SPACE, TAB } from "./chars";
import { runeBytes } from "../go/bytes";
import type { Reader } from "./reader";
import { scanError } from "./scan-names";

/** Whether a line starts with `---` or `...` and a blank: the end of the document, whatever is open. */
export function atDocumentIndicator(reader: Reader): boolean {
  const { text, pos } = reader;
  const code = text.charCodeAt(pos);
  if (code !== 0x2d && code !== 0x2e) return false;
  return (
    text.charCodeAt(pos + 1) === code &&
    text.charCodeAt(pos + 2) === code &&
    isBlankOrEnd(text, pos + 3) &&
    reader.column === 0
  );
}

/** Line breaks between two parts of a plain or quoted scalar: one becomes a space, of more the first is dropped. */
class Folding {
  private first = "";
  private more = "";
  /** Whether a line break was met since the last text. */
  broken = false;

  add(lineBreak: string): void {
    if (this.broken) this.more += lineBreak;
    else {
      this.first = lineBreak;
      this.broken = true;
    }
  }

  take(): string {
    const { first, more } = this;
    this.first = "";
    this.more = "";
    this.broken = false;
    if (first !== "\n") return first + more;
    return more === "" ? " " : more;
  }
}

export interface PlainScalar {
  readonly value: string;
  /** Whether it ended after a line break, so that a key may follow. */
  readonly broken: boolean;
}

/** `indent` is the column the surrounding block starts at. */
export function scanPlainScalar(reader: Reader, indent: number, inFlow: boolean): PlainScalar {
  const { text } = reader;
  const folding = new Folding();
  let value = "";
  let blanks = "";
  for (;;) {
    reader.need(4);
    if (atDocumentIndicator(reader)) break;
    if (text.charCodeAt(reader.pos) === 0x23) break;
    const start = reader.pos;
    movePastPlainText(reader, inFlow);
    if (reader.pos > start) {
      const part = text.slice(start, reader.pos);
      value = value === "" ? part : value + (folding.broken ? folding.take() : blanks) + part;
      blanks = "";
    }
    if (!isBlankOrEnd(text, reader.pos) || reader.code === NUL) break;
    reader.need(1);
    for (;;) {
      const { code } = reader;
      if (isBlank(code)) {
        if (!folding.broken) {
          blanks += text.charAt(reader.pos);
        } else if (code === TAB && reader.column <= indent)
          throw scanError(reader, "found a tab character that violates indentation");
        reader.pos++;
      } else if (isBreak(text, reader.pos)) {
        reader.need(2);
        if (!folding.broken) blanks = "";
        folding.add(reader.readBreak());
      } else break;
      reader.need(1);
    }
    if (!inFlow && reader.column <= indent) break;
  }
  return { value, broken: folding.broken };
}

function movePastPlainText(reader: Reader, inFlow: boolean): void {
  const { text, strict } = reader;
  let { pos } = reader;
  // Byte by byte: no continuation byte is taken for the start of a line break.
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code <= SPACE || code >= 0x80) {
      if (isBlankOrEnd(text, pos)) break;
    } else if (code === 0x3a) {
      if (isBlankOrEnd(text, pos + 1)) break;
    } else if (inFlow && isFlowIndicator(code)) break;
    if (strict) {
      reader.pos = pos;
      reader.skip();
      reader.need(2);
      pos = reader.pos;
    } else pos++;
  }
  reader.pos = pos;
}

/** `,`, `?`, `[`, `]`, `{` and `}`. */
const isFlowIndicator = (code: number): boolean =>
  code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;

export function scanQuotedScalar(reader: Reader, single: boolean): string {
  const { text } = reader;
  const quote = single ? 0x27 : 0x22;
  const folding = new Folding();
  let value = "";
  reader.pos++;
  for (;;) {
    reader.need(4);
    if (atDocumentIndicator(reader)) throw scanError(reader, "found unexpected document indicator");
    if (reader.code === NUL) throw scanError(reader, "found unexpected end of stream");
    let start = reader.pos;
    let continued = false;
    for (;;) {
      movePastQuotedText(reader, quote);
      const { code } = reader;
      if (code === quote) {
        if (!single || text.charCodeAt(reader.pos + 1) !== quote) break;
        value += text.slice(start, reader.pos + 1);
        reader.pos += 2;
      } else if (code === 0x5c) {
        value += text.slice(start, reader.pos);
        if (isBreak(text, reader.pos + 1)) {
          reader.need(3);
          reader.pos++;
          reader.readBreak();
          continued = true;
          start = reader.pos;
          break;
        }
        value += scanEscape(reader);
      } else break;
      start = reader.pos;
      reader.need(2);
    }
    if (reader.pos > start) value += text.slice(start, reader.pos);
    reader.need(1);
    if (reader.code === quote) break;
    value += scanQuotedBlanks(reader, folding, continued);
  }
  reader.pos++;
  return value;
}

/** Up to a blank, a line break, the quote or, in double quotes, a backslash. */
function movePastQuotedText(reader: Reader, quote: number): void {
  const { text, strict } = reader;
  const stop = quote === 0x22 ? 0x5c : quote;
  let { pos } = reader;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === quote || code === stop) break;
    if ((code <= SPACE || code >= 0x80) && isBlankOrEnd(text, pos)) break;
    if (strict) {
      reader.pos = pos;
      reader.skip();
      reader.need(2);
      pos = reader.pos;
    } else pos++;
  }
  reader.pos = pos;
}

/** Blanks and line breaks inside quotes, folded. `continued`: the line break before them was escaped. */
function scanQuotedBlanks(reader: Reader, folding: Folding, continued: boolean): string {
  const { text } = reader;
  const start = reader.pos;
  let end = start;
  let more = "";
  for (;;) {
    if (isBlank(reader.code)) {
      reader.pos++;
      if (!folding.broken) end = reader.pos;
    } else if (isBreak(text, reader.pos)) {
      reader.need(2);
      if (continued) more += reader.readBreak();
      else folding.add(reader.readBreak());
    } else break;
    reader.need(1);
  }
  if (continued) return more;
  return folding.broken ? folding.take() : text.slice(start, end);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["N", "\xc2\x85"],
  ["_", "\xc2\xa0"],
  ["L", "\xe2\x80\xa8"],
  ["P", "\xe2\x80\xa9"],
]);

function scanEscape(reader: Reader): string {
  const letter = reader.text.charAt(reader.pos + 1);
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    reader.pos += 2;
    return simple;
  }
  const length = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
  if (length === 0) throw scanError(reader, "found unknown escape character");
  reader.pos += 2;
  reader.need(length);
  let value = 0;
  for (let index = 0; index < length; index++) {
    const digit = hexValue(reader.text.charCodeAt(reader.pos + index));
    if (digit < 0) throw scanError(reader, "did not find expected hexdecimal number");
    value = value * 16 + digit;
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    throw scanError(reader, "found invalid Unicode character escape code");
  reader.pos += length;
  return runeBytes(value);
}
