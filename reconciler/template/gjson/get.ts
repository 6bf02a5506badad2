import { applyModifier } from "./modifiers";
import type { Path } from "./path";
import { parse, Result } from "./result";
import { Search } from "./search";
import type { Selector } from "./start";
import type { Work } from "./work";

/** A step of a path costs about as much as looking at this many bytes. */
const CALL = 32;

/** `gjson.Get`. What follows a pipe is looked up in what came before, until nothing follows. */
export function get(json: string, path: Path, work: Work): Result {
  work.enter();
  let document = json;
  let next: Path | undefined = path;
  let result: Result | undefined;
  do {
    const { start }: Path = next;
    work.spend(CALL);
    switch (start.kind) {
      case "search":
      case "lines": {
        const search = new Search(document, work, get);
        if (start.kind === "lines") search.array(0, start.path);
        else search.document(start.path);
        next = search.pipe;
        result = search.value;
        document = search.value.raw;
        continue;
      }
      case "multipath":
        document = collect(document, start.isObject, start.selectors, work);
        next = start.rest;
        result = new Result("JSON", document);
        continue;
      case "modifier":
        work.spend(document.length);
        document = applyModifier(start.name, document, start.argument, work, get);
        work.spend(document.length);
        break;
      case "literal":
        document = start.json;
    }
    next = start.rest;
    result = undefined;
  } while (next !== undefined);
  work.leave();
  return result ?? parse(document);
}

/** The array or object of what the paths find; what they do not find is left out. */
function collect(json: string, isObject: boolean, selectors: readonly Selector[], work: Work): string {
  const pieces: string[] = [];
  for (const { key, path } of selectors) {
    const { exists, raw } = get(json, path, work);
    if (!exists) continue;
    const piece = isObject ? `${key}:${raw}` : raw;
    work.spend(piece.length);
    pieces.push(piece);
  }
  return isObject ? `{${pieces.join(",")}}` : `[${pieces.join(",")}]`;
}
