import { RE2JS } from "re2js";
import { text } from "./fields";
import type { Place } from "./problems";

/** A regular expression as the operators run it (Go's RE2: no look-around, no back references). */
export function regexp(place: Place, value: unknown): string | undefined {
  const source = text(place, value);
  if (source === undefined) return undefined;
  try {
    RE2JS.compile(source);
    return source;
  } catch (error) {
    // Without the quoted part: whatever was written there is not shown.
    const [, reason = "it cannot be parsed"] =
      /^error parsing regexp: (.*?)(?:: `|$)/.exec((error as Error).message) ?? [];
    place.report(`is not a regular expression of RE2: ${reason}`);
    return undefined;
  }
}
