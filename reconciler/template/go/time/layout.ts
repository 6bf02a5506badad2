/** The elements a layout is made of, named by what they look like in the reference time Mon Jan 2 15:04:05 MST 2006. */
export type Element =
  | "January"
  | "Jan"
  | "1"
  | "01"
  | "Monday"
  | "Mon"
  | "2"
  | "_2"
  | "02"
  | "__2"
  | "002"
  | "15"
  | "3"
  | "03"
  | "4"
  | "04"
  | "5"
  | "05"
  | "2006"
  | "06"
  | "PM"
  | "pm"
  | "MST"
  | ZoneElement
  | ".0"
  | ".9";
export type ZoneElement =
  "Z0700" | "Z070000" | "Z07" | "Z07:00" | "Z07:00:00" | "-0700" | "-070000" | "-07" | "-07:00" | "-07:00:00";

export interface Chunk {
  /** Text before the element, kept as it is. */
  readonly prefix: string;
  /** Absent in the last chunk, which is text alone. */
  readonly element?: Element;
  /** Of a fraction: the digits after its separator, and the separator. */
  readonly digits?: number;
  readonly separator?: string;
}

interface Found {
  readonly element: Element;
  readonly length: number;
  /** The text before the element is longer by that: `_2006` is a literal `_` and a year. */
  readonly skip?: number;
  readonly digits?: number;
  readonly separator?: string;
}

const isLower = (layout: string, at: number): boolean => layout[at] !== undefined && /[a-z]/.test(layout[at]);
const isDigit = (layout: string, at: number): boolean => {
  const code = layout.charCodeAt(at);
  return code >= 48 && code <= 57;
};

/** Longer ones first: what Go tries first is what it takes. */
const WITH_SIGN: ReadonlyMap<string, readonly Element[]> = new Map([
  ["-", ["-070000", "-07:00:00", "-0700", "-07:00", "-07"]],
  ["Z", ["Z070000", "Z07:00:00", "Z0700", "Z07:00", "Z07"]],
]);
const TWO_DIGITS: readonly Element[] = ["01", "02", "03", "04", "05", "06"];

function found(element: Element): Found {
  return { element, length: element.length };
}

/** A fraction is a separator and one digit repeated, with no other digit behind it. */
function fraction(layout: string, at: number): Found | undefined {
  const digit = layout[at + 1];
  if (digit !== "0" && digit !== "9") return undefined;
  let end = at + 1;
  while (layout[end] === digit) end++;
  if (isDigit(layout, end)) return undefined;
  // Go keeps twelve bits of the count.
  const digits = (end - at - 1) & 0xfff;
  return { element: digit === "0" ? ".0" : ".9", length: end - at, digits, separator: layout[at] };
}

function elementAt(layout: string, at: number): Found | undefined {
  switch (layout[at]) {
    case "J":
      if (layout.startsWith("January", at)) return found("January");
      return layout.startsWith("Jan", at) && !isLower(layout, at + 3) ? found("Jan") : undefined;
    case "M":
      if (layout.startsWith("Monday", at)) return found("Monday");
      if (layout.startsWith("Mon", at)) return isLower(layout, at + 3) ? undefined : found("Mon");
      return layout.startsWith("MST", at) ? found("MST") : undefined;
    case "0": {
      const two = TWO_DIGITS.find((element) => layout.startsWith(element, at));
      if (two !== undefined) return found(two);
      return layout.startsWith("002", at) ? found("002") : undefined;
    }
    case "1":
      return found(layout[at + 1] === "5" ? "15" : "1");
    case "2":
      return found(layout.startsWith("2006", at) ? "2006" : "2");
    case "_":
      if (layout.startsWith("_2006", at)) return { element: "2006", length: 5, skip: 1 };
      if (layout[at + 1] === "2") return found("_2");
      return layout.startsWith("__2", at) ? found("__2") : undefined;
    case "3":
    case "4":
    case "5":
      return found(layout[at]);
    case "P":
      return layout[at + 1] === "M" ? found("PM") : undefined;
    case "p":
      return layout[at + 1] === "m" ? found("pm") : undefined;
    case "-":
    case "Z": {
      const zone = WITH_SIGN.get(layout[at])?.find((element) => layout.startsWith(element, at));
      return zone === undefined ? undefined : found(zone);
    }
    case ".":
    case ",":
      return fraction(layout, at);
    default:
      return undefined;
  }
}

function readLayout(layout: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  for (let at = 0; at < layout.length;) {
    const next = elementAt(layout, at);
    if (next === undefined) {
      at++;
      continue;
    }
    const { element, length, skip = 0, digits, separator } = next;
    chunks.push({ prefix: layout.slice(from, at + skip), element, digits, separator });
    at += length;
    from = at;
  }
  if (from < layout.length) chunks.push({ prefix: layout.slice(from) });
  return chunks;
}

const KEPT = 64;
const read = new Map<string, readonly Chunk[]>();

/** Go's nextStdChunk, for the whole layout at once. */
export function chunksOf(layout: string): readonly Chunk[] {
  const known = read.get(layout);
  if (known !== undefined) return known;
  const chunks = readLayout(layout);
  if (layout.length <= 256) {
    if (read.size >= KEPT) read.clear();
    read.set(layout, chunks);
  }
  return chunks;
}
