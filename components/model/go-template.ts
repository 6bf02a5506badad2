/** What a Go template uses of the data it is given. */
export interface TemplateUse {
  /** Names read from the root, by `.name`, `$.name` or `index . "name"`, sorted. What is computed at run time is not in it. */
  readonly keys: readonly string[];
  /** Everything that is written out: the text around the actions and the texts in them, parted by spaces. */
  readonly plain: string;
  /** Why it cannot be a template, as far as a look at its blocks shows; undefined when nothing is wrong. */
  readonly problem: string | undefined;
}

/** Reads a template of `text/template` without running it. */
export function usedKeys(template: string): TemplateUse {
  const reader = new Reader(template);
  try {
    reader.read();
    return { ...reader.result(), problem: undefined };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { ...reader.result(), problem: `${error.message} (line ${reader.line()})` };
  }
}

/** A name as an operand: `.user`, or `(index . "db-user")` where it is no identifier of Go. */
export function keyOperand(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `(index . ${goString(key)})`;
}

/** A text as a constant of Go. JSON's escapes are Go's too; half a surrogate pair, which is no text, becomes U+FFFD. */
export function goString(text: string): string {
  return JSON.stringify(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
}

/** A template that renders exactly this text. */
export function verbatim(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}

class Broken extends Error {}

interface Token {
  readonly kind: "text" | "variable" | "field" | "word" | "dot" | "other";
  readonly text: string;
  /** Directly after the token before it. */
  readonly joined: boolean;
}

/** A block that is open, and what `.` and `$` mean after its end. */
interface Block {
  readonly word: string;
  readonly dot: boolean;
  readonly dollar: boolean;
}

const TOKENS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["text", /"(?:\\.|[^"\\\n])*"|`[^`]*`/y],
  ["other", /'(?:\\.|[^'\\\n])+'/y],
  ["variable", /\$[\p{L}\p{N}_]*/uy],
  ["field", /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ["other", /[+-]?\.?\p{N}[\p{L}\p{N}_.]*(?:(?<=[eEpP])[+-]\p{N}+)?/uy],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["dot", /\./y],
  ["other", /:=|[=,|()]/y],
];
const OPENING = ["if", "with", "range", "define", "block"];

class Reader {
  private at = 0;
  private readonly keys = new Set<string>();
  private readonly plain: string[] = [];
  private readonly blocks: Block[] = [];
  /** Whether `.` and `$` are the data, as far as can be told. */
  private dot = true;
  private dollar = true;

  constructor(private readonly source: string) {}

  result(): Pick<TemplateUse, "keys" | "plain"> {
    return { keys: [...this.keys].sort(), plain: this.plain.join(" ") };
  }

  line(): number {
    return this.source.slice(0, this.at).split("\n").length;
  }

  read(): void {
    for (;;) {
      const start = this.source.indexOf("{{", this.at);
      this.plain.push(this.source.slice(this.at, start < 0 ? undefined : start));
      if (start < 0) break;
      this.at = start;
      if (!this.comment()) this.statement(this.action());
    }
    const open = this.blocks.at(-1);
    if (open !== undefined) throw new Broken(`has no {{ end }} for its {{ ${open.word} }}`);
  }

  private comment(): boolean {
    const head = /\{\{(?:-\s)?\s*\/\*/y;
    head.lastIndex = this.at;
    if (!head.test(this.source)) return false;
    const tail = /\*\/(?:\s+-)?\}\}/g;
    tail.lastIndex = head.lastIndex;
    if (tail.exec(this.source) === null) throw new Broken("has a comment without an end");
    this.at = tail.lastIndex;
    return true;
  }

  private action(): readonly Token[] {
    const tokens: Token[] = [];
    let at = this.at + (/^\{\{-\s/.test(this.source.slice(this.at, this.at + 4)) ? 3 : 2);
    for (let joined = false; ; joined = true) {
      const space = /\s*/y;
      space.lastIndex = at;
      space.test(this.source);
      const trimmed = space.lastIndex > at || tokens.length === 0;
      if (space.lastIndex > at) joined = false;
      at = space.lastIndex;
      if (this.source.startsWith("}}", at)) break;
      if (trimmed && this.source.startsWith("-}}", at)) {
        at += 1;
        break;
      }
      const token = this.token(at, joined);
      at += token.text.length;
      tokens.push(token);
    }
    this.at = at + 2;
    return tokens;
  }

  private token(at: number, joined: boolean): Token {
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = at;
      const text = pattern.exec(this.source)?.[0];
      if (text !== undefined) return { kind, text, joined };
    }
    throw new Broken(
      at >= this.source.length ? "has an action without }}" : "has something in an action that no template has there",
    );
  }

  private statement(tokens: readonly Token[]): void {
    const [first, second] = tokens;
    const word = first?.kind === "word" ? first.text : "";
    if (word === "end") {
      const block = this.blocks.pop();
      if (block === undefined) throw new Broken("has an {{ end }} that ends nothing");
      ({ dot: this.dot, dollar: this.dollar } = block);
      return;
    }
    if (word === "else") {
      const block = this.blocks.at(-1);
      if (block === undefined) throw new Broken("has an {{ else }} without {{ if }}");
      this.dot = block.dot;
    }
    this.uses(tokens);
    if (OPENING.includes(word)) this.blocks.push({ word, dot: this.dot, dollar: this.dollar });
    if (["with", "range"].includes(word) || (word === "else" && second?.text === "with")) this.dot = false;
    if (["define", "block"].includes(word)) this.dot = this.dollar = false;
  }

  private uses(tokens: readonly Token[]): void {
    tokens.forEach((token, index) => {
      const [before, next, last] = [tokens[index - 1], tokens[index + 1], tokens[index + 2]];
      if (token.kind === "text") this.plain.push(textOf(token));
      if (token.kind === "field") {
        const ofRoot = token.joined ? before?.text === "$" && this.dollar : this.dot;
        const opens = !token.joined || before?.text === "(" || before?.text === "|" || before?.text === "=";
        if (ofRoot || (opens && this.dot)) this.keys.add(token.text.slice(1));
      }
      const root = (next?.kind === "dot" && this.dot) || (next?.text === "$" && this.dollar);
      if (token.text === "index" && token.kind === "word" && root && last?.kind === "text") this.keys.add(textOf(last));
    });
  }
}

/** The text a constant stands for; one with escapes that only Go has stays as written. */
function textOf({ text }: Token): string {
  if (text.startsWith("`")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
