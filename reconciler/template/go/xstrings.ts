import { runeAt, runeBytes } from "./bytes";
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
  let out = "";
  let at = 0;
  let raised = false;
  let rune = 0;
  while (at < text.length) {
    const next = runeAt(text, at);
    at += next.size;
    rune = next.value;
    if (!isConnector(rune)) {
      raised = isUpper(rune);
      rune = toUpper(rune);
      break;
    }
    out += runeBytes(rune);
  }
  // A text of connectors alone gets its last one twice, as in xstrings.
  if (at >= text.length) return out + runeBytes(rune);
  while (at < text.length) {
    const before = rune;
    const next = runeAt(text, at);
    at += next.size;
    rune = next.value;
    if (isConnector(before)) {
      if (isConnector(rune)) {
        out += runeBytes(before);
        continue;
      }
      raised = isUpper(rune);
      rune = toUpper(rune);
      continue;
    }
    if (raised) {
      if (isUpper(rune)) rune = toLower(rune);
      else raised = false;
    }
    out += runeBytes(before);
  }
  return out + runeBytes(rune);
}

export const toSnakeCase = (text: string): string => splitCase(text, "_");
export const toKebabCase = (text: string): string => splitCase(text, "-");

type WordKind = "invalid" | "number" | "upper" | "alphabet" | "connector" | "punct" | "other";
interface Word {
  readonly kind: WordKind;
  readonly start: number;
  readonly end: number;
}

const isBreak = (kind: WordKind): boolean => kind === "connector" || kind === "punct";
const isRun = (kind: WordKind): boolean => kind === "alphabet" || kind === "number";

/** `camelCaseToLowerCase`. */
function splitCase(text: string, connector: string): string {
  let out = "";
  const write = (word: Word) => (out += lowered(text.slice(word.start, word.end), word.kind, connector));
  const next = () => nextWord(text, word.end);
  /** Writes letters and digits up to the next word of another kind, before which a connector comes. */
  const writeRun = () => {
    while (isRun(word.kind)) {
      write(word);
      word = next();
    }
    if (word.kind !== "invalid" && !isBreak(word.kind)) out += connector;
  };

  let word = nextWord(text, 0);
  while (word.end < text.length) {
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
      if (word.end >= text.length) continue;
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

function nextWord(text: string, start: number): Word {
  if (start >= text.length) return { kind: "invalid", start, end: start };
  const first = validRuneAt(text, start, ERROR);
  let end = start + first.size;
  if (first.value === ERROR) return { kind: "invalid", start, end };
  const extend = (belongs: (rune: number) => boolean) => {
    while (end < text.length) {
      const rune = validRuneAt(text, end, last);
      last = rune.value;
      if (!belongs(rune.value)) return;
      end += rune.size;
    }
  };
  let last = first.value;
  const word = (kind: WordKind): Word => ({ kind, start, end });

  if (isConnector(last)) {
    extend(isConnector);
    return word("connector");
  }
  if (isPunct(last)) {
    extend(isPunct);
    return word("punct");
  }
  if (isUpper(last)) {
    if (end >= text.length) return word("upper");
    const second = validRuneAt(text, end, last);
    last = second.value;
    if (isUpper(last)) {
      let before = end;
      extend((rune) => {
        if (!isUpper(rune)) return false;
        before = end;
        return true;
      });
      // The last capital of HTTPStatus belongs to the next word.
      if (end < text.length && isAlphabet(last)) end = before;
      return word("upper");
    }
    if (isAlphabet(last)) extend((rune) => isAlphabet(rune) && !isUpper(rune));
    return word("upper");
  }
  if (isAlphabet(last)) {
    extend((rune) => isAlphabet(rune) && !isUpper(rune));
    return word("alphabet");
  }
  if (isNumber(last)) {
    extend(isNumber);
    return word("number");
  }
  extend((rune) => !isConnector(rune) && !isAlphabet(rune) && !isNumber(rune) && !isPunct(rune));
  return word("other");
}

/** `nextValidRune`: skips what is U+FFFD or invalid; at the end of the text it is the rune before. */
function validRuneAt(text: string, start: number, previous: number): { value: number; size: number } {
  let at = start;
  while (at < text.length) {
    const rune = runeAt(text, at);
    at += rune.size;
    if (rune.value !== ERROR) return { value: rune.value, size: at - start };
  }
  return { value: previous, size: at - start };
}

/** `toLower`: only words in capitals and connectors change. */
function lowered(text: string, kind: WordKind, connector: string): string {
  if (kind !== "upper" && kind !== "connector") return text;
  let out = "";
  for (let at = 0; at < text.length;) {
    const rune = runeAt(text, at);
    out += isConnector(rune.value) ? connector : runeBytes(isUpper(rune.value) ? toLower(rune.value) : rune.value);
    at += rune.size;
  }
  return out;
}
