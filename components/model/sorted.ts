/** Above this many, the engine's own sort is better. */
const FEW = 16;

/**
 * The entries by name, in the list itself. A declaration sorts several lists of a handful each, and the engine's sort with a
 * comparison puts more than a kilobyte of state on the heap for every one of them.
 */
export function sortByName<T>(entries: [string, T][]): [string, T][] {
  if (entries.length > FEW) return entries.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  for (let next = 1; next < entries.length; next++) {
    const entry = entries[next]!;
    let at = next;
    while (at > 0 && entries[at - 1]![0] > entry[0]) {
      entries[at] = entries[at - 1]!;
      at--;
    }
    entries[at] = entry;
  }
  return entries;
}
