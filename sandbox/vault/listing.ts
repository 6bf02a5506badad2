/** Names directly below a folder: `a`, `dir/`, sorted. `folder` is "" or ends with "/". */
export function childrenOf(paths: Iterable<string>, folder: string): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(folder)) continue;
    const rest = path.slice(folder.length);
    const slash = rest.indexOf("/");
    names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
  }
  return [...names].sort();
}

/** Every path below a folder, relative to it. OpenBao goes level by level. */
export function allBelow(paths: Iterable<string>, folder: string): readonly string[] {
  const depth = (path: string): number => path.split("/").length;
  return [...paths]
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length))
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

/** `after` and `limit` of a list. */
export function pageOf(names: readonly string[], after: string, limit: number): readonly string[] {
  const left = after === "" ? names : names.filter((name) => name > after);
  return limit > 0 ? left.slice(0, limit) : left;
}
