import { CR, isBlank, isBreak, isBreakOrEnd, isDigit, LF, NUL, SPACE, TAB } from "./chars";
import type { Reader } from "./reader";
import { scanError, skipRestOfLine } from "./scan-names";

/** `indent` is the column the surrounding block starts at, -1 at the top. */
export function scanBlockScalar(reader: Reader, indent: number, literal: boolean): string {
  const { text } = reader;
  reader.pos++;
  const { chomping, increment } = scanBlockHead(reader);
  skipRestOfLine(reader);
  const block = new BlockLines(reader, indent, increment === 0 ? 0 : Math.max(indent, 0) + increment);
  let value = "";
  let lineBreak = "";
  let breaks = block.readBreaks();
  let wasBlank = false;
  reader.need(1);
  while (reader.code !== NUL && reader.column === block.indent) {
    const startsBlank = isBlank(reader.code);
    if (!literal && !wasBlank && !startsBlank && lineBreak === "\n") {
      if (breaks === "") value += " ";
    } else value += lineBreak;
    value += breaks;
    wasBlank = startsBlank;
    const start = reader.pos;
    moveToLineEnd(reader);
    value += text.slice(start, reader.pos);
    reader.need(2);
    lineBreak = reader.readBreak();
    breaks = block.readBreaks();
  }
  if (chomping !== "-") value += lineBreak;
  if (chomping === "+") value += breaks;
  return value;
}

function moveToLineEnd(reader: Reader): void {
  const { text } = reader;
  if (reader.strict)
    while (!isBreakOrEnd(text, reader.pos)) {
      reader.skip();
      reader.need(1);
    }
  else while (!isBreakOrEnd(text, reader.pos)) reader.pos++;
}

/** The indicators after `|` or `>`, in either order. */
function scanBlockHead(reader: Reader): { readonly chomping: string; readonly increment: number } {
  let chomping = "";
  let increment = 0;
  const readChomping = (): void => {
    const letter = reader.text.charAt(reader.pos);
    if (letter !== "+" && letter !== "-") return;
    chomping = letter;
    reader.pos++;
    reader.need(1);
  };
  reader.need(1);
  readChomping();
  if (isDigit(reader.code)) {
    increment = reader.code - 0x30;
    if (increment === 0) throw scanError(reader, "found an indentation indicator equal to 0");
    reader.pos++;
    reader.need(1);
    if (chomping === "") readChomping();
  }
  return { chomping, increment };
}

/** The indentation and empty lines of a block scalar; its indentation is that of the first line with text unless it was given. */
class BlockLines {
  constructor(
    private readonly reader: Reader,
    private readonly parent: number,
    /** 0 until it is known. */
    public indent: number,
  ) {}

  readBreaks(): string {
    const { reader, indent } = this;
    let breaks = "";
    let widest = 0;
    for (;;) {
      reader.need(1);
      let column = reader.column;
      while ((indent === 0 || column < indent) && reader.code === SPACE) {
        reader.pos++;
        column++;
        reader.need(1);
      }
      widest = Math.max(widest, column);
      if ((indent === 0 || column < indent) && reader.code === TAB)
        throw scanError(reader, "found a tab character where an indentation space is expected");
      const { code } = reader;
      if (code !== LF && code !== CR && !isBreak(reader.text, reader.pos)) break;
      reader.need(2);
      breaks += reader.readBreak();
    }
    if (indent === 0) this.indent = Math.max(widest, this.parent + 1, 1);
    return breaks;
  }
}
