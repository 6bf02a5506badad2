import { FunctionError } from "../../functions/function";
import { unicodeClass } from "./unicode-class";

/** A pattern of Go as re2js takes it, and what is known of it before it is compiled. */
export interface Translated {
  readonly pattern: string;
  /** Groups by name, in their order: Go lets several have the same name. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  /** At most how many instructions it compiles to, roughly; `(((x{9}){9}){9})` is short and large. */
  readonly size: number;
}

export const INVALID = "is not a regular expression";
const invalid = (): never => {
  throw new FunctionError(INVALID);
};

/** What a `\p{...}` costs besides its instructions, as it brings some hundred ranges; they are not copied when it is repeated. */
const UNICODE_CLASS = 50;
/** Go's bound for one repetition, and for nested ones multiplied. */
const MAX_REPEAT = 1000;
const REPEAT = /\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/y;
const FLAGS = /\(\?[a-zA-Z-]*(:|\))/y;
const NAMED = /\(\?P?<([^>]*)>/y;

/** Something that a repetition can follow. */
interface Atom {
  readonly size: number;
  /** Repetitions inside it, multiplied. */
  readonly repeats: number;
}

const NOTHING: Atom = { size: 0, repeats: 1 };

/**
 * Reads a pattern as Go's parser does, as far as the two differ: the names of `\p{...}`, names of groups used twice, and the bounds,
 * which must hold before re2js expands anything. Whether it is well formed re2js finds out.
 */
class Translator {
  #out = "";
  #at = 0;
  /** What is complete of the sequence, and the atom behind it. */
  #done: Atom = NOTHING;
  #last: Atom = NOTHING;
  readonly #outer: Atom[] = [];
  readonly #names = new Map<string, number[]>();
  #groups = 0;
  #tables = 0;
  /** Where the last repetition ended. */
  #repeated = -1;

  constructor(readonly text: string) {}

  translate(): Translated {
    while (this.#at < this.text.length) this.#token();
    this.#atom(NOTHING);
    let size = this.#done.size + this.#tables;
    for (const outer of this.#outer) size += outer.size;
    return { pattern: this.#out, names: this.#names, size };
  }

  #token(): void {
    switch (this.text[this.#at]) {
      case "\\":
        return this.#escape();
      case "[":
        return this.#class();
      case "(":
        return this.#open();
      case ")": {
        this.#copy(1);
        this.#atom(NOTHING);
        this.#last = { size: this.#done.size + 2, repeats: this.#done.repeats };
        this.#done = this.#outer.pop() ?? NOTHING;
        return;
      }
      case "|":
        this.#copy(1);
        this.#atom({ size: 2, repeats: 1 });
        this.#atom(NOTHING);
        return;
      case "{":
        return this.#repeat();
      case "*":
      case "+":
      case "?":
        this.#copy(1);
        this.#last = { size: this.#last.size + 2, repeats: this.#last.repeats };
        this.#repeated = this.#at;
        return;
      default:
        this.#copy(1);
        this.#atom({ size: 1, repeats: 1 });
    }
  }

  #copy(length: number): void {
    this.#out += this.text.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  /** Ends the atom before and begins another. */
  #atom(next: Atom): void {
    this.#done = {
      size: this.#done.size + this.#last.size,
      repeats: Math.max(this.#done.repeats, this.#last.repeats),
    };
    this.#last = next;
  }

  #escape(): void {
    const { text } = this;
    switch (text[this.#at + 1]) {
      case "Q": {
        const end = text.indexOf("\\E", this.#at + 2);
        const length = (end < 0 ? text.length : end) - this.#at - 2;
        this.#copy(length + (end < 0 ? 2 : 4));
        if (length > 1) this.#atom({ size: length - 1, repeats: 1 });
        if (length > 0) this.#atom({ size: 1, repeats: 1 });
        return;
      }
      case "p":
      case "P":
        this.#unicode();
        this.#atom({ size: 1, repeats: 1 });
        return;
      default:
        this.#copy(this.#escapeLength());
        this.#atom({ size: 1, repeats: 1 });
    }
  }

  /** With `\x{...}` as a whole, so that its braces are no repetition. */
  #escapeLength(): number {
    if (!this.text.startsWith("\\x{", this.#at)) return 2;
    const end = this.text.indexOf("}", this.#at);
    return end < 0 ? 3 : end + 1 - this.#at;
  }

  #unicode(): void {
    const { text } = this;
    const start = this.#at;
    let name = String.fromCodePoint(text.codePointAt(start + 2) ?? 0);
    let end = start + 2 + name.length;
    if (name === "{") {
      const close = text.indexOf("}", start);
      if (close < 0) invalid();
      name = text.slice(start + 3, close);
      end = close + 1;
    }
    const negated = name.startsWith("^") ? "^" : "";
    const known = unicodeClass(name.slice(negated.length)) ?? invalid();
    this.#out += `${text.slice(start, start + 2)}{${negated}${known}}`;
    this.#at = end;
    this.#tables += UNICODE_CLASS;
  }

  #class(): void {
    const { text } = this;
    const start = this.#at;
    this.#copy(text[start + 1] === "^" ? 2 : 1);
    if (text[this.#at] === "]") this.#copy(1);
    while (this.#at < text.length && text[this.#at] !== "]") {
      const named = text.startsWith("[:", this.#at) ? text.indexOf(":]", this.#at + 2) : -1;
      if (named >= 0) this.#copy(named + 2 - this.#at);
      else if (text[this.#at] !== "\\") this.#copy(1);
      else if (text[this.#at + 1] === "p" || text[this.#at + 1] === "P") {
        this.#unicode();
      } else this.#copy(this.#escapeLength());
    }
    this.#copy(1);
    this.#tables += (this.#at - start) / 8;
    this.#atom({ size: 1, repeats: 1 });
  }

  #open(): void {
    const { text } = this;
    if (text[this.#at + 1] === "?") {
      NAMED.lastIndex = this.#at;
      const [capture = "", name] = NAMED.exec(text) ?? [];
      if (name === undefined) {
        FLAGS.lastIndex = this.#at;
        const [flags = "", end] = FLAGS.exec(text) ?? [];
        if (end === undefined) invalid();
        this.#copy(flags.length);
        // Flags alone are no atom: what follows repeats what was before them.
        if (end === ")") return;
      } else {
        if (!/^[A-Za-z0-9_]+$/.test(name)) invalid();
        this.#groups++;
        this.#names.set(name, [...(this.#names.get(name) ?? []), this.#groups]);
        // re2js wants each name once.
        this.#out += `(?P<g${this.#groups}>`;
        this.#at += capture.length;
      }
    } else {
      this.#groups++;
      this.#copy(1);
    }
    this.#atom(NOTHING);
    this.#outer.push(this.#done);
    this.#done = NOTHING;
  }

  #repeat(): void {
    REPEAT.lastIndex = this.#at;
    const [text, least, comma, most] = REPEAT.exec(this.text) ?? [];
    if (text === undefined || least === undefined) {
      this.#copy(1);
      this.#atom({ size: 1, repeats: 1 });
      return;
    }
    // Nothing to repeat, or a repetition repeated.
    if (this.#last.size === 0 || this.#repeated === this.#at) invalid();
    const min = Number(least);
    const max = comma === undefined ? min : most === undefined ? undefined : Number(most);
    if (min > MAX_REPEAT || (max !== undefined && (max > MAX_REPEAT || max < min))) invalid();
    // What is repeated no times is not looked into.
    const repeats = max === 0 ? 1 : Math.max(max ?? min, 1) * this.#last.repeats;
    if ((min >= 2 || (max ?? 0) >= 2) && repeats > MAX_REPEAT) invalid();
    this.#copy(text.length);
    this.#repeated = this.#at;
    this.#last = { size: (this.#last.size + 1) * Math.max(max ?? min + 1, 1), repeats };
  }
}

/** @throws FunctionError for some of the patterns that Go refuses */
export const translate = (pattern: string): Translated => new Translator(pattern).translate();
