import { isAscii, runesOf, toBuffer } from "../go/bytes";
import { byBytes } from "../go/value";
import { isDigit, isLetter } from "../go/unicode";

/**
 * Keys in the order yaml.v2 writes them: numbers inside keys by value (`a2` before `a10`), letters after everything else.
 *
 * This is no order in the strict sense: `10` is before `1a`, that before `2`, and that before `10`. With such keys, and with digits
 * beyond ASCII or more than 18 of them, Go's own output changes from run to run; ours depends on the set of keys alone.
 */
export function sortKeys(keys: Iterable<string>): string[] {
  const entries = [...keys].sort(byBytes).map((key) => ({ key, runes: runesOfKey(key) }));
  if (entries.length > 1) entries.sort((a, b) => compare(a.runes, b.runes));
  return entries.map(({ key }) => key);
}

type Runes = ArrayLike<number>;

const runesOfKey = (key: string): Runes =>
  isAscii(key) ? toBuffer(key) : Array.from(runesOf(key), ({ value }) => value);

function compare(a: Runes, b: Runes): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a[at] === b[at]) at++;
  if (at === shorter) return a.length - b.length;
  const left = a[at]!;
  const right = b[at]!;
  const leftIsLetter = isLetter(left);
  const rightIsLetter = isLetter(right);
  if (leftIsLetter && rightIsLetter) return left - right;
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
  // A 0 counts as a digit of its number only if one that is not 0 stands before it.
  const start = (left === 0x30 || right === 0x30) && followsNumber(a, at) ? 1 : 0;
  const leftEnd = endOfDigits(a, at);
  const rightEnd = endOfDigits(b, at);
  const leftNumber = readNumber(a, at, leftEnd, start);
  const rightNumber = readNumber(b, at, rightEnd, start);
  if (leftNumber < rightNumber) return -1;
  if (leftNumber > rightNumber) return 1;
  return leftEnd !== rightEnd ? leftEnd - rightEnd : left - right;
}

function followsNumber(runes: Runes, at: number): boolean {
  for (let before = at - 1; before >= 0 && isDigit(runes[before]!); before--) if (runes[before] !== 0x30) return true;
  return false;
}

function endOfDigits(runes: Runes, at: number): number {
  let end = at;
  while (end < runes.length && isDigit(runes[end]!)) end++;
  return end;
}

/** Go adds the digits up in an int64, and takes any digit's distance from `0`. */
function readNumber(runes: Runes, at: number, end: number, start: number): bigint | number {
  if (end - at > 8) {
    let value = BigInt(start);
    for (let index = at; index < end; index++) value = BigInt.asIntN(64, value * 10n + BigInt(runes[index]! - 0x30));
    return value;
  }
  let value = start;
  for (let index = at; index < end; index++) value = value * 10 + (runes[index]! - 0x30);
  return value;
}
