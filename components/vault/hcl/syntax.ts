/**
 * The tree both forms of a policy text give: HCL (version 1, as Vault and OpenBao read policies) and its JSON form.
 * Source of the rules here and beside: the behaviour of hashicorp/hcl 1.0.1-vault-7, which OpenBao 2.7.2 is built with.
 */

/** Where something stands; both count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Literal {
  readonly kind: "literal";
  readonly type: "string" | "heredoc" | "number" | "float" | "bool";
  /** Strings and heredocs without quotes and escapes; the rest as written. */
  readonly value: string;
  readonly at: Position;
}

export interface List {
  readonly kind: "list";
  readonly elements: readonly Node[];
  readonly at: Position;
}

export interface Block {
  readonly kind: "block";
  readonly items: readonly Item[];
  readonly at: Position;
}

export type Node = Literal | List | Block;

export interface Key {
  readonly name: string;
  readonly at: Position;
}

/** `key = value`, or `key "label" { ... }`, whose keys are two. */
export interface Item {
  readonly keys: readonly Key[];
  readonly value: Node;
  readonly at: Position;
}

/** A text that is no HCL or JSON. Ends the reading; never leaves this room. */
export class SyntaxProblem extends Error {
  readonly at: Position;

  constructor(at: Position, message: string) {
    super(message);
    this.at = at;
  }
}

/** A text that cannot be divided into tokens: unlike other problems, JSON's laxness never forgives it. */
export class ScanProblem extends SyntaxProblem {}

/** Blocks and lists in one another; the server has no limit, but no policy needs one. */
const MAX_DEPTH = 200;

/** @throws ScanProblem when blocks and lists stand too deep in one another */
export function checkDepth(depth: number, at: Position): void {
  if (depth > MAX_DEPTH) throw new ScanProblem(at, `more than ${MAX_DEPTH} blocks and lists in one another`);
}

/** @throws SyntaxProblem that tells what should stand where the token stands */
export function wanted(
  what: string,
  token: { readonly type: string; readonly value?: string; readonly at: Position },
): never {
  const { type, value, at } = token;
  const found = type === "end" ? "the end" : JSON.stringify(value ?? type);
  throw new SyntaxProblem(at, `expected ${what}, found ${found}`);
}

/** The items whose first key is `name`, without that key. */
export function itemsOf(items: readonly Item[], name: string): readonly Item[] {
  return items
    .filter(({ keys }) => keys[0] !== undefined && keys[0].name.toLowerCase() === name.toLowerCase())
    .map((item) => ({ ...item, keys: item.keys.slice(1) }));
}
