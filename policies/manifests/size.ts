/**
 * How many values a value has once its aliases are written out, counted without doing so; more than the limit once that is
 * passed, Infinity when it contains itself.
 */
export function expandedSize(value: unknown, limit: number): number {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const count = (current: unknown): number => {
    if (typeof current !== "object" || current === null) return 1;
    const known = sizes.get(current);
    if (known !== undefined) return known;
    if (open.has(current)) return Infinity;
    open.add(current);
    let size = 1;
    for (const child of Object.values(current)) {
      size += count(child);
      if (size === Infinity) return Infinity;
    }
    open.delete(current);
    size = Math.min(size, limit + 1);
    sizes.set(current, size);
    return size;
  };
  return count(value);
}
