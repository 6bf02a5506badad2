import { widthOf, isBreak, CR, LF } from "./chars";
import type { Source } from "./source";

/** A place in the text, in characters as libyaml counts them. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

/**
 * A cursor over the text. `text` ends in NULs, which stand for the end of the input.
 *
 * `need` mirrors where libyaml makes sure that so many characters are in its buffer. It does nothing unless the blocks of the
 * source matter: then it throws what is wrong with the next block, and keeps where the buffer starts, because yaml.v2 looks for a
 * byte order mark there and not at the cursor.
 */
export class Reader {
  readonly text: string;
  pos = 0;
  line = 0;
  /** Whether `need` has anything to do; loops that are hot ask first. */
  readonly strict: boolean;
  private lineIndex = 0;
  private counted = 0;
  private continuations = 0;
  private bufferStart = 0;
  private loaded = 0;
  private block = 0;
  private nuls = 0;

  constructor(private readonly source: Source) {
    this.text = `${source.text}\0\0\0\0\0\0\0\0\0\0`;
    this.strict = source.blocks !== undefined;
  }

  get code(): number {
    return this.text.charCodeAt(this.pos);
  }

  get index(): number {
    if (this.source.ascii) return this.pos;
    const { text, pos } = this;
    let { counted } = this;
    for (; counted < pos; counted++) if ((text.charCodeAt(counted) & 0xc0) === 0x80) this.continuations++;
    this.counted = counted;
    return pos - this.continuations;
  }

  get column(): number {
    return this.index - this.lineIndex;
  }

  mark(): Mark {
    const index = this.index;
    return { index, line: this.line, column: index - this.lineIndex };
  }

  need(count: number): void {
    if (this.strict && this.unread(count) < count) this.load(count);
  }

  /** Moves past one character. */
  skip(): void {
    this.pos += widthOf(this.code);
  }

  /** Moves past a line break, if there is one, and gives it as scalars hold it: CR, LF, CR LF and NEL become LF. */
  readBreak(): string {
    const { text, pos } = this;
    const code = text.charCodeAt(pos);
    let size: number;
    if (code === CR) size = text.charCodeAt(pos + 1) === LF ? 2 : 1;
    else if (code === LF) size = 1;
    else if (isBreak(text, pos)) size = code === 0xc2 ? 2 : 3;
    else return "";
    this.pos += size;
    this.startLine();
    return size === 3 ? text.slice(pos, pos + 3) : "\n";
  }

  startLine(): void {
    this.line++;
    this.lineIndex = this.index;
  }

  /** Whether yaml.v2 sees a byte order mark here: it looks at the start of its buffer, wherever the cursor is. */
  atByteOrderMark(): boolean {
    return this.strict && this.text.startsWith("\xef\xbb\xbf", this.bufferStart);
  }

  /** Characters in the buffer; counted no further than `enough`. */
  private unread(enough: number): number {
    let count = 0;
    for (let at = this.pos; at < this.loaded && count < enough; at += widthOf(this.text.charCodeAt(at))) count++;
    return count + this.nuls;
  }

  private load(count: number): void {
    this.bufferStart = this.pos;
    const { blocks = [], failure } = this.source;
    while (this.unread(count) < count) {
      const end = blocks[this.block];
      if (end !== undefined) {
        this.loaded = end;
        this.block++;
      } else if (failure !== undefined) throw failure;
      else {
        this.nuls++;
        break;
      }
    }
  }
}
