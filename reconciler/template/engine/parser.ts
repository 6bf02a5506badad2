import { Failure, type TemplateErrorCode } from "./errors";
import { Lexer } from "./lexer";
import { unquote } from "../go/strconv";
import { characterConstant, numberConstant } from "./literal";
import {
  isEmpty,
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type Node,
  type Operand,
  type PipeNode,
  type RangeNode,
  type TemplateNode,
  type Tree,
} from "./node";
import { describe, type Token, type TokenKind } from "./token";

export interface Grammar {
  readonly left: string;
  readonly right: string;
  readonly depth: number;
  readonly hasFunction: (name: string) => boolean;
}

/** All templates of a text by name, the text itself under `name`. Throws {@link Failure}. */
export function parse(name: string, text: string, grammar: Grammar): ReadonlyMap<string, Tree> {
  const trees = new Map<string, Tree>();
  const source = new Source(new Lexer(text, grammar.left, grammar.right));
  new Parser(source, grammar, trees).parseText(name);
  return trees;
}

/** The tokens with Go's look-ahead of three; shared by the parsers of nested definitions. */
class Source {
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

/** What ends a list, besides nodes: `end`, `else`, and `else` with `if` or `with` waiting. */
interface End {
  readonly kind: "end" | "else";
  readonly at: number;
}

type Item = Node | End;

const isEnd = (item: Item): item is End => item.kind === "end" || item.kind === "else";

/**
 * The recursive descent parser of `text/template/parse`, one instance a template. Functions are named as there.
 */
class Parser {
  /** Names in scope and how often; Go searches a list, which is quadratic in a long template. */
  readonly #scope: string[] = ["$"];
  readonly #known = new Map([["$", 1]]);
  #ranges = 0;
  #depth = 0;
  /** The deepest `#depth` so far. */
  #height = 0;
  /** Levels around a `block`, which its template does not have. */
  #outside = 0;

  constructor(
    readonly source: Source,
    readonly grammar: Grammar,
    readonly trees: Map<string, Tree>,
  ) {}

  parseText(name: string): void {
    const { source } = this;
    const list: Node[] = [];
    while (source.peek().kind !== "EOF") {
      if (source.peek().kind === "left delimiter") {
        const delimiter = source.next();
        const token = source.nextNonSpace();
        if (token.kind === "define") {
          new Parser(source, this.grammar, this.trees).#definition();
          continue;
        }
        source.back(token, delimiter);
      }
      const item = this.#textOrAction();
      if (isEnd(item)) return this.#fail(`unexpected {{${item.kind}}}`);
      list.push(item);
    }
    this.#add(name, list);
  }

  #definition(): void {
    const context = "define clause";
    const token = this.source.nextNonSpace();
    if (token.kind !== "string" && token.kind !== "raw string") this.#unexpected(token, context);
    const name = this.#unquoted(token);
    this.#expect("right delimiter", context);
    this.#body(name, context);
  }

  /** The list up to `{{end}}` becomes a template. */
  #body(name: string, context: string): void {
    const [list, end] = this.#itemList();
    if (end.kind !== "end") this.#fail(`unexpected {{else}} in ${context}`);
    this.#add(name, list);
  }

  #add(name: string, list: readonly Node[]): void {
    const earlier = this.trees.get(name);
    if (earlier === undefined || isEmpty(earlier.list)) {
      this.trees.set(name, { name, list, height: this.#height - this.#outside });
    } else if (!isEmpty(list)) {
      this.#fail("multiple definition of a template");
    }
  }

  /** At the token last read, where Go's line is, unless the culprit is known better. */
  #fail(reason: string, at: number = this.source.latest.at, code: TemplateErrorCode = "parse"): never {
    throw new Failure(at, { code, reason });
  }

  #unexpected(token: Token, context: string): never {
    this.#fail(token.kind === "error" ? token.text : `unexpected ${describe(token)} in ${context}`, token.at);
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.source.nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > this.grammar.depth) this.#fail("the template is nested too deeply", undefined, "limit");
    if (this.#depth > this.#height) this.#height = this.#depth;
    const result = parse();
    this.#depth--;
    return result;
  }

  #declare(name: string): void {
    this.#scope.push(name);
    this.#known.set(name, (this.#known.get(name) ?? 0) + 1);
  }

  #popVariables(length: number): void {
    for (const name of this.#scope.splice(length)) this.#known.set(name, this.#known.get(name)! - 1);
  }

  #itemList(): [list: Node[], end: End] {
    const list: Node[] = [];
    while (this.source.peekNonSpace().kind !== "EOF") {
      const item = this.#textOrAction();
      if (isEnd(item)) return [list, item];
      list.push(item);
    }
    return this.#fail("unexpected EOF");
  }

  #textOrAction(): Item {
    const token = this.source.nextNonSpace();
    if (token.kind === "text") return { kind: "text", at: token.at, text: token.text };
    if (token.kind === "left delimiter") return this.#action();
    return this.#unexpected(token, "input");
  }

  #action(): Item {
    const token = this.source.nextNonSpace();
    switch (token.kind) {
      case "block":
        return this.#block();
      case "break":
      case "continue":
        return this.#jump(token.kind, token.at);
      case "else":
        return this.#else();
      case "end":
        return { kind: "end", at: this.#expect("right delimiter", "end").at };
      case "if":
      case "with":
        return this.#nested(() => this.#branch(token.kind as "if" | "with"));
      case "range":
        return this.#nested(() => this.#range());
      case "template":
        return this.#template();
      default: {
        this.source.back(token);
        return { kind: "action", at: token.at, pipe: this.#pipeline("command", "right delimiter") };
      }
    }
  }

  #jump(kind: "break" | "continue", at: number): Node {
    const token = this.source.nextNonSpace();
    if (token.kind !== "right delimiter") this.#unexpected(token, `{{${kind}}}`);
    if (this.#ranges === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, at };
  }

  #else(): End {
    const waiting = this.source.peekNonSpace();
    if (waiting.kind === "if" || waiting.kind === "with") return { kind: "else", at: waiting.at };
    return { kind: "else", at: this.#expect("right delimiter", "else").at };
  }

  /** An `else` directly followed by the same keyword continues the chain; one `end` closes all of it. */
  #branch(kind: "if" | "with"): BranchNode {
    const variables = this.#scope.length;
    const branches: { pipe: PipeNode; list: Node[] }[] = [];
    let otherwise: Node[] | undefined;
    for (;;) {
      const pipe = this.#pipeline(kind, "right delimiter");
      const [list, end] = this.#itemList();
      branches.push({ pipe, list });
      if (end.kind === "end") break;
      if (this.source.peek().kind === kind) {
        this.source.next();
        continue;
      }
      otherwise = this.#lastList();
      break;
    }
    this.#popVariables(variables);
    return { kind, at: branches[0]!.pipe.at, branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #lastList(): Node[] {
    const [list, end] = this.#itemList();
    if (end.kind !== "end") this.#fail("expected end; found {{else}}");
    return list;
  }

  #range(): RangeNode {
    const variables = this.#scope.length;
    const pipe = this.#pipeline("range", "right delimiter");
    this.#ranges++;
    const [list, end] = this.#itemList();
    this.#ranges--;
    const otherwise = end.kind === "else" ? this.#lastList() : undefined;
    this.#popVariables(variables);
    return { kind: "range", at: pipe.at, pipe, list, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #block(): TemplateNode {
    const context = "block clause";
    const token = this.source.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, "right delimiter");
    // Depth goes on counting inside, the rest starts anew.
    const body = new Parser(this.source, this.grammar, this.trees);
    body.#depth = body.#height = body.#outside = this.#depth;
    body.#nested(() => body.#body(name, context));
    return { kind: "template", at: token.at, name, pipe };
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.source.nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.source.nextNonSpace();
    if (next.kind === "right delimiter") return { kind: "template", at: token.at, name };
    this.source.back(next);
    return { kind: "template", at: token.at, name, pipe: this.#pipeline(context, "right delimiter") };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "raw string") this.#unexpected(token, context);
    return this.#unquoted(token);
  }

  #unquoted(token: Token): string {
    return unquote(token.text) ?? this.#fail("invalid syntax of a string", token.at);
  }

  #pipeline(context: string, end: "right delimiter" | "right parenthesis"): PipeNode {
    const { at } = this.source.peekNonSpace();
    const variables: string[] = [];
    const isAssign = this.#declarations(context, variables);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.source.nextNonSpace();
      if (token.kind === end) break;
      if (!STARTS_OPERAND.has(token.kind)) this.#unexpected(token, context);
      this.source.back(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.forEach(({ operands }, index) => {
      if (index > 0 && NOT_EXECUTABLE.has(operands[0]!.kind)) {
        this.#fail(`non executable command in pipeline stage ${index + 1}`);
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
      if (context !== "range" || variables.length >= 2) this.#fail(`too many declarations in ${context}`);
      const second = source.peekNonSpace().kind;
      if (second !== "variable" && second !== "right delimiter" && second !== "right parenthesis") {
        this.#fail("range can only initialize variables");
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
      else if (token.kind !== "|") this.#unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) this.#fail("empty command");
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
        return this.#fail("unexpected . after term");
    }
  }

  #term(): Operand | undefined {
    const token = this.source.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.grammar.hasFunction(text)) this.#fail(`function "${text}" not defined`, at);
        return { kind: "function", at, name: text };
      case ".":
        return { kind: "dot", at };
      case "nil":
        return { kind: "nil", at };
      case "variable":
        if ((this.#known.get(text) ?? 0) === 0) this.#fail(`undefined variable "${text}"`, at);
        return { kind: "variable", at, variable: text, names: [] };
      case "field":
        return { kind: "field", at, names: [text.slice(1)] };
      case "bool":
        return { kind: "bool", at, value: text === "true" };
      case "character constant":
        return { kind: "number", at, value: characterConstant(text) ?? this.#fail("malformed character constant", at) };
      case "number": {
        const value = numberConstant(text);
        return typeof value === "string" ? this.#fail(value, at) : { kind: "number", at, value };
      }
      case "string":
      case "raw string":
        return { kind: "string", at, value: this.#unquoted(token) };
      case "left parenthesis":
        return this.#nested(() => this.#pipeline("parenthesized pipeline", "right parenthesis"));
      default:
        this.source.back(token);
        return undefined;
    }
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
