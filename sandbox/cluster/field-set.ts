import type { Fields } from "../json";
import { set } from "../json";

/** Elements from the root on. */
export type FieldPath = readonly string[];

/**
 * A set of field paths as a tree, the shape of `fieldsV1`: path elements are `f:<field>`, `k:<keys>` and `v:<value>`; a node
 * is a member itself when it says so, whatever is below it.
 */
export class FieldSet {
  member = false;
  private children: Map<string, FieldSet> | undefined;

  static parse(fields: unknown): FieldSet {
    const node = new FieldSet();
    if (typeof fields !== "object" || fields === null) return node;
    const keys = Object.keys(fields);
    if (keys.length === 0) node.member = true;
    for (const key of keys) {
      if (key === ".") node.member = true;
      else node.mount(key, FieldSet.parse((fields as Fields)[key]));
    }
    return node;
  }

  /** `fieldsV1`; an empty root gives `{}`. */
  toJson(): Fields {
    const out: Fields = {};
    if (this.children === undefined || this.leaf) return out;
    if (this.member) out["."] = {};
    for (const [key, child] of [...this.children].sort(([a], [b]) => (a < b ? -1 : 1))) set(out, key, child.toJson());
    return out;
  }

  get empty(): boolean {
    return !this.member && this.leaf;
  }

  has(element: string): boolean {
    return this.children?.get(element)?.member === true;
  }

  below(element: string): FieldSet | undefined {
    return this.children?.get(element);
  }

  mount(element: string, child: FieldSet): void {
    if (child.empty) return;
    (this.children ??= new Map()).set(element, child);
  }

  /** The node below, created when missing. */
  descend(element: string): FieldSet {
    this.children ??= new Map();
    let child = this.children.get(element);
    if (child === undefined) this.children.set(element, (child = new FieldSet()));
    return child;
  }

  union(other: FieldSet): FieldSet {
    const out = new FieldSet();
    out.member = this.member || other.member;
    for (const key of new Set([...this.keys(), ...other.keys()])) {
      const [a, b] = [this.below(key), other.below(key)];
      out.mount(key, a === undefined ? (b ?? new FieldSet()) : b === undefined ? a : a.union(b));
    }
    return out;
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet();
    out.member = this.member && other.member;
    for (const [key, child] of this.children ?? []) {
      const twin = other.below(key);
      if (twin !== undefined) out.mount(key, child.intersection(twin));
    }
    return out;
  }

  /** Members of this that are not members of the other; children of a removed member stay. */
  difference(other: FieldSet): FieldSet {
    const out = new FieldSet();
    out.member = this.member && !other.member;
    for (const [key, child] of this.children ?? []) {
      const twin = other.below(key);
      out.mount(key, twin === undefined ? child : child.difference(twin));
    }
    return out;
  }

  /** True when nothing is below. */
  get leaf(): boolean {
    return this.children === undefined || this.children.size === 0;
  }

  /** The same with every child replaced. */
  map(change: (element: string, child: FieldSet) => FieldSet): FieldSet {
    const out = new FieldSet();
    out.member = this.member;
    for (const [key, child] of this.children ?? []) out.mount(key, change(key, child));
    return out;
  }

  /** Without the whole subtree at each path. */
  without(paths: readonly FieldPath[]): FieldSet {
    const out = new FieldSet();
    out.member = this.member;
    for (const [key, child] of this.children ?? []) {
      const below = paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
      if (!below.some((rest) => rest.length === 0)) out.mount(key, below.length === 0 ? child : child.without(below));
    }
    return out;
  }

  /** Paths in the form of conflict messages: `.data.a`, `.spec.containers[name="c"].image`. */
  paths(prefix = ""): readonly string[] {
    const own = this.member && prefix !== "" ? [prefix] : [];
    const below = [...(this.children ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, child]) => child.paths(prefix + pathElement(key)));
    return [...own, ...below];
  }

  private keys(): Iterable<string> {
    return this.children?.keys() ?? [];
  }
}

function pathElement(element: string): string {
  const text = element.slice(2);
  if (element.startsWith("f:")) return `.${text}`;
  if (element.startsWith("v:")) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Fields);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}
