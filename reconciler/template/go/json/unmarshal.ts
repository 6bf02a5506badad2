import { isUtf8 } from "node:buffer";
import { isAscii, runeAt, runeBytes, toBuffer } from "../bytes";
import { GoMap, anyMap, anySlice, type Value } from "../value";

/** Go's bound on nested arrays and objects. */
const MAX_DEPTH = 10_000;

/**
 * What `json.Unmarshal` leaves in an `interface{}`: nil after a syntax error; after a number out of range everything else, with
 * nil in its place.
 */
export interface Unmarshalled {
  readonly value: Value;
  readonly error?: "syntax" | "depth" | "range";
}

/** `json.Unmarshal` of bytes into an `interface{}`: numbers become float64, of equal keys the last counts. */
export function unmarshal(bytes: string): Unmarshalled {
  try {
    const reader = new Reader(bytes);
    const value = reader.read();
    return reader.outOfRange ? { value, error: "range" } : { value };
  } catch (error) {
    if (error instanceof JsonError) return { value: null, error: error.kind };
    throw error;
  }
}

class JsonError extends Error {
  constructor(readonly kind: "syntax" | "depth") {
    super(kind);
  }
}

/** An array or object being read; objects wait for the value of `key`. */
type Open =
  | { readonly items: Value[]; readonly map?: undefined }
  | { readonly items?: undefined; readonly map: GoMap; key: string };

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** All that stands for itself in a string literal. */
const PLAIN = /[^"\\\x00-\x1f]*/y;
const HEX = /^[0-9a-fA-F]{4}$/;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

class Reader {
  outOfRange = false;
  private at = 0;

  constructor(private readonly text: string) {}

  /** Keeps its own stack: the nesting allowed is deeper than JavaScript's would bear. */
  read(): Value {
    const stack: Open[] = [];
    for (;;) {
      let done = this.value(stack);
      while (done !== undefined) {
        const top = stack.at(-1);
        if (top === undefined) {
          this.space();
          if (this.at < this.text.length) throw new JsonError("syntax");
          return done;
        }
        if (top.map === undefined) top.items.push(done);
        else top.map.entries.set(top.key, done);
        done = this.next(top, stack);
      }
    }
  }

  /** A whole scalar or empty container; undefined where a container was opened and its first value comes next. */
  private value(stack: Open[]): Value | undefined {
    this.space();
    const { text } = this;
    switch (text[this.at]) {
      case "{": {
        this.deeper(stack);
        const map = anyMap();
        if (this.closes("}")) return map;
        stack.push({ map, key: this.key() });
        return undefined;
      }
      case "[":
        this.deeper(stack);
        if (this.closes("]")) return anySlice([]);
        stack.push({ items: [] });
        return undefined;
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private deeper(stack: readonly Open[]): void {
    if (stack.length >= MAX_DEPTH) throw new JsonError("depth");
    this.at++;
  }

  private closes(mark: string): boolean {
    this.space();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  /** After a value: the container if it ends here, undefined if another value follows. */
  private next(top: Open, stack: Open[]): Value | undefined {
    this.space();
    const char = this.text[this.at++];
    if (char === ",") {
      if (top.map !== undefined) {
        this.space();
        top.key = this.key();
      }
      return undefined;
    }
    if (char !== (top.map === undefined ? "]" : "}")) throw new JsonError("syntax");
    stack.pop();
    return top.map ?? anySlice(top.items);
  }

  private key(): string {
    if (this.text[this.at] !== '"') throw new JsonError("syntax");
    const key = this.string();
    this.space();
    if (this.text[this.at++] !== ":") throw new JsonError("syntax");
    return key;
  }

  private space(): void {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private word<T extends Value>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new JsonError("syntax");
    this.at += word.length;
    return value;
  }

  private number(): Value {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw new JsonError("syntax");
    this.at = NUMBER.lastIndex;
    const value = Number(match[0]);
    if (Number.isFinite(value)) return value;
    this.outOfRange = true;
    return null;
  }

  private string(): string {
    const { text } = this;
    this.at++;
    let out = "";
    for (;;) {
      PLAIN.lastIndex = this.at;
      PLAIN.test(text);
      out += text.slice(this.at, PLAIN.lastIndex);
      this.at = PLAIN.lastIndex;
      const char = text[this.at++];
      if (char === '"') break;
      if (char !== "\\") throw new JsonError("syntax");
      out += this.escape();
    }
    return isAscii(out) || isUtf8(toBuffer(out)) ? out : replaceInvalid(out);
  }

  private escape(): string {
    const char = this.text[this.at++] ?? "";
    if (char !== "u") {
      const plain = ESCAPES.get(char);
      if (plain === undefined) throw new JsonError("syntax");
      return plain;
    }
    const unit = this.unit(this.at);
    if (unit === undefined) throw new JsonError("syntax");
    this.at += 4;
    if (unit < 0xd800 || unit > 0xdfff) return runeBytes(unit);
    const low = unit < 0xdc00 && this.text.startsWith("\\u", this.at) ? this.unit(this.at + 2) : undefined;
    // What follows a lone surrogate is read for itself.
    if (low === undefined || low < 0xdc00 || low > 0xdfff) return runeBytes(0xfffd);
    this.at += 6;
    return runeBytes(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  }

  private unit(at: number): number | undefined {
    const digits = this.text.slice(at, at + 4);
    return HEX.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }
}

function replaceInvalid(bytes: string): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at);
    out += runeBytes(rune.value);
    at += rune.size;
  }
  return out;
}
