import { flatten } from "./flatten";
import {
  checkDepth,
  ScanProblem,
  SyntaxProblem,
  wanted,
  type Block,
  type Item,
  type Key,
  type List,
  type Node,
  type Position,
} from "./syntax";
import { TextReader } from "./text";
import { unquote } from "./unquote";

/** True when the server reads the text as JSON: its first character is a brace. */
export function isJson(text: string): boolean {
  return /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]*\{/.test(text);
}

/**
 * Reads a policy's JSON form as the server does, which is not as JSON is defined: what follows the first object, or an item that no
 * comma ends, is not read; an unfinished item before a closing brace, and unclosed braces at the end, are let pass; in lists
 * booleans and commas do not count.
 * @throws SyntaxProblem at the first thing the server refuses
 */
export function parseJson(text: string): readonly Item[] {
  const parser = new Parser(new TextReader(text));
  return flatten(parser.root().items);
}

type Token =
  | { readonly type: "string" | "number" | "float" | "bool" | "null"; readonly value: string; readonly at: Position }
  | { readonly type: "{" | "}" | "[" | "]" | "," | ":" | "." | "end"; readonly at: Position };

class Parser {
  readonly #reader: TextReader;
  #token: Token;
  #depth = 0;

  constructor(reader: TextReader) {
    this.#reader = reader;
    this.#token = { type: "end", at: { line: 1, column: 1 } };
  }

  root(): Block {
    const start = this.#next();
    return start.type === "{" ? this.#block(start) : wanted("an object", start);
  }

  #block({ at }: Token): Block {
    checkDepth((this.#depth += 1), at);
    const items: Item[] = [];
    try {
      do {
        const item = this.#item();
        if (item === undefined) break;
        items.push(item);
      } while (this.#next().type === ",");
    } catch (problem) {
      if (problem instanceof ScanProblem || !(problem instanceof SyntaxProblem) || this.#token.type !== "}")
        throw problem;
    }
    this.#depth -= 1;
    return { kind: "block", items, at };
  }

  #item(): Item | undefined {
    const keys: Key[] = [];
    for (;;) {
      const token = this.#next();
      if (token.type === "end") return undefined;
      if (token.type === "string") {
        keys.push({ name: token.value, at: token.at });
        continue;
      }
      if (token.type !== ":" || keys.length === 0) return wanted("a key", token);
      const value = this.#value();
      return value === undefined ? undefined : { keys, value, at: keys[0]?.at ?? token.at };
    }
  }

  #value(): Node | undefined {
    const token = this.#next();
    switch (token.type) {
      case "{":
        return this.#block(token);
      case "[":
        return this.#list(token);
      case "end":
        return undefined;
      case "string":
      case "number":
      case "float":
      case "bool":
        return { kind: "literal", type: token.type, value: token.value, at: token.at };
      case "null":
        return { kind: "literal", type: "string", value: "", at: token.at };
      default:
        return wanted("a value", token);
    }
  }

  #list({ at }: Token): List {
    const elements: Node[] = [];
    for (;;) {
      const token = this.#next();
      switch (token.type) {
        case "string":
        case "number":
        case "float":
          elements.push({ kind: "literal", type: token.type, value: token.value, at: token.at });
          continue;
        case "{":
          elements.push(this.#block(token));
          continue;
        case ",":
        case "bool":
        case "[":
          continue;
        case "]":
          return { kind: "list", elements, at };
        default:
          return wanted("a list element", token);
      }
    }
  }

  #next(): Token {
    return (this.#token = scan(this.#reader));
  }
}

function scan(reader: TextReader): Token {
  reader.match(/[ \t\n\r]+/y);
  const start = reader.index;
  const at = reader.positionOf(start);
  const next = reader.peek();
  // A NUL is the end, for the server.
  if (next === "" || next === "\0") return { type: "end", at };
  const word = reader.match(/[A-Za-z_\p{L}][A-Za-z0-9_\p{L}\p{Nd}-]*/uy);
  if (word === "true" || word === "false") return { type: "bool", value: word, at };
  if (word === "null") return { type: "null", value: "", at };
  if (word !== undefined) return reader.fail(`illegal word ${JSON.stringify(word)}`, start);
  if (next === '"') return { type: "string", value: scanString(reader), at };
  const number = scanNumber(reader);
  if (number !== undefined) return { ...number, at };
  reader.index += 1;
  switch (next) {
    case "{":
    case "}":
    case "[":
    case "]":
    case ",":
    case ":":
    case ".":
      return { type: next, at };
    default:
      return reader.fail(`illegal character ${JSON.stringify(next)}`, start);
  }
}

function scanNumber(reader: TextReader): { readonly type: "number" | "float"; readonly value: string } | undefined {
  const start = reader.index;
  const fraction = reader.match(/\.[0-9]+[eE]?/y);
  if (fraction !== undefined) return { type: "float", value: fraction };
  const value = reader.match(/-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?(?:[0-9]+|[^]?))?/y);
  if (value === undefined) return undefined;
  if (/[.eE]/.test(value)) return { type: "float", value };
  // At the end of the text the server's own look-ahead counts as a digit.
  if (/^-?0(?:[0-9]|$)/.test(value) && (/[0-9]{2}/.test(value) || reader.peek() === ""))
    reader.fail("numbers cannot start with 0", start);
  return { type: "number", value };
}

function scanString(reader: TextReader): string {
  const start = reader.index;
  reader.index += 1;
  for (;;) {
    const next = reader.peek();
    if (next === "" || next === "\n" || next === "\0") reader.fail("string not terminated", start);
    if (next === '"') break;
    if (next === "\\") reader.escape();
    else reader.index += 1;
  }
  reader.index += 1;
  const value = unquote(reader.text.slice(start + 1, reader.index - 1), "json");
  return value ?? reader.fail("an escape that is no character", start);
}
