import type { Work } from "./work";

/** Bytes that grow at the end, of which the last ones can be taken back. */
export class Output {
  private bytes: Buffer;
  length = 0;

  constructor(
    private readonly work: Work,
    size: number,
  ) {
    this.bytes = Buffer.allocUnsafe(size + 64);
  }

  add(text: string): void {
    const end = this.length + text.length;
    this.work.spend(text.length);
    if (end > this.bytes.length) {
      const grown = Buffer.allocUnsafe(2 * end);
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    if (text.length < 16) for (let at = 0; at < text.length; at++) this.bytes[this.length + at] = text.charCodeAt(at);
    else this.bytes.write(text, this.length, "latin1");
    this.length = end;
  }

  cut(length: number): void {
    this.length = length;
  }

  last(): number | undefined {
    return this.bytes[this.length - 1];
  }

  text(from: number, end: number): string {
    return this.bytes.toString("latin1", from, end);
  }
}
