import { bytesOf } from "./bytes";
import { mapRunes } from "./strings";
import { isLower, isSpace, isTitle, isUpper, toLower, toTitle, toUpper } from "./unicode";

/** Package `github.com/Masterminds/goutils`, with its habit of taking bytes for characters in some functions. */

/** `Abbreviate` and `AbbreviateFull`: cut to `width` bytes with `...` at one end or both; "" where Go returns an error. */
export function abbreviate(text: string, leftEdge: number, width: number): string {
  if (text === "" || width < 4) return "";
  if (text.length <= width) return text;
  let offset = Math.min(leftEdge, text.length);
  if (text.length - offset < width - 3) offset = text.length - (width - 3);
  if (offset <= 4) return text.slice(0, width - 3) + "...";
  if (width < 7) return "";
  if (offset + width - 3 < text.length) return "..." + abbreviate(text.slice(offset), 0, width - 3);
  return "..." + text.slice(text.length - (width - 3));
}

/** `DeleteWhiteSpace`. Each byte is taken for a rune: text that is not ASCII is garbled as soon as a space goes. */
export function deleteWhiteSpace(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) if (!isSpace(text.charCodeAt(at))) out += text[at];
  return out.length === text.length ? text : bytesOf(out);
}

/** `Initials`: the first byte of each word, taken for a rune. */
export function initials(text: string): string {
  let out = "";
  let gap = true;
  for (let at = 0; at < text.length; at++) {
    if (isSpace(text.charCodeAt(at))) gap = true;
    else if (gap) {
      out += text[at];
      gap = false;
    }
  }
  return bytesOf(out);
}

/** `Uncapitalize`: the first letter of each word in lower case. */
export function uncapitalize(text: string): string {
  let starts = true;
  return mapRunes(text, (rune) => {
    if (isSpace(rune)) {
      starts = true;
      return rune;
    }
    const mapped = starts ? toLower(rune) : rune;
    starts = false;
    return mapped;
  });
}

/** `SwapCase`: lower case at the start of a word becomes title case. */
export function swapCase(text: string): string {
  let space = true;
  return mapRunes(text, (rune) => {
    if (isUpper(rune) || isTitle(rune)) {
      space = false;
      return toLower(rune);
    }
    if (isLower(rune)) {
      const mapped = space ? toTitle(rune) : toUpper(rune);
      space = false;
      return mapped;
    }
    space = isSpace(rune);
    return rune;
  });
}

/** `WrapCustom`: the lines, to be joined by the line end. Lengths are bytes; `cutWords` breaks words longer than a line. */
export function wrapLines(text: string, length: number, cutWords: boolean): string[] {
  const width = Math.max(1, length);
  const lines: string[] = [];
  let offset = 0;
  while (text.length - offset > width) {
    if (text[offset] === " ") {
      offset++;
      continue;
    }
    const space = text.slice(offset, offset + width + 1).lastIndexOf(" ");
    let end = offset + space;
    if (space < 0) end = cutWords ? offset + width : text.indexOf(" ", offset + width);
    if (end < 0) break;
    lines.push(text.slice(offset, end));
    offset = space < 0 && cutWords ? end : end + 1;
  }
  lines.push(text.slice(offset));
  return lines;
}
