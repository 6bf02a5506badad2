import { hexValue, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isNameChar, widthOf } from "./chars";
import { YamlError } from "./error";
import type { Reader } from "./reader";
import { Token, token, type YamlToken } from "./token";

/** Anchors, aliases, tags and directives. */

/** An error of the scanner; Go counts its lines from 1 but does not name the first. */
export const scanError = (reader: Reader, problem: string): YamlError =>
  new YamlError(problem, reader.line === 0 ? 0 : reader.line + 1);

/** Moves past letters, digits, `_` and `-`. */
function readName(reader: Reader): string {
  const start = reader.pos;
  reader.need(1);
  while (isNameChar(reader.code)) {
    reader.pos++;
    reader.need(1);
  }
  return reader.text.slice(start, reader.pos);
}

function skipBlanks(reader: Reader): void {
  reader.need(1);
  while (isBlank(reader.code)) {
    reader.pos++;
    reader.need(1);
  }
}

export function skipComment(reader: Reader): void {
  if (reader.text[reader.pos] !== "#") return;
  while (!isBreakOrEnd(reader.text, reader.pos)) {
    reader.skip();
    reader.need(1);
  }
}

/** The rest of a directive or of the head of a block scalar: blanks, a comment, the line break. */
export function skipRestOfLine(reader: Reader): void {
  skipBlanks(reader);
  skipComment(reader);
  if (!isBreakOrEnd(reader.text, reader.pos)) throw scanError(reader, "did not find expected comment or line break");
  reader.need(2);
  reader.readBreak();
}

const AFTER_ANCHOR = "?:,]}%@`";

export function scanAnchor(reader: Reader, kind: typeof Token.Alias | typeof Token.Anchor): YamlToken {
  const { line } = reader;
  reader.pos++;
  const name = readName(reader);
  const ended = isBlankOrEnd(reader.text, reader.pos) || AFTER_ANCHOR.includes(reader.text.charAt(reader.pos));
  if (name === "" || !ended) throw scanError(reader, "did not find expected alphabetic or numeric character");
  return token(kind, line, name);
}

export function scanTag(reader: Reader): YamlToken {
  const { line } = reader;
  let handle = "";
  let suffix: string;
  reader.need(2);
  if (reader.text[reader.pos + 1] === "<") {
    reader.pos += 2;
    suffix = scanTagUri(reader, "");
    if (reader.text[reader.pos] !== ">") throw scanError(reader, "did not find the expected '>'");
    reader.pos++;
  } else {
    handle = scanTagHandle(reader, false);
    if (handle.length > 1 && handle.endsWith("!")) suffix = scanTagUri(reader, "");
    else {
      suffix = scanTagUri(reader, handle);
      // A lone `!` is a tag of its own and not a handle.
      handle = suffix === "" ? "" : "!";
      if (suffix === "") suffix = "!";
    }
  }
  reader.need(1);
  if (!isBlankOrEnd(reader.text, reader.pos)) throw scanError(reader, "did not find expected whitespace or line break");
  return token(Token.Tag, line, handle, suffix);
}

function scanTagHandle(reader: Reader, directive: boolean): string {
  reader.need(1);
  if (reader.text[reader.pos] !== "!") throw scanError(reader, "did not find expected '!'");
  reader.pos++;
  let handle = `!${readName(reader)}`;
  if (reader.text[reader.pos] === "!") {
    handle += "!";
    reader.pos++;
  } else if (directive && handle !== "!") throw scanError(reader, "did not find expected '!'");
  return handle;
}

const URI_MARKS = ";/?:@&=+$,.!~*'()[]%";

/** `head` is what was taken for a handle but is the start of the suffix; its `!` does not belong to it. */
function scanTagUri(reader: Reader, head: string): string {
  const parts = [head.slice(1)];
  let any = head !== "";
  reader.need(1);
  for (;;) {
    const { code } = reader;
    if (!isNameChar(code) && !(code < 0x80 && code !== 0 && URI_MARKS.includes(String.fromCharCode(code)))) break;
    if (code === 0x25) parts.push(scanUriEscape(reader));
    else {
      parts.push(reader.text.charAt(reader.pos));
      reader.pos++;
    }
    reader.need(1);
    any = true;
  }
  if (!any) throw scanError(reader, "did not find expected tag URI");
  return parts.join("");
}

/** The escaped bytes of one character; like Go it checks no more than the leading bits of each. */
function scanUriEscape(reader: Reader): string {
  let bytes = "";
  let left = 1;
  while (left > 0) {
    reader.need(3);
    const high = hexValue(reader.text.charCodeAt(reader.pos + 1));
    const low = hexValue(reader.text.charCodeAt(reader.pos + 2));
    if (reader.text[reader.pos] !== "%" || high < 0 || low < 0)
      throw scanError(reader, "did not find URI escaped octet");
    const octet = (high << 4) | low;
    if (bytes === "") {
      left = widthOf(octet);
      if (left === 0) throw scanError(reader, "found an incorrect leading UTF-8 octet");
    } else if ((octet & 0xc0) !== 0x80) throw scanError(reader, "found an incorrect trailing UTF-8 octet");
    bytes += String.fromCharCode(octet);
    reader.pos += 3;
    left--;
  }
  return bytes;
}

export function scanDirective(reader: Reader): YamlToken {
  const { line } = reader;
  reader.pos++;
  const name = readName(reader);
  if (name === "") throw scanError(reader, "could not find expected directive name");
  if (!isBlankOrEnd(reader.text, reader.pos)) throw scanError(reader, "found unexpected non-alphabetical character");
  let found: YamlToken;
  if (name === "YAML") {
    skipBlanks(reader);
    const major = scanVersionNumber(reader);
    if (reader.text[reader.pos] !== ".") throw scanError(reader, "did not find expected digit or '.' character");
    reader.pos++;
    found = token(Token.VersionDirective, line, `${major}.${scanVersionNumber(reader)}`);
  } else if (name === "TAG") {
    skipBlanks(reader);
    const handle = scanTagHandle(reader, true);
    reader.need(1);
    if (!isBlank(reader.code)) throw scanError(reader, "did not find expected whitespace");
    skipBlanks(reader);
    const prefix = scanTagUri(reader, "");
    reader.need(1);
    if (!isBlankOrEnd(reader.text, reader.pos))
      throw scanError(reader, "did not find expected whitespace or line break");
    found = token(Token.TagDirective, line, handle, prefix);
  } else throw scanError(reader, "found unknown directive name");
  skipRestOfLine(reader);
  return found;
}

function scanVersionNumber(reader: Reader): number {
  let value = 0;
  let length = 0;
  reader.need(1);
  for (; isDigit(reader.code); length++) {
    if (length === 2) throw scanError(reader, "found extremely long version number");
    value = value * 10 + (reader.code - 0x30);
    reader.pos++;
    reader.need(1);
  }
  if (length === 0) throw scanError(reader, "did not find expected version number");
  return value;
}
