import { Lexer } from "./lexer";
import {
  isEmpty,
  type BranchNode,
  type Node,
  type PipeNode,
  type RangeNode,
  type TemplateNode,
  type Tree,
} from "./node";
import { PipelineParser, type Grammar } from "./pipelines";
import { Source } from "./source";
import type { Token } from "./token";

/** All templates of a text by name, the text itself under `name`. Throws Failure. */
export function parse(name: string, text: string, grammar: Grammar): ReadonlyMap<string, Tree> {
  const trees = new Map<string, Tree>();
  const source = new Source(new Lexer(text, grammar.left, grammar.right));
  new Parser(source, grammar, trees).parseText(name);
  return trees;
}

/** What ends a list, besides nodes: `end`, `else`, and `else` with `if` or `with` waiting. */
interface End {
  readonly kind: "end" | "else";
  readonly at: number;
}

type Item = Node | End;

const isEnd = (item: Item): item is End => item.kind === "end" || item.kind === "else";

/** The recursive descent parser of `text/template/parse`, one instance a template. */
class Parser extends PipelineParser {
  #ranges = 0;
  /** Levels around a `block`, which its template does not have. */
  #outside = 0;

  constructor(
    source: Source,
    grammar: Grammar,
    readonly trees: Map<string, Tree>,
  ) {
    super(source, grammar);
  }

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
      if (isEnd(item)) return this.fail(`unexpected {{${item.kind}}}`);
      list.push(item);
    }
    this.#add(name, list);
  }

  #definition(): void {
    const context = "define clause";
    const token = this.source.nextNonSpace();
    if (token.kind !== "string" && token.kind !== "raw string") this.unexpected(token, context);
    const name = this.unquoted(token);
    this.expect("right delimiter", context);
    this.#body(name, context);
  }

  /** The list up to `{{end}}` becomes a template. */
  #body(name: string, context: string): void {
    const [list, end] = this.#itemList();
    if (end.kind !== "end") this.fail(`unexpected {{else}} in ${context}`);
    this.#add(name, list);
  }

  #add(name: string, list: readonly Node[]): void {
    const earlier = this.trees.get(name);
    if (earlier === undefined || isEmpty(earlier.list)) {
      this.trees.set(name, { name, list, height: this.height - this.#outside });
    } else if (!isEmpty(list)) {
      this.fail("multiple definition of a template");
    }
  }

  #itemList(): [list: Node[], end: End] {
    const list: Node[] = [];
    while (this.source.peekNonSpace().kind !== "EOF") {
      const item = this.#textOrAction();
      if (isEnd(item)) return [list, item];
      list.push(item);
    }
    return this.fail("unexpected EOF");
  }

  #textOrAction(): Item {
    const token = this.source.nextNonSpace();
    if (token.kind === "text") return { kind: "text", at: token.at, text: token.text };
    if (token.kind === "left delimiter") return this.#action();
    return this.unexpected(token, "input");
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
        return { kind: "end", at: this.expect("right delimiter", "end").at };
      case "if":
      case "with":
        return this.#control(() => this.#branch(token.kind as "if" | "with"));
      case "range":
        return this.#control(() => this.#range());
      case "template":
        return this.#template();
      default: {
        this.source.back(token);
        return { kind: "action", at: token.at, pipe: this.pipeline("command", "right delimiter") };
      }
    }
  }

  #jump(kind: "break" | "continue", at: number): Node {
    const token = this.source.nextNonSpace();
    if (token.kind !== "right delimiter") this.unexpected(token, `{{${kind}}}`);
    if (this.#ranges === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, at };
  }

  #else(): End {
    const waiting = this.source.peekNonSpace();
    if (waiting.kind === "if" || waiting.kind === "with") return { kind: "else", at: waiting.at };
    return { kind: "else", at: this.expect("right delimiter", "else").at };
  }

  #control<T>(parse: () => T): T {
    return this.nested(() => this.scoped(parse));
  }

  /** An `else` directly followed by the same keyword continues the chain; one `end` closes all of it. */
  #branch(kind: "if" | "with"): BranchNode {
    const branches: { pipe: PipeNode; list: Node[] }[] = [];
    let otherwise: Node[] | undefined;
    for (;;) {
      const pipe = this.pipeline(kind, "right delimiter");
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
    return { kind, at: branches[0]!.pipe.at, branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #lastList(): Node[] {
    const [list, end] = this.#itemList();
    if (end.kind !== "end") this.fail("expected end; found {{else}}");
    return list;
  }

  #range(): RangeNode {
    const pipe = this.pipeline("range", "right delimiter");
    this.#ranges++;
    const [list, end] = this.#itemList();
    this.#ranges--;
    const otherwise = end.kind === "else" ? this.#lastList() : undefined;
    return { kind: "range", at: pipe.at, pipe, list, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #block(): TemplateNode {
    const context = "block clause";
    const token = this.source.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.pipeline(context, "right delimiter");
    // Depth goes on counting inside, the rest starts anew.
    const body = new Parser(this.source, this.grammar, this.trees);
    body.depth = body.height = body.#outside = this.depth;
    body.nested(() => body.#body(name, context));
    return { kind: "template", at: token.at, name, pipe };
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.source.nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.source.nextNonSpace();
    if (next.kind === "right delimiter") return { kind: "template", at: token.at, name };
    this.source.back(next);
    return { kind: "template", at: token.at, name, pipe: this.pipeline(context, "right delimiter") };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "raw string") this.unexpected(token, context);
    return this.unquoted(token);
  }
}
