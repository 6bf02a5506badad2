import { formatFloat } from "../go/strconv";
import { GoInteger, GoMap, GoSlice, type Value } from "../go/value";
import type { Budget } from "./decode";
import { sortKeys } from "./order";
import { styleOf, type Styled } from "./scalar-style";
import { Writer } from "./writer";

/** Keys up to so many bytes are written without `?`. */
const LONGEST_SIMPLE_KEY = 128;

/** A block collection whose entries are being written. */
interface Frame {
  /** The indentation to return to. */
  readonly outer: number;
  readonly map?: GoMap;
  readonly keys: readonly string[];
  readonly items: readonly Value[];
  at: number;
}

/**
 * Writes a value that {@link isPlain} holds of as yaml.v2 writes its JSON. The result ends in a line feed.
 */
export function emitYaml(root: Value, budget?: Budget): string {
  return new Emitter(budget).emit(root);
}

class Emitter {
  private readonly writer: Writer;
  private readonly frames: Frame[] = [];

  constructor(private readonly budget?: Budget) {
    this.writer = new Writer(budget);
  }

  emit(root: Value): string {
    this.open(root, false);
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      this.budget?.step();
      if (frame.map !== undefined) this.writeEntry(frame, frame.map);
      else this.writeItem(frame);
    }
    this.writer.indent = -1;
    this.writer.writeIndent();
    return this.writer.text();
  }

  private open(value: Value, inMap: boolean): void {
    const { writer } = this;
    if (value instanceof GoMap && !value.isNil) {
      if (value.entries.size === 0) return writer.writeIndicator("{}", true, false);
      this.push({ outer: writer.indent, map: value, keys: sortKeys(value.entries.keys()), items: [], at: 0 }, false);
    } else if (value instanceof GoSlice && !value.isNil) {
      if (value.items.length === 0) return writer.writeIndicator("[]", true, false);
      // A sequence that follows `key:` is not indented.
      this.push({ outer: writer.indent, keys: [], items: value.items, at: 0 }, inMap && !writer.indention);
    } else this.writeScalar(value);
  }

  private push(frame: Frame, indentless: boolean): void {
    const { writer } = this;
    if (writer.indent < 0) writer.indent = 0;
    else if (!indentless) writer.indent += 2;
    this.frames.push(frame);
  }

  private pop(frame: Frame): void {
    this.writer.indent = frame.outer;
    this.frames.pop();
  }

  private writeItem(frame: Frame): void {
    if (frame.at === frame.items.length) return this.pop(frame);
    this.writer.writeIndent();
    this.writer.writeIndicator("-", true, true);
    this.open(frame.items[frame.at++]!, false);
  }

  private writeEntry(frame: Frame, map: GoMap): void {
    if (frame.at === frame.keys.length) return this.pop(frame);
    const { writer } = this;
    const key = frame.keys[frame.at++]!;
    const styled = styleOf(key);
    const simple = !styled.multiline && key.length <= LONGEST_SIMPLE_KEY;
    writer.writeIndent();
    if (simple) {
      this.writeText(key, styled, false);
      writer.writeIndicator(":", false, false);
    } else {
      writer.writeIndicator("?", true, true);
      this.writeText(key, styled, true);
      writer.writeIndent();
      writer.writeIndicator(":", true, true);
    }
    this.open(map.entries.get(key)!, true);
  }

  private writeScalar(value: Value): void {
    if (typeof value === "string") this.writeText(value, styleOf(value), true);
    else this.writer.writePlain(textOf(value), true);
  }

  private writeText(text: string, { style }: Styled, fold: boolean): void {
    const { writer } = this;
    const { indent } = writer;
    writer.indent = indent < 0 ? 2 : indent + 2;
    if (style === "plain") writer.writePlain(text, fold);
    else if (style === "single") writer.writeSingleQuoted(text, fold);
    else if (style === "double") writer.writeDoubleQuoted(text, fold);
    else writer.writeLiteral(text);
    writer.indent = indent;
  }
}

function textOf(value: Value): string {
  if (typeof value === "number") return numberText(value);
  if (value instanceof GoInteger) return String(value.value);
  // Maps and slices get here when they are nil.
  return typeof value === "object" ? "null" : String(value);
}

const MAX_UINT64 = 1n << 64n;

/** A float64 whose JSON is an integer of 64 bits is one to yaml.v2, which reads that JSON: `5`, but `1e+20`. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value + 0);
  if (Number.isInteger(value) && Math.abs(value) < 1e21) {
    const text = String(value);
    const integer = BigInt(text);
    if (integer < 0n ? -integer <= MAX_UINT64 / 2n : integer < MAX_UINT64) return text;
  }
  return formatFloat(value, "g", -1, 64);
}
