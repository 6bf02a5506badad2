import { runeAt } from "../bytes";

const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BOUNDARY = 16;
const NO_WORD_BOUNDARY = 32;
const END_OF_TEXT = -8;
const NEWLINE = 10;

const isWord = (byte: number): boolean =>
  (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95;

/** The part of re2js's simulation that tells how much it does: the instructions it follows at once. */
export interface Simulation {
  readonly q0: { readonly size: number };
  readonly q1: { readonly size: number };
}

/** How the work of a search is counted. */
export interface Weight {
  /** Units for each rune read. */
  readonly read: number;
  /** Units for each instruction that a simulation follows, at each rune. */
  readonly thread: number;
  readonly simulation?: Simulation;
  /** Takes the units done since the last time; it may throw to end the search. */
  readonly charge: (units: number) => void;
}

/** Units are charged in portions, as each rune would be too often. */
const PORTION = 4096;

/**
 * A byte string as the machines of re2js read it, with UTF-8 as Go's regexp reads it: an invalid byte is one rune U+FFFD. Positions
 * are bytes. Implements the interface of re2js's MachineInputBase, which it has for text and for byte arrays; this one measures the
 * work as well, as repeated searches in one text can each read it to its end.
 */
export class ByteInput {
  #units = 0;
  constructor(
    readonly bytes: string,
    private readonly prefix: string,
    private readonly weight: Weight,
  ) {}

  endPos(): number {
    return this.bytes.length;
  }

  canCheckPrefix(): boolean {
    return true;
  }

  prefixLength(): number {
    return this.prefix.length;
  }

  /** The distance from a position to the literal that every match starts with, -1 if there is none. */
  index(_re2: unknown, position: number): number {
    const found = this.bytes.indexOf(this.prefix, position);
    return found < 0 ? -1 : found - position;
  }

  /** The rune at a position and its size in the lowest three bits. */
  step(position: number): number {
    const { read, thread, simulation } = this.weight;
    this.#units += simulation === undefined ? read : read + thread * (simulation.q0.size + simulation.q1.size);
    if (this.#units >= PORTION) this.settle();
    const byte = this.bytes.charCodeAt(position);
    if (byte < 0x80) return (byte << 3) | 1;
    if (position >= this.bytes.length) return END_OF_TEXT;
    const { value, size } = runeAt(this.bytes, position);
    return (value << 3) | size;
  }

  /** What `^`, `$`, `\b` and their like find at a position. Only ASCII has a say in it, so that bytes are as good as runes. */
  context(position: number): number {
    const { bytes } = this;
    const before = position > 0 ? bytes.charCodeAt(position - 1) : -1;
    const after = position < bytes.length ? bytes.charCodeAt(position) : -1;
    let flags = isWord(before) === isWord(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY;
    if (before < 0) flags |= BEGIN_TEXT | BEGIN_LINE;
    else if (before === NEWLINE) flags |= BEGIN_LINE;
    if (after < 0) flags |= END_TEXT | END_LINE;
    else if (after === NEWLINE) flags |= END_LINE;
    return flags;
  }

  /** Counts what is not done rune by rune. */
  add(units: number): void {
    this.#units += units;
  }

  /** Charges what was done since the last time. */
  settle(): void {
    const units = this.#units;
    this.#units = 0;
    this.weight.charge(units);
  }
}
