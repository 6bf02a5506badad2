/**
 * A copy of what a construct was given, so that it stays what was judged, whatever the program does with its own object later. Only plain objects
 * and lists are copied: teams, environments and stores are what they are, and so is what no declaration should have.
 */
export function snapshot<T>(given: T, depth = 0): T {
  if (depth > DEEPEST) return given;
  if (Array.isArray(given)) return given.map((entry: unknown) => snapshot(entry, depth + 1)) as T;
  if (given === null || typeof given !== "object" || Object.getPrototypeOf(given) !== Object.prototype) return given;
  // A spread keeps the layout of the object, which takes less memory than one made entry by entry.
  const copy = { ...(given as Record<string, unknown>) };
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    if (typeof value === "object" && value !== null && !MADE_ELSEWHERE.has(name))
      copy[name] = snapshot(value, depth + 1);
  }
  return copy as T;
}

const MADE_ELSEWHERE = new Set(["team", "store"]);
/** Deeper than any declaration; an object that contains itself is refused by the reader of its field. */
const DEEPEST = 16;
