import { exactDecimal, round, ZERO, type Decimal } from "./decimal";

/** Rounds a decimal to float32 without the double rounding of a way through float64. */
export function toFloat32(decimal: Decimal): number {
  const nearest = Number(`0.${decimal.digits || "0"}e${decimal.point}`);
  const single = Math.fround(nearest);
  if (nearest === single || !Number.isFinite(nearest)) return single;
  const other = nearest > single ? above(single) : below(single);
  // The float64 is the middle of two float32, where the digits beyond float64 decide.
  const edge = single === Infinity ? 2 ** 128 : single;
  if (nearest - edge !== other - nearest) return single;
  const order = compare(decimal, exactDecimal(nearest));
  if (order === 0) return single;
  return order > 0 ? Math.max(single, other) : Math.min(single, other);
}

/** `0.d...` by `0.d...` of the same point is order of text, as neither ends in a zero. */
function compare(a: Decimal, b: Decimal): number {
  if (a.point !== b.point) return a.point - b.point;
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
}

const word = new DataView(new ArrayBuffer(4));

function step(value: number, by: number): number {
  word.setFloat32(0, value);
  word.setUint32(0, word.getUint32(0) + by);
  const next = word.getFloat32(0);
  // The place of the next number, if there were one: rounding to infinity starts half way to it.
  return next === Infinity ? 2 ** 128 : next;
}
const above = (value: number): number => step(value, 1);
const below = (value: number): number => (value === Infinity ? 3.4028234663852886e38 : step(value, -1));

/** The fewest digits that read back as the same float32; of several such the nearest. */
export function shortest32(value: number): Decimal {
  if (value === 0) return ZERO;
  const exact = exactDecimal(value);
  for (let count = 1; count < 9; count++) {
    const near = round(exact, count);
    if (toFloat32(near) === value) return near;
    // Below a power of two the numbers lie closer, so the nearest digits may miss where the next ones above hit.
    const next = round({ digits: `${near.digits.padEnd(count, "0")}9`, point: near.point }, count);
    if (toFloat32(next) === value) return next;
  }
  return round(exact, 9);
}
