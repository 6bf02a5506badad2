import type { Location, Subject } from "../engine";

/**
 * A text for one line of a terminal: without control characters, which could move the cursor or hide text, and without
 * characters that reverse the reading direction.
 */
export function plain(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `ExternalSecret payments/db`. */
export function nameSubject({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** `12:7`, `12`, or empty. */
export function position(source: Location | undefined): string {
  if (source?.line === undefined) return "";
  return source.column === undefined ? String(source.line) : `${source.line}:${source.column}`;
}

/** `1 error`, `2 errors`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
