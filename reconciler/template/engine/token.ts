/** Kinds of tokens, as messages name them. */
export type TokenKind =
  | "error"
  | "bool"
  | "character"
  | "character constant"
  | "="
  | ":="
  | "EOF"
  | "field"
  | "identifier"
  | "left delimiter"
  | "left parenthesis"
  | "number"
  | "|"
  | "raw string"
  | "right delimiter"
  | "right parenthesis"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

export type Keyword =
  "." | "block" | "break" | "continue" | "define" | "else" | "end" | "if" | "nil" | "range" | "template" | "with";

export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  (["block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"] as const).map(
    (word) => [word, word],
  ),
);

export interface Token {
  readonly kind: TokenKind;
  /** Its first byte in the text. */
  readonly at: number;
  /** Its bytes; of an error, what is wrong. */
  readonly text: string;
}

/** How a message names a token: identifiers by name, everything else by kind, because literals can hold secrets. */
export function describe(token: Token): string {
  switch (token.kind) {
    case "identifier":
    case "variable":
    case "field":
      return `${token.kind} ${token.text}`;
    case "character":
      return `"${token.text}"`;
    case "block":
    case "break":
    case "continue":
    case "define":
    case "else":
    case "end":
    case "if":
    case "nil":
    case "range":
    case "template":
    case "with":
      return `<${token.kind}>`;
    default:
      return token.kind;
  }
}
