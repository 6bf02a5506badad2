import type { Lexer } from "./lexer";
import type { Token } from "./token";

/** The tokens with Go's look-ahead of three; shared by the parsers of nested definitions. */
export class Source {
  readonly #waiting: Token[] = [];
  /** The token last read from the text: where Go says a parse error is. */
  latest: Token = { kind: "EOF", at: 0, text: "" };

  constructor(readonly lexer: Lexer) {}

  next(): Token {
    return this.#waiting.pop() ?? (this.latest = this.lexer.next());
  }

  back(...tokens: readonly Token[]): void {
    this.#waiting.push(...tokens);
  }

  peek(): Token {
    const token = this.next();
    this.#waiting.push(token);
    return token;
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next();
      if (token.kind !== "space") return token;
    }
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.#waiting.push(token);
    return token;
  }
}
