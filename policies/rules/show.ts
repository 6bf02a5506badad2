import { secretLike } from "../../components/model/secret-like";

const LONGEST = 120;

/**
 * A value of an object as messages show it: quoted, on one line, shortened. What looks like a secret is described, not shown:
 * where a reference is expected, a pasted secret is the likeliest mistake.
 */
export function showValue(value: string): string {
  const looksLike = secretLike(value);
  if (looksLike !== undefined) return `(not shown: it looks like ${looksLike})`;
  const short = value.length > LONGEST ? `${value.slice(0, LONGEST - 3)}...` : value;
  return JSON.stringify(short).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** For hosts that get secret values unwrapped and cannot tell them apart: shows nothing. */
export function hideValue(): string {
  return "(not shown)";
}
