import type { Fields } from "../json";
import { isFields, set } from "../json";

/** One entry of an HCL body: `key = value` or `key "label" { … }` (then `value` is an {@link HclBody}). */
export interface HclItem {
  readonly keys: readonly string[];
  readonly value: HclValue;
}
export interface HclBody {
  readonly items: readonly HclItem[];
}
export type HclValue = string | number | boolean | readonly HclValue[] | HclBody;

export const isBody = (value: HclValue): value is HclBody => typeof value === "object" && "items" in value;

/** Thrown for text that is not HCL; the message has line and column. */
export class HclError extends Error {}

/**
 * Reads HCL 1 as policies use it, or the same structure written as JSON.
 * @throws HclError
 */
export function parseHcl(source: string): HclBody {
  if (source.trimStart().startsWith("{")) return fromJson(source);
  const parser = new Parser(source);
  const body = parser.body(true);
  return body;
}

function fromJson(source: string): HclBody {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new HclError("At 1:1: the policy is neither HCL nor JSON");
  }
  if (!isFields(value)) throw new HclError("At 1:1: the policy is not an object");
  const items: HclItem[] = [];
  for (const key of Object.keys(value)) {
    const entries = Array.isArray(value[key]) ? (value[key] as unknown[]) : [value[key]];
    if (key !== "path" || !entries.every(isFields)) {
      items.push({ keys: [key], value: plain(value[key]) });
      continue;
    }
    for (const entry of entries)
      for (const label of Object.keys(entry)) items.push({ keys: [key, label], value: plain(entry[label]) });
  }
  return { items };
}

function plain(value: unknown): HclValue {
  if (Array.isArray(value)) return value.map(plain);
  if (isFields(value)) return { items: Object.keys(value).map((key) => ({ keys: [key], value: plain(value[key]) })) };
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

class Parser {
  private at = 0;

  constructor(private readonly source: string) {}

  /** Items up to the closing brace, or to the end. */
  body(top: boolean): HclBody {
    const items: HclItem[] = [];
    for (;;) {
      this.skip();
      if (this.peek() === "") {
        if (top) return { items };
        throw this.problem("object expected closing RBRACE got: EOF");
      }
      if (this.take("}")) {
        if (!top) return { items };
        throw this.problem("object expected closing RBRACE got: EOF");
      }
      items.push(this.item());
      this.skip();
      this.take(",");
    }
  }

  private item(): HclItem {
    const keys = [this.key()];
    for (;;) {
      this.skip();
      if (this.take("=")) return { keys, value: this.value() };
      if (this.take("{")) return { keys, value: this.body(false) };
      if (this.peek() === "" || this.peek() === "}") throw this.problem("nested object expected: LBRACE got: EOF");
      keys.push(this.key());
    }
  }

  private key(): string {
    if (this.peek() === '"') return this.quoted();
    const word = /^[A-Za-z_][\w.-]*/.exec(this.source.slice(this.at))?.[0];
    if (word === undefined) throw this.problem(`illegal character`);
    this.at += word.length;
    return word;
  }

  private value(): HclValue {
    this.skip();
    const next = this.peek();
    if (next === '"') return this.quoted();
    if (this.take("[")) return this.list();
    if (this.take("{")) return this.body(false);
    if (this.source.startsWith("<<", this.at)) return this.heredoc();
    const word = /^[A-Za-z0-9_.+-]+/.exec(this.source.slice(this.at))?.[0];
    if (word === undefined) throw this.problem("Unknown token");
    this.at += word.length;
    if (word === "true" || word === "false") return word === "true";
    if (Number.isNaN(Number(word))) throw this.problem(`Unknown token: IDENT ${word}`);
    return Number(word);
  }

  private list(): HclValue {
    const values: HclValue[] = [];
    for (;;) {
      this.skip();
      if (this.take("]")) return values;
      if (this.peek() === "") throw this.problem("error parsing list, expected comma or list end, got: EOF");
      values.push(this.value());
      this.skip();
      if (!this.take(",") && this.peek() !== "]") throw this.problem("error parsing list, expected comma or list end");
    }
  }

  private quoted(): string {
    const match = /^"((?:[^"\\\n]|\\.)*)"/.exec(this.source.slice(this.at));
    if (match === null) throw this.problem("literal not terminated");
    this.at += match[0].length;
    const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
    return (match[1] ?? "").replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
  }

  private heredoc(): string {
    const match = /^<<-?(\w+)\n([\s\S]*?)\n?[ \t]*\1(?=\n|$)/.exec(this.source.slice(this.at));
    if (match === null) throw this.problem("heredoc not terminated");
    this.at += match[0].length;
    return match[2] ?? "";
  }

  private skip(): void {
    const match = /^(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/.exec(this.source.slice(this.at));
    this.at += match?.[0].length ?? 0;
  }

  private peek(): string {
    return this.source.charAt(this.at);
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }

  private problem(what: string): HclError {
    const before = this.source.slice(0, this.at).split("\n");
    return new HclError(`At ${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ${what}`);
  }
}

/** The body as an object, for single-valued settings. */
export function settings(body: HclBody): Fields {
  const out: Fields = {};
  for (const { keys, value } of body.items) set(out, keys[0] ?? "", value);
  return out;
}
