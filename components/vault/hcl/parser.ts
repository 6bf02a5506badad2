import { scanHcl, type Token } from "./scanner";
import { checkDepth, wanted, type Block, type Item, type Key, type List, type Literal, type Node } from "./syntax";

/**
 * Reads HCL.
 * @throws SyntaxProblem at the first thing that is no HCL
 */
export function parseHcl(text: string): readonly Item[] {
  return new Parser(scanHcl(text)).items(false);
}

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Items to the end of the text, or of the block. */
  items(inBlock: boolean): readonly Item[] {
    const items: Item[] = [];
    for (;;) {
      if (inBlock && this.#peek().type === "}") return items;
      const item = this.#item();
      if (item === undefined) return items;
      items.push(item);
      if (this.#peek().type === ",") this.#index += 1;
    }
  }

  /** Undefined at the end of the text, also where a value is still missing: the server drops `name =` at the end. */
  #item(): Item | undefined {
    const keys: Key[] = [];
    for (;;) {
      const token = this.#next();
      switch (token.type) {
        case "end":
          if (keys.length === 0) return undefined;
          return wanted("a block or an assignment", token);
        case "identifier":
        case "string":
          keys.push({ name: token.value, at: token.at });
          continue;
        case "=": {
          if (keys.length === 0) return wanted("a key", token);
          if (keys.length > 1) return wanted('"{" after several keys', token);
          const value = this.#value();
          return value === undefined ? undefined : { keys, value, at: token.at };
        }
        case "{":
          if (keys.length === 0) return wanted("a key", token);
          return { keys, value: this.#block(token), at: keys[0]?.at ?? token.at };
        default:
          return wanted('a key, "=" or "{"', token);
      }
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
      default:
        return literal(token) ?? wanted("a value", token);
    }
  }

  #block({ at }: Token): Block {
    checkDepth((this.#depth += 1), at);
    const items = this.items(true);
    const end = this.#next();
    this.#depth -= 1;
    return end.type === "}" ? { kind: "block", items, at } : wanted('"}"', end);
  }

  #list({ at }: Token): List {
    checkDepth((this.#depth += 1), at);
    const elements: Node[] = [];
    let needsComma = false;
    for (;;) {
      const token = this.#next();
      if (needsComma && token.type !== "," && token.type !== "]") return wanted('"," or "]"', token);
      switch (token.type) {
        case "]":
          this.#depth -= 1;
          return { kind: "list", elements, at };
        case ",":
          needsComma = false;
          continue;
        case "{":
          elements.push(this.#block(token));
          needsComma = true;
          continue;
        case "[":
          // After a list in a list no comma is asked for.
          elements.push(this.#list(token));
          continue;
        default:
          elements.push(literal(token) ?? wanted("a list element", token));
          needsComma = true;
      }
    }
  }

  #peek(): Token {
    // The tokens end with one of type `end`, which is never passed.
    return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#index += 1;
    return token;
  }
}

function literal(token: Token): Literal | undefined {
  if (!("value" in token) || token.type === "identifier") return undefined;
  return { kind: "literal", type: token.type, value: token.value, at: token.at };
}
