import { matches } from "./match";
import type { ArrayStep, Condition, ObjectStep, Path } from "./path";
import { endOf, nextValue, NOTHING, Result, resultOf, typeAt, type ResultType } from "./result";
import { unescape } from "./scan";
import { satisfies } from "./selection";
import type { Work } from "./work";

export type Get = (json: string, path: Path, work: Work) => Result;

/**
 * One walk through a document along a path up to its first pipe. It goes forward only and never checks the document: what
 * stands where no value is expected is skipped. A part that leads nowhere (a wildcard's first match, say) is left for the
 * next, but what it found or set before stays, as in gjson.
 */
export class Search {
  value: Result = NOTHING;
  /** What is to be applied to the value. */
  pipe: Path | undefined;
  /** Offset behind what was looked at. */
  private at = 0;

  constructor(
    private readonly json: string,
    private readonly work: Work,
    private readonly get: Get,
  ) {}

  /** Searches the first object or array of the document. */
  document(path: Path): void {
    const { json } = this;
    let at = 0;
    for (; at < json.length; at++) {
      const code = json.charCodeAt(at);
      if (code !== 0x7b && code !== 0x5b) continue;
      this.into(at, path);
      break;
    }
    this.work.spend(Math.max(at, this.at));
  }

  private into(at: number, path: Path): boolean {
    return this.json.charCodeAt(at) === 0x7b ? this.object(at + 1, path) : this.array(at + 1, path);
  }

  /** `parseObject`: searches the object whose text starts at `from`; true once the value is found. */
  private object(from: number, path: Path): boolean {
    const { json } = this;
    const end = json.length;
    const step = path.objectStep;
    if (step.pipe !== undefined) this.pipe = step.pipe;
    this.work.enter();
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
      const isMatch = this.isKey(step, keyAt, keyEnd, escaped);
      at = this.member(keyEnd + 1, isMatch, step.rest);
      if (at < 0) return this.leave(this.at, true);
    }
    return this.leave(at, false);
  }

  private isKey({ name, wild }: ObjectStep, from: number, end: number, escaped: boolean): boolean {
    if (!escaped && !wild) return end - from === name.length && this.json.startsWith(name, from);
    const raw = this.json.slice(from, end);
    const key = escaped ? unescape(raw) : raw;
    return wild ? matches(key, name, this.work) : key === name;
  }

  /** The value of a key; -1 if it is or holds what was searched, else the offset behind it. */
  private member(from: number, isMatch: boolean, rest: Path | undefined): number {
    const { json } = this;
    for (let at = from; at < json.length; at++) {
      const type = typeAt(json, at, json.charCodeAt(at));
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

  /**
   * `parseArray`: the same for the array whose text starts at `from`. The end of the document closes it, unless that lies in a
   * string within an element.
   */
  array(from: number, path: Path): boolean {
    const { json } = this;
    const end = json.length;
    const step = path.arrayStep;
    const { index, condition, rest } = step;
    if (step.pipe !== undefined) this.pipe = step.pipe;
    this.work.enter();
    const starts: number[] = [];
    const found: string[] = [];
    let count = 0;
    for (let at = from; at <= end; count++) {
      if (step.each !== undefined) starts.push(at);
      let type: ResultType | undefined;
      for (; at <= end; at++) {
        const code = at === end ? 0x5d : json.charCodeAt(at);
        if (code === 0x5d) return this.close(at, step, count, starts, found);
        type = typeAt(json, at, code);
        if (type !== undefined) break;
      }
      if (type === undefined) break;
      if (count === index && rest !== undefined && type === "JSON") {
        if (this.into(at, rest)) return this.leave(this.at, true);
        at = this.at;
        continue;
      }
      const start = at;
      at = endOf(json, start, type);
      if (at < 0) return this.leave(end, false);
      if (condition !== undefined) {
        const element = resultOf(type, json.slice(start, at));
        const result = this.select(condition, element, rest);
        if (result === undefined) continue;
        if (!condition.selection.all) {
          this.value = result;
          return this.leave(at, true);
        }
        if (result.raw !== "") found.push(result.raw);
      } else if (count === index && rest === undefined) {
        this.value = resultOf(type, json.slice(start, at));
        return this.leave(at, true);
      }
    }
    return this.leave(end + 1, false);
  }

  /** The end of an array: what `#` and `#(...)#` give is complete. */
  private close(
    at: number,
    step: ArrayStep,
    count: number,
    starts: readonly number[],
    found: readonly string[],
  ): boolean {
    if (step.isCount) {
      this.value = step.each === undefined ? new Result("Number", String(count)) : this.eachOf(starts, step.each);
      return this.leave(at + 1, true);
    }
    if (step.condition?.selection.all === true && !this.value.exists) this.value = arrayOf(found, this.work);
    return this.leave(at + 1, false);
  }

  /** `#.path`: what each element has there. */
  private eachOf(starts: readonly number[], each: Path): Result {
    const { json, work } = this;
    const [path, pipe] = each.sides;
    if (pipe !== undefined) this.pipe = pipe;
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

  /** What a condition gives for one element; undefined if it does not hold. */
  private select(condition: Condition, element: Result, rest: Path | undefined): Result | undefined {
    const { work } = this;
    const isJson = element.type === "JSON";
    if (!isJson && condition.path.text !== "") return undefined;
    const asked = isJson ? this.get(element.raw, condition.path, work) : element;
    if (!satisfies(asked, condition, work)) return undefined;
    if (rest === undefined) return element;
    const [path, pipe] = rest.sides;
    if (pipe !== undefined) this.pipe = pipe;
    return this.get(element.raw, path, work);
  }

  private leave(at: number, hit: boolean): boolean {
    this.work.leave();
    this.at = at;
    return hit;
  }
}

function arrayOf(pieces: readonly string[], work: Work): Result {
  for (const piece of pieces) work.spend(piece.length + 1);
  return new Result("JSON", `[${pieces.join(",")}]`);
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
