/** Package `math` where JavaScript's differs. */

/** `math.Max`: +Inf wins over NaN. */
export const max = (a: number, b: number): number => (a === Infinity || b === Infinity ? Infinity : Math.max(a, b));

/** `math.Min`: -Inf wins over NaN. */
export const min = (a: number, b: number): number => (a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b));

/** `math.Pow(10, exponent)` for a whole exponent, rounded as Go's repeated squaring rounds. */
export function powerOfTen(exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return 10;
  const whole = Math.abs(exponent);
  if (whole >= 2 ** 63) return exponent > 0 ? Infinity : 0;
  let fraction = 1;
  let power = 0;
  // 10 is 0.625 × 2^4.
  let square = 0.625;
  let squarePower = 4;
  for (let rest = whole; rest !== 0; rest = Math.floor(rest / 2)) {
    if (squarePower > 4096) {
      power += squarePower;
      break;
    }
    if (rest % 2 === 1) {
      fraction *= square;
      power += squarePower;
    }
    square *= square;
    squarePower *= 2;
    if (square < 0.5) {
      square += square;
      squarePower--;
    }
  }
  return exponent < 0 ? timesPowerOfTwo(1 / fraction, -power) : timesPowerOfTwo(fraction, power);
}

/** `math.Ldexp`, for a fraction between 2^-64 and 2^64. */
function timesPowerOfTwo(fraction: number, power: number): number {
  if (power > 2000) return Infinity;
  if (power < -2000) return 0;
  // The first product is exact; only the last step rounds.
  if (power > 900) return fraction * 2 ** 900 * 2 ** (power - 900);
  if (power < -900) return fraction * 2 ** (power + 900 < -900 ? -900 : power + 900) * 2 ** -900;
  return fraction * 2 ** power;
}
