import { sortMembers } from "./members";
import { Output } from "./output";
import { forEach, parse, type Result } from "./result";
import { stringEnd } from "./scan";
import type { Work } from "./work";

export interface PrettyOptions {
  /** Arrays without objects in them stand on one line of up to so many bytes; 0 and less: never. */
  readonly width: number;
  /** Before each line. */
  readonly prefix: string;
  readonly indent: string;
  readonly sortKeys: boolean;
}

const DEFAULTS: PrettyOptions = { width: 80, prefix: "", indent: "  ", sortKeys: false };

/** The argument of `@pretty`: a JSON object with the names of the options. */
export function optionsOf(argument: string): PrettyOptions {
  let options = DEFAULTS;
  forEach(parse(argument), (value, key) => {
    switch (key?.text ?? "") {
      case "sortKeys":
        options = { ...options, sortKeys: value.bool };
        break;
      case "indent":
        options = { ...options, indent: whiteSpaceOf(value.str) };
        break;
      case "prefix":
        options = { ...options, prefix: whiteSpaceOf(value.str) };
        break;
      case "width":
        options = { ...options, width: intOf(value) };
    }
  });
  return options;
}

const whiteSpaceOf = (text: string): string => text.replace(/[^ \t\r\n]+/g, "");

/** `Result.Int()`, near enough beyond 2^53, where only the size matters. */
function intOf(value: Result): number {
  switch (value.type) {
    case "True":
      return 1;
    case "String":
      return wrapped(value.text) ?? 0;
    case "Number":
      if (Math.abs(value.number) <= Number.MAX_SAFE_INTEGER) return Math.trunc(value.number);
      return Number.isNaN(value.number) ? -(2 ** 63) : (wrapped(value.raw) ?? toInt64(value.number));
    default:
      return 0;
  }
}

/** `parseInt` of gjson: digits with the overflow of int64; undefined for anything else. */
function wrapped(text: string): number | undefined {
  if (!/^-?[0-9]+$/.test(text)) return undefined;
  let size = 0n;
  for (const digit of text.replace("-", "")) size = BigInt.asIntN(64, size * 10n + BigInt(digit));
  return Number(BigInt.asIntN(64, text.startsWith("-") ? -size : size));
}

/** Out of range, the processor gives the least integer. */
const toInt64 = (value: number): number => (Math.abs(value) < 2 ** 63 ? Math.trunc(value) : -(2 ** 63));

/** `pretty.PrettyOptions` of github.com/tidwall/pretty. */
export function pretty(json: string, options: PrettyOptions, work: Work): string {
  return new Printer(json, options, work).print();
}

/** A member of an object: where its key stands in the document, and what was printed for it in the output. */
interface Span {
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly textAt: number;
  readonly textEnd: number;
}

class Printer {
  private readonly out: Output;
  private at = 0;
  /** Where the current line starts in the output. */
  private line = 0;
  /** Off once an array is tried on one line. */
  private isPretty = true;
  /** The length of the output at which such a trial has failed; undefined outside of one. */
  private limit: number | undefined;

  constructor(
    private readonly json: string,
    private readonly options: PrettyOptions,
    private readonly work: Work,
  ) {
    this.out = new Output(work, json.length);
  }

  print(): string {
    this.out.add(this.options.prefix);
    this.any(0);
    if (this.out.length > 0) this.out.add("\n");
    return this.out.text(0, this.out.length);
  }

  /** The next value; false if it cannot stand on the line that is tried. */
  private any(tabs: number): boolean {
    const { json, out } = this;
    for (; this.at < json.length; this.at++) {
      const code = json.charCodeAt(this.at);
      switch (code) {
        case 0x22:
          this.string();
          return true;
        case 0x7b:
        case 0x5b:
          return this.brackets(code === 0x5b, tabs);
        case 0x74:
          return this.word("true");
        case 0x66:
          return this.word("false");
        case 0x6e:
          if (this.at + 1 >= json.length || json.charCodeAt(this.at + 1) === 0x75) return this.word("null");
          break;
        default:
          if (!isNumberStart(code)) continue;
      }
      const end = numberEnd(json, this.at);
      out.add(json.slice(this.at, end));
      this.at = end;
      return true;
    }
    return true;
  }

  /** Literals are printed whole and stepped over by their length, whatever is there. */
  private word(word: string): true {
    this.out.add(word);
    this.at += word.length;
    return true;
  }

  private string(): void {
    const end = stringEnd(this.json, this.at + 1);
    const next = end < 0 ? this.json.length : end;
    this.out.add(this.json.slice(this.at, next));
    this.at = next;
  }

  private brackets(isArray: boolean, tabs: number): boolean {
    if (this.options.width > 0) {
      if (isArray && this.isPretty && this.onOneLine()) return true;
      if (!isArray && this.limit !== undefined) return false;
    }
    this.work.enter();
    const isDone = this.elements(isArray, tabs);
    this.work.leave();
    return isDone;
  }

  /** Tries an array on the rest of the line; leaves nothing behind if it does not fit. */
  private onOneLine(): boolean {
    const { out, at } = this;
    const room = this.options.width - (out.length - this.line);
    if (room <= 3) return false;
    const start = out.length;
    this.isPretty = false;
    this.limit = start + room;
    this.work.enter();
    const fits = this.elements(true, 0) && out.length <= this.limit;
    this.work.leave();
    this.isPretty = true;
    this.limit = undefined;
    if (fits) return true;
    this.work.spend(this.at - at);
    out.cut(start);
    this.at = at;
    return false;
  }

  private elements(isArray: boolean, tabs: number): boolean {
    const { json, out } = this;
    const close = isArray ? 0x5d : 0x7d;
    const members: Span[] | undefined = !isArray && this.options.sortKeys && this.isPretty ? [] : undefined;
    out.add(isArray ? "[" : "{");
    let count = 0;
    for (this.at++; this.at < json.length; this.at++) {
      const code = json.charCodeAt(this.at);
      if (code === close) {
        if (members !== undefined) this.sort(members);
        if (this.isPretty && count > 0) {
          this.newLine();
          this.tabs(tabs);
        }
        out.add(isArray ? "]" : "}");
        this.at++;
        break;
      }
      if (isArray ? code <= 0x20 : code !== 0x22) continue;
      if (count++ > 0) out.add(isArray ? ", " : ",");
      const keyAt = this.at;
      let keyEnd = keyAt;
      if (this.isPretty) this.newLine();
      const textAt = out.length;
      if (this.isPretty) this.tabs(tabs + 1);
      if (!isArray) {
        this.string();
        keyEnd = this.at;
        out.add(this.isPretty ? ": " : ":");
      }
      const isFitting = this.any(tabs + 1);
      if (this.limit !== undefined && !(isFitting && out.length <= this.limit)) return false;
      members?.push({ keyAt, keyEnd, textAt, textEnd: out.length });
      this.at--;
    }
    return isArray;
  }

  private newLine(): void {
    const { out } = this;
    this.line = out.length;
    // In place of the space behind a comma.
    if (out.last() === 0x20) out.cut(out.length - 1);
    out.add("\n");
  }

  private tabs(count: number): void {
    this.out.add(this.options.prefix);
    for (let tab = 0; tab < count; tab++) this.out.add(this.options.indent);
  }

  private sort(spans: readonly Span[]): void {
    const first = spans[0];
    if (first === undefined || spans.length === 1) return;
    const { json, out, work } = this;
    work.spend(8 * (out.length - first.textAt));
    const members = spans.map(({ keyAt, keyEnd, textAt, textEnd }) => ({
      key: json.slice(keyAt, keyEnd),
      text: out.text(textAt, textEnd),
    }));
    out.cut(first.textAt);
    out.add(sortMembers(members).join(",\n"));
  }
}

/** `appendPrettyNumber`: a colon ends a number as well. */
function numberEnd(json: string, at: number): number {
  let next = at + 1;
  for (; next < json.length; next++) {
    const code = json.charCodeAt(next);
    if (code <= 0x20 || code === 0x2c || code === 0x3a || code === 0x5d || code === 0x7d) break;
  }
  return next;
}

/** Digits, signs and the names of infinity and NaN but for `nan`. */
const isNumberStart = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x69 || code === 0x49 || code === 0x4e;
