import { LimitError } from "../../functions/function";
import { Regexp, type Meter } from "./regexp";

export { Regexp, type Meter } from "./regexp";
export { quoteMeta } from "./quote-meta";

const MAX_ENTRIES = 200;
/** Instructions of all programs that are kept. */
const MAX_KEPT = 50_000;
/** Compiling costs about as much as this many steps for each instruction. */
const STEPS_PER_INSTRUCTION = 0.25;

const kept = new Map<string, Regexp>();
let keptSize = 0;

/**
 * Go's `regexp.Compile` for a byte string, kept for the next time (the least recently used ones go).
 *
 * @throws FunctionError where Go gives an error, LimitError for a program above 100,000 instructions
 */
export function compileRegexp(pattern: string, meter: Meter = boundedMeter()): Regexp {
  const known = kept.get(pattern);
  if (known !== undefined) {
    kept.delete(pattern);
    kept.set(pattern, known);
    return known;
  }
  const regexp = new Regexp(pattern);
  meter.step(Math.ceil(regexp.size * STEPS_PER_INSTRUCTION));
  if (regexp.size + pattern.length > MAX_KEPT / 10) return regexp;
  kept.set(pattern, regexp);
  keptSize += regexp.size + pattern.length;
  for (const [oldest, entry] of kept) {
    if (kept.size <= MAX_ENTRIES && keptSize <= MAX_KEPT) break;
    kept.delete(oldest);
    keptSize -= entry.size + oldest.length;
  }
  return regexp;
}

/** A meter for the use outside of a render: it throws LimitError after about as much work as a whole render may do. */
export function boundedMeter(steps = 1_000_000, bytes = 32 * 1024 * 1024): Meter {
  let [stepsLeft, bytesLeft] = [steps, bytes];
  return {
    step(count = 1) {
      if ((stepsLeft -= count) < 0) throw new LimitError("steps");
    },
    room(size) {
      if ((bytesLeft -= size) < 0) throw new LimitError("size");
    },
  };
}
