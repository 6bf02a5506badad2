/** The text does not have the form of the layout, or names no moment. */
export class BadValue extends Error {}

/** Reads a value from left to right; its methods throw {@link BadValue} where Go's helpers give an error. */
export class Reader {
  at = 0;
  constructor(readonly text: string) {}

  get left(): number {
    return this.text.length - this.at;
  }

  /** The character `offset` further on, empty behind the end. */
  peek(offset = 0): string {
    return this.text.charAt(this.at + offset);
  }

  isDigit(offset: number): boolean {
    const code = this.text.charCodeAt(this.at + offset);
    return code >= 48 && code <= 57;
  }

  take(count: number): string {
    if (this.left < count) throw new BadValue();
    this.at += count;
    return this.text.slice(this.at - count, this.at);
  }

  /** Text between elements: a run of spaces stands for any run of spaces, and for none at the end of the value. */
  skip(prefix: string): void {
    for (let index = 0; index < prefix.length;) {
      if (prefix[index] === " ") {
        if (this.left > 0 && this.peek() !== " ") throw new BadValue();
        while (prefix[index] === " ") index++;
        while (this.peek() === " ") this.at++;
        continue;
      }
      if (this.peek() !== prefix[index]) throw new BadValue();
      index++;
      this.at++;
    }
  }

  /** One or two digits, exactly two where `fixed`. */
  number(fixed: boolean): number {
    if (!this.isDigit(0) || (fixed && !this.isDigit(1))) throw new BadValue();
    return Number(this.take(this.isDigit(1) ? 2 : 1));
  }

  /** One to three digits, exactly three where `fixed`. */
  number3(fixed: boolean): number {
    let length = 0;
    while (length < 3 && this.isDigit(length)) length++;
    if (length === 0 || (fixed && length !== 3)) throw new BadValue();
    return Number(this.take(length));
  }

  /** The index of the name that stands here, whatever the case of its letters. */
  name(names: readonly string[]): number {
    const index = names.findIndex(
      (name) => this.text.slice(this.at, this.at + name.length).toLowerCase() === name.toLowerCase(),
    );
    if (index < 0) throw new BadValue();
    this.at += names[index]?.length ?? 0;
    return index;
  }

  /** A separator and what follows it, `length` characters in all, of which nine digits count. */
  nanoseconds(length: number): number {
    const text = this.take(length);
    if (text[0] !== "." && text[0] !== ",") throw new BadValue();
    const value = signedNumber(text.slice(1, 10));
    if (value < 0) throw new BadValue();
    return value * 10 ** (10 - Math.min(length, 10));
  }

  /** How many digits stand `offset` further on. */
  digits(offset: number): number {
    let count = 0;
    while (this.isDigit(offset + count)) count++;
    return count;
  }
}

/** Go's atoi: digits, possibly none, behind an optional sign. */
export function signedNumber(text: string): number {
  if (!/^[+-]?[0-9]*$/.test(text)) throw new BadValue();
  const digits = Number(text.replace(/^[+-]/, ""));
  return text.startsWith("-") ? -digits : digits;
}
