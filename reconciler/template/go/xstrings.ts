import { isAscii, runeAt } from "./bytes";
import { RuneWriter } from "./rune-writer";
import { mapRunes } from "./strings";
import { isLetter, isNumber, isPunct, isSpace, isUpper, toLower, toUpper } from "./unicode";

/** The case conversions of `github.com/huandu/xstrings`, whose word boundaries are its own. */

const ERROR = 0xfffd;
const UNDERSCORE = 0x5f;
const HYPHEN = 0x2d;

const isConnector = (rune: number): boolean => rune === HYPHEN || rune === UNDERSCORE || isSpace(rune);

/** Letters but those of Chinese, Japanese and Korean writing. */
const isAlphabet = (rune: number): boolean =>
  isLetter(rune) &&
  !(rune >= 0x3400 && rune <= 0x4d85) &&
  !(rune >= 0x4e00 && rune <= 0x9fcc) &&
  !(rune >= 0x20000 && rune <= 0x2b81d);

/** `ToPascalCase`: connectors at the start stay, others go and raise the letter after them. */
export function toPascalCase(text: string): string {
  if (text === "") return "";
  const out = new RuneWriter(text.length * 3 + 3);
  let at = 0;
  const next = (): number => {
    const first = text.charCodeAt(at);
    if (first < 0x80) {
      at++;
      return first;
    }
    const rune = runeAt(text, at);
    at += rune.size;
    return rune.value;
  };
  let raised = false;
  let rune = 0;
  while (at < text.length) {
    rune = next();
    if (!isConnector(rune)) {
      raised = isUpper(rune);
      rune = toUpper(rune);
      break;
    }
    out.write(rune);
  }
  while (at < text.length) {
    const before = rune;
    rune = next();
    if (isConnector(before)) {
      if (isConnector(rune)) out.write(before);
      else {
        raised = isUpper(rune);
        rune = toUpper(rune);
      }
      continue;
    }
    if (raised) {
      if (isUpper(rune)) rune = toLower(rune);
      else raised = false;
    }
    out.write(before);
  }
  // A text of connectors alone gets its last one twice, as in xstrings.
  out.write(rune);
  return out.finish();
}

export const toSnakeCase = (text: string): string => splitCase(text, "_");
export const toKebabCase = (text: string): string => splitCase(text, "-");

// Classes of runes, as bits: a hyphen is both a connector and punctuation.
const CONNECTOR = 1;
const PUNCT = 2;
const UPPER = 4;
const ALPHABET = 8;
const NUMBER = 16;
/** Bytes at the end of the text that are no UTF-8: what the rune before them is, or nothing at the start of a word. */
const ENDING = 32;

const classOf = (rune: number): number =>
  (isConnector(rune) ? CONNECTOR : 0) |
  (isPunct(rune) ? PUNCT : 0) |
  (isUpper(rune) ? UPPER : 0) |
  (isAlphabet(rune) ? ALPHABET : 0) |
  (isNumber(rune) ? NUMBER : 0);

const ASCII_CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(code));

/** The text as valid runes, each with the invalid bytes (and U+FFFD) before it. */
interface Runes {
  readonly count: number;
  readonly classes: Uint8Array;
  /** Where each ends, in bytes. */
  readonly ends: Uint32Array;
}

function scan(text: string): Runes {
  const classes = new Uint8Array(text.length);
  const ends = new Uint32Array(text.length);
  let count = 0;
  let skipped = false;
  for (let at = 0; at < text.length;) {
    const first = text.charCodeAt(at);
    const rune = first < 0x80 ? undefined : runeAt(text, at);
    at += rune?.size ?? 1;
    skipped = rune?.value === ERROR;
    if (skipped) continue;
    classes[count] = rune === undefined ? (ASCII_CLASSES[first] as number) : classOf(rune.value);
    ends[count++] = at;
  }
  if (skipped) {
    classes[count] = ENDING;
    ends[count++] = text.length;
  }
  return { count, classes, ends };
}

type WordKind = "invalid" | "number" | "upper" | "alphabet" | "connector" | "punct" | "other";
/** A word from one rune to before another. */
interface Word {
  readonly kind: WordKind;
  readonly start: number;
  readonly end: number;
}

const isBreak = (kind: WordKind): boolean => kind === "connector" || kind === "punct";
const isRun = (kind: WordKind): boolean => kind === "alphabet" || kind === "number";

/** `camelCaseToLowerCase`. */
function splitCase(text: string, connector: string): string {
  const runes = scan(text);
  let out = "";
  const offset = (rune: number) => (rune === 0 ? 0 : (runes.ends[rune - 1] as number));
  const write = (word: Word) =>
    (out += lowered(text.slice(offset(word.start), offset(word.end)), word.kind, connector));
  const next = () => nextWord(runes, word.end);
  /** Writes letters and digits up to the next word of another kind, before which a connector comes. */
  const writeRun = () => {
    while (isRun(word.kind)) {
      write(word);
      word = next();
    }
    if (word.kind !== "invalid" && !isBreak(word.kind)) out += connector;
  };

  let word = nextWord(runes, 0);
  while (word.end < runes.count) {
    const previous = word;
    if (previous.kind !== "connector") write(previous);
    word = next();
    if (previous.kind === "number") writeRun();
    else if (previous.kind === "connector") write(previous);
    else if (previous.kind !== "punct") {
      if (word.kind !== "number") {
        if (!isBreak(word.kind)) out += connector;
        continue;
      }
      if (word.end >= runes.count) continue;
      const number = word;
      word = next();
      if (word.kind !== "alphabet") {
        // The number belongs to the word before it: Bld4Floor is bld4_floor.
        write(number);
        if (!isBreak(word.kind)) out += connector;
        continue;
      }
      // Letters in lower case after it make it a word of its own: HTTP2xx is http_2xx.
      out += connector;
      write(number);
      writeRun();
    }
  }
  write(word);
  return out;
}

function nextWord(runes: Runes, start: number): Word {
  const { count, classes } = runes;
  const first = start < count ? (classes[start] as number) : ENDING;
  if (first === ENDING) return { kind: "invalid", start, end: Math.min(start + 1, count) };
  const after = start + 1;
  if (first & CONNECTOR) return { kind: "connector", start, end: runFrom(runes, after, CONNECTOR) };
  if (first & PUNCT) return { kind: "punct", start, end: runFrom(runes, after, PUNCT) };
  if (first & UPPER) {
    const second = after < count ? (classes[after] as number) : 0;
    if (second & (UPPER | ENDING)) {
      const end = runFrom(runes, after, UPPER);
      // The last capital of HTTPStatus belongs to the next word.
      const stopped = end < count && ((classes[end] as number) & ALPHABET) !== 0;
      return { kind: "upper", start, end: stopped ? end - 1 : end };
    }
    return { kind: "upper", start, end: runFrom(runes, after, ALPHABET, UPPER) };
  }
  if (first & ALPHABET) return { kind: "alphabet", start, end: runFrom(runes, after, ALPHABET, UPPER) };
  if (first & NUMBER) return { kind: "number", start, end: runFrom(runes, after, NUMBER) };
  let end = after;
  while (end < count && ((classes[end] as number) & ~ENDING) === 0) end++;
  return { kind: "other", start, end };
}

/** The end of the run of runes with a class of `include` and none of `exclude`; bytes at the end of the text belong to it. */
function runFrom({ count, classes }: Runes, start: number, include: number, exclude = 0): number {
  let end = start;
  while (end < count) {
    const found = classes[end] as number;
    if (found !== ENDING && ((found & include) === 0 || (found & exclude) !== 0)) break;
    end++;
  }
  return end;
}

/** `toLower`: only words in capitals and connectors change. */
function lowered(text: string, kind: WordKind, connector: string): string {
  if (kind === "connector" && text.length === 1) return connector;
  if (kind === "upper" && isAscii(text)) return text.toLowerCase();
  if (kind !== "upper" && kind !== "connector") return text;
  const code = connector.charCodeAt(0);
  return mapRunes(text, (rune) => (isConnector(rune) ? code : isUpper(rune) ? toLower(rune) : rune));
}
