import { runeAt, runeBytes, runeCount } from "../bytes";
import {
  canBackquote,
  formatFloat,
  quote,
  quoteRune,
  quoteRuneToAscii,
  quoteToAscii,
  type FloatFormat,
} from "../strconv";
import { isPrint } from "../unicode";
import { withPoint } from "./sharp";

/** Told how many bytes are about to be added to the output; throws to stop. */
export type Charge = (bytes: number) => void;
export const NO_CHARGE: Charge = () => undefined;

/** So many bytes are written before they are charged, to spare a call for each piece. */
const CHUNK = 4096;

/** `fmt.fmt`: the formatter of single operands, with the flags, width and precision of one verb. */
export class Formatter {
  private out = "";
  private pending = 0;

  width = 0;
  hasWidth = false;
  precision = 0;
  hasPrecision = false;
  minus = false;
  plus = false;
  sharp = false;
  space = false;
  zero = false;
  /** `%+v` and `%#v` are formats of their own; the flags they came from are cleared. */
  plusV = false;
  sharpV = false;

  constructor(private readonly charge: Charge) {}

  clearFlags(): void {
    this.width = this.precision = 0;
    this.hasWidth = this.hasPrecision = false;
    this.minus = this.plus = this.sharp = this.space = this.zero = this.plusV = this.sharpV = false;
  }

  write(bytes: string): void {
    this.out += bytes;
    this.pending += bytes.length;
    if (this.pending > CHUNK) this.settle();
  }

  finish(): string {
    this.settle();
    return this.out;
  }

  private settle(): void {
    const bytes = this.pending;
    this.pending = 0;
    if (bytes > 0) this.charge(bytes);
  }

  /** Of zeros or spaces, asked for by a width or a precision. */
  private padding(count: number, fill: string): string {
    if (count <= 0) return "";
    this.expect(count);
    return fill.repeat(count);
  }

  /** Stops before a long piece is built; its bytes are charged once, when they are written. */
  private expect(count: number): void {
    if (count <= CHUNK) return;
    this.charge(count);
    this.pending -= count;
  }

  private writePadding(count: number): void {
    this.write(this.padding(count, this.zero && !this.minus ? "0" : " "));
  }

  pad(bytes: string): void {
    if (!this.hasWidth || this.width === 0) return this.write(bytes);
    const count = this.width - runeCount(bytes);
    if (!this.minus) this.writePadding(count);
    this.write(bytes);
    if (this.minus) this.writePadding(count);
  }

  /** Zeros were already added as digits, so the width is filled with spaces. */
  private padWithSpaces(bytes: string): void {
    const zero = this.zero;
    this.zero = false;
    this.pad(bytes);
    this.zero = zero;
  }

  boolean(value: boolean): void {
    this.pad(value ? "true" : "false");
  }

  /** `value` is negative only for signed types. */
  integer(value: bigint, base: 2 | 8 | 10 | 16, verb: string): void {
    if (base === 10 && !this.hasWidth && !this.hasPrecision && !this.plus && !this.space) {
      return this.write(value.toString());
    }
    const negative = value < 0n;
    let precision = 0;
    if (this.hasPrecision) {
      precision = this.precision;
      if (precision === 0 && value === 0n) return this.write(this.padding(this.width, " "));
    } else if (this.zero && !this.minus && this.hasWidth) {
      precision = this.width - (negative || this.plus || this.space ? 1 : 0);
    }
    let digits = (negative ? -value : value).toString(base);
    if (verb === "X") digits = digits.toUpperCase();
    if (digits.length < precision) digits = this.padding(precision - digits.length, "0") + digits;
    if (this.sharp) {
      if (base === 2) digits = `0b${digits}`;
      else if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
      else if (base === 16) digits = (verb === "X" ? "0X" : "0x") + digits;
    }
    if (verb === "O") digits = `0o${digits}`;
    this.padWithSpaces((negative ? "-" : this.plus ? "+" : this.space ? " " : "") + digits);
  }

  /** `%U`: `U+0078`, with `#` also the character. */
  unicode(value: bigint): void {
    const precision = this.hasPrecision && this.precision > 4 ? this.precision : 4;
    let digits = value.toString(16).toUpperCase();
    digits = this.padding(precision - digits.length, "0") + digits;
    const shown = this.sharp && value <= 0x10ffffn && isPrint(Number(value));
    this.padWithSpaces(`U+${digits}${shown ? ` '${runeBytes(Number(value))}'` : ""}`);
  }

  character(value: bigint): void {
    this.pad(runeBytes(runeOf(value)));
  }

  quotedCharacter(value: bigint): void {
    this.pad(this.plus ? quoteRuneToAscii(runeOf(value)) : quoteRune(runeOf(value)));
  }

  string(bytes: string): void {
    this.pad(this.truncate(bytes));
  }

  quoted(bytes: string): void {
    const text = this.truncate(bytes);
    if (this.sharp && canBackquote(text)) return this.pad(`\`${text}\``);
    this.pad(this.plus ? quoteToAscii(text) : quote(text));
  }

  /** To as many runes as the precision says. */
  private truncate(bytes: string): string {
    if (!this.hasPrecision || bytes.length <= this.precision) return bytes;
    let at = 0;
    for (let count = 0; at < bytes.length && count < this.precision; count++) at += runeAt(bytes, at).size;
    return bytes.slice(0, at);
  }

  /** `%x` of a string: its bytes. */
  hex(bytes: string, verb: string): void {
    const taken = this.hasPrecision && this.precision < bytes.length ? bytes.slice(0, this.precision) : bytes;
    if (taken === "") {
      if (this.hasWidth) this.writePadding(this.width);
      return;
    }
    let hex = Buffer.from(taken, "latin1").toString("hex");
    if (verb === "X") hex = hex.toUpperCase();
    const prefix = this.sharp ? (verb === "X" ? "0X" : "0x") : "";
    if (this.space) hex = hex.replace(/..(?!$)/g, `$& ${prefix}`);
    const text = prefix + hex;
    const count = this.hasWidth ? this.width - text.length : 0;
    if (!this.minus) this.writePadding(count);
    this.write(text);
    if (this.minus) this.writePadding(count);
  }

  float(value: number, bits: 32 | 64, verb: FloatFormat, defaultPrecision: number): void {
    const precision = this.hasPrecision ? this.precision : defaultPrecision;
    // Without `#`, `%g` and `%b` are short whatever the precision.
    const long = Number.isFinite(value) && (this.sharp || (verb !== "g" && verb !== "G")) && verb !== "b";
    if (long) this.expect(precision);
    let text = formatFloat(value, verb, precision, bits);
    const isPlain = !this.hasWidth && !this.plus && !this.space && !this.sharp;
    if (isPlain && !Number.isNaN(value)) return this.write(text);
    if (text[0] !== "-" && text[0] !== "+") text = `+${text}`;
    if (this.space && text[0] === "+" && !this.plus) text = ` ${text.slice(1)}`;
    if (text[1] === "I") return this.padWithSpaces(text);
    if (text[1] === "N") return this.padWithSpaces(this.space || this.plus ? text : text.slice(1));
    if (this.sharp && verb !== "b") text = withPoint(text, verb, precision);
    if (!this.plus && text[0] === "+") return this.pad(text.slice(1));
    if (this.zero && !this.minus && this.hasWidth && this.width > text.length) {
      this.write(text[0] as string);
      this.writePadding(this.width - text.length);
      return this.write(text.slice(1));
    }
    this.pad(text);
  }
}

const runeOf = (value: bigint): number => (value > 0x10ffffn || value < 0n ? 0xfffd : Number(value));
