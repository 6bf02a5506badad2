import { isBreak, SPACE, TAB, widthOf } from "./chars";
import { isPlainString } from "./resolve";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

/** How a string is written, and what decides whether it can be a key without `?`. */
export interface Styled {
  readonly style: ScalarStyle;
  /** Holds a line break of any kind. */
  readonly multiline: boolean;
}

const PLAIN: Styled = { style: "plain", multiline: false };
const DOUBLE: Styled = { style: "double", multiline: false };

/** Nothing in it is an indicator, a blank or more than ASCII. */
const WORD = /^[A-Za-z0-9_/.][A-Za-z0-9_./+=-]*$/;
/** Indicators that no plain scalar starts with. */
const INDICATORS = "#,[]{}&*!|>'\"%@`";

/**
 * The style yaml.v2 chooses for a string. The encoder asks for a literal if there is a line feed, plain if a reader takes it for a
 * string, else double quotes; the emitter then takes what the text allows.
 */
export function styleOf(text: string): Styled {
  if (text === "") return DOUBLE;
  const plain = isPlainString(text) && !isBase60(text);
  if (WORD.test(text) && !text.startsWith("...")) return plain ? PLAIN : DOUBLE;
  const found = analyze(text);
  const { multiline } = found;
  const single = !found.special && !found.spaceBreak && !found.breakSpace;
  if (text.includes("\n")) {
    const literal = !found.special && !found.spaceBreak && !found.trailingSpace;
    return { style: literal ? "literal" : "double", multiline };
  }
  if (!plain) return { style: "double", multiline };
  const bare = single && !multiline && !found.indicators && !found.edge;
  return { style: bare ? "plain" : single ? "single" : "double", multiline };
}

/** Base 60 numbers are strings to yaml.v2, but not to other readers of YAML 1.1. */
const isBase60 = (text: string): boolean =>
  /^[-+0-9]/.test(text) && text.includes(":") && /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);

interface Analysis {
  multiline: boolean;
  /** A character that must be escaped. */
  special: boolean;
  /** Something that would end a plain scalar, or make another thing of it. */
  indicators: boolean;
  /** Starts or ends with a space or a line break. */
  edge: boolean;
  trailingSpace: boolean;
  /** A line break and then a space. */
  breakSpace: boolean;
  /** A space and then a line break. */
  spaceBreak: boolean;
}

function analyze(text: string): Analysis {
  const found: Analysis = {
    multiline: false,
    special: false,
    indicators: text.startsWith("---") || text.startsWith("..."),
    edge: false,
    trailingSpace: false,
    breakSpace: false,
    spaceBreak: false,
  };
  let afterSpace = false;
  let afterBreak = false;
  let afterBlank = true;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const next = at + widthOf(code);
    const last = next >= text.length;
    if (isIndicator(text, at, code, next, afterBlank)) found.indicators = true;
    if (!isPrintable(text, at)) found.special = true;
    const broken = isBreak(text, at);
    if (code === SPACE) {
      if (last) found.trailingSpace = true;
      if (afterBreak) found.breakSpace = true;
    } else if (broken) {
      found.multiline = true;
      if (afterSpace) found.spaceBreak = true;
    }
    if ((code === SPACE || broken) && (at === 0 || last)) found.edge = true;
    afterSpace = code === SPACE;
    afterBreak = broken;
    afterBlank = code === SPACE || code === TAB || code === 0 || broken;
    at = next;
  }
  return found;
}

function isIndicator(text: string, at: number, code: number, next: number, afterBlank: boolean): boolean {
  if (code > 0x7f) return false;
  if (at === 0 && INDICATORS.includes(text.charAt(0))) return true;
  if (code === 0x23) return afterBlank;
  if (code !== 0x3a && !(at === 0 && (code === 0x3f || code === 0x2d))) return false;
  return next >= text.length || text.charCodeAt(next) === SPACE || text.charCodeAt(next) === TAB;
}

/** Whether yaml.v2 writes a character as it is: not beyond the basic plane, no byte order mark, no control but LF. */
export function isPrintable(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code >= SPACE && code <= 0x7e) || code === 0x0a;
  const second = text.charCodeAt(at + 1);
  if (code === 0xc2) return second >= 0xa0;
  if (code === 0xed) return second < 0xa0;
  if (code !== 0xef) return code > 0xc2 && code <= 0xee;
  const third = text.charCodeAt(at + 2);
  return !(second === 0xbb && third === 0xbf) && !(second === 0xbf && third >= 0xbe);
}
