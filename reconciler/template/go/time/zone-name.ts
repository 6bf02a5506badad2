/** The length of a signed number of hours up to 23 (`+3`, `-04`), 0 if none stands there. Go's parseSignedOffset. */
function signedHours(text: string, at: number): number {
  if (text[at] !== "+" && text[at] !== "-") return 0;
  let end = at + 1;
  let hours = 0;
  for (; end < text.length; end++) {
    const digit = text.charCodeAt(end) - 48;
    if (digit < 0 || digit > 9) break;
    hours = Math.min(hours * 10 + digit, 24);
  }
  return end === at + 1 || hours > 23 ? 0 : end - at;
}

/**
 * The length of the zone abbreviation at a place of a text, 0 if it looks like none. Go's parseTimeZone: three to five capital
 * letters, of which four and five must end in T (or be WITA); ChST and MeST; GMT with hours; hours alone.
 */
export function zoneNameLength(text: string, at: number): number {
  if (text.length - at < 3) return 0;
  if (text.startsWith("ChST", at) || text.startsWith("MeST", at)) return 4;
  if (text.startsWith("GMT", at)) return 3 + signedHours(text, at + 3);
  if (text[at] === "+" || text[at] === "-") return signedHours(text, at);
  let capitals = 0;
  while (capitals < 6) {
    const code = text.charCodeAt(at + capitals);
    if (!(code >= 65 && code <= 90)) break;
    capitals++;
  }
  if (capitals === 3) return 3;
  if (capitals === 4) return text[at + 3] === "T" || text.startsWith("WITA", at) ? 4 : 0;
  return capitals === 5 && text[at + 4] === "T" ? 5 : 0;
}
