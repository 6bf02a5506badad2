import { runeAt } from "../go/bytes";
import type { Work } from "./work";

/** Calls Go allows for each byte of the text before it gives up and says that nothing matches. */
const CALLS = 10_000;
/** A call of the matcher costs about as much as looking at this many bytes. */
const CALL = 16;

type Outcome = "match" | "none" | "stop";

/**
 * `match.MatchLimit` of github.com/tidwall/match as gjson calls it: `*` is any text, `?` any character, `\` takes the next one
 * literally. Where Go gives up, the text does not match; where our own bound comes first, the query ends.
 */
export function matches(text: string, pattern: string, work: Work): boolean {
  if (pattern === "*") return true;
  return new Matcher(text, pattern, work).run(0, text.length, 0, pattern.length) === "match";
}

class Matcher {
  private calls = 0;

  constructor(
    private readonly text: string,
    private readonly pattern: string,
    private readonly work: Work,
  ) {}

  run(textFrom: number, textEnd: number, patternFrom: number, patternEnd: number): Outcome {
    if (this.calls > this.text.length * CALLS) return "stop";
    this.calls++;
    const { text, pattern, work } = this;
    work.spend(CALL);
    let at = textFrom;
    let end = textEnd;
    let p = patternFrom;
    let pEnd = patternEnd;
    while (p < pEnd) {
      work.spend(1);
      const wanted = pattern.charCodeAt(p);
      const size = at < end ? sizeAt(text, at, end) : 0;
      if (wanted === 0x2a) {
        while (pEnd - p > 1 && pattern.charCodeAt(p + 1) === 0x2a) p++;
        if (pEnd - p === 1) return "match";
        // What follows the last star must be the end of the text.
        for (;;) {
          if (at >= end || pEnd - p <= 1) break;
          const step = this.sameEnd(at, end, p, pEnd);
          if (step === undefined) break;
          if (step === false) return "none";
          end -= step.text;
          pEnd -= step.pattern;
        }
        if (pEnd - p === 1) return "match";
        work.enter();
        const outcome = this.run(at, end, p + 1, pEnd);
        work.leave();
        if (outcome !== "none") return outcome;
        if (at >= end) return "none";
        at += size;
        continue;
      }
      if (size === 0) return "none";
      let patternSize = wanted < 0x80 ? 1 : sizeAt(pattern, p, pEnd);
      if (wanted !== 0x3f) {
        if (wanted === 0x5c) {
          p++;
          if (p >= pEnd) return "none";
          patternSize = sizeAt(pattern, p, pEnd);
        }
        if (valueAt(text, at, size) !== valueAt(pattern, p, patternSize)) return "none";
      }
      at += size;
      p += patternSize;
    }
    return at >= end ? "match" : "none";
  }

  /** One step of `matchTrimSuffix`: the sizes of the last characters if they match, false if not, undefined at a star. */
  private sameEnd(
    textFrom: number,
    textEnd: number,
    patternFrom: number,
    patternEnd: number,
  ): { readonly text: number; readonly pattern: number } | false | undefined {
    const { text, pattern } = this;
    let size = lastSize(pattern, patternFrom, patternEnd);
    const code = pattern.charCodeAt(patternEnd - size);
    const value = valueAt(pattern, patternEnd - size, size);
    let slashes = 0;
    // Ends at the star, which is the first character at the latest.
    while (pattern.charCodeAt(patternEnd - size - slashes - 1) === 0x5c) slashes++;
    this.work.spend(1 + slashes);
    const escaped = (slashes & 1) === 1;
    if (escaped) size++;
    if (code === 0x2a && !escaped) return undefined;
    const textSize = lastSize(text, textFrom, textEnd);
    const any = code === 0x3f && !escaped;
    if (!any && value !== valueAt(text, textEnd - textSize, textSize)) return false;
    return { text: textSize, pattern: size };
  }
}

/** Bytes of the rune at `at`, 1 for an invalid one; runes do not reach over `end`. */
function sizeAt(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) < 0x80) return 1;
  const { size } = runeAt(text, at);
  return at + size <= end ? size : 1;
}

/** The rune of that size at `at`; U+FFFD for an invalid one, and so all invalid ones are the same to Go. */
function valueAt(text: string, at: number, size: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x80) return code;
  return size === 1 ? 0xfffd : runeAt(text, at).value;
}

/** `utf8.DecodeLastRuneInString`: the size of the last rune before `end`. */
function lastSize(text: string, from: number, end: number): number {
  if (text.charCodeAt(end - 1) < 0x80) return 1;
  const least = Math.max(from, end - 4);
  for (let start = end - 1; start >= least; start--) {
    if ((text.charCodeAt(start) & 0xc0) === 0x80) continue;
    const { size } = runeAt(text, start);
    return start + size === end ? size : 1;
  }
  return 1;
}
