import { runeAt, runeBytes } from "../bytes";
import type { GoType } from "../type";
import { GoInteger, typeOf, type Value } from "../value";
import type { Printer } from "./printer";

/** Go's bound of widths and precisions. */
const MOST = 1_000_000;
const isTooLarge = (value: number): boolean => value > MOST || value < -MOST;

const PERCENT = 0x25;
const OPEN = 0x5b;
const STAR = 0x2a;
const DOT = 0x2e;

/** `fmt.pp.doPrintf`. */
export function printf(printer: Printer, format: string, args: readonly Value[]): void {
  new Format(printer, format, args).run();
}

class Format {
  private at = 0;
  private next = 0;
  /** Explicit indexes were used, so operands left over are not reported. */
  private reordered = false;
  private goodIndex = true;
  private afterIndex = false;
  /** Found once, so that a format of many `[` is not searched to its end for each. */
  private readonly lastClose: number;

  constructor(
    private readonly printer: Printer,
    private readonly format: string,
    private readonly args: readonly Value[],
  ) {
    this.lastClose = format.lastIndexOf("]");
  }

  run(): void {
    const { format, printer } = this;
    while (this.at < format.length) {
      this.goodIndex = true;
      const percent = format.indexOf("%", this.at);
      const end = percent < 0 ? format.length : percent;
      if (end > this.at) printer.write(format.slice(this.at, end));
      if (percent < 0) break;
      this.at = percent + 1;
      printer.clearFlags();
      if (!this.verb()) break;
    }
    this.reportExtra();
  }

  /** False where the format ended within the verb. */
  private verb(): boolean {
    const { format, printer, args } = this;
    this.flags();
    const code = format.charCodeAt(this.at);
    if (code >= 0x61 && code <= 0x7a && this.next < args.length) {
      this.at++;
      this.print(String.fromCharCode(code));
      return true;
    }
    this.argNumber();
    this.width();
    if (this.at + 1 < format.length && format.charCodeAt(this.at) === DOT) this.precision();
    if (!this.afterIndex) this.argNumber();
    if (this.at >= format.length) {
      printer.write("%!(NOVERB)");
      return false;
    }
    const rune = runeAt(format, this.at);
    this.at += rune.size;
    const verb = runeBytes(rune.value);
    if (rune.value === PERCENT) printer.write("%");
    else if (!this.goodIndex) printer.write(`%!${verb}(BADINDEX)`);
    else if (this.next >= args.length) printer.write(`%!${verb}(MISSING)`);
    else this.print(verb);
    return true;
  }

  private print(verb: string): void {
    const { printer } = this;
    if (verb === "v" || verb === "w") {
      printer.sharpV = printer.sharp;
      printer.sharp = false;
      printer.plusV = printer.plus;
      printer.plus = false;
    }
    printer.printArg(this.args[this.next++] as Value, verb);
  }

  private flags(): void {
    const { format, printer } = this;
    for (; this.at < format.length; this.at++) {
      switch (format.charCodeAt(this.at)) {
        case 0x23:
          printer.sharp = true;
          break;
        case 0x30:
          printer.zero = true;
          break;
        case 0x2b:
          printer.plus = true;
          break;
        case 0x2d:
          printer.minus = true;
          break;
        case 0x20:
          printer.space = true;
          break;
        default:
          return;
      }
    }
  }

  private width(): void {
    const { format, printer } = this;
    if (this.at < format.length && format.charCodeAt(this.at) === STAR) {
      this.at++;
      const width = this.integerArg();
      printer.hasWidth = width !== undefined;
      printer.width = Math.abs(width ?? 0);
      if (width === undefined) printer.write("%!(BADWIDTH)");
      else if (width < 0) {
        printer.minus = true;
        printer.zero = false;
      }
      this.afterIndex = false;
      return;
    }
    const width = this.number(format.length);
    printer.hasWidth = width !== undefined;
    printer.width = width ?? 0;
    if (this.afterIndex && printer.hasWidth) this.goodIndex = false;
  }

  private precision(): void {
    const { format, printer } = this;
    this.at++;
    if (this.afterIndex) this.goodIndex = false;
    this.argNumber();
    if (this.at < format.length && format.charCodeAt(this.at) === STAR) {
      this.at++;
      const precision = this.integerArg();
      printer.hasPrecision = precision !== undefined && precision >= 0;
      printer.precision = printer.hasPrecision ? (precision as number) : 0;
      if (!printer.hasPrecision) printer.write("%!(BADPREC)");
      this.afterIndex = false;
      return;
    }
    printer.precision = this.number(format.length) ?? 0;
    printer.hasPrecision = true;
  }

  /** Go's `parsenum`; a number far too large swallows the rest of the format. */
  private number(end: number): number | undefined {
    let value: number | undefined;
    for (; this.at < end; this.at++) {
      const digit = this.format.charCodeAt(this.at) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (isTooLarge(value ?? 0)) {
        this.at = end;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
    }
    return value;
  }

  /** The operand as a width or precision; undefined if it is not an integer of fitting size. */
  private integerArg(): number | undefined {
    if (this.next >= this.args.length) return undefined;
    const arg = this.args[this.next++] as Value;
    const value = typeof arg === "bigint" ? arg : arg instanceof GoInteger ? arg.value : undefined;
    if (value === undefined || value > BigInt(MOST) || value < -BigInt(MOST)) return undefined;
    return Number(value);
  }

  /** An explicit index `[n]` selects the operand that comes next. */
  private argNumber(): void {
    if (this.format.charCodeAt(this.at) !== OPEN) {
      this.afterIndex = false;
      return;
    }
    this.reordered = true;
    const { index, ok } = this.index();
    if (ok && index >= 0 && index < this.args.length) {
      this.next = index;
      this.afterIndex = true;
      return;
    }
    this.goodIndex = false;
    this.afterIndex = ok;
  }

  /** Go's `parseArgNumber`. */
  private index(): { index: number; ok: boolean } {
    const start = this.at;
    const isShort = this.format.length - start < 3 || start > this.lastClose;
    const close = isShort ? -1 : this.format.indexOf("]", start + 1);
    if (close < 0) {
      this.at = start + 1;
      return { index: 0, ok: false };
    }
    this.at = start + 1;
    const number = this.number(close);
    const ok = number !== undefined && this.at === close;
    this.at = close + 1;
    return { index: (number ?? 0) - 1, ok };
  }

  private reportExtra(): void {
    const { printer, args } = this;
    if (this.reordered || this.next >= args.length) return;
    printer.clearFlags();
    printer.write("%!(EXTRA ");
    args.slice(this.next).forEach((arg, index) => {
      if (index > 0) printer.write(", ");
      if (arg === null) return printer.write("<nil>");
      printer.write(`${(typeOf(arg) as GoType).name}=`);
      printer.printArg(arg, "v");
    });
    printer.write(")");
  }
}
