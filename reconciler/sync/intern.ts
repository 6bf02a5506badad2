/**
 * Shares equal strings and lists between records: namespaces, store references, property names and key lists repeat
 * thousands of times in a cluster (reference/runtime.md 5.3).
 */
const strings = new Map<string, string>();
const lists = new Map<string, readonly string[]>();
/** Beyond this the tables are dropped and fill again; sharing is an economy, not a promise. */
const LIMIT = 50_000;

export function intern(text: string): string {
  const known = strings.get(text);
  if (known !== undefined) return known;
  if (strings.size >= LIMIT) strings.clear();
  strings.set(text, text);
  return text;
}

/** The list sorted, and shared with every equal one. */
export function internSorted(names: readonly string[]): readonly string[] {
  const sorted = [...names].sort();
  const id = JSON.stringify(sorted);
  const known = lists.get(id);
  if (known !== undefined) return known;
  if (lists.size >= LIMIT) lists.clear();
  lists.set(id, sorted);
  return sorted;
}

/** Whether two sorted lists are equal. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}
