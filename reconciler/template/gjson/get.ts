import { applyModifier } from "./modifiers";
import { collect, multipathOf } from "./multipath";
import { isModifier } from "./path";
import { parse, Result } from "./result";
import { bracketEnd, squash } from "./scan";
import { Search } from "./search";
import type { Work } from "./work";

/** `gjson.Get`. What follows a pipe is looked up in what came before, until nothing follows. */
export function get(json: string, path: string, work: Work): Result {
  let document = json;
  let rest = path;
  work.enter();
  for (;;) {
    work.spend(rest.length);
    const first = rest.length > 1 ? rest.charCodeAt(0) : 0;
    if (first === 0x40 || first === 0x21) {
      const made = first === 0x40 ? runModifier(document, rest, work) : literal(rest);
      if (made !== undefined) {
        if (!/^[|.]/.test(made.rest)) {
          work.leave();
          return parse(made.json);
        }
        document = made.json;
        rest = made.rest.slice(1);
        continue;
      }
    } else if (first === 0x5b || first === 0x7b) {
      const multipath = multipathOf(rest);
      if (multipath !== undefined && /^(?:$|[|.])/.test(multipath.rest)) {
        document = collect(document, first === 0x7b, multipath, work, get);
        if (multipath.rest === "") {
          work.leave();
          return new Result("JSON", document);
        }
        rest = multipath.rest.slice(1);
        continue;
      }
      // As in gjson, a key that looks like a multipath loses that part.
      rest = multipath?.rest ?? "";
    }
    const search = searchIn(document, rest, work);
    if (search.pipe === undefined) {
      work.leave();
      return search.value;
    }
    document = search.value.raw;
    rest = search.pipe;
  }
}

function searchIn(json: string, path: string, work: Work): Search {
  const search = new Search(json, work, get);
  if (path.startsWith("..")) {
    search.array(0, path.slice(2));
    work.spend(json.length);
    return search;
  }
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code !== 0x7b && code !== 0x5b) continue;
    if (code === 0x7b) search.object(at + 1, path);
    else search.array(at + 1, path);
    work.spend(search.at);
    return search;
  }
  work.spend(json.length);
  return search;
}

interface Made {
  readonly json: string;
  /** The path behind it. */
  readonly rest: string;
}

/** `execStatic`: a literal, as it is written; undefined if `!` starts a key. */
function literal(path: string): Made | undefined {
  if (/^!["{[+\-0-9]/.test(path)) {
    // Only brackets end it, and the quote of a string opens no string here.
    const end = bracketEnd(path, 1);
    return { json: path.slice(1, end), rest: path.slice(end) };
  }
  const { name, rest } = nameOf(path, /[|.]/);
  return isWord(name) ? { json: name, rest } : undefined;
}

const WORDS: ReadonlySet<string> = new Set(["true", "false", "null", "nan", "inf"]);

/** Go's lower case of a dotted capital I is an i. */
const isWord = (name: string): boolean => name.length <= 5 && WORDS.has(name.replace("\xc4\xb0", "i").toLowerCase());

/** `execModifier`: undefined if `@` starts a key. */
function runModifier(json: string, path: string, work: Work): Made | undefined {
  const { name, rest } = nameOf(path, /[:|.]/);
  if (!isModifier(name)) return undefined;
  let argument = "";
  let behind = rest;
  if (rest.startsWith(":")) {
    behind = rest.slice(1);
    argument = argumentOf(behind);
    behind = behind.slice(argument.length);
  }
  const made = applyModifier(name, json, argument, work, get);
  work.spend(json.length + made.length);
  return { json: made, rest: behind };
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

function nameOf(path: string, separator: RegExp): { readonly name: string; readonly rest: string } {
  const end = path.slice(1).search(separator);
  return end < 0 ? { name: path.slice(1), rest: "" } : { name: path.slice(1, end + 1), rest: path.slice(end + 1) };
}
