import { multipathOf } from "./multipath";
import { isModifier, type ModifierName } from "./parts";
import type { Path } from "./path";
import { bracketEnd, squash } from "./scan";

/** How a path starts. What is `rest` applies to what came out; without it, that is the result. */
export type Start =
  | {
      readonly kind: "modifier";
      readonly name: ModifierName;
      readonly argument: string;
      readonly rest: Path | undefined;
    }
  /** A JSON text to go on with instead of the document. */
  | { readonly kind: "literal"; readonly json: string; readonly rest: Path | undefined }
  | {
      readonly kind: "multipath";
      readonly isObject: boolean;
      readonly selectors: readonly Selector[];
      readonly rest: Path | undefined;
    }
  | { readonly kind: "search"; readonly path: Path }
  /** `..`: the document is an array of lines. */
  | { readonly kind: "lines"; readonly path: Path };

export interface Selector {
  /** The key in the object that is made, as JSON. */
  readonly key: string;
  readonly path: Path;
}

/** Reads the start of a path. A lone `@`, `!`, `[` or `{` is a name, and so is what does not go on as expected. */
export function startOf(text: string, path: (text: string) => Path): Start {
  switch (text.length > 1 ? text.charCodeAt(0) : 0) {
    case 0x40: // @
      return modifier(text, path) ?? search(text, path);
    case 0x21: // !
      return literal(text, path) ?? search(text, path);
    case 0x5b: // [
    case 0x7b: {
      const multipath = multipathOf(text);
      if (multipath !== undefined && /^(?:$|[|.])/.test(multipath.rest)) {
        const selectors = multipath.selectors.map((selector) => ({ key: selector.key, path: path(selector.path) }));
        return { kind: "multipath", isObject: text.startsWith("{"), selectors, rest: restOf(multipath.rest, path) };
      }
      // As in gjson, a name that looks like a multipath loses that part.
      return search(multipath?.rest ?? "", path);
    }
    default:
      return search(text, path);
  }
}

const search = (text: string, path: (text: string) => Path): Start =>
  text.startsWith("..") ? { kind: "lines", path: path(text.slice(2)) } : { kind: "search", path: path(text) };

/** What follows a dot or pipe; anything else that follows is ignored. */
const restOf = (text: string, path: (text: string) => Path): Path | undefined =>
  /^[|.]/.test(text) ? path(text.slice(1)) : undefined;

/** `execStatic`: a literal, as it is written. */
function literal(text: string, path: (text: string) => Path): Start | undefined {
  if (/^!["{[+\-0-9]/.test(text)) {
    // Only brackets end it, and the quote of a string opens no string here.
    const end = bracketEnd(text, 1);
    return { kind: "literal", json: text.slice(1, end), rest: restOf(text.slice(end), path) };
  }
  const { name, rest } = nameOf(text, /[|.]/);
  return isWord(name) ? { kind: "literal", json: name, rest: restOf(rest, path) } : undefined;
}

const WORDS: ReadonlySet<string> = new Set(["true", "false", "null", "nan", "inf"]);

/** Go's lower case of a dotted capital I is an i. */
const isWord = (name: string): boolean => name.length <= 5 && WORDS.has(name.replace("\xc4\xb0", "i").toLowerCase());

/** `execModifier`. */
function modifier(text: string, path: (text: string) => Path): Start | undefined {
  const { name, rest } = nameOf(text, /[:|.]/);
  if (!isModifier(name)) return undefined;
  if (!rest.startsWith(":")) return { kind: "modifier", name, argument: "", rest: restOf(rest, path) };
  const argument = argumentOf(rest.slice(1));
  return { kind: "modifier", name, argument, rest: restOf(rest.slice(1 + argument.length), path) };
}

/** The argument ends before a pipe or with its JSON; dots belong to it. */
function argumentOf(text: string): string {
  if (/^[{["]/.test(text)) return squash(text);
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case "|":
        return text.slice(0, at);
      case "{":
      case "[":
      case '"':
      case "(":
        at += squash(text.slice(at)).length - 1;
    }
  }
  return text;
}

function nameOf(text: string, separator: RegExp): { readonly name: string; readonly rest: string } {
  const end = text.slice(1).search(separator);
  return end < 0 ? { name: text.slice(1), rest: "" } : { name: text.slice(1, end + 1), rest: text.slice(end + 1) };
}
