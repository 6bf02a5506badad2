/**
 * The flag `#` of floats: always a decimal point, and the zeros at the end that `%g` drops. `text` starts with a sign. Counts
 * digits as Go's `fmtFloat` does, quirks included.
 */
export function withPoint(text: string, verb: string, precision: number): string {
  let digits = verb === "g" || verb === "G" || verb === "x" ? (precision === -1 ? 6 : precision) : 0;
  const hex = verb === "x" || verb === "X";
  let hasPoint = false;
  let sawNonzero = false;
  let end = text.length;
  for (let at = 1; at < end; at++) {
    const char = text[at] as string;
    if (char === ".") {
      hasPoint = true;
    } else if (char === "p" || char === "P" || (!hex && (char === "e" || char === "E"))) {
      end = at;
    } else {
      if (char !== "0") sawNonzero = true;
      if (sawNonzero) digits--;
    }
  }
  let number = text.slice(0, end);
  if (!hasPoint) {
    if (number.length === 2 && number[1] === "0") digits--;
    number += ".";
  }
  return number + "0".repeat(Math.max(digits, 0)) + text.slice(end);
}
