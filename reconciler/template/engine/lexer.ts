import { runeAt } from "../go/bytes";
import { KEYWORDS, type Token, type TokenKind } from "./token";

const LEFT_COMMENT = "/*";
const RIGHT_COMMENT = "*/";
const TRIM_LENGTH = 2;

/**
 * The scanner of `text/template/parse`, state for state: text up to a left delimiter, then the tokens of one action. Tokens are
 * made on demand, because Go's parser reports whichever of a lexical and a grammatical error comes first.
 */
export class Lexer {
  #at = 0;
  /** First byte of the token being read. */
  #start = 0;
  #insideAction = false;
  #parentheses = 0;
  #failed: Token | undefined;

  constructor(
    readonly input: string,
    readonly left: string,
    readonly right: string,
  ) {}

  next(): Token {
    if (this.#failed !== undefined) return this.#failed;
    return this.#insideAction ? this.#action() : this.#text();
  }

  #token(kind: TokenKind): Token {
    const token = { kind, at: this.#start, text: this.input.slice(this.#start, this.#at) };
    this.#start = this.#at;
    return token;
  }

  #error(text: string): Token {
    this.#failed = { kind: "error", at: this.#start, text };
    return this.#failed;
  }

  #text(): Token {
    const { input } = this;
    for (;;) {
      const found = input.indexOf(this.left, this.#at);
      if (found < 0) {
        this.#at = input.length;
        return this.#token(this.#at > this.#start ? "text" : "EOF");
      }
      if (found > this.#at) {
        const end = this.#leftTrim(found + this.left.length) ? spacesBefore(input, found, this.#start) : found;
        this.#at = end;
        const text = this.#token("text");
        this.#at = this.#start = found;
        if (text.text.length > 0) return text;
      }
      this.#at = found + this.left.length;
      const afterMarker = this.#at + (this.#leftTrim(this.#at) ? TRIM_LENGTH : 0);
      if (!input.startsWith(LEFT_COMMENT, afterMarker)) {
        const token = this.#token("left delimiter");
        this.#at = this.#start = afterMarker;
        this.#insideAction = true;
        this.#parentheses = 0;
        return token;
      }
      this.#at = this.#start = afterMarker;
      const problem = this.#comment();
      if (problem !== undefined) return problem;
    }
  }

  #comment(): Token | undefined {
    const end = this.input.indexOf(RIGHT_COMMENT, this.#at + LEFT_COMMENT.length);
    if (end < 0) return this.#error("unclosed comment");
    this.#at = end + RIGHT_COMMENT.length;
    const closing = this.#closing();
    if (closing === undefined) return this.#error("comment ends before closing delimiter");
    this.#pastRightDelimiter(closing);
    this.#start = this.#at;
    return undefined;
  }

  #leftTrim(at: number): boolean {
    return this.input[at] === "-" && isSpace(this.input.charCodeAt(at + 1));
  }

  #rightTrim(at: number): boolean {
    return this.input[at + 1] === "-" && isSpace(this.input.charCodeAt(at));
  }

  /** What closes the action here, if anything does. */
  #closing(): "plain" | "trimming" | undefined {
    if (this.#rightTrim(this.#at) && this.input.startsWith(this.right, this.#at + TRIM_LENGTH)) return "trimming";
    return this.input.startsWith(this.right, this.#at) ? "plain" : undefined;
  }

  #pastRightDelimiter(closing: "plain" | "trimming"): void {
    this.#at += this.right.length;
    if (closing === "plain") return;
    this.#at += TRIM_LENGTH;
    while (isSpace(this.input.charCodeAt(this.#at))) this.#at++;
  }

  #rightDelimiter(closing: "plain" | "trimming"): Token {
    if (closing === "trimming") this.#start = this.#at + TRIM_LENGTH;
    const token = { kind: "right delimiter", at: this.#start, text: this.right } as const;
    this.#pastRightDelimiter(closing);
    this.#start = this.#at;
    this.#insideAction = false;
    return token;
  }

  #action(): Token {
    const closing = this.#closing();
    if (closing !== undefined) {
      return this.#parentheses === 0 ? this.#rightDelimiter(closing) : this.#error("unclosed left parenthesis");
    }
    if (this.#at >= this.input.length) return this.#error("unclosed action");
    const first = this.input.charCodeAt(this.#at);
    if (isSpace(first)) return this.#space();
    if (isDigit(first)) return this.#number();
    if (this.#isWordAt(this.#at) > 0) return this.#word("identifier");
    this.#at++;
    switch (this.input[this.#at - 1]) {
      case "=":
        return this.#token("=");
      case ":":
        if (this.input[this.#at] !== "=") return this.#error("expected :=");
        this.#at++;
        return this.#token(":=");
      case "|":
        return this.#token("|");
      case '"':
        return this.#quoted('"', "string");
      case "'":
        return this.#quoted("'", "character constant");
      case "`":
        return this.#rawString();
      case "$":
        return this.#word("variable");
      case ".":
        if (this.#at < this.input.length && !isDigit(this.input.charCodeAt(this.#at))) return this.#word("field");
        this.#at--;
        return this.#number();
      case "+":
      case "-":
        this.#at--;
        return this.#number();
      case "(":
        this.#parentheses++;
        return this.#token("left parenthesis");
      case ")":
        return --this.#parentheses < 0 ? this.#error("unexpected right parenthesis") : this.#token("right parenthesis");
      default:
        if (first > 0x20 && first < 0x7f) return this.#token("character");
        return this.#error("unrecognized character in action");
    }
  }

  /** A run of spaces; the last one belongs to the delimiter if a trim marker follows. */
  #space(): Token {
    while (isSpace(this.input.charCodeAt(this.#at))) this.#at++;
    const last = this.#at - 1;
    if (this.#rightTrim(last) && this.input.startsWith(this.right, last + TRIM_LENGTH)) {
      this.#at = last;
      if (last === this.#start) return this.#rightDelimiter("trimming");
    }
    return this.#token("space");
  }

  /** The rest of an identifier, `.Field` or `$variable`; a sign with no name after it is the dot or `$`. */
  #word(kind: "identifier" | "variable" | "field"): Token {
    if (kind !== "identifier" && this.#atTerminator()) return this.#token(kind === "field" ? "." : kind);
    for (let size = this.#isWordAt(this.#at); size > 0; size = this.#isWordAt(this.#at)) this.#at += size;
    if (!this.#atTerminator()) return this.#error("bad character");
    const token = this.#token(kind);
    if (kind !== "identifier") return token;
    const keyword = KEYWORDS.get(token.text);
    if (keyword !== undefined) return { ...token, kind: keyword };
    return token.text === "true" || token.text === "false" ? { ...token, kind: "bool" } : token;
  }

  #atTerminator(): boolean {
    if (this.#at >= this.input.length) return true;
    const code = this.input.charCodeAt(this.#at);
    return isSpace(code) || ".,|:)(".includes(this.input[this.#at]!) || this.input.startsWith(this.right, this.#at);
  }

  /** The size of the letter, digit or underscore there; 0 for anything else. */
  #isWordAt(at: number): number {
    const code = this.input.charCodeAt(at);
    if (code < 0x80) return isWordCode(code) ? 1 : 0;
    if (!(code >= 0x80)) return 0;
    const rune = runeAt(this.input, at);
    return WORD.test(String.fromCodePoint(rune.value)) ? rune.size : 0;
  }

  #quoted(quote: string, kind: "string" | "character constant"): Token {
    const { input } = this;
    for (; this.#at < input.length; this.#at++) {
      const char = input[this.#at];
      if (char === quote) {
        this.#at++;
        return this.#token(kind);
      }
      if (char === "\\") this.#at++;
      if (input[this.#at] === "\n") break;
    }
    return this.#error(kind === "string" ? "unterminated quoted string" : "unterminated character constant");
  }

  #rawString(): Token {
    const end = this.input.indexOf("`", this.#at);
    if (end < 0) return this.#error("unterminated raw quoted string");
    this.#at = end + 1;
    return this.#token("raw string");
  }

  #number(): Token {
    if (!this.#scanNumber()) return this.#error("bad number syntax");
    const sign = this.input[this.#at];
    if (sign !== "+" && sign !== "-") return this.#token("number");
    const complex = this.#scanNumber() && this.input[this.#at - 1] === "i";
    return this.#error(complex ? "complex constants are not supported" : "bad number syntax");
  }

  #accept(valid: string): boolean {
    if (this.#at >= this.input.length || !valid.includes(this.input[this.#at]!)) return false;
    this.#at++;
    return true;
  }

  /** Not a perfect scanner, as Go's is none: what it wrongly accepts, the conversion refuses. */
  #scanNumber(): boolean {
    this.#accept("+-");
    let digits = DECIMAL;
    if (this.#accept("0")) {
      if (this.#accept("xX")) digits = HEX;
      else if (this.#accept("oO")) digits = "01234567_";
      else if (this.#accept("bB")) digits = "01_";
    }
    while (this.#accept(digits));
    if (this.#accept(".")) while (this.#accept(digits));
    if ((digits === DECIMAL && this.#accept("eE")) || (digits === HEX && this.#accept("pP"))) {
      this.#accept("+-");
      while (this.#accept(DECIMAL));
    }
    this.#accept("i");
    return this.#isWordAt(this.#at) === 0;
  }
}

const DECIMAL = "0123456789_";
const HEX = "0123456789abcdefABCDEF_";
const WORD = /^[\p{L}\p{Nd}]$/u;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isWordCode = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f;

/** The end of the text before `end` without its trailing spaces, not before `start`. */
function spacesBefore(text: string, end: number, start: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}
