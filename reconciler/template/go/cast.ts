import { fromBuffer } from "./bytes";
import { formatValue, type Charge } from "./fmt";
import { parseFloat, parseInt } from "./strconv";
import { BYTE_SLICE, UINT8 } from "./type";
import { GoInteger, GoSlice, wrapInt, type Value } from "./value";

/**
 * Numbers out of any value as `github.com/spf13/cast` makes them for sprig's `int64`, `add` and the like: what is no number is 0.
 */

const LEAST = -(2n ** 63n);

/** `cast.ToInt64` and `cast.ToInt`: floats lose their fraction, text is read as a Go literal (`0x1f`, `010`, `1_000`, `1.9`). */
export function toInt64(value: Value): bigint {
  switch (typeof value) {
    case "bigint":
      return value;
    case "number":
      return floatToInt64(value);
    case "string":
      return parseInteger(value);
    case "boolean":
      return value ? 1n : 0n;
    default:
      return value instanceof GoInteger ? wrapInt(value.value) : 0n;
  }
}

/** `cast.ToFloat64`. */
export function toFloat64(value: Value): number {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "number":
      return value;
    case "string": {
      const { value: parsed, error } = parseFloat(value);
      return error === undefined ? parsed : 0;
    }
    case "boolean":
      return value ? 1 : 0;
    default:
      return value instanceof GoInteger ? Number(value.value) : 0;
  }
}

/** `int64(f)` on amd64, where what does not fit is the least integer. */
export function floatToInt64(value: number): bigint {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : LEAST;
}

const DECIMAL = /^([-+]?[0-9]*)\.[0-9]*$/;

function parseInteger(text: string): bigint {
  let whole = text;
  if (text.includes(".")) {
    const digits = DECIMAL.exec(text)?.[1];
    if (digits !== undefined) whole = digits === "" || digits === "-" || digits === "+" ? `${digits}0` : digits;
  }
  const { value, error } = parseInt(whole, 0, 64);
  return error === undefined ? value : 0n;
}

/** sprig's `strval`, the function `toString`: bytes become text, everything else prints as `%v`; nil is `<nil>`. */
export function strval(value: Value, charge?: Charge): string {
  if (typeof value === "string") return value;
  if (value instanceof GoSlice && value.type.name === BYTE_SLICE.name) return bytesOfSlice(value);
  return formatValue(value, charge);
}

/** `string([]byte)`. */
const bytesOfSlice = (slice: GoSlice): string =>
  fromBuffer(Uint8Array.from(slice.items, (item) => Number((item as GoInteger).value)));

/** `[]byte(string)`. */
export const byteSlice = (bytes: string): GoSlice =>
  new GoSlice(
    BYTE_SLICE,
    Array.from(bytes, (char) => new GoInteger(UINT8, BigInt(char.charCodeAt(0)))),
  );

/** sprig's `strslice`: a list without its nils as text; what is no list is the list of itself, and nil the empty one. */
export function strslice(value: Value, charge?: Charge): readonly string[] {
  if (value === null) return [];
  if (!(value instanceof GoSlice)) return [strval(value, charge)];
  if (value.type.name === "[]string") return value.items as readonly string[];
  const texts: string[] = [];
  for (const item of value.items) if (item !== null) texts.push(strval(item, charge));
  return texts;
}
