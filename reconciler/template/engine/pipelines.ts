import { unquote } from "../go/strconv";
import { Failure, type TemplateErrorCode } from "./errors";
import { characterConstant, numberConstant } from "./literal";
import type { ChainNode, CommandNode, Operand, PipeNode } from "./node";
import type { Source } from "./source";
import { describe, type Token, type TokenKind } from "./token";

export interface Grammar {
  readonly left: string;
  readonly right: string;
  readonly depth: number;
  readonly hasFunction: (name: string) => boolean;
}

/** The part of the parser that reads what stands in an action: pipelines, commands, operands, and the variables they name. */
export class PipelineParser {
  /** Names in scope and how often; Go searches a list, which is quadratic in a long template. */
  readonly #scope: string[] = ["$"];
  readonly #known = new Map([["$", 1]]);
  /** Levels of nesting now, and the most there were. */
  protected depth = 0;
  protected height = 0;

  constructor(
    protected readonly source: Source,
    protected readonly grammar: Grammar,
  ) {}

  /** At the token last read, where Go's line is, unless the culprit is known better. */
  protected fail(reason: string, at: number = this.source.latest.at, code: TemplateErrorCode = "parse"): never {
    throw new Failure(at, { code, reason });
  }

  protected unexpected(token: Token, context: string): never {
    this.fail(token.kind === "error" ? token.text : `unexpected ${describe(token)} in ${context}`, token.at);
  }

  protected expect(kind: TokenKind, context: string): Token {
    const token = this.source.nextNonSpace();
    if (token.kind !== kind) this.unexpected(token, context);
    return token;
  }

  protected nested<T>(parse: () => T): T {
    if (++this.depth > this.grammar.depth) this.fail("the template is nested too deeply", undefined, "limit");
    if (this.depth > this.height) this.height = this.depth;
    const result = parse();
    this.depth--;
    return result;
  }

  #declare(name: string): void {
    this.#scope.push(name);
    this.#known.set(name, (this.#known.get(name) ?? 0) + 1);
  }

  /** Variables declared in there end there. */
  protected scoped<T>(parse: () => T): T {
    const { length } = this.#scope;
    const result = parse();
    for (const name of this.#scope.splice(length)) this.#known.set(name, this.#known.get(name)! - 1);
    return result;
  }

  protected pipeline(context: string, end: "right delimiter" | "right parenthesis"): PipeNode {
    const { at } = this.source.peekNonSpace();
    const variables: string[] = [];
    const isAssign = this.#declarations(context, variables);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.source.nextNonSpace();
      if (token.kind === end) break;
      if (!STARTS_OPERAND.has(token.kind)) this.unexpected(token, context);
      this.source.back(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    commands.forEach(({ operands }, index) => {
      if (index > 0 && NOT_EXECUTABLE.has(operands[0]!.kind)) {
        this.fail(`non executable command in pipeline stage ${index + 1}`);
      }
    });
    return { kind: "pipe", at, variables, isAssign, commands };
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. Returns whether it assigns. */
  #declarations(context: string, variables: string[]): boolean {
    const { source } = this;
    for (;;) {
      const variable = source.peekNonSpace();
      if (variable.kind !== "variable") return false;
      source.next();
      // `$x foo` needs both tokens back, the space separates operands.
      const after = source.peek();
      const next = source.peekNonSpace();
      const isComma = next.kind === "character" && next.text === ",";
      if (next.kind !== "=" && next.kind !== ":=" && !isComma) {
        if (after.kind === "space") source.back(after);
        source.back(variable);
        return false;
      }
      source.nextNonSpace();
      variables.push(variable.text);
      this.#declare(variable.text);
      if (!isComma) return next.kind === "=";
      if (context !== "range" || variables.length >= 2) this.fail(`too many declarations in ${context}`);
      const second = source.peekNonSpace().kind;
      if (second !== "variable" && second !== "right delimiter" && second !== "right parenthesis") {
        this.fail("range can only initialize variables");
      }
    }
  }

  #command(): CommandNode {
    const { at } = this.source.peekNonSpace();
    const operands: Operand[] = [];
    for (;;) {
      this.source.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.source.next();
      if (token.kind === "space") continue;
      if (token.kind === "right delimiter" || token.kind === "right parenthesis") this.source.back(token);
      else if (token.kind !== "|") this.unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) this.fail("empty command");
    return { at, operands };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined) return undefined;
    const { at, kind } = this.source.peek();
    if (kind !== "field") return term;
    const names: string[] = [];
    while (this.source.peek().kind === "field") names.push(this.source.next().text.slice(1));
    switch (term.kind) {
      case "field":
      case "variable":
        return { ...term, at, names: [...term.names, ...names] };
      case "function":
      case "pipe":
        return { kind: "chain", at, of: term, names } satisfies ChainNode;
      default:
        return this.fail("unexpected . after term");
    }
  }

  #term(): Operand | undefined {
    const token = this.source.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.grammar.hasFunction(text)) this.fail(`function "${text}" not defined`, at);
        return { kind: "function", at, name: text };
      case ".":
        return { kind: "dot", at };
      case "nil":
        return { kind: "nil", at };
      case "variable":
        if ((this.#known.get(text) ?? 0) === 0) this.fail(`undefined variable "${text}"`, at);
        return { kind: "variable", at, variable: text, names: [] };
      case "field":
        return { kind: "field", at, names: [text.slice(1)] };
      case "bool":
        return { kind: "bool", at, value: text === "true" };
      case "character constant":
        return { kind: "number", at, value: characterConstant(text) ?? this.fail("malformed character constant", at) };
      case "number": {
        const value = numberConstant(text);
        return typeof value === "string" ? this.fail(value, at) : { kind: "number", at, value };
      }
      case "string":
      case "raw string":
        return { kind: "string", at, value: this.unquoted(token) };
      case "left parenthesis":
        return this.nested(() => this.pipeline("parenthesized pipeline", "right parenthesis"));
      default:
        this.source.back(token);
        return undefined;
    }
  }

  protected unquoted(token: Token): string {
    return unquote(token.text) ?? this.fail("invalid syntax of a string", token.at);
  }
}

const STARTS_OPERAND: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character constant",
  ".",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "left parenthesis",
]);

const NOT_EXECUTABLE: ReadonlySet<Operand["kind"]> = new Set<Operand["kind"]>([
  "bool",
  "dot",
  "nil",
  "number",
  "string",
]);
