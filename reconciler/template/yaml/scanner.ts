import { isBlank, isBlankOrEnd, isBreak, NUL, SPACE, TAB } from "./chars";
import { Reader } from "./reader";
import { scanAnchor, scanDirective, scanError, scanTag, skipComment } from "./scan-names";
import { scanBlockScalar } from "./scan-block";
import { atDocumentIndicator, scanPlainScalar, scanQuotedScalar } from "./scan-scalars";
import { SimpleKeys } from "./simple-keys";
import type { Source } from "./source";
import { token, Token, type TokenKind, type YamlToken } from "./token";

/** Nested flow collections, and nested block collections, that yaml.v2 takes. */
const MAX_DEPTH = 10_000;
/**
 * Cuts a text into tokens as libyaml does, of YAML 1.1: block structure appears as start and end tokens made from the columns, and
 * a key token is put before what a `:` makes a key after the fact. {@link peek} and {@link advance} are the whole interface.
 */
export class Scanner {
  private readonly reader: Reader;
  private readonly queue: YamlToken[] = [];
  private head = 0;
  /** Tokens handed out. */
  private parsed = 0;
  private available = false;
  private started = false;
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;
  private keyAllowed = true;
  private readonly keys: SimpleKeys;

  constructor(source: Source) {
    this.reader = new Reader(source);
    this.keys = new SimpleKeys(this.reader);
  }

  peek(): YamlToken {
    if (!this.available) this.fetchMore();
    return this.queue[this.head]!;
  }

  advance(): void {
    this.available = false;
    this.parsed++;
    this.head++;
    // Spent tokens are dropped in bulk, so that the queue neither grows nor is copied for each.
    if (this.head === this.queue.length) {
      this.queue.length = 0;
      this.head = 0;
    } else if (this.head === 1024) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
  }

  /** A token may be handed out when no `:` that is still to come can make it a key. */
  private fetchMore(): void {
    for (;;) {
      if (this.head < this.queue.length && !this.keys.mayBeKey(this.parsed)) break;
      this.fetchNext();
    }
    this.available = true;
  }

  private add(kind: TokenKind, line = this.reader.line): void {
    this.queue.push(token(kind, line));
  }

  /** `number` counts from the start of the text; what was handed out already cannot be preceded, and yaml.v2 appends then. */
  private insert(entry: YamlToken, number: number): void {
    const place = number - this.parsed;
    if (place < 0) this.queue.push(entry);
    else this.queue.splice(this.head + place, 0, entry);
  }

  private fetchNext(): void {
    const { reader } = this;
    const { text } = reader;
    reader.need(1);
    if (!this.started) {
      this.started = true;
      this.add(Token.StreamStart);
      return;
    }
    this.skipToToken();
    const column = reader.column;
    this.unrollIndent(column);
    reader.need(4);
    const { code, pos } = reader;
    if (code === NUL) return this.fetchStreamEnd();
    if (column === 0) {
      if (code === 0x25) return this.fetchDirective();
      if (atDocumentIndicator(reader))
        return this.fetchDocumentIndicator(code === 0x2d ? Token.DocumentStart : Token.DocumentEnd);
    }
    const inFlow = this.flowLevel > 0;
    switch (code) {
      case 0x5b:
        return this.fetchFlowStart(Token.FlowSequenceStart);
      case 0x7b:
        return this.fetchFlowStart(Token.FlowMappingStart);
      case 0x5d:
        return this.fetchFlowEnd(Token.FlowSequenceEnd);
      case 0x7d:
        return this.fetchFlowEnd(Token.FlowMappingEnd);
      case 0x2c:
        return this.fetchFlowEntry();
      case 0x2d:
        return isBlankOrEnd(text, pos + 1) ? this.fetchBlockEntry() : this.fetchPlain();
      case 0x3f:
        return inFlow || isBlankOrEnd(text, pos + 1) ? this.fetchKey() : this.fetchPlain();
      case 0x3a:
        return inFlow || isBlankOrEnd(text, pos + 1) ? this.fetchValue() : this.fetchPlain();
      case 0x2a:
        return this.fetchNamed(() => scanAnchor(reader, Token.Alias));
      case 0x26:
        return this.fetchNamed(() => scanAnchor(reader, Token.Anchor));
      case 0x21:
        return this.fetchNamed(() => scanTag(reader));
      case 0x7c:
        if (inFlow) break;
        return this.fetchBlockScalar(true);
      case 0x3e:
        if (inFlow) break;
        return this.fetchBlockScalar(false);
      case 0x27:
        return this.fetchQuoted(true);
      case 0x22:
        return this.fetchQuoted(false);
      case 0x23:
      case 0x25:
      case 0x40:
      case 0x60:
      case TAB:
        break;
      default:
        if (!isBlank(code) && !isBreak(text, pos)) return this.fetchPlain();
    }
    throw scanError(reader, "found character that cannot start any token");
  }

  /** Blanks, comments and line breaks. A tab is no blank where a key may start in block context. */
  private skipToToken(): void {
    const { reader } = this;
    for (;;) {
      reader.need(1);
      if (reader.strict && reader.column === 0 && reader.atByteOrderMark()) reader.skip();
      reader.need(1);
      for (;;) {
        const { code } = reader;
        if (code !== SPACE && !(code === TAB && (this.flowLevel > 0 || !this.keyAllowed))) break;
        reader.pos++;
        reader.need(1);
      }
      skipComment(reader);
      if (!isBreak(reader.text, reader.pos)) return;
      reader.need(2);
      reader.readBreak();
      if (this.flowLevel === 0) this.keyAllowed = true;
    }
  }

  /** The number of the token that is added next. */
  private get nextNumber(): number {
    return this.parsed + (this.queue.length - this.head);
  }

  private saveSimpleKey(): void {
    if (!this.keyAllowed) return;
    const mark = this.reader.mark();
    this.keys.save(this.nextNumber, mark, this.flowLevel === 0 && this.indent === mark.column);
  }

  private rollIndent(column: number, kind: TokenKind, number: number | undefined, line: number): void {
    if (this.flowLevel > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    if (this.indents.length > MAX_DEPTH) throw scanError(this.reader, `exceeded max depth of ${MAX_DEPTH}`);
    const entry = token(kind, line);
    if (number === undefined) this.queue.push(entry);
    else this.insert(entry, number);
  }

  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.add(Token.BlockEnd);
      this.indent = this.indents.pop()!;
    }
  }

  private fetchStreamEnd(): void {
    if (this.reader.column !== 0) this.reader.startLine();
    this.endBlocks();
    this.add(Token.StreamEnd);
  }

  private endBlocks(): void {
    this.unrollIndent(-1);
    this.keys.remove();
    this.keyAllowed = false;
  }

  private fetchDirective(): void {
    this.endBlocks();
    this.queue.push(scanDirective(this.reader));
  }

  private fetchDocumentIndicator(kind: TokenKind): void {
    this.endBlocks();
    this.reader.pos += 3;
    this.add(kind);
  }

  private fetchFlowStart(kind: TokenKind): void {
    this.saveSimpleKey();
    this.keys.enterFlow(this.nextNumber);
    this.flowLevel++;
    if (this.flowLevel > MAX_DEPTH) throw scanError(this.reader, `exceeded max depth of ${MAX_DEPTH}`);
    this.keyAllowed = true;
    this.reader.pos++;
    this.add(kind);
  }

  private fetchFlowEnd(kind: TokenKind): void {
    this.keys.remove();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.keys.leaveFlow();
    }
    this.keyAllowed = false;
    this.reader.pos++;
    this.add(kind);
  }

  private fetchFlowEntry(): void {
    this.keys.remove();
    this.keyAllowed = true;
    this.reader.pos++;
    this.add(Token.FlowEntry);
  }

  private fetchBlockEntry(): void {
    const { reader } = this;
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw scanError(reader, "block sequence entries are not allowed in this context");
      this.rollIndent(reader.column, Token.BlockSequenceStart, undefined, reader.line);
    }
    this.keys.remove();
    this.keyAllowed = true;
    reader.pos++;
    this.add(Token.BlockEntry);
  }

  private fetchKey(): void {
    const { reader } = this;
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw scanError(reader, "mapping keys are not allowed in this context");
      this.rollIndent(reader.column, Token.BlockMappingStart, undefined, reader.line);
    }
    this.keys.remove();
    this.keyAllowed = this.flowLevel === 0;
    reader.pos++;
    this.add(Token.Key);
  }

  private fetchValue(): void {
    const { reader } = this;
    const key = this.keys.current();
    if (key !== undefined) {
      this.insert(token(Token.Key, key.mark.line), key.number);
      this.rollIndent(key.mark.column, Token.BlockMappingStart, key.number, key.mark.line);
      this.keys.forget(key);
      this.keyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed) throw scanError(reader, "mapping values are not allowed in this context");
        this.rollIndent(reader.column, Token.BlockMappingStart, undefined, reader.line);
      }
      this.keyAllowed = this.flowLevel === 0;
    }
    reader.pos++;
    this.add(Token.Value);
  }

  private fetchNamed(scan: () => YamlToken): void {
    this.saveSimpleKey();
    this.keyAllowed = false;
    this.queue.push(scan());
  }

  private fetchBlockScalar(literal: boolean): void {
    this.keys.remove();
    this.keyAllowed = true;
    const { line } = this.reader;
    this.queue.push(token(Token.Scalar, line, scanBlockScalar(this.reader, this.indent, literal)));
  }

  private fetchQuoted(single: boolean): void {
    this.saveSimpleKey();
    this.keyAllowed = false;
    const { line } = this.reader;
    this.queue.push(token(Token.Scalar, line, scanQuotedScalar(this.reader, single)));
  }

  private fetchPlain(): void {
    this.saveSimpleKey();
    this.keyAllowed = false;
    const { line } = this.reader;
    const { value, broken } = scanPlainScalar(this.reader, this.indent, this.flowLevel > 0);
    this.queue.push(token(Token.Scalar, line, value, "", true));
    if (broken) this.keyAllowed = true;
  }
}
