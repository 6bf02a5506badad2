/** Puts runes together to a byte string, as `strings.Builder` does with `WriteRune`; for many of them. */
export class RuneWriter {
  readonly #bytes: Buffer;
  #end = 0;

  /** Room for `most` bytes; a rune takes 1 to 4. */
  constructor(most: number) {
    this.#bytes = Buffer.allocUnsafe(most);
  }

  /** A code point that is no surrogate. */
  write(rune: number): void {
    const bytes = this.#bytes;
    if (rune < 0x80) {
      bytes[this.#end++] = rune;
    } else if (rune < 0x800) {
      bytes[this.#end++] = 0xc0 | (rune >> 6);
      bytes[this.#end++] = 0x80 | (rune & 0x3f);
    } else if (rune < 0x10000) {
      bytes[this.#end++] = 0xe0 | (rune >> 12);
      bytes[this.#end++] = 0x80 | ((rune >> 6) & 0x3f);
      bytes[this.#end++] = 0x80 | (rune & 0x3f);
    } else {
      bytes[this.#end++] = 0xf0 | (rune >> 18);
      bytes[this.#end++] = 0x80 | ((rune >> 12) & 0x3f);
      bytes[this.#end++] = 0x80 | ((rune >> 6) & 0x3f);
      bytes[this.#end++] = 0x80 | (rune & 0x3f);
    }
  }

  finish(): string {
    return this.#bytes.toString("latin1", 0, this.#end);
  }
}
