import { quoteJson } from "./text";
import { isValidJson } from "./valid";

export interface Multipath {
  readonly selectors: readonly { readonly key: string; readonly path: string }[];
  /** What follows the closing bracket. */
  readonly rest: string;
}

/** `parseSubSelectors` of a path that starts with `[` or `{`; undefined if that never closes. */
export function multipathOf(path: string): Multipath | undefined {
  const isObject = path.startsWith("{");
  const selectors: { readonly key: string; readonly path: string }[] = [];
  let depth = 1;
  let colon = 0;
  let start = 1;
  let isModifier = false;
  const push = (end: number): void => {
    const selected = path.slice(colon === 0 ? start : colon + 1, end);
    const key = isObject ? keyOf(colon === 0 ? "" : path.slice(start, colon), selected) : "";
    selectors.push({ key, path: selected });
    colon = 0;
    isModifier = false;
    start = end + 1;
  };
  for (let at = 1; at < path.length; at++) {
    switch (path.charAt(at)) {
      case "\\":
        at++;
        break;
      case "@":
        // Colons behind it belong to the arguments.
        if (path.charAt(at - 1) === "." || path.charAt(at - 1) === "|") isModifier = true;
        break;
      case ":":
        if (!isModifier && colon === 0 && depth === 1) colon = at;
        break;
      case ",":
        if (depth === 1) push(at);
        break;
      case '"':
        for (at++; at < path.length && path.charAt(at) !== '"'; at++) if (path.charAt(at) === "\\") at++;
        break;
      case "[":
      case "(":
      case "{":
        depth++;
        break;
      case "]":
      case ")":
      case "}":
        if (--depth > 0) break;
        push(at);
        return { selectors, rest: path.slice(at + 1) };
    }
  }
  return undefined;
}

/** The written name, or the last one of the path. */
function keyOf(name: string, path: string): string {
  if (name !== "") return name.startsWith('"') && isValidJson(name) ? name : quoteJson(name);
  const last = lastName(path);
  return quoteJson(/[\x00-\x1f[\]{}()#|!]/.test(last) ? "_" : last);
}

/** `nameOfLast`: what follows the last dot or pipe without a backslash before it. */
function lastName(path: string): string {
  for (let at = path.length - 1; at >= 0; at--) {
    const char = path.charAt(at);
    if ((char === "|" || char === ".") && path.charAt(at - 1) !== "\\") return path.slice(at + 1);
  }
  return path;
}
