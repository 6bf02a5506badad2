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

/** `count` characters, each one of the alphabet, which has at most 256. */
export function randomText(alphabet: string, count: number, render: Render): string {
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
