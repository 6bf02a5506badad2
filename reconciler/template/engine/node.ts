import type { NumberConstant } from "./literal";

/** The parse tree. `at` is the byte of the text an error about the node points to, as `parse.Node.Position`. */
export type Node = TextNode | ActionNode | BranchNode | RangeNode | TemplateNode | JumpNode;

export interface TextNode {
  readonly kind: "text";
  readonly at: number;
  readonly text: string;
}

export interface ActionNode {
  readonly kind: "action";
  readonly at: number;
  readonly pipe: PipeNode;
}

/** `if` or `with`, with its `else if` and `else with` branches in one node, so that long chains do not nest. */
export interface BranchNode {
  readonly kind: "if" | "with";
  readonly at: number;
  readonly branches: readonly { readonly pipe: PipeNode; readonly list: readonly Node[] }[];
  readonly otherwise?: readonly Node[];
}

export interface RangeNode {
  readonly kind: "range";
  readonly at: number;
  readonly pipe: PipeNode;
  readonly list: readonly Node[];
  readonly otherwise?: readonly Node[];
}

/** `template`, and what `block` leaves in its place. */
export interface TemplateNode {
  readonly kind: "template";
  readonly at: number;
  readonly name: string;
  readonly pipe?: PipeNode;
}

export interface JumpNode {
  readonly kind: "break" | "continue";
  readonly at: number;
}

export interface PipeNode {
  readonly kind: "pipe";
  readonly at: number;
  /** Variables declared or assigned, with `$`. */
  readonly variables: readonly string[];
  readonly isAssign: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode {
  readonly at: number;
  /** At least one. */
  readonly operands: readonly Operand[];
}

export type Constant =
  | { readonly kind: "bool"; readonly at: number; readonly value: boolean }
  | { readonly kind: "string"; readonly at: number; readonly value: string }
  | { readonly kind: "number"; readonly at: number; readonly value: NumberConstant }
  | { readonly kind: "nil"; readonly at: number };

export interface FieldNode {
  readonly kind: "field";
  readonly at: number;
  readonly names: readonly string[];
}

export interface VariableNode {
  readonly kind: "variable";
  readonly at: number;
  /** With `$`. */
  readonly variable: string;
  readonly names: readonly string[];
}

export interface ChainNode {
  readonly kind: "chain";
  readonly at: number;
  readonly of: FunctionNode | PipeNode;
  readonly names: readonly string[];
}

export interface FunctionNode {
  readonly kind: "function";
  readonly at: number;
  readonly name: string;
}

export type Operand =
  | Constant
  | { readonly kind: "dot"; readonly at: number }
  | FieldNode
  | VariableNode
  | ChainNode
  | FunctionNode
  | PipeNode;

/** One template: the text itself, or a `define` or `block` in it. */
export interface Tree {
  readonly name: string;
  readonly list: readonly Node[];
  /** Levels of nesting in it. */
  readonly height: number;
}

const GO_SPACES = /^(?:[\t-\r ]|\xc2[\x85\xa0])*$/;

/** `parse.IsEmptyTree`: nothing but space and comments. */
export const isEmpty = (list: readonly Node[]): boolean =>
  list.every((node) => node.kind === "text" && GO_SPACES.test(node.text));
