import { MAPPINGS, PROPERTIES } from "./tables";

/**
 * Package `unicode` of the Go version that ESO is built with. Node's own tables are of another Unicode version, and its case
 * mappings are the full ones (`ß` becomes `SS`), where Go maps each code point to one.
 */

/** Sorted ranges; a code point belongs to one if it is a multiple of the stride away from its start. */
interface Ranges {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly stride: Uint8Array;
  /** What to add to a member. */
  readonly delta: Int32Array;
}

function decode(text: string): Ranges {
  const parts = text.split(",");
  const count = parts.length;
  const ranges: Ranges = {
    low: new Uint32Array(count),
    high: new Uint32Array(count),
    stride: new Uint8Array(count),
    delta: new Int32Array(count),
  };
  let end = 0;
  parts.forEach((part, index) => {
    const [span = "", delta = "0"] = part.split("@");
    const [bounds = "", stride = "1"] = span.split(":");
    const [skip = "", length = ""] = bounds.split(" ");
    const low = end + parseInt(skip, 36);
    end = low + parseInt(length, 36);
    ranges.low[index] = low;
    ranges.high[index] = end;
    ranges.stride[index] = parseInt(stride, 36);
    ranges.delta[index] = parseInt(delta, 36);
  });
  return ranges;
}

/** Index of the range that holds the code point, or -1. */
function find({ low, high, stride }: Ranges, rune: number): number {
  let start = 0;
  let end = high.length;
  while (start < end) {
    const middle = (start + end) >> 1;
    if ((high[middle] as number) < rune) start = middle + 1;
    else end = middle;
  }
  if (start === high.length) return -1;
  const distance = rune - (low[start] as number);
  return distance >= 0 && distance % (stride[start] as number) === 0 ? start : -1;
}

/** Decoded at the first use: most templates are ASCII. ASCII answers come from a table of their own. */
function property(text: string): (rune: number) => boolean {
  let ranges: Ranges | undefined;
  let ascii: Uint8Array | undefined;
  return (rune) => {
    if (ranges === undefined) {
      const decoded = decode(text);
      ranges = decoded;
      ascii = Uint8Array.from({ length: 128 }, (_, code) => Number(find(decoded, code) >= 0));
    }
    return rune < 128 && rune >= 0 ? ascii?.[rune] === 1 : find(ranges, rune) >= 0;
  };
}

function mapping(text: string): (rune: number) => number {
  let ranges: Ranges | undefined;
  return (rune) => {
    ranges ??= decode(text);
    const at = find(ranges, rune);
    return at < 0 ? rune : rune + (ranges.delta[at] as number);
  };
}

/** `unicode.IsPrint` and `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export const isPrint = property(PROPERTIES.print);
export const isLetter = property(PROPERTIES.letter);
export const isUpper = property(PROPERTIES.upper);
export const isLower = property(PROPERTIES.lower);
export const isTitle = property(PROPERTIES.title);
/** `unicode.IsDigit`: decimal digits (category Nd). */
export const isDigit = property(PROPERTIES.digit);
/** `unicode.IsNumber`: category N. */
export const isNumber = property(PROPERTIES.number);
export const isPunct = property(PROPERTIES.punct);

/** `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  if (rune < 0x1680) return rune === 0x20 || (rune >= 0x09 && rune <= 0x0d) || rune === 0x85 || rune === 0xa0;
  return (
    rune === 0x1680 ||
    (rune >= 0x2000 && rune <= 0x200a) ||
    rune === 0x2028 ||
    rune === 0x2029 ||
    rune === 0x202f ||
    rune === 0x205f ||
    rune === 0x3000
  );
}

const upperOf = mapping(MAPPINGS.upper);
const lowerOf = mapping(MAPPINGS.lower);
const titleOf = mapping(MAPPINGS.title);

/** `unicode.ToUpper`: one code point to one. */
export function toUpper(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune;
  return upperOf(rune);
}

/** `unicode.ToLower`: one code point to one. */
export function toLower(rune: number): number {
  if (rune < 0x80) return rune >= 0x41 && rune <= 0x5a ? rune + 32 : rune;
  return lowerOf(rune);
}

/** `unicode.ToTitle`: as upper case but for a few digraphs (`ǆ` becomes `ǅ`). */
export function toTitle(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune;
  return titleOf(rune);
}
