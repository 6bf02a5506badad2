import type { Render } from "../functions/function";

/** Random numbers and texts without bias, out of the render's random bytes. */

/** A number from 0 to below `bound`, which is at least 1. */
export function randomBelow(bound: bigint, render: Render): bigint {
  const size = Math.max(1, Math.ceil((bound - 1n).toString(2).length / 8));
  const range = 1n << BigInt(8 * size);
  const fair = range - (range % bound);
  for (;;) {
    render.step();
    let value = 0n;
    for (const byte of render.random(size)) value = (value << 8n) | BigInt(byte);
    if (value < fair) return value % bound;
  }
}

/** `count` characters, each one of the alphabet, which has at most 256; none for a negative count. */
export function randomText(alphabet: string, count: number, render: Render): string {
  if (count <= 0) return "";
  render.room(count);
  const fair = 256 - (256 % alphabet.length);
  let out = "";
  while (out.length < count) {
    render.step();
    for (const byte of render.random(Math.min(4096, Math.ceil((count - out.length) * 1.3) + 8)))
      if (byte < fair && out.length < count) out += alphabet[byte % alphabet.length];
  }
  return out;
}

/** Many small random numbers, drawn out of few requests for bytes. */
export class RandomNumbers {
  #bytes: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;

  constructor(private readonly render: Render) {}

  /** A number from 0 to below `bound`, which is from 1 to 2^32. */
  below(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      if (this.#at >= this.#bytes.byteLength) this.#fill();
      const value = this.#bytes.getUint32(this.#at);
      this.#at += 4;
      if (value < fair) return value % bound;
    }
  }

  #fill(): void {
    this.render.step();
    const bytes = this.render.random(1024);
    this.#bytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
  }
}
