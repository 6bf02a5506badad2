import { runeAt } from "../go/bytes";
import { widthOf } from "./chars";
import { YamlError } from "./error";

/**
 * The bytes of a document as the scanner reads them: UTF-8 without its byte order mark; UTF-16 converted.
 *
 * yaml.v2 reads in blocks of 512 bytes and stops after the first document, so that an invalid byte counts only if its block was
 * needed. Where that matters (or a byte order mark stands inside the text, see {@link Reader}) `blocks` says where they end.
 */
export interface Source {
  readonly text: string;
  readonly ascii: boolean;
  /** Ends of the blocks in `text`; undefined if nothing depends on them. */
  readonly blocks?: readonly number[];
  /** What is wrong behind the last block. */
  readonly failure?: YamlError;
}

const BLOCK = 512;
const BOM = "\xef\xbb\xbf";
const PLAIN_ASCII = /^[\t\n\r\x20-\x7e]*$/;

export function readSource(bytes: string): Source {
  if (bytes === "") return { text: "\n", ascii: true };
  if (PLAIN_ASCII.test(bytes)) return { text: bytes, ascii: true };
  if (bytes.startsWith("\xff\xfe")) return readUtf16(bytes, 0);
  if (bytes.startsWith("\xfe\xff")) return readUtf16(bytes, 1);
  return readUtf8(bytes, bytes.startsWith(BOM) ? 3 : 0);
}

function readUtf8(bytes: string, start: number): Source {
  const text = start === 0 ? bytes : bytes.slice(start);
  const failure = checkUtf8(bytes, start);
  if (failure === undefined && !text.includes(BOM)) return { text, ascii: false };
  return {
    text,
    ascii: false,
    blocks: blockEnds(bytes, failure?.at).map((end) => end - start),
    failure: failure?.error,
  };
}

/** Ends of the blocks that are read before the failure is met; a character that does not fit into a block is left to the next. */
function blockEnds(bytes: string, failure: number | undefined): number[] {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const limit = Math.min(at + BLOCK, bytes.length);
    let end = limit;
    if (failure !== undefined && failure < limit) {
      const width = widthOf(bytes.charCodeAt(failure));
      if (width === 0 || failure + width <= limit) break;
      end = failure;
    } else if (limit < bytes.length) while ((bytes.charCodeAt(end) & 0xc0) === 0x80) end--;
    if (end > at) ends.push(end);
    if (limit === bytes.length) break;
    at = end;
  }
  return ends;
}

interface Failure {
  readonly at: number;
  readonly error: YamlError;
}

function checkUtf8(bytes: string, start: number): Failure | undefined {
  for (let at = start; at < bytes.length;) {
    const code = bytes.charCodeAt(at);
    if (code >= 0x20 && code < 0x7f) {
      at++;
      continue;
    }
    const { value, size, valid } = runeAt(bytes, at);
    if (!valid) return { at, error: new YamlError(invalidUtf8(bytes, at)) };
    if (!isAllowed(value)) return { at, error: new YamlError("control characters are not allowed") };
    at += size;
  }
  return undefined;
}

function invalidUtf8(bytes: string, at: number): string {
  const first = bytes.charCodeAt(at);
  const size = (first & 0xe0) === 0xc0 ? 2 : (first & 0xf0) === 0xe0 ? 3 : (first & 0xf8) === 0xf0 ? 4 : 0;
  if (size === 0) return "invalid leading UTF-8 octet";
  if (at + size > bytes.length) return "incomplete UTF-8 octet sequence";
  for (let index = 1; index < size; index++)
    if ((bytes.charCodeAt(at + index) & 0xc0) !== 0x80) return "invalid trailing UTF-8 octet";
  const surrogate = first === 0xed || first > 0xf4 || (first === 0xf4 && bytes.charCodeAt(at + 1) > 0x8f);
  return surrogate ? "invalid Unicode character" : "invalid length of a UTF-8 sequence";
}

const isAllowed = (rune: number): boolean =>
  (rune >= 0x20 && rune <= 0x7e) ||
  rune === 0x09 ||
  rune === 0x0a ||
  rune === 0x0d ||
  rune === 0x85 ||
  (rune >= 0xa0 && rune <= 0xfffd) ||
  rune >= 0x10000;

/** `high` is the place of the high byte in a pair. */
function readUtf16(bytes: string, low: 0 | 1): Source {
  const high = 1 - low;
  const unit = (at: number): number => bytes.charCodeAt(at + low) | (bytes.charCodeAt(at + high) << 8);
  const parts: string[] = [];
  const blocks: number[] = [];
  let length = 0;
  let failure: YamlError | undefined;
  let at = 2;
  let start = 0;
  while (failure === undefined && at < bytes.length) {
    const end = Math.min(start + BLOCK, bytes.length);
    let block = "";
    while (at < end) {
      if (at + 2 > end) break;
      const first = unit(at);
      let size = 2;
      if ((first & 0xfc00) === 0xdc00) failure = new YamlError("unexpected low surrogate area");
      else if ((first & 0xfc00) === 0xd800) {
        if (at + 4 > end) break;
        size = 4;
        if ((unit(at + 2) & 0xfc00) !== 0xdc00) failure = new YamlError("expected low surrogate area");
      } else if (!isAllowed(first)) failure = new YamlError("control characters are not allowed");
      if (failure !== undefined) break;
      block += size === 2 ? String.fromCharCode(first) : String.fromCharCode(first, unit(at + 2));
      at += size;
    }
    if (failure === undefined) {
      const utf8 = Buffer.from(block, "utf8").toString("latin1");
      parts.push(utf8);
      length += utf8.length;
      blocks.push(length);
      if (end === bytes.length && at < end) {
        const left = end - at;
        failure = new YamlError(left < 2 ? "incomplete UTF-16 character" : "incomplete UTF-16 surrogate pair");
      }
    }
    start = at;
  }
  return { text: parts.join(""), ascii: false, blocks, failure };
}
