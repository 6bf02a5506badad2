import { isAscii, runeAt, runeCount } from "../go/bytes";
import { isBreak, LF, SPACE, widthOf } from "./chars";
import type { Budget } from "./decode";
import { isPrintable } from "./scalar-style";

/** Lines are folded at the first space behind this column. */
const WIDTH = 80;
const CHARGED = 1 << 16;

/** libyaml's writer: what has been written, and what it remembers of it to place the next thing. Text is byte strings. */
export class Writer {
  private parts: string[] = [];
  private length = 0;
  private charged = 0;
  private column = 0;
  /** The last thing was a blank or the start of a line. */
  private whitespace = true;
  /** Nothing but indentation and indicators that indent stands on the line. */
  indention = true;
  indent = -1;

  constructor(private readonly budget?: Budget) {}

  text(): string {
    return this.parts.join("");
  }

  private put(text: string, columns = text.length): void {
    this.parts.push(text);
    this.length += text.length;
    this.column += columns;
    if (this.length - this.charged > CHARGED) this.charge();
  }

  private charge(): void {
    this.budget?.room(this.length - this.charged);
    this.charged = this.length;
  }

  private putBreak(): void {
    this.put("\n");
    this.column = 0;
  }

  writeIndent(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.putBreak();
    if (this.column < indent) this.put(" ".repeat(indent - this.column));
    this.whitespace = true;
    this.indention = true;
  }

  /** `separate`: a blank goes before it. `indents`: a collection may start on the same line. */
  writeIndicator(indicator: string, separate: boolean, indents: boolean): void {
    if (separate && !this.whitespace) this.put(" ");
    this.put(indicator);
    this.whitespace = false;
    this.indention &&= indents;
  }

  private ended(): void {
    this.whitespace = false;
    this.indention = false;
  }

  writePlain(text: string, fold: boolean): void {
    if (!this.whitespace) this.put(" ");
    this.writeFolding(text, fold, 0);
    this.ended();
  }

  /** Text that holds no line break, folded at single spaces; at least `margin` characters stay at each end. */
  private writeFolding(text: string, fold: boolean, margin: number): void {
    const columns = isAscii(text) ? text.length : runeCount(text);
    if (!fold || this.column + columns <= WIDTH) return this.put(text, columns);
    let start = 0;
    let column = this.column;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const folds =
        code === SPACE &&
        column > WIDTH &&
        at >= margin &&
        at < text.length - margin &&
        text.charCodeAt(at - 1) !== SPACE &&
        text.charCodeAt(at + 1) !== SPACE;
      if (folds) {
        this.put(text.slice(start, at), column - this.column);
        // Text was written since the last break.
        this.indention = false;
        this.writeIndent();
        start = at + 1;
        column = this.column;
      } else if ((code & 0xc0) !== 0x80) column++;
    }
    this.put(text.slice(start), column - this.column);
  }

  writeSingleQuoted(text: string, fold: boolean): void {
    this.writeIndicator("'", true, false);
    if (!/[\n\r\xc2\xe2]/.test(text)) {
      if (text.includes("'")) this.writeSingleQuotedSlowly(text, fold);
      else this.writeFolding(text, fold, 1);
    } else this.writeSingleQuotedSlowly(text, fold);
    this.writeIndicator("'", false, false);
    this.ended();
  }

  private writeSingleQuotedSlowly(text: string, fold: boolean): void {
    let spaces = false;
    let breaks = false;
    for (let at = 0; at < text.length;) {
      const code = text.charCodeAt(at);
      const size = widthOf(code);
      if (code === SPACE) {
        const folds =
          fold && !spaces && this.column > WIDTH && at > 0 && at < text.length - 1 && text.charCodeAt(at + 1) !== SPACE;
        if (folds) this.writeIndent();
        else this.put(" ");
        spaces = true;
      } else if (isBreak(text, at)) {
        // What is left of line breaks here is LS and PS; they are written as they are.
        this.put(text.slice(at, at + size), 1);
        this.column = 0;
        this.indention = true;
        breaks = true;
      } else {
        if (breaks) this.writeIndent();
        this.put(code === 0x27 ? "''" : text.slice(at, at + size), code === 0x27 ? 2 : 1);
        this.indention = false;
        spaces = false;
        breaks = false;
      }
      at += size;
    }
  }

  writeDoubleQuoted(text: string, fold: boolean): void {
    this.writeIndicator('"', true, false);
    const folds = fold && this.column + text.length > WIDTH;
    if (!folds && /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) this.put(text);
    else this.writeEscaped(text, fold);
    this.writeIndicator('"', false, false);
    this.ended();
  }

  private writeEscaped(text: string, fold: boolean): void {
    // yaml.v2 looks for a byte order mark at the start of the text, whichever character is next.
    const all = text.startsWith("\xef\xbb\xbf");
    let spaces = false;
    for (let at = 0; at < text.length;) {
      const code = text.charCodeAt(at);
      const size = widthOf(code);
      if (all || code === 0x22 || code === 0x5c || code === LF || !isPrintable(text, at) || isBreak(text, at)) {
        this.put(escapeOf(runeAt(text, at).value));
        spaces = false;
      } else if (code === SPACE) {
        if (fold && !spaces && this.column > WIDTH && at > 0 && at < text.length - 1) {
          this.writeIndent();
          if (text.charCodeAt(at + 1) === SPACE) this.put("\\");
        } else this.put(" ");
        spaces = true;
      } else {
        this.put(text.slice(at, at + size), 1);
        spaces = false;
      }
      at += size;
    }
  }

  writeLiteral(text: string): void {
    this.writeIndicator("|", true, false);
    this.put(blockHints(text));
    this.putBreak();
    this.indention = true;
    this.whitespace = true;
    let breaks = true;
    for (let at = 0; at < text.length;) {
      const size = widthOf(text.charCodeAt(at));
      if (text.charCodeAt(at) === LF) {
        this.putBreak();
        this.indention = true;
        breaks = true;
        at++;
      } else if (isBreak(text, at)) {
        this.put(text.slice(at, at + size), 1);
        this.column = 0;
        this.indention = true;
        breaks = true;
        at += size;
      } else {
        if (breaks) this.writeIndent();
        let end = at;
        while (end < text.length && !isBreak(text, end)) end++;
        this.put(text.slice(at, end), 1);
        this.indention = false;
        breaks = false;
        at = end;
      }
    }
  }
}

/** The indentation if the text starts with a blank line or a space; `-` or `+` if not one line break ends it. */
function blockHints(text: string): string {
  const indentation = text.charCodeAt(0) === SPACE || isBreak(text, 0) ? "2" : "";
  const last = startOfLast(text, text.length);
  if (!isBreak(text, last)) return `${indentation}-`;
  return `${indentation}${last === 0 || isBreak(text, startOfLast(text, last)) ? "+" : ""}`;
}

function startOfLast(text: string, end: number): number {
  let at = end - 1;
  while ((text.charCodeAt(at) & 0xc0) === 0x80) at--;
  return at;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, "\\0"],
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x1b, "\\e"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
  [0x85, "\\N"],
  [0xa0, "\\_"],
  [0x2028, "\\L"],
  [0x2029, "\\P"],
]);

function escapeOf(rune: number): string {
  const hex = (width: number): string => rune.toString(16).toUpperCase().padStart(width, "0");
  return ESCAPES.get(rune) ?? (rune <= 0xff ? `\\x${hex(2)}` : rune <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`);
}
