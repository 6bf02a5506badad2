import { isAscii, runeAt, runeCount, type Rune } from "./bytes";
import { RuneWriter } from "./rune-writer";
import { isDigit, isLetter, isSpace, toLower, toTitle, toUpper } from "./unicode";

/** Package `strings`, on byte strings. Runes are UTF-8 sequences; an invalid byte reads as U+FFFD and is written as such. */

/** `strings.Map`: also an unchanged invalid byte becomes U+FFFD. */
export function mapRunes(text: string, mapping: (rune: number) => number): string {
  // The most a rune can grow is an invalid byte that becomes the three of U+FFFD.
  const out = new RuneWriter(text.length * 3);
  for (let at = 0; at < text.length;) {
    const first = text.charCodeAt(at);
    if (first < 0x80) {
      out.write(mapping(first));
      at++;
    } else {
      const rune = runeAt(text, at);
      out.write(mapping(rune.value));
      at += rune.size;
    }
  }
  return out.finish();
}

/** `strings.ToUpper`: rune by rune, so `ß` stays. */
export const upper = (text: string): string => (isAscii(text) ? text.toUpperCase() : mapRunes(text, toUpper));

/** `strings.ToLower`: rune by rune. */
export const lower = (text: string): string => (isAscii(text) ? text.toLowerCase() : mapRunes(text, toLower));

/** `strings.Title`: a letter after a separator gets title case; letters, digits and `_` are no separators. */
export function title(text: string): string {
  let previous = 0x20;
  return mapRunes(text, (rune) => {
    const starts = isSeparator(previous);
    previous = rune;
    return starts ? toTitle(rune) : rune;
  });
}

function isSeparator(rune: number): boolean {
  if (rune > 0x7f) return !isLetter(rune) && !isDigit(rune) && isSpace(rune);
  const word =
    (rune >= 0x30 && rune <= 0x39) || (rune >= 0x41 && rune <= 0x5a) || (rune >= 0x61 && rune <= 0x7a) || rune === 0x5f;
  return !word;
}

/** `utf8.DecodeLastRuneInString(text[:end])`. */
function runeBefore(text: string, end: number): Rune {
  const least = Math.max(0, end - 4);
  let start = end - 1;
  while (start > least && (text.charCodeAt(start) & 0xc0) === 0x80) start--;
  const rune = runeAt(text.slice(start, end), 0);
  return start + rune.size === end ? rune : { value: 0xfffd, size: 1, valid: false };
}

/** `strings.TrimFunc`. */
function trimRunes(text: string, drop: (rune: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const rune = runeAt(text, start);
    if (!drop(rune.value)) break;
    start += rune.size;
  }
  while (end > start) {
    const rune = runeBefore(text, end);
    if (!drop(rune.value)) break;
    end -= rune.size;
  }
  return text.slice(start, end);
}

const isInk = (code: number): boolean => code > 0x20 && code < 0x7f;

/** `strings.TrimSpace`: white space as `unicode.IsSpace` has it. */
export function trimSpace(text: string): string {
  if (text.length > 0 && isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return text;
  return trimRunes(text, isSpace);
}

/** `strings.Trim`: an invalid byte of the text matches an invalid byte or U+FFFD of the set. */
export function trim(text: string, cutset: string): string {
  if (text === "" || cutset === "") return text;
  const set = new Set<number>();
  for (let at = 0; at < cutset.length;) {
    const rune = runeAt(cutset, at);
    set.add(rune.value);
    at += rune.size;
  }
  return trimRunes(text, (rune) => set.has(rune));
}

/** `strings.Count` of a separator that is not empty. */
export function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found++;
  return found;
}

/** `strings.SplitN`: at most `limit` parts if it is positive, all if negative, none if 0. An empty separator splits into runes. */
export function splitN(text: string, separator: string, limit: number): string[] {
  if (limit === 0) return [];
  if (separator === "") return explode(text, limit);
  if (limit < 0) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  while (parts.length < limit - 1) {
    const at = text.indexOf(separator, start);
    if (at < 0) break;
    parts.push(text.slice(start, at));
    start = at + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

function explode(text: string, limit: number): string[] {
  const parts: string[] = [];
  const most = limit < 0 ? Infinity : limit;
  let at = 0;
  while (at < text.length) {
    if (parts.length === most - 1) {
      parts.push(text.slice(at));
      break;
    }
    const { size } = runeAt(text, at);
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

/** How many places {@link replaceAll} would change. */
export const replacements = (text: string, old: string): number =>
  old === "" ? runeCount(text) + 1 : count(text, old);

/** `strings.ReplaceAll`: an empty `old` matches before each rune and at the end. */
export function replaceAll(text: string, old: string, by: string): string {
  if (old === by) return text;
  if (old !== "") return text.includes(old) ? text.split(old).join(by) : text;
  return by + explode(text, -1).join(by) + (text === "" ? "" : by);
}
