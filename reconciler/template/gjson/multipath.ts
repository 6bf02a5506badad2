import type { Get } from "./search";
import { isValidJson, quoteJson } from "./text";
import type { Work } from "./work";

interface Selector {
  /** As written; "" if the path gives the name. */
  readonly name: string;
  readonly path: string;
}

export interface Multipath {
  readonly selectors: readonly Selector[];
  /** What follows the closing bracket. */
  readonly rest: string;
}

/** `parseSubSelectors` of a path that starts with `[` or `{`; undefined if that never closes. */
export function multipathOf(path: string): Multipath | undefined {
  const selectors: Selector[] = [];
  let depth = 1;
  let colon = 0;
  let start = 1;
  let isModifier = false;
  const push = (end: number): void => {
    const name = colon === 0 ? "" : path.slice(start, colon);
    selectors.push({ name, path: path.slice(colon === 0 ? start : colon + 1, end) });
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

/** The array or object of what the paths find; what they do not find is left out. */
export function collect(json: string, isObject: boolean, { selectors }: Multipath, work: Work, get: Get): string {
  const pieces: string[] = [];
  for (const selector of selectors) {
    const { exists, raw } = get(json, selector.path, work);
    if (!exists) continue;
    const piece = isObject ? `${keyOf(selector)}:${raw}` : raw;
    work.spend(piece.length);
    pieces.push(piece);
  }
  return isObject ? `{${pieces.join(",")}}` : `[${pieces.join(",")}]`;
}

function keyOf({ name, path }: Selector): string {
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
