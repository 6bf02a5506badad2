/** Package `path`, and `path/filepath` on Unix, which agree on these. */

/** `path.Clean`: the shortest name of the same place; `.` for the empty path. */
export function clean(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept[kept.length - 1] !== "..") kept.pop();
    else if (!rooted) kept.push(part);
  }
  const cleaned = (rooted ? "/" : "") + kept.join("/");
  return cleaned === "" ? "." : cleaned;
}

/** `path.Base`: the last part, without slashes at the end; `.` for the empty path. */
export function base(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  if (end === 0) return "/";
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** `path.Dir`: all but the last part, cleaned. */
export const dir = (path: string): string => clean(path.slice(0, path.lastIndexOf("/") + 1));

/** `path.Ext`: from the last dot of the last part. */
export function ext(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot < 0 || path.indexOf("/", dot) >= 0 ? "" : path.slice(dot);
}

export const isAbs = (path: string): boolean => path.startsWith("/");
