import {
  arrayIndex,
  arrayPart,
  objectPart,
  splitAtPipe,
  type ArrayPart,
  type ObjectPart,
  type Selection,
} from "./path";
import { endOf, nextValue, NOTHING, Result, resultOf, startOf, type ResultType } from "./result";
import { unescape } from "./scan";
import { satisfies } from "./selection";
import { matches } from "./match";
import type { Work } from "./work";

export type Get = (json: string, path: string, work: Work) => Result;

/**
 * One walk through a document along a path up to its first pipe. It goes forward only and never checks the document: what
 * stands where no value is expected is skipped. A part that leads nowhere (a wildcard's first match, say) is left for the
 * next, but what it found or set before stays, as in gjson.
 */
export class Search {
  value: Result = NOTHING;
  /** The rest of the path, to be applied to the value. */
  pipe: string | undefined;
  /** Offset behind what was looked at. */
  at = 0;

  constructor(
    private readonly json: string,
    private readonly work: Work,
    private readonly get: Get,
  ) {}

  /** `parseObject`: searches the object whose text starts at `from`; true once the value is found. */
  object(from: number, path: string): boolean {
    const { json, work } = this;
    const end = json.length;
    const part = objectPart(path);
    if (part.pipe !== undefined) this.pipe = part.pipe;
    work.spend(part.name.length);
    work.enter();
    let at = from;
    while (at < end) {
      let keyAt = at;
      for (; keyAt < end; keyAt++) {
        const code = json.charCodeAt(keyAt);
        if (code === 0x22) break;
        if (code === 0x7d) return this.leave(keyAt + 1, false);
      }
      let keyEnd = ++keyAt;
      let escaped = false;
      for (; keyEnd < end; keyEnd++) {
        const code = json.charCodeAt(keyEnd);
        if (code === 0x22) break;
        if (code !== 0x5c) continue;
        escaped = true;
        keyEnd++;
      }
      if (keyEnd >= end) return this.leave(end, false);
      const isMatch = this.isKey(part, keyAt, keyEnd, escaped);
      at = this.member(keyEnd + 1, isMatch, part.rest);
      if (at < 0) return this.leave(this.at, true);
    }
    return this.leave(at, false);
  }

  private isKey(part: ObjectPart, from: number, end: number, escaped: boolean): boolean {
    const { name, wild } = part;
    if (!escaped && !wild) return end - from === name.length && this.json.startsWith(name, from);
    const raw = this.json.slice(from, end);
    const key = escaped ? unescape(raw) : raw;
    return wild ? matches(key, name, this.work) : key === name;
  }

  /** The value of a key; -1 if it is or holds what was searched, else the offset behind it. */
  private member(from: number, isMatch: boolean, rest: string | undefined): number {
    const { json } = this;
    for (let at = from; at < json.length; at++) {
      const type = startOf(json, at, json.charCodeAt(at));
      if (type === undefined) continue;
      if (isMatch && rest !== undefined && type === "JSON") return this.into(at, rest) ? -1 : this.at;
      const end = endOf(json, at, type);
      if (end < 0) return json.length;
      if (!isMatch || rest !== undefined) return end;
      this.value = resultOf(type, json.slice(at, end));
      this.at = end;
      return -1;
    }
    return json.length;
  }

  private into(at: number, rest: string): boolean {
    return this.json.charCodeAt(at) === 0x7b ? this.object(at + 1, rest) : this.array(at + 1, rest);
  }

  /** `parseArray`: the same for the array whose text starts at `from`. The end of the document closes it. */
  array(from: number, path: string): boolean {
    const { json, work } = this;
    const end = json.length;
    const part = arrayPart(path);
    const { selection, rest } = part;
    if (part.pipe !== undefined) this.pipe = part.pipe;
    work.spend(part.name.length);
    work.enter();
    const wanted = part.hash ? -1 : arrayIndex(part.name);
    const starts: number[] | undefined = part.each === undefined ? undefined : [];
    const selector = selection === undefined ? undefined : new Selector(selection, rest);
    let count = 0;
    for (let at = from; at <= end; count++) {
      starts?.push(at);
      let type: ResultType | undefined;
      for (; at <= end; at++) {
        const code = at === end ? 0x5d : json.charCodeAt(at);
        if (code === 0x5d) return this.close(at, part, count, starts, selector);
        type = startOf(json, at, code);
        if (type !== undefined) break;
      }
      if (type === undefined) break;
      if (count === wanted && rest !== undefined && type === "JSON") {
        if (this.into(at, rest)) return this.leave(this.at, true);
        at = this.at;
        continue;
      }
      const start = at;
      at = endOf(json, start, type);
      if (at < 0) return this.leave(end, false);
      if (selector !== undefined) {
        if (this.select(selector, resultOf(type, json.slice(start, at)))) return this.leave(at, true);
      } else if (count === wanted && rest === undefined) {
        this.value = resultOf(type, json.slice(start, at));
        return this.leave(at, true);
      }
    }
    return this.leave(end + 1, false);
  }

  /** The end of an array: what `#` and `#(...)#` give is complete. */
  private close(
    at: number,
    part: ArrayPart,
    count: number,
    starts: readonly number[] | undefined,
    selector: Selector | undefined,
  ): boolean {
    if (part.hash && part.name === "#") {
      this.value =
        starts === undefined || part.each === undefined
          ? new Result("Number", String(count))
          : this.eachOf(starts, part.each);
      return this.leave(at + 1, true);
    }
    if (selector?.selection.all && !this.value.exists) this.value = arrayOf(selector.found, this.work);
    return this.leave(at + 1, false);
  }

  /** `#.path`: what each element has there. */
  private eachOf(starts: readonly number[], each: string): Result {
    const { json, work } = this;
    const split = splitAtPipe(each);
    work.spend(each.length);
    if (split !== undefined) this.pipe = split[1];
    const path = split === undefined ? each : split[0];
    const found: string[] = [];
    for (const start of starts) {
      let at = start;
      while (isSpace(json.charCodeAt(at))) at++;
      if (at >= json.length || json.charCodeAt(at) === 0x5d) continue;
      const piece = nextValue(json, at);
      if (piece === undefined) continue;
      work.spend(piece.end - at);
      const result = this.get(piece.value.raw, path, work);
      if (result.exists) found.push(result.raw);
    }
    return arrayOf(found, work);
  }

  /** One element before a condition; true if it is the one. */
  private select(selector: Selector, element: Result): boolean {
    const { work } = this;
    const { selection } = selector;
    if (element.type !== "JSON" && selection.path !== "") return false;
    const asked = element.type === "JSON" ? this.get(element.raw, selection.path, work) : element;
    work.spend(selection.value.length);
    if (!satisfies(asked, selection, work)) return false;
    let result = element;
    if (selector.rest !== undefined) {
      const split = splitAtPipe(selector.rest);
      work.spend(selector.rest.length);
      if (split !== undefined) [selector.rest, this.pipe] = split;
      result = this.get(element.raw, selector.rest, work);
    }
    if (!selection.all) {
      this.value = result;
      return true;
    }
    if (result.raw !== "") selector.found.push(result.raw);
    return false;
  }

  private leave(at: number, hit: boolean): boolean {
    this.work.leave();
    this.at = at;
    return hit;
  }
}

class Selector {
  readonly found: string[] = [];

  constructor(
    readonly selection: Selection,
    /** The path within each selected element; loses its pipe at the first one. */
    public rest: string | undefined,
  ) {}
}

function arrayOf(pieces: readonly string[], work: Work): Result {
  for (const piece of pieces) work.spend(piece.length + 1);
  return new Result("JSON", `[${pieces.join(",")}]`);
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
