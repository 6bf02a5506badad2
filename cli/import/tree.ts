import { isRecord } from "../../api";

/** The place of another declaration in a tree of plain data: its variable in the printed program. */
export class Ref {
  constructor(readonly variable: string) {}
}

/** The tree with every {@link Ref} replaced by what it stands for. */
export function substitute(tree: unknown, scope: ReadonlyMap<string, unknown>): unknown {
  if (tree instanceof Ref) return scope.get(tree.variable);
  if (Array.isArray(tree)) return tree.map((entry) => substitute(entry, scope));
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, entry]) => [key, substitute(entry, scope)]));
}

/** Where a line gets too long; the width this repository's own sources are formatted to. */
const WIDTH = 120;

/** The tree as a TypeScript expression; refs are identifiers. */
export function expression(tree: unknown, indent = 0, taken = 0): string {
  const flat = inline(tree);
  if (flat.length + indent + taken <= WIDTH && !flat.includes("\n")) return flat;
  const pad = " ".repeat(indent + 2);
  const end = " ".repeat(indent);
  if (Array.isArray(tree))
    return `[\n${tree.map((entry) => `${pad}${expression(entry, indent + 2)},\n`).join("")}${end}]`;
  if (!isRecord(tree) || tree instanceof Ref) return flat;
  const lines = Object.entries(tree).map(([key, entry]) => {
    const name = propertyName(key);
    return `${pad}${name}: ${expression(entry, indent + 2, name.length + 3)}${literal(key, entry)},\n`;
  });
  return `{\n${lines.join("")}${end}}`;
}

function inline(tree: unknown): string {
  if (tree instanceof Ref) return tree.variable;
  if (Array.isArray(tree)) return `[${tree.map(inline).join(", ")}]`;
  if (!isRecord(tree)) return JSON.stringify(tree) ?? "undefined";
  const entries = Object.entries(tree).map(
    ([key, entry]) => `${propertyName(key)}: ${inline(entry)}${literal(key, entry)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** TypeScript takes the type of `toString` and the like from Object, and would widen what stands there. */
function literal(key: string, entry: unknown): string {
  return Object.hasOwn(Object.prototype, key) && isRecord(entry) ? " as const" : "";
}

function propertyName(key: string): string {
  // As a plain property it would set the prototype.
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** The tree as JSON: refs are the names of variables. */
export function jsonOf(tree: unknown): unknown {
  if (tree instanceof Ref) return tree.variable;
  if (Array.isArray(tree)) return tree.map(jsonOf);
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, entry]) => [key, jsonOf(entry)]));
}

const RESERVED = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in " +
    "instanceof new null return super switch this throw true try typeof var void while with yield let static implements interface package " +
    "private protected public await async arguments eval undefined NaN Infinity type of as any unknown never string number boolean object " +
    "appSecret environment store team declarations Declaration require module exports"
  ).split(" "),
);

/** Gives variables names that no other has. */
export class Variables {
  private readonly taken = new Set<string>();

  /** The first of the suggestions that is free, else the last with a number; each is a list of words. */
  name(...suggestions: readonly (readonly string[])[]): string {
    const names = suggestions.map(camel);
    const free = names.find((name) => !RESERVED.has(name) && !this.taken.has(name));
    const last = names.at(-1) ?? "it";
    let name = free ?? last;
    for (let count = 2; this.taken.has(name) || RESERVED.has(name); count++) name = `${last}${count}`;
    this.taken.add(name);
    return name;
  }
}

function camel(words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split(/[^A-Za-z0-9]+/)).filter((part) => part !== "");
  const name = parts.map((part, at) => (at === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1))).join("");
  return /^[A-Za-z]/.test(name) ? name : `x${name}`;
}
