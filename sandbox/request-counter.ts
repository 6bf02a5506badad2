/** Counts requests by verb and resource. */
export class RequestCounter {
  private readonly counts = new Map<string, number>();

  count(verb: string, resource: string): void {
    const key = `${verb} ${resource}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** `patch externalsecrets/status` -> 3, sorted; counts since the start or the last {@link reset}. */
  all(): ReadonlyMap<string, number> {
    return new Map([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Sum over some verbs. */
  sum(verbs: ReadonlySet<string>): number {
    let total = 0;
    for (const [key, count] of this.counts) if (verbs.has(key.slice(0, key.indexOf(" ")))) total += count;
    return total;
  }

  reset(): void {
    this.counts.clear();
  }
}
